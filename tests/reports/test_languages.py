import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import reports
from facilities.inventory import Inventory
from reports.language_ar import ARABIC
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.pages.arabic import arabic_cover
from reports.statement import Scored, statement

FOLDER = Path(reports.__file__).parent


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    assert FRENCH.texts.keys() == ENGLISH.texts.keys()


@pytest.mark.parametrize("key", sorted(FRENCH.texts))
def test_both_languages_fill_the_same_places(key: str) -> None:
    assert places(FRENCH.texts[key]) == places(ENGLISH.texts[key])


def test_every_text_is_used() -> None:
    """A text that nothing names would be translated in vain; a group is named by its beginning (`"kind." ~ …`)."""
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for file in [*FOLDER.glob("*.py"), *FOLDER.glob("pages/*.py")]
        if not file.name.startswith("language_")
    )
    named = set(re.findall(r'["\']([a-z_0-9.]+)["\'{]', source)) | set(re.findall(r'f"([a-z_.]+\.)\{', source))
    groups = tuple(name for name in named if name.endswith("."))
    assert [key for key in FRENCH.texts if key not in named and not key.startswith(groups)] == []


def test_the_arabic_summary_says_nothing_that_the_statement_does_not() -> None:
    """One key is its own: it says that it is a summary."""
    assert ARABIC.texts.keys() - FRENCH.texts.keys() == {"verification.summary"}
    filled = {key: places(text) for key, text in ARABIC.texts.items() if key in FRENCH.texts}
    assert filled == {key: places(FRENCH.texts[key]) for key in filled}


@pytest.mark.parametrize("state", ["provisional", "issued", "contested", "final"])
def test_the_arabic_summary_lacks_no_text_and_has_none_too_many(
    state: str, demo: Inventory, october: dict[str, Any], scored: Callable[..., Scored]
) -> None:
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    made = statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {}, inventory=demo, issued_at=issued_at, words=FRENCH
    )
    made |= {"status": state, "replaces": "X", "version": 2, "chain": {"DEMO-CASA-A": {"entry": 3, "sha256": "0" * 64}}}
    made["adjustment"] = [{"currency": "MAD", "amount": "-1.00"}]
    said = str(arabic_cover(made))
    always = [
        *(
            "title",
            "tenant",
            "number",
            "replaces",
            "issued_at",
            "period",
            "summary",
            "circuit",
            "objective",
            "measured",
        ),
        *("verdict", "credit", "total", "total_note", "adjustment", "verification", "verification.summary", "page"),
        *(f"status.{state}", "verdict.met", "verdict.breached", "no_value", "excluding_tax"),
    ]
    assert [key for key in always if ARABIC.texts[key] not in said] == []


def test_arabic_months_are_those_of_morocco() -> None:
    assert [ARABIC.formats.month(2026, number).split()[0] for number in (5, 7, 8, 9, 11, 12)] == [
        "ماي", "يوليوز", "غشت", "شتنبر", "نونبر", "دجنبر",
    ]  # fmt: skip
    assert ARABIC.formats.number("1234567.89") == "1\u202f234\u202f567,89"


@pytest.mark.parametrize("key", sorted(FRENCH.texts))
def test_french_never_breaks_before_a_sign(key: str) -> None:
    text = FRENCH.texts[key]
    assert not re.search(r" [:;?!%»]|« ", text)
    assert "'" not in text


def test_a_place_that_is_not_filled_is_an_error() -> None:
    with pytest.raises(KeyError, match="target"):
        FRENCH.say("promise.availability")
