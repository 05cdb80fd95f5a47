"""What the figures of a scored period rest on, as the engine wrote it beside them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from store.canonical import canonical
from store.connection import Connection

Json = dict[str, Any]


def write_evidence(
    connection: Connection, agreement: str, starts_at: datetime, ends_at: datetime, evidence: Json | None
) -> None:
    """Writes it beside the score of the period, in place of what was there; None removes it. The caller commits."""
    key = (agreement, starts_at, ends_at)
    if evidence is None:
        connection.execute(
            "DELETE FROM score_evidence WHERE (agreement, period_starts_at, period_ends_at) = (%s, %s, %s)", key
        )
        return
    connection.execute(
        "INSERT INTO score_evidence (agreement, period_starts_at, period_ends_at, evidence) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (agreement, period_starts_at, period_ends_at) DO UPDATE SET evidence = excluded.evidence",
        (*key, canonical(evidence).decode()),
    )


def read_evidence(connection: Connection, agreement: str, starts_at: datetime, ends_at: datetime) -> Json | None:
    """What was written beside the score of the period; None for one that runs, or was scored before it was kept."""
    row = connection.execute(
        "SELECT evidence FROM score_evidence WHERE (agreement, period_starts_at, period_ends_at) = (%s, %s, %s)",
        (agreement, starts_at, ends_at),
    ).fetchone()
    return None if row is None else dict(json.loads(row[0]))
