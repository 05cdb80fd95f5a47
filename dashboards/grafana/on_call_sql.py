"""SQL of the dashboard on call: what lasts and what explains it, who has taken it, maintenance, what changed. Pure."""

from __future__ import annotations

from dashboards.grafana.sql import FROM, NOW, TO, is_chosen

_DEEPER = "\u00a0" * 5
"""Spaces at the start of a cell that a browser does not swallow."""

PARKS = """SELECT name AS __text, facility AS __value FROM reporting.park UNION ALL SELECT '—', '—' ORDER BY 1"""
"""A trouble of the system itself is of no park: the dash."""


def _lasts(table: str) -> str:
    return f"{table}.opened_at <= {NOW} AND ({table}.closed_at IS NULL OR {table}.closed_at > {NOW})"


def _of_parks(table: str) -> str:
    return is_chosen(f"coalesce({table}.facility, '—')", "park")


THING = "coalesce({0}.circuit, {0}.zone, split_part({0}.subject, ':', 2))"
"""What an alert is of, by its code."""

WHY = """CASE WHEN {0}.muted_by IS NOT NULL THEN 'muted' WHEN {0}.cause_id IS NOT NULL THEN 'explained'
            ELSE 'told' END"""
"""Whether anybody is told, and if not, why."""

COUNTED = f"""SELECT count(*) FILTER (WHERE stands = 'told' AND severity = 'page') AS pages,
       count(*) FILTER (WHERE stands = 'told' AND severity = 'ticket') AS tickets,
       count(*) FILTER (WHERE stands = 'explained') AS explained,
       count(*) FILTER (WHERE stands = 'muted') AS muted
FROM (
    SELECT severity, {WHY.format("alert")} AS stands FROM reporting.alert
    WHERE {_lasts("alert")} AND {_of_parks("alert")}
) AS lasting"""

NOTICES_COUNTED = f"""SELECT count(*) FILTER (WHERE state = 'open') AS open,
       count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,
       count(*) FILTER (WHERE state = 'snoozed') AS snoozed
FROM reporting.notice WHERE audience = 'on_call' AND {_lasts("notice")} AND {_of_parks("notice")}"""

_TAKEN = f"""SELECT notice.notice_id, notice.rule, notice.facility, notice.severity, notice.opened_at,
       taken.stepped_at AS taken_at, taken.actor, taken.via
FROM reporting.notice CROSS JOIN LATERAL (
    SELECT stepped_at, actor, via FROM reporting.notice_step
    WHERE notice_step.notice_id = notice.notice_id AND step = 'acknowledged' ORDER BY step_id LIMIT 1
) AS taken
WHERE notice.audience = 'on_call' AND notice.opened_at >= {FROM} AND notice.opened_at < {TO}
    AND {_of_parks("notice")}"""

TIME_TO_TAKE = f"""SELECT percentile_cont(0.5) WITHIN GROUP (
    ORDER BY extract(epoch FROM taken_at - opened_at)::double precision) AS median_seconds
FROM (
{_TAKEN}
) AS taken WHERE severity = 'page' HAVING count(*) > 0"""
"""The median of the range, of pages: one that took a night would hide all others in a mean."""

HEARTBEATS = """SELECT max(age) FILTER (WHERE process = 'alerting') AS alerting,
       max(age) FILTER (WHERE process = 'escalator') AS escalator,
       max(age) FILTER (WHERE process = 'alertmanager') AS alertmanager
FROM (
    SELECT process, greatest(0, extract(epoch FROM now() - beat_at))::double precision AS age
    FROM reporting.heartbeat
) AS beats"""
"""Of the present, whatever range is shown: there is no other."""

ALERTS = f"""SELECT alert.severity,
       CASE WHEN above.alert_id IS NOT NULL THEN '{_DEEPER}└ ' WHEN cause.alert_id IS NOT NULL THEN '└ ' ELSE '' END
           || {THING.format("alert")} AS thing,
       alert.rule, park.name AS park, {WHY.format("alert")} AS stands, cause.rule AS cause,
       alert.muted_by, alert.since_at, alert.alert_id
FROM reporting.alert
LEFT JOIN reporting.alert AS cause ON cause.alert_id = alert.cause_id
LEFT JOIN reporting.alert AS above ON above.alert_id = cause.cause_id
LEFT JOIN reporting.park ON park.facility = alert.facility
LEFT JOIN reporting.alert AS root ON root.alert_id = coalesce(above.alert_id, cause.alert_id, alert.alert_id)
LEFT JOIN reporting.alert AS branch ON branch.alert_id = CASE
    WHEN above.alert_id IS NOT NULL THEN cause.alert_id WHEN cause.alert_id IS NOT NULL THEN alert.alert_id END
WHERE {_lasts("alert")}
    AND {_of_parks("alert")}
ORDER BY root.severity <> 'page', root.muted_by IS NOT NULL, root.since_at, root.alert_id, branch.since_at NULLS FIRST,
         branch.alert_id NULLS FIRST, above.alert_id NULLS FIRST, alert.since_at, alert.alert_id LIMIT 500"""
"""A tree of three levels: each trouble that stands alone, below it what it explains, and what that explains."""

NOTICES = f"""SELECT CASE WHEN notice.state <> 'open' OR audience = 'on_call' THEN notice.state ELSE 'sent' END
           AS state, notice.severity, notice.rule, park.name AS park, notice.audience, notice.held_by,
       notice.opened_at, notice.next_step_at, notice.level, told.people, told.told_at, notice.notice_id
FROM reporting.notice LEFT JOIN reporting.park ON park.facility = notice.facility
LEFT JOIN LATERAL (
    SELECT count(*) AS people, max(stepped_at) AS told_at FROM reporting.notice_step
    WHERE notice_step.notice_id = notice.notice_id AND step = 'told' AND stepped_at <= {NOW}
) AS told ON true
WHERE {_lasts("notice")}
    AND {_of_parks("notice")}
ORDER BY array_position(ARRAY['open', 'snoozed', 'acknowledged', 'resolved'], notice.state), notice.severity <> 'page',
         notice.opened_at, notice.notice_id LIMIT 200"""

TAKEN = f"""SELECT taken.rule, park.name AS park, taken.severity, taken.opened_at, taken.taken_at,
       extract(epoch FROM taken_at - opened_at)::double precision AS seconds, taken.actor, taken.via, taken.notice_id
FROM (
{_TAKEN}
) AS taken LEFT JOIN reporting.park ON park.facility = taken.facility
ORDER BY taken.taken_at DESC, taken.notice_id DESC LIMIT 100"""

MAINTENANCE = f"""SELECT CASE WHEN starts_at <= {NOW} THEN 'now' ELSE 'next' END AS "when", exclusion.circuit,
       park.name AS park, starts_at, ends_at, decision, exclusion
FROM reporting.exclusion LEFT JOIN reporting.circuit ON circuit.circuit = exclusion.circuit
LEFT JOIN reporting.park ON park.facility = circuit.facility
WHERE kind = 'maintenance' AND decision <> 'rejected' AND ends_at > {NOW} AND starts_at < {NOW} + INTERVAL '7 days'
    AND {_of_parks("circuit")}
ORDER BY starts_at, exclusion, exclusion.circuit LIMIT 100"""

CHANGES = f"""SELECT change.changed_at, change.change, change.reason, {THING.format("alert")} AS thing, alert.rule,
       park.name AS park, change.alert_id
FROM reporting.alert_change AS change JOIN reporting.alert USING (alert_id)
LEFT JOIN reporting.park ON park.facility = alert.facility
WHERE change.changed_at >= {FROM} AND change.changed_at < {TO} AND {_of_parks("alert")}
ORDER BY change.changed_at DESC, change.change_id DESC LIMIT 200"""

STEPS = f"""SELECT step.stepped_at, step.step, step.actor, step.via, notice.rule, park.name AS park, step.notice_id
FROM reporting.notice_step AS step JOIN reporting.notice USING (notice_id)
LEFT JOIN reporting.park ON park.facility = notice.facility
WHERE step.stepped_at >= {FROM} AND step.stepped_at < {TO} AND {_of_parks("notice")}
ORDER BY step.stepped_at DESC, step.step_id DESC LIMIT 200"""


def alerts_drawn(where: str) -> str:
    """Annotations: the span of each such alert in the range shown, to its end where it lasts; the text is of what."""
    return f"""SELECT greatest(since_at, {FROM}) AS "time", least(coalesce(closed_at, {NOW}), {TO}) AS timeend,
       {THING.format("alert")} AS text, concat_ws(',', rule, severity) AS tags
FROM reporting.alert
WHERE {where} AND since_at < {TO} AND coalesce(closed_at, {NOW}) > {FROM}
ORDER BY 1, alert_id LIMIT 500"""
