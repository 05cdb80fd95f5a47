"""What boards say of issued statements: to a company its own, to operators what has not gone out, and no address."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from dashboards.grafana.statements_sql import TROUBLES
from store.connection import Connection
from store.dispatch_rows import Event
from tests.dashboards.grafana.every_query import EVERY, answer
from tests.dashboards.grafana.filled_day import NOW

Viewers = dict[str, Connection]

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
A1, A2, B1, B2 = (f"DÉMO-P2I-2026-08-locataire-{one}" for one in ("a-v1", "a-v2", "b-v1", "b-v2"))


def issued(viewer: Connection, tenant: str = "locataire-a", month: str = "2026-09") -> list[dict[str, Any]]:
    return answer(viewer, "tenant-33A", values={"tenant": tenant, "month": month})


def unsent(viewer: Connection, to_at: Any = NOW) -> list[dict[str, Any]]:
    return answer(viewer, "trust-36A", to_at=to_at)


def test_a_company_reads_what_it_was_sent_the_newest_version_first(viewers: Viewers) -> None:
    second, first = issued(viewers["tenant"])
    assert first == {
        "month": "2026-08", "number": A1, "version": 1, "issued_at": NOW - 3 * DAY, "mail_state": "delivered",
        "handed_over_at": NOW - 3 * DAY + HOUR, "files": "whole", "sha256": "1a" * 32,
    }  # fmt: skip
    assert second == {
        "month": "2026-08", "number": A2, "version": 2, "issued_at": NOW - DAY, "mail_state": "failed",
        "handed_over_at": NOW - DAY + HOUR, "files": "no_evidence", "sha256": "2a" * 32,
    }  # fmt: skip
    assert issued(viewers["operator"]) == [second, first]
    assert issued(viewers["ewane"]) == [second, first]


def test_of_the_chosen_month_and_the_eleven_before_it(viewers: Viewers) -> None:
    assert [row["number"] for row in issued(viewers["tenant"], month="2026-08")] == [A2, A1]
    assert [row["number"] for row in issued(viewers["tenant"], month="2027-07")] == [A2, A1]
    for month in ("2026-07", "2027-08", ""):
        assert issued(viewers["tenant"], month=month) == []


def test_nobody_reads_anothers(viewers: Viewers) -> None:
    assert issued(viewers["tenant"], "locataire-b") == []
    for who in ("stranger", "tanger", "authority"):
        assert issued(viewers[who]) == []


def test_a_statement_of_two_managers_parks_is_read_by_neither(viewers: Viewers) -> None:
    assert [row["number"] for row in issued(viewers["operator"], "locataire-b")] == [B2, B1]
    for who in ("ewane", "tanger"):
        assert issued(viewers[who], "locataire-b") == []
    (one,) = issued(viewers["tanger"], "locataire-e")
    assert (one["mail_state"], one["handed_over_at"], one["files"]) == ("none", None, "whole")


def test_what_has_not_gone_out_with_what_is_for_a_person_first(viewers: Viewers) -> None:
    rows = unsent(viewers["operator"])
    assert [(row["number"], row["mail_state"], row["files"], row["trouble"], row["code"]) for row in rows] == [
        (A2, "failed", "no_evidence", "bounced", None),
        (B2, "none", "making", None, None),
        (B1, "waiting", "whole", "deferred", 451),
    ]
    assert {row["contest_mail_state"] for row in rows} == {"none"}
    assert rows[2]["server"] == "mail.example:587"
    assert rows[0]["happened_at"] == NOW - DAY + 2 * HOUR
    assert "@" not in str(rows)
    earlier = [row["number"] for row in unsent(viewers["operator"], to_at=NOW - HOUR)]
    assert earlier == [A2, B1], "what was issued later than what is shown is not"


def test_a_manager_reads_of_its_parks_and_not_what_the_mail_server_said(viewers: Viewers) -> None:
    (row,) = unsent(viewers["ewane"])
    assert (row["number"], row["mail_state"]) == (A2, "failed")
    assert (row["trouble"], row["code"], row["server"], row["happened_at"]) == (None,) * 4
    for who in ("stranger", "tanger", "authority"):
        assert unsent(viewers[who]) == []


@pytest.mark.parametrize("who", ["tenant", "operator"])
def test_no_board_tells_an_address(viewers: Viewers, who: str) -> None:
    assert "@" not in str([*issued(viewers[who]), *unsent(viewers[who])])


def test_every_fingerprint_can_be_had_whole() -> None:
    columns = [
        column for one in EVERY.values() for panel in one.all_panels() for column in panel.columns
        if column.name == "sha256"
    ]  # fmt: skip
    assert len(columns) == 2
    assert all({"id": "custom.inspect", "value": True} in one.override("table")["properties"] for one in columns)


def test_every_trouble_is_an_event_of_the_store() -> None:
    assert set(TROUBLES) < set(get_args(Event))
