"""The words of a statement that an agreement's text gives: promises, rules, what it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from facilities.agreement import Agreement
from reports.catalogue import Catalogue
from reports.json_difference import differences
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.rules import agreement_rules, objective_rules, promise
from store.finding import Level

Json = dict[str, Any]
WORDS: dict[str, Catalogue] = {"fr": FRENCH, "en": ENGLISH}


def rule_findings(made: Json, part: Json, agreement: Agreement) -> Iterator[tuple[Level, str]]:
    """Promises and rules that are not those of the agreement's text in the statement's language.

    Other figures are an error. Other words alone cannot be judged, for another release may word a rule otherwise: they
    are a warning with both, to be read. The park, the tenant, circuits and the calendar are compared by their codes.
    """
    yield from (("error", f"{text} (stated and in the agreement)") for text in _about(made, part, agreement))
    if made["language"] not in WORDS:
        yield "warning", f"rules: are in a language that this release has no words of: {made['language']}"
        return
    words = WORDS[made["language"]]
    promised = {objective.id: objective for objective in agreement.objectives}
    for shown in part["objectives"]:
        if shown["id"] in promised:
            expected = [promise(promised[shown["id"]], words)]
            yield from _worded([shown["promise"]], expected, f"{shown['id']}: promise")
    yield from _worded(part["rules"]["common"], agreement_rules(agreement, words), "rules")
    stated = part["rules"]["objectives"]
    for name in dict.fromkeys((*promised, *stated)):
        if name not in stated or name not in promised:
            yield "error", f"{name}: rules: are in one of the statement and the agreement only"
        else:
            yield from _worded(stated[name], objective_rules(agreement, promised[name], words), f"{name}: rules")


def _about(made: Json, part: Json, agreement: Agreement) -> Iterator[str]:
    calendar = agreement.calendar
    circuits = list(dict.fromkeys(objective.circuit for objective in agreement.objectives))
    stated: Json = {
        "tenant.code": made["tenant"]["code"], "facility.code": part["facility"]["code"],
        "circuits": list(part["circuits"]),
    }  # fmt: skip
    found: Json = {"tenant.code": agreement.tenant, "facility.code": agreement.facility, "circuits": circuits}
    if "calendar" in part and calendar is not None:
        stated["calendar"] = part["calendar"]
        found["calendar"] = {"id": calendar.id, "version": calendar.version, "sha256": calendar.sha256}
    elif "calendar" in part:
        yield f"calendar: {part['calendar']['id']} and none"
    yield from differences(stated, found)


def _worded(stated: Sequence[str], expected: Sequence[str], where: str) -> Iterator[tuple[Level, str]]:
    """Texts in pairs where there are as many of both; else those that are in one of the two only."""
    if not all(isinstance(text, str) for text in stated):
        raise TypeError(f"{where}: is no text")
    if len(stated) == len(expected):
        pairs = [(one, other) for one, other in zip(stated, expected, strict=True) if one != other]
    else:
        alone = [one for one in stated if one not in expected], [one for one in expected if one not in stated]
        pairs = [(" ".join(alone[0]), " ".join(alone[1]))]
    for one, other in pairs:
        if _figures(one) != _figures(other):
            yield "error", f"{where}: {one or 'nothing'}, the agreement says {other or 'nothing'}"
        else:
            said = f"{one or 'nothing'}, and this release says of the agreement {other or 'nothing'}"
            yield "warning", f"{where}: worded otherwise, cannot be judged: {said}"


def _figures(text: str) -> list[str]:
    return re.findall(r"\d+", text)
