"""One statement after another, each as whoever has the key could write it: what no hash of it alone can show."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from reports.consistency import consistency
from reports.history import figures
from reports.one_ledger import one_ledger
from reports.succession import succession
from tests.p2i.statement_files import made_statement

Json = dict[str, Any]
ENTRY = {"entry": 1, "sha256": "a" * 64}
V1, V2 = (f"DÉMO-P2I-2026-10-locataire-a-v{version}" for version in (1, 2))
CORRECTION = {"from_version": 1, "to_version": 2, "reason": "late readings", "adjustment": "0.00"}


def statement(version: int, *agreements: str) -> Json:
    """A statement of the same figures in each of the agreements, every one of them first published."""
    made = made_statement()
    part, name = made["agreements"][0], made["agreements"][0]["agreement"]
    part["correction"] = None
    part["published"] = {**ENTRY, "version": 1, "state": "issued", "reason": "", "adjustment": None}
    months = made["history"].pop(name)
    for one in months[-1]["versions"]:
        one |= figures(part["score"], 1, "issued")
    made |= {
        "number": f"DÉMO-P2I-2026-10-locataire-a-v{version}", "version": version, "status": "issued", "reasons": [],
        "replaces": None if version == 1 else V1, "replaces_sha256": None if version == 1 else "1" * 64,
        "sha256": str(version) * 64, "agreements": [], "adjustment": [],
        "payable": [{"currency": "MAD", "amount": f"{2700 * len(agreements)}.00"}],
        "chain": dict.fromkeys(agreements, ENTRY), "history": dict.fromkeys(agreements, months),
    }  # fmt: skip
    for agreement in agreements:
        one = copy.deepcopy(part)
        one |= {"agreement": agreement, "new_since": None, "score": {**one["score"], "agreement": agreement}}
        made["agreements"].append(one)
    return made


def with_new_part() -> Json:
    """The second statement, which has an agreement more than the first."""
    made = statement(2, "A", "B")
    made["agreements"][1]["new_since"] = V1
    made["adjustment"] = [{"currency": "MAD", "amount": "2700.00"}]
    return made


def wrong(found: Any) -> list[str]:
    return [one.text for one in found if one.level != "ok"]


def test_an_agreement_that_was_not_ready_comes_with_the_next_statement() -> None:
    made = with_new_part()
    assert wrong(consistency(made)) == []
    assert wrong(succession(statement(1, "A"), made)) == []
    assert wrong(one_ledger(statement(1, "A"), made)) == []


def test_a_period_that_was_not_ready_comes_with_the_next_statement() -> None:
    """The first part of the month has another name once there is a second one."""
    made = with_new_part()
    first, second = made["agreements"]
    second["agreement"] = second["score"]["agreement"] = "A"
    second["score"]["period"] = {**second["score"]["period"], "starts_at": "2026-10-16T00:00:00+01:00"}
    first["segment"], second["segment"] = {"first_on": "2026-10-01"}, {"first_on": "2026-10-16"}
    made["chain"] = {"A": ENTRY}
    assert wrong(succession(statement(1, "A"), made)) == []
    second["new_since"] = None
    assert wrong(succession(statement(1, "A"), made))[0].startswith("A 2026-10-16: is in the later of the two only")


NOT_NEW = f"B: is in the later of the two only, and is not told as new since {V1}"
UNTOLD: dict[str, tuple[Callable[[Json], object], str]] = {
    "not told as new": (
        lambda m: m["agreements"][1].update(new_since=None), NOT_NEW
    ),
    "not told, of an older release": (
        lambda m: m["agreements"][1].pop("new_since"), NOT_NEW
    ),
    "new since another": (lambda m: m["agreements"][1].update(new_since=V2), f"B: new_since: {V2}, not {V1}"),
    "new and corrected": (
        lambda m: m["agreements"][1].update(correction=CORRECTION), f"B: corrects version 1, which {V1} does not have"
    ),
    "new and not published": (lambda m: m["agreements"][1].pop("published"), "B: is not published"),
    "the one before had it": (
        lambda m: m["agreements"][0].update(new_since=V1), f"A: new_since: {V1}, and it is in the earlier statement"
    ),
    "its payable is not counted": (
        lambda m: m["adjustment"].clear(), "adjustment: 0 MAD, and what is payable changed by 2700.00 MAD"
    ),
    "one of the earlier is gone": (lambda m: m["agreements"].pop(0), "A: is in the earlier of the two only"),
    "a correction of what did not change": (
        lambda m: m["agreements"][0].update(correction=CORRECTION), "A: version 1 in both, yet it tells a correction"
    ),
    "another predecessor of the number": (
        lambda m: m.update(replaces_sha256="0" * 64),
        f"{V1}: there are two of this number, with SHA-256 {'1' * 64} and {'0' * 64}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNTOLD)
def test_what_is_new_is_told_and_what_is_told_is_new(name: str) -> None:
    change, named = UNTOLD[name]
    made = with_new_part()
    change(made)
    assert named in wrong(succession(statement(1, "A"), made))


def test_an_older_statement_that_does_not_name_the_hash_of_the_one_before() -> None:
    made = statement(2, "A")
    del made["replaces_sha256"], made["agreements"][0]["new_since"]
    assert wrong(succession(statement(1, "A"), made)) == []


def test_two_statements_of_one_number() -> None:
    """Whatever else of them is the same: one of the two was never issued, or was written anew."""
    first, other = statement(1, "A"), statement(1, "A")
    assert wrong(one_ledger(first, other)) == []
    other["sha256"] = "0" * 64
    for found in (one_ledger(first, other), one_ledger(other, first), succession(first, other)):
        assert any(text.startswith(f"{V1}: there are two of this number, with SHA-256 ") for text in wrong(found))
    assert wrong(one_ledger(other, statement(2, "A"))) == [
        f"{V1}: there are two of this number, with SHA-256 {'0' * 64} and {'1' * 64}"
    ], "the next one says which of the two it replaces"
    translated = {**other, "number": f"{V1}-fr"}
    assert wrong(one_ledger(first, translated)) == []
    assert wrong(consistency(translated)) == []


def test_provisional_ones_have_one_number_and_many_hashes() -> None:
    first, other = ({**statement(1, "A"), "version": None, "sha256": sha256} for sha256 in ("0" * 64, "1" * 64))
    assert wrong(one_ledger(first, other)) == []


SAID: dict[str, tuple[Callable[[Json], object], str]] = {
    "corrects nothing that was told": (
        lambda m: m["agreements"][0].update(correction=CORRECTION),
        "A: corrects version 1, and the statement replaces none",
    ),
    "changes nothing that was told": (
        lambda m: m["adjustment"].append({"currency": "MAD", "amount": "0.00"}),
        "adjustment: 0.00 MAD, and the agreements add up to nothing",
    ),
    "new since nothing": (
        lambda m: m["agreements"][0].update(new_since=V1), f"A: new_since: {V1}, and the statement replaces None"
    ),
    "the hash of none": (
        lambda m: m.update(replaces_sha256="0" * 64), f"replaces_sha256: {'0' * 64}, and it replaces none"
    ),
    "a number of another language": (
        lambda m: m.update(number=f"{V1}-en"), f"number: {V1}-en is not of {V1}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_first_statement_tells_no_change(name: str) -> None:
    change, named = SAID[name]
    made = statement(1, "A")
    assert wrong(consistency(made)) == []
    change(made)
    assert named in wrong(consistency(made))
