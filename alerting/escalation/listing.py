"""What `p2i page` prints: notices, one notice, who has the duty, what the on-call folder comes to. No addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerting.escalation.oncall import DEMO_ONCALL, OnCall
from alerting.escalation.policy_entries import Policy
from alerting.escalation.rota import duty
from alerting.escalation.settings import Settings
from alerting.escalation.told_text import name_of
from facilities.calendar import zone
from store.connection import Connection
from store.notice_rows import NoticeRow
from store.notices import alerts_of, list_notices, notice, steps_of
from store.outbox_told import told

SHIFTS_SHOWN = 4


def list_lines(connection: Connection, oncall: OnCall, now: datetime, *, closed: bool) -> list[str]:
    """One line per notice, the most urgent first."""
    rows = list_notices(connection, closed=closed)
    return [_line(row, oncall, now) for row in rows] or ["nothing lasts" if not closed else "no notice yet"]


def _line(row: NoticeRow, oncall: OnCall, now: datetime) -> str:
    holder = name_of(oncall, row.held_by)
    parts = [
        f"{row.notice_id:>6}",
        f"{row.severity:<6}",
        f"{row.state:<12}",
        f"{_utc(row.opened_at)}",
        row.audience,
        row.rule,
        row.facility or "",
        row.tenant or "",
        f"({holder})" if holder else "",
        f"next {_utc(row.next_step_at)}" if row.next_step_at is not None and row.next_step_at > now else "",
        "[DÉMO]" if row.is_demo else "",
    ]
    return " ".join(part for part in parts if part)


def show_lines(connection: Connection, oncall: OnCall, notice_id: int) -> list[str]:
    """A notice with its alerts, who was told, and its steps."""
    row = notice(connection, notice_id)
    if row is None:
        return []
    lines = [
        _line(row, oncall, row.opened_at),
        f"  route {row.route or 'none yet'}, policy {row.policy or 'none yet'}, level {row.level}",
        f"  group {row.group_key}",
        "alerts",
    ]
    for one in alerts_of(connection, notice_id, at_most=100):
        lasts = "lasts" if one.ends_at is None else f"{one.annotations.get('ended', 'ended')} {_utc(one.ends_at)}"
        named = " ".join(f"{name}={value}" for name, value in sorted(one.labels.items()) if name != "alertname")
        lines.append(f"  {one.labels.get('alertname', '?')} since {_utc(one.starts_at)}, {lasts}; {named}")
    lines.append("told")
    lines += [f"  {one.person} over {one.channel}" for one in told(connection, notice_id)]
    lines.append("steps")
    for step in steps_of(connection, notice_id):
        detail = " ".join(f"{key}={value}" for key, value in step.detail.items())
        lines.append(f"  {_utc(step.stepped_at)} {step.step:<12} {step.actor} ({step.via}) {detail}".rstrip())
    return lines


def who_lines(oncall: OnCall, at: datetime) -> list[str]:
    """Of each rota who has the duty, until when, and who follows; on the rota's own clock."""
    lines = []
    for rota in oncall.rotas.values():
        clock = zone(rota.time_zone)
        found = duty(rota, oncall.rotas, oncall.days_off, at)
        lines.append(
            f"{rota.code}: {name_of(oncall, found.person) or 'nobody'} ({found.why}){_until(found.until, clock)}"
        )
        for _ in range(SHIFTS_SHOWN):
            before, start = found, found.until
            found = duty(rota, oncall.rotas, oncall.days_off, start)
            while (found.person, found.why) == (before.person, before.why) and found.until < at + timedelta(days=400):
                before, start = found, found.until
                found = duty(rota, oncall.rotas, oncall.days_off, start)
            if (found.person, found.why) == (before.person, before.why):
                break
            lines.append(
                f"  then {name_of(oncall, found.person) or 'nobody'} ({found.why}) from {_local(start, clock)}"
            )
    return lines


def check_lines(oncall: OnCall, settings: Settings) -> list[str]:
    """What the folder comes to; what is missing to run is said, not refused."""
    lines = [
        f"{oncall.path}: {len(oncall.people)} people, {len(oncall.rotas)} rotas, {len(oncall.policies)} policies,"
        f" {len(oncall.routes)} routes"
    ]
    lines += [f"route {route.code}: {_route_conditions(oncall, route.code)}" for route in oncall.routes.values()]
    lines += [f"policy {policy.code}: {'; '.join(_levels(policy))}" for policy in oncall.policies.values()]
    if oncall.path == DEMO_ONCALL:
        lines.append("note: these people are fictional; P2I_ONCALL names your own folder")
    if not settings.hook_secrets:
        lines.append("missing: P2I_PAGE_HOOK_SECRET; `p2i page run` will not start")
    if settings.base_url is None:
        lines.append("missing: P2I_PAGE_BASE_URL; messages have no links, notices are taken by `p2i page acknowledge`")
    elif settings.base_url.startswith("http://"):
        lines.append("note: P2I_PAGE_BASE_URL is http://; whoever reads the network can use a link before its owner")
    if settings.heartbeat_url is None:
        lines.append("missing: P2I_PAGE_HEARTBEAT_URL; nobody notices when this machine is gone")
    return lines


def _route_conditions(oncall: OnCall, code: str) -> str:
    route = oncall.routes[code]
    parts = [route.audience, route.severity or "every severity", *route.facilities, *route.tenants, *route.rules]
    contacts = f" ({', '.join(route.contacts)})" if route.contacts else ""
    digest = f", gathered at {route.digest.at}" if route.digest is not None else ""
    return f"{', '.join(parts)} -> {route.policy}{contacts}{digest}"


def _levels(policy: Policy) -> Iterator[str]:
    for level in policy.level:
        over = f" over {', '.join(level.channels)}" if level.channels else ""
        yield f"after {level.after_minutes} min {', '.join(level.who)}{over}"
    if policy.repeat_times:
        yield f"then {policy.repeat_times} times every {policy.repeat_minutes} min"


def _until(at: datetime, clock: ZoneInfo) -> str:
    return f", until {_local(at, clock)}"


def _local(at: datetime, clock: ZoneInfo) -> str:
    return f"{at.astimezone(clock):%a %Y-%m-%d %H:%M} {clock.key}"


def _utc(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
