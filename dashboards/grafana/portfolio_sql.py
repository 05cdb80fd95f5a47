"""SQL of the portfolio: parks by month, money, the worst circuits and carriers side by side. Pure.

Who sees rows of parks gets counts of these rows; who sees sums only (an authority) gets the sums that disclosure
allows. No query names who asks: the role decides.
"""

from __future__ import annotations

from dashboards.grafana.figures import percent, whole_percent
from dashboards.grafana.judged_sql import IN_MONTH, IN_YEAR, MONTH, judged
from dashboards.grafana.park_places import LABELS, PLACES
from dashboards.grafana.sql import FROM, NOW, TO

MONTHS = """SELECT month AS __text, month AS __value FROM (
    SELECT month FROM reporting.score UNION SELECT month FROM reporting.park_verdicts
) AS scored WHERE month IS NOT NULL ORDER BY 1 DESC"""

OUTCOMES = ("breached", "met", "on_track", "open", "insufficient", "unmeasured", "not_measurable")
"""How objectives of a month stand, as they are counted beside each other; together they are all of them."""

_COUNTS = """count(*) FILTER (WHERE standing = 'met') AS met, count(*) FILTER (WHERE standing = 'on_track') AS on_track,
           count(*) FILTER (WHERE standing = 'breached') AS breached, count(*) FILTER (WHERE standing = 'open') AS open,
           count(*) FILTER (WHERE standing = 'insufficient_data') AS undecided,
           count(*) FILTER (WHERE standing = 'insufficient_data' AND coalesce(coverage_ratio, 0) = 0) AS unmeasured,
           count(*) FILTER (WHERE standing = 'not_measurable') AS not_measurable"""
"""The columns of `reporting.park_verdicts`, of rows. A ticket still open within its time is neither kept nor breached.

`undecided` is all that could be measured and was not enough, `unmeasured` the part of it where it was nothing.
"""

_COUNTED_NAMES = ("agreements", "met", "on_track", "breached", "open", "undecided", "unmeasured", "not_measurable")


def _by_park(where: str) -> str:
    """Objectives by outcome, per park and month: of rows where they are seen, else the sums that may be shown."""
    either = ", ".join(f"coalesce(own.{name}, summed.{name}) AS {name}" for name in _COUNTED_NAMES)
    return f"""SELECT facility, month, {either},
       coalesce(own.undecided - own.unmeasured, summed.undecided - summed.unmeasured) AS insufficient,
       own.facility IS NULL AS is_summed, own.facility IS NULL AND summed.is_suppressed AS is_hidden, summed.credits
FROM (
    SELECT facility, month, count(DISTINCT agreement) AS agreements, {_COUNTS}
    FROM (
{judged(where)}
    ) AS judged GROUP BY facility, month
) AS own
FULL JOIN (SELECT * FROM reporting.park_verdicts WHERE month <= {MONTH}) AS summed USING (facility, month)"""


SITUATION = """CASE WHEN park.status <> 'operational' THEN
                CASE park.facility_type WHEN 'data_embassy' THEN 'data_embassy' ELSE park.status END
            WHEN is_hidden THEN 'hidden'
            WHEN breached > 0 THEN 'breached'
            WHEN undecided > unmeasured OR undecided > 0 AND met + on_track + open > 0 THEN 'insufficient_data'
            WHEN open > 0 THEN 'open'
            WHEN met + on_track > 0 THEN 'met'
            WHEN agreements > 0 THEN 'no_data'
            ELSE 'no_agreement' END"""
"""A park's month in a word: it is met only if nothing that could be measured is left without an answer.

Of `reporting.park` and `_by_park`.
"""

_COUNTED = f"""WITH counted AS MATERIALIZED (
    SELECT * FROM (
{_by_park(IN_MONTH)}
    ) AS by_park WHERE month = {MONTH}
), owed AS MATERIALIZED (
    SELECT facility, string_agg(credit, ' + ' ORDER BY credit) AS credit FROM (
        SELECT facility, sum(credit_payable) || ' ' || currency AS credit
        FROM reporting.score WHERE {IN_MONTH} GROUP BY facility, currency
        UNION ALL
        SELECT facility, amount || ' ' || currency
        FROM counted CROSS JOIN LATERAL jsonb_each_text(credits) AS of_all (currency, amount) WHERE is_summed
    ) AS by_currency GROUP BY facility
)"""
_PARKS = "FROM reporting.park LEFT JOIN counted USING (facility) LEFT JOIN owed USING (facility)"

SCOPE = f"""{_COUNTED}
SELECT count(*) FILTER (WHERE status = 'operational') AS operational,
       count(*) FILTER (WHERE status <> 'operational') AS announced, count(agreements) AS scored,
       sum(agreements)::bigint AS agreements
{_PARKS}"""

_SUMMED = ", ".join(f"sum({name})::bigint AS {name}" for name in OUTCOMES)
ALL_OUTCOMES = f"""{_COUNTED}
SELECT {_SUMMED}
{_PARKS}"""

CREDIT = f"""{_COUNTED}
SELECT CASE WHEN count(*) FILTER (WHERE agreements > 0 AND owed.credit IS NULL) > 0 THEN 'hidden'
            ELSE (
                SELECT string_agg(amount, ' + ' ORDER BY amount) FROM (
                    SELECT sum(split_part(one, ' ', 1)::numeric) || ' ' || split_part(one, ' ', 2) AS amount
                    FROM owed CROSS JOIN LATERAL unnest(string_to_array(credit, ' + ')) AS one
                    GROUP BY split_part(one, ' ', 2)
                ) AS by_currency
            ) END AS credit
{_PARKS}"""
"""Of all parks with agreements, or that it is not shown: a sum of some of them would be read as that of all."""

MAP = f"""{_COUNTED}
SELECT park.name AS park, {LABELS}, {SITUATION} AS situation, agreements, breached,
       place.latitude, place.longitude
{_PARKS}
LEFT JOIN {PLACES} USING (facility)"""

PARKS = f"""{_COUNTED}
SELECT park.name, {SITUATION} AS situation, agreements, {", ".join(OUTCOMES)}, credit
{_PARKS}
ORDER BY array_position(ARRAY['breached', 'insufficient_data', 'open', 'no_data', 'met', 'hidden', 'no_agreement',
                              'announced', 'project', 'data_embassy'], {SITUATION}), park.name"""

MONTHLY = f"""SELECT month, park.name, agreements, {", ".join(OUTCOMES)}
FROM (
{_by_park(IN_YEAR)}
) AS counted JOIN reporting.park USING (facility)
WHERE month <= {MONTH} AND month >= (
    SELECT min(month) FROM (SELECT DISTINCT month FROM reporting.period WHERE month <= {MONTH}
                            ORDER BY month DESC LIMIT 12) AS year)
ORDER BY month DESC, park.name"""

_AVAILABILITY = f"SELECT * FROM (\n{judged(IN_MONTH)}\n) AS judged WHERE indicator = 'availability'"

WORST = f"""SELECT standing, label, park.name AS park, coalesce(carrier_name, carrier) AS carrier,
       coalesce(tenant.name, worst.tenant) AS tenant, measured, promised,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes, down_seconds, coverage, credit
FROM (
{_AVAILABILITY}
ORDER BY (standing = 'breached') DESC, value_ratio NULLS LAST, label, agreement LIMIT 15
) AS worst LEFT JOIN reporting.park USING (facility)
LEFT JOIN (SELECT tenant, name FROM reporting.tenant) AS tenant ON tenant.tenant = worst.tenant
ORDER BY (standing = 'breached') DESC, value_ratio NULLS LAST, label"""

CARRIERS = f"""WITH judged AS MATERIALIZED (
{judged(IN_MONTH)}
), step AS (
    SELECT circuit, min(interval_seconds) AS interval_seconds FROM reporting.objective
    WHERE indicator = 'availability' GROUP BY circuit
), counted AS (
    SELECT coalesce(max(carrier_name), carrier, '—') AS carrier, interval_seconds, count(DISTINCT circuit) AS circuits,
           sum(up_seconds) FILTER (WHERE indicator = 'availability') AS up,
           sum(down_seconds) FILTER (WHERE indicator = 'availability') AS down,
           sum(unknown_seconds) FILTER (WHERE indicator = 'availability') AS unknown,
           sum(jsonb_array_length(detail -> 'outages'))::bigint AS outages,
           sum((detail ->> 'sent')::numeric) AS sent, sum((detail ->> 'lost')::numeric) AS lost,
           count(*) FILTER (WHERE standing = 'met') AS met, count(*) FILTER (WHERE standing = 'on_track') AS on_track,
           count(*) FILTER (WHERE standing = 'breached') AS breached,
           count(*) FILTER (WHERE standing IN ('insufficient_data', 'open')) AS undecided,
           count(*) FILTER (WHERE standing = 'not_measurable') AS not_measurable
    FROM judged LEFT JOIN step USING (circuit) GROUP BY judged.carrier, interval_seconds
)
SELECT carrier, interval_seconds, circuits, {percent("up / nullif(up + down, 0)", 4)} AS available,
       (down / nullif(circuits, 0))::bigint AS down_seconds, outages,
       {percent("lost / nullif(sent, 0)", 4)} AS loss,
       {percent("(up + down) / nullif(up + down + unknown, 0)", 4)} AS coverage, met, on_track,
       breached, undecided, not_measurable
FROM counted ORDER BY interval_seconds NULLS LAST, up / nullif(up + down, 0) NULLS LAST, carrier"""
"""Carriers beside each other only where time was cut alike: a rule of ten seconds sees outages one of 300 does not."""

_WEEK = f"greatest({FROM}, {NOW} - INTERVAL '7 days')"

OCCUPANCY = f"""WITH hours AS MATERIALIZED (
    SELECT * FROM reporting.park_occupancy_1h WHERE bucket_at >= {_WEEK} AND bucket_at < {TO}
), peak AS (
    SELECT DISTINCT ON (facility) facility, zones, capacity_people, people::double precision AS people, bucket_at,
           count(*) FILTER (WHERE is_suppressed) OVER (PARTITION BY facility) AS hidden_hours,
           count(*) OVER (PARTITION BY facility) AS hours
    FROM hours ORDER BY facility, people DESC NULLS LAST, bucket_at DESC
)
SELECT park.name, peak.zones, peak.capacity_people, peak.people,
       {whole_percent("peak.people / nullif(capacity_people, 0)")} AS peak_percent,
       CASE WHEN peak.people IS NOT NULL THEN peak.bucket_at END AS peak_at, hours, hidden_hours
FROM reporting.park LEFT JOIN peak USING (facility)
WHERE park.status = 'operational' ORDER BY park.name"""
