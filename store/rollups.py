"""What is summed up ahead of questions: the same names and columns as continuous aggregates or as tables of our own.

Buckets are cut in UTC and at most an hour long, so they nest in every local day and month of a zone whose offsets are
whole hours (sla-standards R-35). Only sums, counts and extremes are kept: they can be added up again.
"""

from dataclasses import dataclass

DELAY_BOUNDS_MICROSECONDS = (
    250, 500, 1_000, 2_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 75_000,
    100_000, 150_000, 200_000, 300_000, 500_000, 1_000_000,
)  # fmt: skip
"""Lower bounds of the delay classes 1, 2 … of `probe_5m`; class 0 is below the first, class -1 a lost probe."""

_BOUNDS = "ARRAY[" + ",".join(str(bound * 1000) for bound in DELAY_BOUNDS_MICROSECONDS) + "]::bigint[]"


@dataclass(frozen=True)
class Rollup:
    """One rollup: `groups` and `values` are (column, expression over `source`), beside the series and `bucket_at`.

    `kind` is the ingest kind whose rows it sums up. `base` is the reading table below all levels.
    """

    name: str
    kind: str
    base: str
    source: str
    series: str
    instant: str
    bucket: str
    groups: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]

    @property
    def buckets_a_day(self) -> int:
        number, unit = self.bucket.split()
        return 24 * 60 // (int(number) * {"minutes": 1, "hour": 60}[unit])

    @property
    def key(self) -> list[str]:
        return [self.series, "bucket_at", *(name for name, _ in self.groups)]

    def select(self, source: str | None = None, where: str = "") -> str:
        """The aggregate as one SELECT over `source` (by default the rollup's own)."""
        columns = ", ".join(f"{expression} AS {name}" for name, expression in (*self.groups, *self.values))
        places = ", ".join(str(place + 1) for place in range(len(self.key)))
        return (
            f"SELECT {self.series}, time_bucket(INTERVAL '{self.bucket}', {self.instant}) AS bucket_at, {columns}"
            f" FROM {source or self.source} {where} GROUP BY {places}"
        )


def _added_up(name: str, below: Rollup, bucket: str, values: dict[str, str]) -> Rollup:
    return Rollup(
        name,
        below.kind,
        below.base,
        below.name,
        below.series,
        "bucket_at",
        bucket,
        tuple((column, column) for column, _ in below.groups),
        tuple((column, f"{how}({column})" + ("::bigint" if how == "sum" else "")) for column, how in values.items()),
    )


CIRCUIT_5M = Rollup(
    "circuit_5m", "interval", "circuit_interval", "circuit_interval", "circuit_id", "starts_at", "5 minutes", (),
    (
        ("intervals", "count(*)"),
        ("intervals_known", "count(*) FILTER (WHERE sent > 0)"),
        ("sent", "sum(sent)::bigint"),
        ("lost", "sum(lost)::bigint"),
    ),
)  # fmt: skip
CIRCUIT_1H = _added_up(
    "circuit_1h", CIRCUIT_5M, "1 hour", dict.fromkeys(("intervals", "intervals_known", "sent", "lost"), "sum")
)
PROBE_5M = Rollup(
    "probe_5m", "probe", "probe", "probe", "circuit_id", "sent_at", "5 minutes",
    (("delay_class", f"coalesce(width_bucket(round_trip_nanoseconds, {_BOUNDS}), -1)"),),
    (
        ("probes", "count(*)"),
        ("nanoseconds", "coalesce(sum(round_trip_nanoseconds), 0)::bigint"),
        ("least_nanoseconds", "min(round_trip_nanoseconds)"),
        ("most_nanoseconds", "max(round_trip_nanoseconds)"),
    ),
)  # fmt: skip
PROBE_1H = _added_up(
    "probe_1h",
    PROBE_5M,
    "1 hour",
    {"probes": "sum", "nanoseconds": "sum", "least_nanoseconds": "min", "most_nanoseconds": "max"},
)
OCCUPANCY_15M = Rollup(
    "occupancy_15m", "occupancy", "occupancy", "occupancy", "zone_id", "measured_at", "15 minutes", (),
    (
        ("counts", "count(*)"),
        ("people_sum", "sum(people)::bigint"),
        ("people_least", "min(people)"),
        ("people_most", "max(people)"),
    ),
)  # fmt: skip
OCCUPANCY_1H = _added_up(
    "occupancy_1h",
    OCCUPANCY_15M,
    "1 hour",
    {"counts": "sum", "people_sum": "sum", "people_least": "min", "people_most": "max"},
)

ROLLUPS = (CIRCUIT_5M, CIRCUIT_1H, PROBE_5M, PROBE_1H, OCCUPANCY_15M, OCCUPANCY_1H)
"""Every rollup, those below before those above."""
