"""Where and when a random case plays: zone, period, grid, and how instants and agreements are written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor, lcm
from zoneinfo import ZoneInfo, reset_tzpath

from hypothesis import strategies as st

reset_tzpath(to=[])

HEADERS = {
    "intervals": "starts_at,circuit,sent,lost",
    "probes": "sent_at,circuit,round_trip_ms",
    "states": "at,circuit,state",
    "tickets": "ticket,circuit,opened_at,restored_at",
    "freezes": "ticket,starts_at,ends_at,reason",
    "exclusions": "id,circuit,kind,starts_at,ends_at,announced_at,decision",
}

# (zone, civil month, an instant of interest in UTC: a clock change or a month's edge)
PLACES = [
    ("Africa/Casablanca", "2026-09", "2026-09-20T01:00"),  # for good from UTC+1 to UTC+0; 721 h
    ("Africa/Casablanca", "2026-09", "2026-10-01T00:00"),
    ("Africa/Casablanca", "2026-02", "2026-02-15T02:00"),  # 673 h
    ("Africa/Casablanca", "2026-03", "2026-03-22T02:00"),  # 743 h
    ("Africa/Casablanca", "2026-11", "2026-12-01T00:00"),
    ("Europe/Paris", "2026-03", "2026-03-29T01:00"),
    ("Europe/Paris", "2026-10", "2026-10-25T01:00"),
    ("America/New_York", "2026-03", "2026-03-08T07:00"),
    ("America/New_York", "2026-11", "2026-11-01T06:00"),
    ("America/Havana", "2026-11", "2026-11-01T04:00"),  # midnight is doubled
    ("Africa/Cairo", "2026-04", "2026-04-23T22:00"),  # midnight is skipped
    ("Australia/Lord_Howe", "2026-10", "2026-10-03T15:30"),  # half an hour: off the grid of 3600 s after it
    ("Asia/Kolkata", "2026-11", "2026-10-31T18:30"),
    ("UTC", "2026-12", "2026-12-01T00:00"),
]
DELTAS = [1, 2, 5, 10, 60, 300, 900, 3600]
OFFSETS = ["Z", "Z", "+01:00", "-03:30", "+00:00"]


@dataclass
class Case:
    """What one call of the command is given: the texts of the files by option name."""

    agreement: str
    period: str
    files: dict[str, str] = field(default_factory=dict)
    as_of: str | None = None
    expected_place: str | None = None  # for bad input: what the one line on stderr starts with


def seconds_of(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def show(second: Fraction | int, offset: str = "Z") -> str:
    """ISO 8601 with the offset asked for; a fraction only where there is one."""
    whole = floor(second)
    moment = datetime.fromtimestamp(whole, UTC)
    if offset != "Z":
        sign = -1 if offset[0] == "-" else 1
        moment += sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    rest = Fraction(second) - whole
    if rest:
        text += "." + f"{int(rest * 10**6):06d}".rstrip("0")
    return text + offset


def toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else str(value)


Table = dict[str, object]


def toml_document(agreement: Table, objectives: list[Table]) -> str:
    lines = ["[agreement]"]
    tables = {key: value for key, value in agreement.items() if key in ("maintenance", "service_hours")}
    lines += [f"{key} = {toml_value(value)}" for key, value in agreement.items() if key not in tables]
    for name, table in tables.items():
        assert isinstance(table, dict)
        lines += ["", f"[agreement.{name}]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in table.items()]
    for objective in objectives:
        lines += ["", "[[objective]]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in objective.items()]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- the setting: zone, period, grid


@dataclass
class Setting:
    """Where and when a case plays: all instants of interest derive from it."""

    zone: ZoneInfo
    zone_name: str
    is_month: bool
    period: str
    start: int  # as asked for
    end: int
    starts_on: date
    ends_on: date | None
    delta: int  # the finest Δt of the case
    grid: int  # a multiple of every Δt of the case
    pivot: int  # a clock change or a month's edge
    crowded: bool  # unknown Δt and exclusions of a Δt or two all over the period

    def is_sound(self) -> bool:
        """Whether the agreement runs during some of the period, with its ends on any grid."""
        if self.zone_name == "Australia/Lord_Howe":
            return False
        if local_midnight(self.zone, self.starts_on) >= self.end:
            return False
        ends_on = self.ends_on if self.ends_on is not None and self.ends_on > self.starts_on else date(2100, 1, 1)
        return local_midnight(self.zone, ends_on) > self.start

    def near(self, draw: st.DrawFn) -> int:
        """An instant near an edge of the period, on the grid, half-way or a second beside it."""
        pivot = min(max(self.pivot, self.start), self.end)
        anchor = draw(
            st.sampled_from([self.start, self.start, self.end, self.end, pivot, (self.start + self.end) // 2])
        )
        steps = draw(st.integers(-3, 12))
        beside = draw(st.sampled_from([0, 0, 0, 0, 1, -1, self.delta // 2]))
        direction = 1 if anchor != self.end else -1
        return int(anchor + direction * steps * self.delta + beside)


def local_midnight(zone: ZoneInfo, day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


@st.composite
def settings_of_a_case(draw: st.DrawFn) -> Setting:
    zone_name, month, pivot_text = draw(st.sampled_from(PLACES))
    zone, pivot = ZoneInfo(zone_name), seconds_of(pivot_text)
    crowded = draw(st.integers(0, 5)) == 0
    is_month = not crowded and draw(st.integers(0, 5)) == 0
    if is_month:
        delta = grid = draw(st.sampled_from([3600, 3600, 900]))
    else:
        delta = draw(st.sampled_from(DELTAS))
        grid = lcm(delta, draw(st.sampled_from([delta, delta, delta, 10, 300])))
    year, number = int(month[:4]), int(month[5:])
    first_day = date(year, number, 1)
    next_day = date(year + number // 12, number % 12 + 1, 1)
    pivot_day = datetime.fromtimestamp(pivot, zone).date()
    starts_on = draw(
        st.sampled_from(
            [
                date(2026, 1, 1),
                date(2025, 7, 14),
                date(2025, 12, 1),
                first_day,
                pivot_day,
                pivot_day - timedelta(days=1),
            ]
        )
    )
    ends_on = draw(
        st.sampled_from(
            [None, None, date(2027, 1, 1), next_day, pivot_day + timedelta(days=1), pivot_day + timedelta(days=2)]
        )
    )
    if is_month:
        start, end, period = local_midnight(zone, first_day), local_midnight(zone, next_day), month
    else:
        # On the grid that starts at t0; a few Δt around the instant of interest.
        t0 = local_midnight(zone, starts_on)
        count = draw(st.integers(1, 40)) * delta
        if delta >= 60 and draw(st.booleans()):
            count = draw(st.sampled_from([1, 2, 3, 4, 10])) * 3600  # hours, so that quotas matter
        count = -(-count // grid) * grid
        before = draw(st.sampled_from([0, 0, count, count // 2, -grid, 3600]))
        start = pivot - before
        start -= (start - t0) % grid
        end = start + count
        offset = draw(st.sampled_from(OFFSETS))
        period = f"{show(start, offset)}/{show(end, draw(st.sampled_from(OFFSETS)))}"
    return Setting(zone, zone_name, is_month, period, start, end, starts_on, ends_on, delta, grid, pivot, crowded)
