"""SQL of one circuit's dashboard: what it did, its budget, and the readings that prove it. Pure."""

from __future__ import annotations

from dashboards.grafana.coverage_sql import covered
from dashboards.grafana.figures import percent, whole_percent
from dashboards.grafana.judged_sql import INDICATORS, judged
from dashboards.grafana.sql import FROM, NOW, SOME_TIME_LATER, TO, bucket, canonical, variable, with_gaps
from dashboards.grafana.standing_sql import AGE, RUNNING, circuits_now
from store.rollups import DELAY_BOUNDS_MICROSECONDS

CIRCUIT = variable("circuit")
_WIDTH = bucket(300)
_OF_CIRCUIT = f"circuit_id = ANY (ARRAY(SELECT circuit_id FROM reporting.circuit WHERE circuit = {CIRCUIT}))"

STATE = f"""SELECT standing FROM (
{circuits_now()}
) AS every WHERE circuit = {CIRCUIT} ORDER BY agreement LIMIT 1"""

NEWEST_AGE = f"""SELECT {AGE} AS age_seconds FROM (
{canonical("freshness")}
) AS newest WHERE subject = 'circuit' AND code = {CIRCUIT}"""

IDENTITY = f"""SELECT label, park.name AS park, coalesce(tenant.name, tenant) AS tenant,
       coalesce(carrier_name, carrier) AS carrier, a_end, z_end, cir_bps
FROM reporting.circuit LEFT JOIN reporting.park USING (facility) LEFT JOIN reporting.tenant USING (tenant)
WHERE circuit = {CIRCUIT}"""

AVAILABILITY = f"""SELECT {percent("value_ratio", 4)} AS measured,
       '≥ ' || trim_scale(target_ratio * 100) || ' %' AS target
FROM reporting.verdict WHERE circuit = {CIRCUIT} AND indicator = 'availability' AND {RUNNING}
ORDER BY agreement, objective LIMIT 1"""

BUDGET = f"""SELECT floor(budget_left_seconds / 60)::bigint AS budget_left_minutes,
       {whole_percent("budget_left_seconds / nullif(budget_seconds, 0)")} AS budget_left_percent
FROM reporting.verdict WHERE circuit = {CIRCUIT} AND indicator = 'availability' AND {RUNNING}
ORDER BY agreement, objective LIMIT 1"""

COVERAGE = (
    f"SELECT {percent('coverage_ratio', 2)} AS coverage FROM (\n{covered()}\n) AS covered WHERE circuit = {CIRCUIT}"
)

_TIMELINE = canonical("timeline", circuit=CIRCUIT)

OBSERVED = f"""WITH spans AS (
{_TIMELINE}
), known AS (
    SELECT coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE state = 'down'), '{{}}') AS down,
           coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE state = 'unknown'), '{{}}') AS unknown
    FROM spans
), asked AS (
    SELECT tstzmultirange(tstzrange({FROM}, greatest({FROM}, {NOW}))) AS span,
           CASE WHEN EXISTS (
               SELECT FROM reporting.objective WHERE circuit = {CIRCUIT} AND indicator = 'availability' AND is_listed
           ) THEN 'up' ELSE 'measured' END AS otherwise
    FROM reporting.circuit WHERE circuit = {CIRCUIT}
), apart AS (
    SELECT 'down' AS observed, unnest(down) AS span FROM known CROSS JOIN asked
    UNION ALL
    SELECT 'unknown', unnest(unknown - down) FROM known CROSS JOIN asked
    UNION ALL
    SELECT otherwise, unnest(asked.span - down - unknown) FROM known CROSS JOIN asked
)
SELECT lower(span) AS "time", upper(span) AS timeend, observed FROM apart
UNION ALL
SELECT {FROM}, {SOME_TIME_LATER}, CASE WHEN EXISTS (SELECT FROM asked) THEN 'unknown' ELSE 'none' END
WHERE NOT EXISTS (SELECT FROM apart) ORDER BY 1"""
"""One bar without overlaps: an outage also where nothing was measured any more, as the engine said.

`none` of no circuit: of no row at all Grafana says that the data have no time.
"""

EXCLUDED = f"""WITH spans AS (
{_TIMELINE}
), by_decision AS (
    SELECT coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE state = 'excluded'), '{{}}') AS accepted,
           coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE state = 'proposed'), '{{}}') AS proposed,
           coalesce(range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE state = 'rejected'), '{{}}') AS rejected
    FROM spans
), apart AS (
    SELECT 'accepted' AS exclusions, unnest(accepted) AS span FROM by_decision
    UNION ALL
    SELECT 'proposed', unnest(proposed - accepted) FROM by_decision
    UNION ALL
    SELECT 'rejected', unnest(rejected - accepted - proposed) FROM by_decision
)
SELECT lower(span) AS "time", upper(span) AS timeend, exclusions FROM apart ORDER BY 1"""

LOSS = with_gaps(canonical("loss_curve", circuit=CIRCUIT, bucket=_WIDTH), ["loss_ratio", "known_ratio"], _WIDTH)

DELAY = with_gaps(
    canonical("delay_curve", circuit=CIRCUIT, bucket=_WIDTH),
    ["mean_seconds", "p95_below_seconds", "most_seconds"],
    _WIDTH,
)

_CLASSES = ",\n       ".join(
    f'coalesce(sum(probes) FILTER (WHERE delay_class = {number}), 0)::bigint AS "{bound}"'
    for number, bound in enumerate([*(f"{each / 1e6:g}" for each in DELAY_BOUNDS_MICROSECONDS), "+Inf"])
)
_HOURS = bucket(3600)
HEATMAP = f"""SELECT bucket_at AS "time",
       {_CLASSES}
FROM generate_series(date_bin({_HOURS}, {FROM}, '2000-01-03Z'), {NOW}, {_HOURS}) AS bucket_at
LEFT JOIN (
{canonical("delay_heatmap", circuit=CIRCUIT, bucket=_HOURS)}
) AS classes ON classes.starts_at = bucket_at
GROUP BY bucket_at ORDER BY bucket_at"""
"""Every hour, also those without a probe: Grafana's heatmap fails to draw no row."""

_MOST_EXCLUSIONS = 8
"""Of one period's outages; the choices among more of them would be too many."""

BURN = f"""WITH running AS MATERIALIZED (
    SELECT agreement, objective, period_starts_at, least(period_ends_at, {NOW}) AS to_at, budget_seconds, down_seconds
    FROM reporting.verdict WHERE circuit = {CIRCUIT} AND indicator = 'availability' AND {RUNNING}
    ORDER BY agreement, objective LIMIT 1
), outages AS MATERIALIZED (
    SELECT coalesce(range_agg(tstzrange(starts_at, ends_at)), '{{}}') AS spans FROM reporting.outage
    WHERE circuit = {CIRCUIT} AND {RUNNING}
        AND (agreement, objective) = (SELECT agreement, objective FROM running)
), accepted AS MATERIALIZED (
    SELECT number, span FROM (
        SELECT row_number() OVER (ORDER BY starts_at, exclusion) AS number, tstzrange(starts_at, ends_at) AS span
        FROM reporting.exclusion CROSS JOIN outages
        WHERE circuit = {CIRCUIT} AND decision = 'accepted' AND tstzrange(starts_at, ends_at) && outages.spans
    ) AS touching WHERE number <= {_MOST_EXCLUSIONS}
), choices AS MATERIALIZED (
    SELECT choice, count(number) AS taken_out, outages.spans - coalesce(range_agg(span), '{{}}') AS spans
    FROM outages CROSS JOIN generate_series(0, (1 << (SELECT count(*)::integer FROM accepted)) - 1) AS choice
    LEFT JOIN accepted ON choice & (1 << (number::integer - 1)) > 0
    GROUP BY choice, outages.spans
), pieces AS MATERIALIZED (
    SELECT choice, taken_out, lower(span) AS starts_at, upper(span) AS ends_at,
           sum(extract(epoch FROM upper(span) - lower(span))) OVER (PARTITION BY choice) AS all_seconds
    FROM choices CROSS JOIN LATERAL unnest(spans) AS span
), likeliest AS MATERIALIZED (
    SELECT choice FROM pieces CROSS JOIN running
    ORDER BY all_seconds = down_seconds DESC, taken_out * CASE WHEN all_seconds = down_seconds THEN 1 ELSE -1 END DESC,
             choice LIMIT 1
), counted AS MATERIALIZED (
    SELECT starts_at, ends_at, down_seconds / all_seconds AS share
    FROM pieces JOIN likeliest USING (choice) CROSS JOIN running
), points AS (
    SELECT generate_series(period_starts_at, to_at, greatest(INTERVAL '1 hour', (to_at - period_starts_at) / 200)) AS at
    FROM running
    UNION
    SELECT to_at FROM running
)
SELECT at AS "time", coalesce((
           SELECT sum(share * extract(epoch FROM least(ends_at, at) - starts_at)) FROM counted WHERE starts_at < at
       ), 0)::double precision AS used_seconds, budget_seconds::double precision AS budget_seconds
FROM points CROSS JOIN running ORDER BY at"""
"""Outage outside those accepted exclusions that counted, which ends in the seconds that the verdict counted.

The document says how many seconds counted and not which. An accepted exclusion may not count (announced too late,
beyond its quota): of the choices among them the one is taken that leaves the very seconds counted, and of several the
one that takes out most. Where none does (only service hours count), all outages rise in proportion, up to what counted.
"""

_AGREED = f"agreement = ANY (ARRAY(SELECT agreement FROM reporting.objective WHERE circuit = {CIRCUIT}))"

OBJECTIVES = f"""SELECT standing, indicator, measured, promised,
       floor(budget_left_seconds / 60)::bigint AS budget_left_minutes, credit, objective, agreement
FROM (
{judged(f"{_AGREED} AND {RUNNING}")}
) AS running WHERE circuit = {CIRCUIT}
ORDER BY agreement, objective"""

HISTORY = f"""SELECT month, part, standing, indicator, measured, promised, credit, objective, agreement
FROM (
{judged(f"{_AGREED} AND period_ends_at < {NOW}")}
) AS past WHERE circuit = {CIRCUIT}
ORDER BY period_starts_at DESC, agreement, objective LIMIT 100"""

OUTAGES = f"""SELECT starts_at, ends_at, seconds, indicator, agreement
FROM reporting.outage LEFT JOIN {INDICATORS} USING (agreement, objective)
WHERE circuit = {CIRCUIT} AND starts_at < {TO} AND ends_at > {FROM}
    AND period_starts_at < {TO} AND period_ends_at > {FROM}
ORDER BY starts_at DESC, agreement, objective"""

EXCLUSIONS = f"""SELECT starts_at, ends_at, kind, decision, announced_at, exclusion FROM (
{canonical("exclusions")}
) AS touched WHERE circuit = {CIRCUIT} ORDER BY starts_at DESC, exclusion"""

TICKETS = f"""SELECT opened_at, restored_at, ticket FROM reporting.ticket
WHERE circuit = {CIRCUIT} AND opened_at < {TO} AND coalesce(restored_at, 'infinity') > {FROM}
ORDER BY opened_at DESC, ticket"""

READINGS = f"""WITH judged AS (
    SELECT starts_at, sent, lost, received_at,
           CASE WHEN sent = 0 THEN 'unsent' WHEN lost > 0 THEN 'lossy' ELSE 'clean' END AS found
    FROM reporting.circuit_interval
    WHERE {_OF_CIRCUIT} AND starts_at >= greatest({FROM}, {TO} - INTERVAL '1 day') AND starts_at < {TO}
), turned AS (
    SELECT *, CASE WHEN found = lag(found) OVER (ORDER BY starts_at) THEN 0 ELSE 1 END AS is_turn FROM judged
), runs AS (
    SELECT *, sum(is_turn) OVER (ORDER BY starts_at) AS run FROM turned
)
SELECT min(starts_at) AS starts_at, max(starts_at) AS last_at, found, count(*) AS intervals, sum(sent)::bigint AS sent,
       sum(lost)::bigint AS lost, max(received_at) AS received_at
FROM runs WHERE found <> 'clean' GROUP BY run, found ORDER BY 1 DESC LIMIT 200"""
"""Runs of intervals with loss or without packets, as they were measured; a day at most, for these are all readings."""

ANNOTATION = f"""SELECT starts_at AS "time", ends_at AS timeend, exclusion AS text, circuit AS tags
FROM (
{canonical("exclusions")}
) AS touched WHERE circuit = {CIRCUIT} ORDER BY starts_at, exclusion"""

CIRCUITS = """SELECT circuit || ' · ' || label AS __text, circuit AS __value
FROM reporting.circuit WHERE is_listed ORDER BY circuit"""
