"""Whether two statements of a tenant can both be of the ledgers as they were kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.json_difference import differences
from reports.verifying import ledger_entries
from store.finding import Finding

Json = dict[str, Any]


def one_ledger(other: Json, made: Json) -> Iterator[Finding]:
    """What speaks against it, of whatever months the two are; one ok, or a warning where no ledger is in both."""
    common: list[str] = []
    try:
        before, after = sorted((other, made), key=_age)
        wrong = list(ledger_faults(before, after))
        common = [name for name in made["chain"] if name in other["chain"]]
        gone = list(ledgers_gone(before, after))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        wrong, gone = [f"one of the two is not written as a statement: {type(error).__name__} {error}"], []
    yield from (Finding("error", "chain", text) for text in wrong)
    yield from (Finding("warning", "chain", text) for text in gone)
    if not common and not wrong:
        yield Finding("warning", "chain", f"names no ledger that {other['number']} names: nothing to compare")
    elif not wrong:
        text = f"{', '.join(common)}: as in {other['number']}: no entry gone, no month told otherwise"
        yield Finding("ok", "chain", text)


def ledger_faults(before: Json, after: Json) -> Iterator[str]:
    """Where two statements, the older first, cannot be of one ledger: one of the two was written anew.

    A statement or an entry with one number and two hashes, a ledger that has become shorter, and a version of a month,
    theirs or one of the twelve before, with two figures.
    """
    yield from _numbers(before, after)
    known: dict[tuple[str, int], str] = {}
    for made in (before, after):
        for name, entry, sha256 in ledger_entries(made):
            if known.setdefault((name, entry), sha256) != sha256:
                yield f"{name}: entry {entry} has SHA-256 {known[name, entry]} in one statement, {sha256} in the other"
    if before["tenant"]["code"] == after["tenant"]["code"]:
        for name, head in before["chain"].items():
            later = after["chain"].get(name)
            if head is not None and later is not None and later["entry"] < head["entry"]:
                yield f"chain.{name}: had entry {head['entry']} already: entries were cut off"
    yield from _months(before, after)


def ledgers_gone(before: Json, after: Json) -> Iterator[str]:
    """Ledgers of the tenant that the older statement names and the younger does not: of an agreement that is no longer
    kept, or one of which nothing shall be seen."""
    if before["tenant"]["code"] == after["tenant"]["code"]:
        for name, head in before["chain"].items():
            if head is not None and after["chain"].get(name) is None:
                yield f"chain.{name}: had {head['entry']} entries, and is not named any more"


def _numbers(before: Json, after: Json) -> Iterator[str]:
    """Numbers of statements, theirs and those that they replace, with two hashes. A provisional one has no version, and
    its number is the next provisional one's as well."""
    known: dict[str, str] = {}
    for made in (before, after):
        named = ((made["number"] if made["version"] is not None else None, made["sha256"]),
                 (made["replaces"], made.get("replaces_sha256")))  # fmt: skip
        for number, sha256 in named:
            if number is not None and sha256 is not None and known.setdefault(number, sha256) != sha256:
                yield f"{number}: there are two of this number, with SHA-256 {known[number]} and {sha256}"


def _age(made: Json) -> tuple[str, int]:
    """By date; of two of one second the longer ledger is the later."""
    return made["issued_at"], sum(head["entry"] for head in made["chain"].values() if head is not None)


def _months(before: Json, after: Json) -> Iterator[str]:
    """Versions of months that both statements tell, with figures that are not the same."""
    figures: dict[tuple[str, str, int], Json] = {}
    for made in (before, after):
        for name, months in made["history"].items():
            for version in (each for month in months for each in month["versions"] if each["version"] is not None):
                told = {key: value for key, value in version.items() if key != "state"}
                place = name, str(version["starts_at"]), int(version["version"])
                yield from differences(
                    figures.setdefault(place, told), told, f"{name}: version {place[2]} of {place[1]}"
                )
