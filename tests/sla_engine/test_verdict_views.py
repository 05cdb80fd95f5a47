"""What reporting shows of published verdicts, to whom, and that a tenant can recompute the chain from it alone."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql

from sla_engine.verdict_due import read_months
from store.connection import Connection
from store.ledger import read_entries
from store.rows import ExclusionRow
from tests.sla_engine.ledger_cases import DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

ISSUED = OCTOBER + 5 * DAY
Decide = Callable[[Iterable[ExclusionRow]], None]


@pytest.fixture
def months(connection: Connection, tmp_path: Path) -> Months:
    found = Months(connection, promise(tmp_path, agreement_text("casa-a1", starts_on="2025-09-01")))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    return found


@contextmanager
def logged_in(connection: Connection, tenant: str) -> Iterator[Connection]:
    """The same connection as a login that may see one tenant."""
    role = sql.Identifier(f"p2i_tenant_{uuid4().hex[:12]}")
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(role))
    connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(role))
    connection.execute("INSERT INTO reader (role_name, tenant) VALUES (%s, %s)", (role.as_string().strip('"'), tenant))
    connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(role))
    try:
        yield connection
    finally:
        connection.rollback()


def versions(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT month, version, state, is_last, credit_payable::text, credit_adjustment::text, is_restatement_due"
        " FROM reporting.verdict_version ORDER BY period_starts_at, version"
    ).fetchall()


def is_due_by_the_list(months: Months, now: datetime) -> bool:
    (month,) = read_months(months.connection, months.promised, ["YEAR"], now)
    return month.is_restatement_due()


def test_versions_their_state_and_the_correction_that_is_due(months: Months, decide_by_two: Decide) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    assert versions(months.connection) == [("2025-09", 1, "issued", True, "500.00", None, False)]
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.engine(ISSUED + DAY)
    assert versions(months.connection) == [("2025-09", 1, "issued", True, "500.00", None, True)]
    assert is_due_by_the_list(months, ISSUED + DAY)
    months.desk(ISSUED + 2 * DAY).restate("YEAR", "2025-09")
    months.desk(ISSUED + 3 * DAY).contest("YEAR", "2025-09", "it was no works of ours")
    assert versions(months.connection) == [
        ("2025-09", 1, "superseded", False, "500.00", None, False),
        ("2025-09", 2, "contested", True, "0.00", "-500.00", False),
    ]
    assert not is_due_by_the_list(months, ISSUED + 3 * DAY)
    months.desk(ISSUED + 4 * DAY).answer("YEAR", "2025-09", upheld=False, reason="it was")
    months.desk(ISSUED + 40 * DAY).finalise("YEAR", "2025-09")
    assert [row[2] for row in versions(months.connection)] == ["superseded", "final"]


def test_another_release_of_the_zone_data_alone_is_no_correction(months: Months) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    months.connection.execute(
        "UPDATE score SET document = replace(document, '\"2026f\"', '\"2027a\"'), scored_at = %s", (ISSUED + DAY,)
    )
    months.connection.commit()
    assert versions(months.connection)[0][-1] is False
    assert not is_due_by_the_list(months, ISSUED + DAY)


def test_a_draft_that_is_older_than_the_version_says_nothing(months: Months, decide_by_two: Decide) -> None:
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.desk(ISSUED).issue("YEAR", "2025-09")  # counted now; the engine's draft does not know the exclusion yet
    assert versions(months.connection) == [("2025-09", 1, "issued", True, "0.00", None, False)]
    assert not is_due_by_the_list(months, ISSUED + timedelta(hours=1))


def test_a_tenant_recomputes_the_chain_from_the_view_and_sees_no_other_ledger(months: Months) -> None:
    months.desk(ISSUED).issue("YEAR", "2025-09")
    (entry,) = months.desk(ISSUED + DAY).contest("YEAR", "2025-09", "why")
    with logged_in(months.connection, "locataire-a") as tenant:
        before = None
        for body, document in tenant.execute(
            "SELECT body, document FROM reporting.verdict_entry WHERE agreement = 'YEAR' ORDER BY entry"
        ).fetchall():
            said = json.loads(body)
            assert said["previous_sha256"] == before
            assert document is None or hashlib.sha256(document.encode()).hexdigest() == said["document_sha256"]
            before = hashlib.sha256(body.encode()).hexdigest()
        assert before == entry.sha256
        assert len(versions(tenant)) == 1
    with logged_in(months.connection, "locataire-b") as other:
        assert versions(other) == []
        assert other.execute("SELECT * FROM reporting.verdict_entry").fetchall() == []
    assert len(read_entries(months.connection)) == 2
