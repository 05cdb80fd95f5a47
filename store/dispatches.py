"""Messages to tenants: what each is, where it stands with each recipient, and the record of what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from store.connection import Connection
from store.dispatch_rows import Dispatch, Event, Happened, Kind, NewDispatch, RecipientState, State, ToldOf

_NEW = [field.name for field in fields(NewDispatch)]
_DISPATCH = ", ".join(field.name for field in fields(Dispatch))
_RECIPIENT = ", ".join(RecipientState._fields)
_EVENT = ", ".join(Happened._fields)


def write_dispatch(connection: Connection, one: NewDispatch, addresses: Iterable[str], now: datetime) -> bool:
    """Writes a message with its recipients, to be handed over from `now` on; False where it was written before."""
    places = ", ".join(f"%({name})s" for name in _NEW)
    row = connection.execute(
        f"INSERT INTO dispatch ({', '.join(_NEW)}) VALUES ({places})"
        " ON CONFLICT DO NOTHING RETURNING dispatch_id".encode(),
        asdict(one),
    ).fetchone()
    if row is None:
        return False
    for address in addresses:
        add_recipient(connection, row[0], address, now)
    return True


def add_recipient(connection: Connection, dispatch_id: int, address: str, now: datetime) -> None:
    """Has a message handed over to an address from `now` on, as if it was never tried: a new one, or again."""
    connection.execute(
        f"INSERT INTO dispatch_recipient ({_RECIPIENT}) VALUES (%s, %s, 'waiting', %s, %s, 0)"
        " ON CONFLICT (dispatch_id, address) DO UPDATE SET state = 'waiting', tried_from = excluded.tried_from,"
        " next_try_at = excluded.next_try_at, attempts = 0".encode(),
        (dispatch_id, address, now, now),
    )


def set_state(
    connection: Connection, dispatch_id: int, address: str, state: State, next_try_at: datetime | None
) -> None:
    """Where a message stands with a recipient from now on."""
    connection.execute(
        "UPDATE dispatch_recipient SET state = %s, next_try_at = %s WHERE dispatch_id = %s AND address = %s",
        (state, next_try_at, dispatch_id, address),
    )


def begin_attempt(connection: Connection, one: RecipientState, now: datetime, next_try_at: datetime) -> bool:
    """Writes down that it is tried now; should nothing be heard of it, it is tried again at `next_try_at`.

    False, and nothing is written, where somebody decided otherwise since `one` was read: it is not to be sent then.
    """
    found = connection.execute(
        "UPDATE dispatch_recipient SET attempts = attempts + 1, next_try_at = %s"
        " WHERE dispatch_id = %s AND address = %s AND state = 'waiting' AND tried_from = %s",
        (next_try_at, one.dispatch_id, one.address, one.tried_from),
    )
    if found.rowcount != 1:
        return False
    write_happened(connection, one.dispatch_id, one.address, now, "attempted", attempt=one.attempts + 1)
    return True


def end_attempt(connection: Connection, one: RecipientState, state: State) -> None:
    """Where it stands after an attempt, unless somebody decided otherwise meanwhile: replaced it, asked for it anew."""
    connection.execute(
        "UPDATE dispatch_recipient SET state = %s, next_try_at = NULL"
        " WHERE dispatch_id = %s AND address = %s AND state = 'waiting' AND tried_from = %s",
        (state, one.dispatch_id, one.address, one.tried_from),
    )


def write_happened(
    connection: Connection, dispatch_id: int, address: str | None, at: datetime, event: Event, **detail: Any
) -> None:
    """Adds a row to the proof of dispatch."""
    connection.execute(
        "INSERT INTO dispatch_event (dispatch_id, address, happened_at, event, detail) VALUES (%s, %s, %s, %s, %s)",
        (dispatch_id, address, at, event, Jsonb(detail)),
    )


def read_due(connection: Connection, now: datetime) -> list[RecipientState]:
    """Who is to be sent something now, the longest due first.

    What somebody was to get before of the same month of the tenant comes before it, though its own time is not there
    yet: a statement before its correction, and before the answer to what was said of it.
    """
    with connection.cursor(row_factory=class_row(RecipientState)) as cursor:
        return cursor.execute(
            f"SELECT {_RECIPIENT} FROM ("
            "SELECT dispatch_recipient.*, max(dispatch_id) FILTER (WHERE next_try_at <= %s) OVER thread AS last_due,"
            " min(next_try_at) OVER thread AS since FROM dispatch_recipient JOIN dispatch USING (dispatch_id)"
            " JOIN statement USING (number) WHERE state = 'waiting'"
            " WINDOW thread AS (PARTITION BY tenant, month, address)) AS waiting"
            " WHERE dispatch_id <= last_due ORDER BY since, dispatch_id, address".encode(),
            (now,),
        ).fetchall()


def read_recipients_of(connection: Connection, dispatch_id: int) -> list[RecipientState]:
    """Where a message stands with each of its recipients."""
    return _recipients(connection, "WHERE dispatch_id = %s ORDER BY address", (dispatch_id,))


def read_failed(connection: Connection) -> list[tuple[str, Kind, State, int]]:
    """Number, kind, state and count of recipients that a person has to do something about."""
    return connection.execute(
        "SELECT number, kind, state, count(*)::int FROM dispatch JOIN dispatch_recipient USING (dispatch_id)"
        " WHERE state IN ('refused', 'given_up', 'bounced') GROUP BY dispatch_id, number, kind, state"
        " ORDER BY dispatch_id, state"
    ).fetchall()


def count_states(connection: Connection) -> dict[State, int]:
    """How many recipients stand where."""
    return dict(connection.execute("SELECT state, count(*)::int FROM dispatch_recipient GROUP BY state").fetchall())


def read_dispatch(connection: Connection, dispatch_id: int) -> Dispatch | None:
    """A message by its number."""
    return next(iter(_dispatches(connection, "WHERE dispatch_id = %s", (dispatch_id,))), None)


def read_dispatch_by_message_id(connection: Connection, message_id: str) -> Dispatch | None:
    """A message by its Message-ID, with its angle brackets."""
    return next(iter(_dispatches(connection, "WHERE message_id = %s", (message_id,))), None)


def read_dispatches(connection: Connection, numbers: Sequence[str]) -> list[Dispatch]:
    """Every message about these statements, in the order they were written."""
    return _dispatches(connection, "WHERE number = ANY (%s) ORDER BY dispatch_id", (list(numbers),))


def read_happened(connection: Connection, dispatch_id: int) -> list[Happened]:
    """The proof of dispatch of a message, in its order."""
    with connection.cursor(row_factory=class_row(Happened)) as cursor:
        return cursor.execute(
            f"SELECT {_EVENT} FROM dispatch_event WHERE dispatch_id = %s ORDER BY event_id".encode(), (dispatch_id,)
        ).fetchall()


def read_undispatched(connection: Connection, tenants: Sequence[str]) -> list[tuple[str, str, str]]:
    """Number, tenant and month of the statements whose files are whole and that no message was written of."""
    return connection.execute(
        "SELECT number, tenant, month FROM statement JOIN statement_files USING (number) WHERE tenant = ANY (%s)"
        " AND NOT EXISTS (SELECT FROM dispatch WHERE dispatch.number = statement.number AND kind = 'statement')"
        " ORDER BY made_at, number",
        (list(tenants),),
    ).fetchall()


def read_untold(connection: Connection, agreements: Sequence[str]) -> list[ToldOf]:
    """The contests and answers of these agreements that no message was written of, in order of time."""
    with connection.cursor(row_factory=class_row(ToldOf)) as cursor:
        return cursor.execute(
            f"SELECT {', '.join(ToldOf._fields)} FROM verdict_entry WHERE agreement = ANY (%s)"
            " AND kind IN ('contested', 'answered') AND NOT EXISTS (SELECT FROM dispatch"
            " WHERE dispatch.agreement = verdict_entry.agreement AND dispatch.entry = verdict_entry.entry)"
            " ORDER BY recorded_at, agreement, entry".encode(),
            (list(agreements),),
        ).fetchall()


def _recipients(connection: Connection, rest: str, values: Sequence[Any]) -> list[RecipientState]:
    with connection.cursor(row_factory=class_row(RecipientState)) as cursor:
        return cursor.execute(f"SELECT {_RECIPIENT} FROM dispatch_recipient {rest}".encode(), values).fetchall()


def _dispatches(connection: Connection, rest: str, values: Sequence[Any]) -> list[Dispatch]:
    with connection.cursor(row_factory=class_row(Dispatch)) as cursor:
        return cursor.execute(
            f"SELECT {_DISPATCH} FROM dispatch JOIN statement USING (number) {rest}".encode(), values
        ).fetchall()
