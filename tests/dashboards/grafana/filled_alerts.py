"""A night of alerts: a site cut that explains its circuits, maintenance, a budget, and what became of the notices."""

from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from store.connection import Connection

MINUTE = timedelta(minutes=1)


def fill_alerts(connection: Connection, now: datetime) -> dict[str, int]:
    """Writes them as of `now`, and returns the numbers of the alerts and notices by name; the caller commits.

    Site casanearshore is cut since an hour and explains casa-a1 and casa-b1, and casa-a1's outage explains its budget;
    tech-a1 is under works; an outage of fes-a1 is over; the engine was late. The cut's notice was escalated once and
    taken after eight minutes; a tenant was told; the engine's notice was taken after two and is resolved.
    """
    at = {minutes: now - minutes * MINUTE for minutes in (180, 170, 120, 100, 60, 59, 58, 57, 55, 52, 50, 40, 1)}
    numbers: dict[str, int] = {}

    def alert(name: str, rule: str, subject: str, severity: str, minutes: int, **more: Any) -> None:
        columns: dict[str, Any] = {
            "rule": rule, "subject": subject, "severity": severity, "is_demo": True, "since_at": at[minutes] - MINUTE,
            "opened_at": at[minutes], "reason": rule, "seen_at": more.get("closed_at", at[1]), "facts": Jsonb({}),
            "facility": "casanearshore", **more,
        }  # fmt: skip
        numbers[name] = _insert(connection, "alert", columns, "alert_id")
        _change(connection, numbers[name], at[minutes], "opened", rule)

    alert("cut", "site_cut", "park:casanearshore", "page", 60)
    for circuit, tenant, minutes in (("casa-a1", "locataire-a", 59), ("casa-b1", "locataire-b", 58)):
        named = {"circuit": circuit, "tenant": tenant, "cause_id": numbers["cut"]}
        alert(circuit, "outage", f"circuit:{circuit}", "page", minutes, **named)
        _change(connection, numbers[circuit], at[57], "explained", "site_cut")
    alert(
        "budget", "budget", "objective:DEMO-CASA-A/availability/2026-09", "ticket", 57, circuit="casa-a1",
        agreement="DEMO-CASA-A", objective="availability", cause_id=numbers["casa-a1"], tenant="locataire-a",
    )  # fmt: skip
    alert(
        "works", "outage", "circuit:tech-a1", "page", 50, circuit="tech-a1", facility="technopolis",
        muted_by="exclusion MAINT-3",
    )  # fmt: skip
    _change(connection, numbers["works"], at[50], "muted", "maintenance")
    alert("past", "outage", "circuit:fes-a1", "page", 120, circuit="fes-a1", facility="fes-shore", closed_at=at[100])
    _change(connection, numbers["past"], at[100], "closed", "ended")
    alert("engine", "engine_late", "engine:pass", "page", 180, facility=None, closed_at=at[170])
    _change(connection, numbers["engine"], at[170], "closed", "ended")

    notices = (
        ("cut", "site_cut", "on_call", "casanearshore", None, 60, "acknowledged", None, "salma", at[1] + 30 * MINUTE),
        ("tenant", "outage", "tenant", "casanearshore", "locataire-a", 58, "open", None, None, None),
        ("engine", "engine_late", "on_call", None, None, 180, "resolved", at[170], "karim", None),
    )
    for name, rule, audience, park, company, minutes, state, closed_at, held_by, next_step_at in notices:
        columns = {
            "audience": audience, "group_key": name, "severity": "page", "is_demo": True, "facility": park,
            "tenant": company, "rule": rule, "opened_at": at[minutes], "closed_at": closed_at, "state": state,
            "reason": "alerts", "level": 2, "held_by": held_by, "next_step_at": next_step_at, "policy": "p",
        }  # fmt: skip
        numbers[f"notice {name}"] = _insert(connection, "notice", columns, "notice_id")
    steps = (
        ("cut", 60, "opened", "p2i", "alertmanager"), ("cut", 59, "told", "salma", "mail"),
        ("cut", 55, "escalated", "p2i", "policy"), ("cut", 55, "told", "karim", "sms"),
        ("cut", 52, "acknowledged", "salma", "link"), ("tenant", 58, "opened", "p2i", "alertmanager"),
        ("tenant", 57, "told", "locataire-a", "mail"), ("engine", 180, "opened", "p2i", "alertmanager"),
        ("engine", 170, "acknowledged", "karim", "command"), ("engine", 170, "resolved", "p2i", "alerts"),
    )  # fmt: skip
    for name, minutes, step, actor, via in steps:
        columns = {
            "notice_id": numbers[f"notice {name}"], "stepped_at": at[minutes], "step": step, "actor": actor, "via": via
        }  # fmt: skip
        _insert(connection, "notice_step", columns, "step_id")
    for process in ("alerting", "escalator"):
        connection.execute("INSERT INTO heartbeat (process, beat_at, detail) VALUES (%s, %s, '')", (process, now))
    return numbers


def _change(connection: Connection, alert_id: int, at: datetime, change: str, reason: str) -> None:
    columns = {"alert_id": alert_id, "changed_at": at, "change": change, "reason": reason}
    _insert(connection, "alert_change", columns, "change_id")


def _insert(connection: Connection, table: str, columns: dict[str, Any], number: str) -> int:
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    row = connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {number}", list(columns.values())
    ).fetchone()
    assert row is not None
    return int(row[0])
