"""What tampering with a chain of entries looks like, without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.canonical import canonical, text_sha256
from store.instants import utc_text
from store.ledger_chain import Fault, LedgerEntry, faults

START = datetime(2026, 9, 1, tzinfo=UTC)


def chain(*kinds: str) -> list[LedgerEntry]:
    """Entries as the database writes them, one month each."""
    entries: list[LedgerEntry] = []
    for number, kind in enumerate(kinds, start=1):
        document = f'{{"figure": {number}}}\n' if kind in ("issued", "restated") else None
        at = START + timedelta(days=30 * number, microseconds=number)
        previous = entries[-1].sha256 if entries else None
        said: dict[str, Any] = {
            "agreement": "A", "entry": number, "kind": kind, "version": 1, "author": "clerk",
            "period": {"starts_at": utc_text(START), "ends_at": utc_text(START + timedelta(days=30))},
            "recorded_at": utc_text(at), "previous_sha256": previous,
            "document_sha256": None if document is None else text_sha256(document),
        }  # fmt: skip
        body = canonical(said).decode()
        entries.append(
            LedgerEntry(
                "A", number, kind, START, START + timedelta(days=30), 1, "clerk", at, previous, text_sha256(body),
                said["document_sha256"], body, document,
            )
        )  # fmt: skip
    return entries


KINDS = ("issued", "contested", "answered", "final")


def test_a_chain_as_written_has_no_fault_and_holds_every_head_it_ever_had() -> None:
    entries = chain(*KINDS)
    assert faults(entries) == []
    assert all(faults(entries, head=entry.sha256) == [] for entry in entries)
    assert faults([]) == []


def rehashed(entry: LedgerEntry, old: str, new: str) -> LedgerEntry:
    body = entry.body.replace(old, new)
    return entry._replace(body=body, sha256=text_sha256(body))


def changed(number: int, change: Callable[[LedgerEntry], LedgerEntry]) -> Callable[[list[LedgerEntry]], Any]:
    def tampered(entries: list[LedgerEntry]) -> list[LedgerEntry]:
        return [change(entry) if entry.entry == number else entry for entry in entries]

    return tampered


def swapped(entries: list[LedgerEntry]) -> list[LedgerEntry]:
    one, two, three, *rest = entries
    return [one, three._replace(entry=2), two._replace(entry=3), *rest]


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (changed(2, lambda e: e._replace(body=e.body.replace("clerk", "other"))), Fault(2, "its body was changed")),
        (changed(1, lambda e: e._replace(document='{"figure": 0}\n')), Fault(1, "its document was changed")),
        (changed(1, lambda e: e._replace(document=None)), Fault(1, "its document is missing")),
        (changed(3, lambda e: e._replace(author="other")), Fault(3, "its column author was changed: other, the body")),
        (changed(3, lambda e: e._replace(version=7)), Fault(3, "its column version was changed: 7, the body says 1")),
        (
            changed(2, lambda e: e._replace(period_ends_at=START + timedelta(days=9))),
            Fault(2, "its column period_ends_at was changed: 2026-09-10T00:00:00Z"),
        ),
        (changed(2, lambda e: e._replace(sha256="0" * 64)), Fault(2, "its body was changed: it has another hash")),
        (changed(2, lambda e: rehashed(e, '"contested"', '"final"')), Fault(3, "does not name the hash of the entry")),
        (changed(2, lambda e: e._replace(body=f" {e.body}")), Fault(2, "its body is not in canonical form")),
        (changed(2, lambda e: e._replace(body="gone")), Fault(2, "its body is not what an entry is written as")),
        (lambda entries: [e for e in entries if e.entry != 2], Fault(3, "entry 2 is missing")),
        (lambda entries: entries[3:], Fault(4, "entries 1 to 3 are missing")),
        (swapped, Fault(2, "its column entry was changed: 2, the body says 3")),
    ],
)
def test_each_kind_of_tampering_is_named_at_its_entry(
    tamper: Callable[..., list[LedgerEntry]], expected: Fault
) -> None:
    found = faults(tamper(chain(*KINDS)))
    assert any(fault.entry == expected.entry and fault.text.startswith(expected.text) for fault in found), found


def test_what_cannot_follow_is_named_though_every_hash_is_right() -> None:
    """As written behind disabled triggers."""
    assert [fault.text for fault in faults(chain("issued", "final", "contested"))] == [
        "comes after entry 2, which made its period final"
    ]
    assert [fault.text for fault in faults(chain("issued", "restated"))] == [
        "restated of version 1 does not follow version 1"
    ]
    assert [fault.text for fault in faults(chain("contested"))] == ["contested of version 1 does not follow version 0"]


def test_a_tail_that_was_cut_off_or_written_anew_is_found_by_the_head_somebody_was_given() -> None:
    entries = chain(*KINDS)
    given = entries[-1].sha256
    assert faults(entries[:-1]) == []
    (fault,) = faults(entries[:-1], head=given)
    assert fault == Fault(0, f"no entry has the hash {given}: entries were cut off, or written anew")
    anew = [*entries[:-1], rehashed(entries[-1], "clerk", "other")._replace(author="other")]
    assert faults(anew) == []
    assert [each.entry for each in faults(anew, head=given)] == [0]
