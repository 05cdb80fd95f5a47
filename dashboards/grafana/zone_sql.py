"""SQL that dashboards of a park share: its zones now, and what was counted in chosen zones over the range. Pure."""

from __future__ import annotations

from dashboards.grafana.figures import whole_percent
from dashboards.grafana.sql import FROM, NOW, TO, canonical, is_chosen, variable

FACILITY = variable("facility")
OF_PARK = f"facility = {FACILITY}"

PARKS = """SELECT name AS __text, facility AS __value FROM reporting.park
ORDER BY status <> 'operational', name, facility"""
"""One park to choose: those in operation first, so that a dashboard does not open on one that is only announced."""

ZONES = f"""SELECT zone || ' · ' || label AS __text, zone AS __value FROM reporting.zone
WHERE {OF_PARK} AND is_listed ORDER BY zone"""

SILENT_AFTER = "INTERVAL '1 hour'"
"""A zone whose last count is older has none now: counts come every five to fifteen minutes."""

_CHOSEN = f"""zone_id = ANY (ARRAY(
        SELECT zone_id FROM reporting.zone WHERE {OF_PARK} AND {is_chosen("zone", "zone")}))"""
_EVERY = f"zone_id = ANY (ARRAY(SELECT zone_id FROM reporting.zone WHERE {OF_PARK}))"

IS_LONG = f"{TO} - {FROM} > INTERVAL '8 days'"
SLOT_SECONDS = f"CASE WHEN {IS_LONG} THEN 3600 ELSE 900 END"
"""The least time that is told apart: quarters of an hour, or hours where the range is longer than eight days."""
WIDTH = f"make_interval(secs => greatest({SLOT_SECONDS}, $__interval_ms / 1000.0))"


def zones_now() -> str:
    """Every zone of the park, now: people where somebody counts and one may see it, and in `counting` why not else.

    `suppressed` is a count too small to be shown, `hidden` one that is not ours to see, `silent` one too old to be of
    now. More than 110 % of the capacity is believed of no counter (`implausible`) and shown all the same.
    """
    return f"""WITH counted AS MATERIALIZED (
{canonical("occupancy_now", facility=FACILITY)}
), quarters AS MATERIALIZED (
    SELECT DISTINCT ON (zone_id) zone, bucket_at, is_suppressed, people_sum::double precision / counts AS people
    FROM reporting.occupancy_15m
    WHERE {_EVERY} AND bucket_at > {NOW} - {SILENT_AFTER} AND bucket_at <= {NOW}
    ORDER BY zone_id, bucket_at DESC
), told AS (
    SELECT counted.zone, counted.label, coalesce(tenant.name, counted.tenant) AS tenant, counted.capacity_people,
           coalesce(counted.people, quarters.people) AS people, quarters.is_suppressed,
           coalesce(counted.measured_at, quarters.bucket_at) AS measured_at, newest.newest_at,
           zone.sees_counts OR zone.tenant IS NULL AS is_shown
    FROM counted JOIN reporting.zone ON zone.zone = counted.zone LEFT JOIN quarters ON quarters.zone = counted.zone
    LEFT JOIN reporting.freshness AS newest ON newest.subject = 'zone' AND newest.code = counted.zone
    LEFT JOIN reporting.tenant ON tenant.tenant = counted.tenant
), judged AS (
    SELECT *, CASE WHEN people IS NULL AND is_suppressed THEN 'suppressed'
                   WHEN people IS NULL AND newest_at IS NULL THEN 'never'
                   WHEN people IS NULL AND NOT is_shown AND newest_at > {NOW} - {SILENT_AFTER} THEN 'hidden'
                   WHEN people IS NULL OR measured_at <= {NOW} - {SILENT_AFTER} THEN 'silent'
                   WHEN 10 * people > 11 * capacity_people THEN 'implausible'
                   ELSE 'counted' END AS counting
    FROM told
)
SELECT counting, zone, label, tenant, capacity_people, measured_at,
       CASE WHEN counting IN ('counted', 'implausible') THEN people END AS people,
       CASE WHEN counting IN ('counted', 'implausible') THEN people / nullif(capacity_people, 0) END AS share_ratio
FROM judged"""


def listed(zones: str) -> str:
    """The columns of `zone_columns`, of zones as `zones_now` has them."""
    return f"""SELECT counting, zone, label, tenant, round(people)::bigint AS people, capacity_people,
       {whole_percent("share_ratio")} AS share_percent, measured_at
FROM (
{zones}
) AS listed ORDER BY zone"""


NOW_SUMMED = """round(sum(people))::bigint AS people,
       CASE WHEN bool_and(capacity_people IS NOT NULL OR people IS NULL)
            THEN sum(capacity_people) FILTER (WHERE people IS NOT NULL) END AS capacity_people,
       count(people) AS zones_counted, count(*) AS zones"""
"""Columns over `zones_now`: people and the capacity of the zones they were counted in, never of more."""


def summed(*, is_every: bool = False) -> str:
    """What was counted per zone and quarter of an hour or hour of the range; NULL where it is too small to show.

    Chosen zones (variable `zone`), or all of the park. Which of the two sums is read depends on the range alone.
    """
    which = _EVERY if is_every else _CHOSEN
    return "\n    UNION ALL\n".join(
        f"""    SELECT zone_id, zone, capacity_people, bucket_at, is_suppressed, counts, people_most, people_sum,
           people_sum::double precision / counts AS people_mean
    FROM reporting.{relation}
    WHERE {condition} AND bucket_at >= {FROM} AND bucket_at < {NOW}
        AND {which}"""
        for relation, condition in (("occupancy_15m", f"NOT ({IS_LONG})"), ("occupancy_1h", IS_LONG))
    )


def people_over_time(*, is_every: bool = False) -> str:
    """People and the capacity of the zones they were counted in, per point of the panel, with a gap where none was.

    A point of a zone with a quarter too small to show is not drawn: the mean of the rest would be too high.
    """
    return f"""WITH sums AS (
{summed(is_every=is_every)}
), zones AS (
    SELECT zone_id, date_bin({WIDTH}, bucket_at, '2000-01-03Z') AS starts_at, max(capacity_people) AS capacity_people,
           CASE WHEN NOT bool_or(is_suppressed) THEN sum(people_sum)::double precision / sum(counts) END AS people_mean
    FROM sums GROUP BY 1, 2
), points AS (
    SELECT starts_at, sum(people_mean) AS people_mean,
           CASE WHEN bool_and(capacity_people IS NOT NULL OR people_mean IS NULL)
                THEN sum(capacity_people) FILTER (WHERE people_mean IS NOT NULL) END AS capacity_people
    FROM zones GROUP BY starts_at
)
SELECT bucket_at AS "time", people_mean, capacity_people::double precision AS capacity_people
FROM generate_series(date_bin({WIDTH}, {FROM}, '2000-01-03Z'), {NOW}, {WIDTH}) AS bucket_at
LEFT JOIN points ON points.starts_at = bucket_at
WHERE EXISTS (SELECT FROM points) ORDER BY bucket_at"""


SLOTS = f"""floor(extract(epoch FROM {NOW}) / ({SLOT_SECONDS}))::bigint
           - ceil(extract(epoch FROM {FROM}) / ({SLOT_SECONDS}))::bigint"""
"""How many whole quarters of an hour, or hours, lie in the range up to now."""


def is_whole(column: str) -> str:
    """The condition that a slot lies in the range as a whole: one that still runs is not missing yet."""
    return f"{column} + make_interval(secs => {SLOT_SECONDS}) <= {NOW}"
