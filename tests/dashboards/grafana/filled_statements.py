"""Statements of an earlier month: one that arrived, its correction that came back, one that waits, and no files yet."""

import json
from datetime import datetime, timedelta

from store.connection import Connection
from store.dispatch_rows import NewDispatch, State
from store.dispatches import read_dispatches, set_state, write_dispatch, write_happened
from store.statement_rows import IssuedStatement, StatementFiles
from store.statements import write_files, write_statement_row

DAY = timedelta(days=1)
MAIL = {"server": "mail.example:587", "code": 250, "reply": "2.0.0 secret@tenant.example ok"}
BUSY = MAIL | {"code": 451}


def fill_statements(connection: Connection, now: datetime) -> None:
    """Writes them as of `now`; the caller commits.

    August of locataire-a, in parks of one manager: version 1 was handed over after a deferral and delivered to both
    recipients, version 2 came back from one of them and has no evidence. Of locataire-b, in parks of two managers:
    version 1 waits since the mail server is busy, version 2 was issued a minute ago and has no files yet. Of
    locataire-e, in a park of the other manager: its folder is all.
    """
    casa, both = ["DEMO-CASA-A", "DEMO-TECH-A"], ["DEMO-CASA-B", "DEMO-TET-B"]
    _issue(connection, "DÉMO-P2I-2026-08-locataire-a-v1", "locataire-a", 1, casa, now - 3 * DAY, "")
    _send(connection, "DÉMO-P2I-2026-08-locataire-a-v1", now - 3 * DAY, "deferred", "delivered", "delivered")
    _issue(connection, "DÉMO-P2I-2026-08-locataire-a-v2", "locataire-a", 2, casa, now - DAY, "facts came since")
    _send(connection, "DÉMO-P2I-2026-08-locataire-a-v2", now - DAY, "bounced", "handed_over", "bounced")
    _issue(connection, "DÉMO-P2I-2026-08-locataire-b-v1", "locataire-b", 1, both, now - DAY, "")
    _send(connection, "DÉMO-P2I-2026-08-locataire-b-v1", now - DAY, "deferred", "waiting")
    minute = timedelta(minutes=1)
    _issue(connection, "DÉMO-P2I-2026-08-locataire-b-v2", "locataire-b", 2, both, now - minute, None)
    _issue(connection, "DÉMO-P2I-2026-08-locataire-e-v1", "locataire-e", 1, ["DEMO-TET-E"], now - DAY, "")


def _issue(
    connection: Connection,
    number: str,
    tenant: str,
    version: int,
    agreements: list[str],
    at: datetime,
    missing: str | None,
) -> None:
    """A statement, and its files unless `missing` is None: then there are none yet; else what the evidence lacks."""
    states = json.dumps([[agreement, "2026-07-31T23:00:00Z", version] for agreement in agreements])
    sha256 = f"{version}{tenant[-1]}" * 32
    one = IssuedStatement(number, tenant, "2026-08", version, True, "fr", states, sha256, "{}", at)
    assert write_statement_row(connection, one)
    if missing is not None:
        write_files(connection, StatementFiles(number, "{}", "c" * 64, missing or None, at))


def _send(connection: Connection, number: str, at: datetime, event: str, *states: State) -> None:
    addresses = [f"secret{place}@tenant.example" for place in range(len(states))]
    new = NewDispatch(
        number=number,
        kind="statement",
        agreement=None,
        entry=None,
        file="x.eml",
        message_id=f"<{number}>",
        message_sha256="d" * 64,
        message_bytes=1,
        written_at=at,
    )
    assert write_dispatch(connection, new, addresses, at)
    (one,) = read_dispatches(connection, [number])
    write_happened(connection, one.dispatch_id, addresses[0], at, "attempted", attempt=1)
    if event == "deferred":
        write_happened(connection, one.dispatch_id, addresses[0], at, "deferred", **BUSY)
    for address, state in zip(addresses, states, strict=True):
        if state != "waiting":
            set_state(connection, one.dispatch_id, address, state, None)
            write_happened(connection, one.dispatch_id, address, at + timedelta(hours=1), "handed_over", **MAIL)
    if event == "bounced":
        said = {"status": "5.1.1", "named": addresses[-1]}
        write_happened(connection, one.dispatch_id, addresses[-1], at + timedelta(hours=2), "bounced", **said)
