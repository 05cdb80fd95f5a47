"""What was promised and what the engine says of it now, read for alerting: every few seconds, so it must be cheap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from store.arrival_rows import Promised
from store.connection import Connection
from store.rows import AgreementRow, CircuitRow, ExclusionRow, SensorRow, ZoneRow

SETTLED = timedelta(seconds=30)
"""A pass that has written changes and not said after so long that it is done has died: what it wrote is read anyway."""


def read_circuits(connection: Connection) -> list[CircuitRow]:
    """The circuits that the inventory lists."""
    return [CircuitRow(*row) for row in _listed(connection, "circuit", CircuitRow._fields)]


def read_zones(connection: Connection) -> list[ZoneRow]:
    """The zones that the inventory lists."""
    return [ZoneRow(*row) for row in _listed(connection, "zone", ZoneRow._fields)]


def read_sensors(connection: Connection) -> list[SensorRow]:
    """The sensors that the inventory lists."""
    return [SensorRow(*row) for row in _listed(connection, "sensor", SensorRow._fields)]


def read_agreements(connection: Connection) -> list[AgreementRow]:
    """The agreements that the inventory lists, past and future ones too."""
    return [AgreementRow(*row) for row in _listed(connection, "agreement", AgreementRow._fields)]


def read_promised(connection: Connection) -> list[Promised]:
    """The objectives that the inventory lists."""
    return [Promised(*row) for row in _listed(connection, "objective", Promised._fields)]


def read_passed_at(connection: Connection) -> datetime | None:
    """When the engine's last complete pass began; None = it has made none."""
    row = connection.execute("SELECT passed_at FROM engine_watermark WHERE isfinite(passed_at)").fetchone()
    return None if row is None else row[0]


def read_states_now(
    connection: Connection, promised: Sequence[Promised], passed_at: datetime | None, now: datetime
) -> list[tuple[str, str, str, str, datetime, int]]:
    """The state each circuit of these objectives changed to last: agreement, objective, circuit, state, since when, and
    how many outages began in the last day.

    What a pass that is still running has noticed waits until it is done: it writes agreement by agreement, and of a
    park that is cut the first few circuits would look like outages of their own.
    """
    rows: list[tuple[str, str, str, str, datetime, int]] = connection.execute(
        "SELECT agreement, promised.objective, circuit, last.to_state, last.changed_at, outages"
        " FROM unnest(%(agreements)s::text[], %(objectives)s::text[], %(circuits)s::text[])"
        " AS promised (agreement, objective, circuit)"
        " CROSS JOIN LATERAL (SELECT to_state, changed_at FROM transition WHERE subject = 'circuit'"
        "  AND transition.circuit = promised.circuit AND transition.agreement = promised.agreement"
        "  AND changed_at <= %(now)s AND (noticed_at <= %(passed)s OR noticed_at <= %(settled)s)"
        "  ORDER BY changed_at DESC, transition_id DESC LIMIT 1) AS last"
        " CROSS JOIN LATERAL (SELECT count(*) AS outages FROM transition WHERE subject = 'circuit'"
        "  AND transition.circuit = promised.circuit AND transition.agreement = promised.agreement"
        "  AND to_state = 'down' AND changed_at > %(yesterday)s) AS day",
        {
            "agreements": [one.agreement for one in promised],
            "objectives": [one.objective for one in promised],
            "circuits": [one.circuit for one in promised],
            "now": now,
            "passed": passed_at,
            "settled": now - SETTLED,
            "yesterday": now - timedelta(days=1),
        },
    ).fetchall()
    return rows


def read_judged(connection: Connection, ended_after: datetime) -> list[tuple[Any, ...]]:
    """How objectives stand in the periods that run or ended after that instant, and since when they are breached:
    agreement, objective, circuit, indicator, start, end, standing, breached_at, credit, currency."""
    return connection.execute(
        "SELECT agreement, objective, circuit, indicator, period_starts_at, period_ends_at, standing, first.at, credit,"
        " currency FROM reporting.verdict LEFT JOIN LATERAL (SELECT max(changed_at) AS at FROM transition"
        "  WHERE subject = 'objective' AND to_state = 'breached' AND transition.circuit = verdict.circuit"
        "  AND transition.agreement = verdict.agreement AND transition.objective = verdict.objective"
        "  AND changed_at >= period_starts_at AND reason = 'verdict of ' || month) AS first ON true"
        " WHERE is_listed AND period_starts_at > %(from)s - INTERVAL '32 days' AND period_ends_at > %(from)s",
        {"from": ended_after},
    ).fetchall()


def read_published(connection: Connection, recorded_after: datetime) -> list[tuple[Any, ...]]:
    """The versions published since: agreement, start, end, kind, version, published_at, payable, currency."""
    return connection.execute(
        "SELECT agreement, period_starts_at, period_ends_at, kind, version,"
        " (body::jsonb ->> 'occurred_at')::timestamptz, (body::jsonb #>> '{credit,payable}')::numeric,"
        " coalesce(body::jsonb #>> '{credit,currency}', '')"
        " FROM verdict_entry WHERE kind IN ('issued', 'restated') AND recorded_at > %s ORDER BY agreement, entry",
        (recorded_after,),
    ).fetchall()


def read_zone_rules_apart(connection: Connection) -> dict[str, int]:
    """By time zone, the months that this server would cut otherwise than our calendar."""
    return dict(connection.execute("SELECT time_zone, months_apart FROM reporting.zone_rules").fetchall())


def read_maintenance(connection: Connection, now: datetime) -> list[ExclusionRow]:
    """The accepted maintenance in which `now` lies."""
    rows = connection.execute(
        "SELECT exclusion, circuit, kind, starts_at, ends_at, announced_at, decision FROM exclusion"
        " JOIN circuit USING (circuit_id)"
        " WHERE kind = 'maintenance' AND decision = 'accepted' AND starts_at <= %(now)s AND ends_at > %(now)s",
        {"now": now},
    ).fetchall()
    return [ExclusionRow(*row) for row in rows]


def _listed(connection: Connection, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE is_listed".encode()).fetchall()
