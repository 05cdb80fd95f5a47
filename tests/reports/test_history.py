"""The last twelve months: every one of them is there, and each says what was published of it."""

from datetime import UTC, datetime
from typing import Any

from facilities.calendar import zone
from reports.history import chain, history, months_before
from store.canonical import canonical
from store.ledger_chain import LedgerEntry
from tests.reports.conftest import text_of

Document = dict[str, Any]
CASABLANCA = zone("Africa/Casablanca")


def entry(number: int, kind: str, starts_at: datetime, version: int, document: Document | None) -> LedgerEntry:
    body = canonical({"entry": number}).decode()
    text = None if document is None else text_of(document)
    return LedgerEntry(
        "A", number, kind, starts_at, starts_at, version, "amina", starts_at, None, f"{number:064d}", None, body, text
    )


def test_a_year_crosses_new_year() -> None:
    assert months_before("2026-03")[:4] == ["2025-04", "2025-05", "2025-06", "2025-07"]
    assert (len(months_before("2026-03")), months_before("2026-12")[0]) == (12, "2026-01")


def test_the_version_in_force_of_each_month_and_none_where_none_is(october: Document) -> None:
    """Months are those of the wall clock: September began on 31 August in UTC."""
    september, later = datetime(2026, 8, 31, 23, tzinfo=UTC), {**october, "credits": {"payable": "9.00"}}
    entries = [entry(1, "issued", september, 1, october), entry(2, "contested", september, 1, None),
               entry(3, "restated", september, 2, later)]  # fmt: skip
    found = history("2026-10", entries, [october], CASABLANCA)
    assert [one["month"] for one in found] == months_before("2026-10")
    assert [len(one["versions"]) for one in found] == [0] * 10 + [1, 1]
    (published,), (draft,) = found[-2]["versions"], found[-1]["versions"]
    assert (published["version"], published["state"], published["payable"]) == (2, "contested", "9.00")
    assert (draft["version"], draft["state"], draft["payable"]) == (None, None, "2700.00")
    first, *_, last = draft["objectives"]
    assert (first["value_percent"], first["down_seconds"]) == ("99.9434", 1_510)
    assert (last["tickets"], last["late_tickets"]) == (2, 1)


def test_the_head_is_the_last_entry() -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    entries = [entry(1, "issued", at, 1, None), entry(2, "final", at, 1, None)]
    assert chain(entries) == {"entry": 2, "sha256": f"{2:064d}"}
    assert chain([]) is None
