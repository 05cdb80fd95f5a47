"""A figure in breach is printed so that nobody reads compliance in it: figures are cut, which helps only "at least"."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.formats import cut_decimal, even_decimal, percent_of, shown_above
from reports.html import html
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.mail_blocks import statement_blocks
from reports.mail_forms import mail_text
from reports.mail_words import MAIL_WORDS
from reports.pages.arabic import arabic_cover
from reports.pages.changes import changes
from reports.pages.wording import Wording
from reports.statement import Scored, statement
from sla_engine.document import percent

Document = dict[str, Any]
MakeScored = Callable[..., Scored]

LOST, SENT = 4_328, 4_326_000
"""Of at most 0.1 %: 0.100046…, cut 0.1000."""
AT_MOST = {"fr": "0,1 % au plus", "en": "at most 0.1%"}


def plain(text: str) -> str:
    """With plain blanks."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def told(words: Catalogue, found: Document, promise: str) -> str:
    """The figure of an objective in the words of a page."""
    say = Wording(words, {"language": words.code})
    number = re.search(r"\d[\d.,]*", promise)
    assert number is not None
    most = number[0].replace(",", "." if words is FRENCH else "")
    return plain(say.value(found, {"promise": promise, "at_most_percent": most, "at_most_ms": most}))


def loss(lost: int, sent: int, verdict: str = "breached") -> Document:
    return {"indicator": "loss", "verdict": verdict, "value_percent": even_decimal(Fraction(100 * lost, sent), 4),
            "sent": sent, "lost": lost}  # fmt: skip


def round_trip(value_ms: str, verdict: str = "breached") -> Document:
    return {"indicator": "round_trip", "verdict": verdict, "value_ms": value_ms, "answered": 9, "within": 1}


@pytest.mark.parametrize(
    ("lost", "sent", "promise", "shown"),
    [
        (LOST, SENT, "0,1 % au plus", "0,10004 %"),
        (10_000_001, 10_000_000_000, "0,1 % au plus", "0,10000001 %"),
        (1, 1_500_000, "0,00005 % au plus", "0,00006 %"),
        (2_000, 1_000_000, "0,1 % au plus", "0,2000 %"),
        (1, 1, "99,9999 % au plus", "100,0000 %"),
    ],
)
def test_a_loss_in_breach_has_the_decimals_that_show_it(lost: int, sent: int, promise: str, shown: str) -> None:
    assert told(FRENCH, loss(lost, sent), promise) == shown


@given(st.integers(1, 10**7), st.integers(0, 10**6), st.integers(0, 6))
def test_no_loss_in_breach_looks_kept(sent: int, digits: int, places: int) -> None:
    """The smallest loss above a bound, which is the one that cutting could hide."""
    most = Fraction(digits, 10**places)
    lost = most * sent // 100 + 1
    if most >= 100 or lost > sent:
        return
    found = loss(int(lost), sent)
    shown = told(ENGLISH, found, f"at most {cut_decimal(most, places)}%").removesuffix("%").replace(",", "")
    assert most < Fraction(shown) <= Fraction(100 * lost, sent), "above the bound, and never more than was lost"


def test_a_loss_that_is_no_breach_is_printed_as_it_was_cut() -> None:
    assert told(FRENCH, loss(1_000, 1_000_000, "met"), "0,1 % au plus") == "0,1000 %"
    assert told(FRENCH, loss(1, 3, "met"), "50 % au plus") == "33,3333 %"


@pytest.mark.parametrize(
    ("words", "value", "promise", "shown"),
    [
        (FRENCH, "33.360", "33,36 ms au plus pour 95 % des réponses", "> 33,360 ms"),
        (FRENCH, "33.361", "33,36 ms au plus pour 95 % des réponses", "33,361 ms"),
        (ENGLISH, "1200.000", "at most 1,200 ms for 95% of answers", "> 1,200.000 ms"),
        (ENGLISH, "33.360", "at most 33.3604 ms for 95% of answers", "> 33.3604 ms"),
    ],
)
def test_a_round_trip_in_breach_is_more_than_its_bound(words: Catalogue, value: str, promise: str, shown: str) -> None:
    assert told(words, round_trip(value), promise) == shown
    assert told(words, round_trip("33.360", "met"), promise).startswith("33")


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**8), st.integers(0, 8))
def test_what_is_promised_at_least_never_looks_kept_when_it_is_not(
    up: int, down: int, digits: int, places: int
) -> None:
    """Cut, a figure is never above what it was: below its target it stays below, whatever the target's decimals."""
    target, value = min(Fraction(digits, 10**places), Fraction(100)), Fraction(100 * up, up + down)
    for below in (value, target * 999_999 / 1_000_000, target - Fraction(1, 10**12)):
        if 0 <= below < target:
            assert Fraction(percent(below / 100) or 0) < target


def test_at_least_figures_are_printed_digit_for_digit() -> None:
    found = {"indicator": "availability", "verdict": "breached", "value_percent": "99.9499"}
    assert told(FRENCH, found, "99,95 % au moins") == "99,9499 %"


def test_a_figure_that_its_own_counts_do_not_show_in_breach_stays_as_it_is() -> None:
    assert shown_above("0.1000", Fraction(1, 10), Fraction(1, 10)) == ("", "0.1000")
    assert percent_of(Fraction(1, 1000)) == "0.1"


@pytest.fixture(params=[FRENCH, ENGLISH], ids=["fr", "en"])
def made(request: pytest.FixtureRequest, demo: Inventory, october: Document, scored: MakeScored) -> Document:
    """A statement whose loss and round trip are in breach behind the last digit that the score prints."""
    objectives = october["objectives"]
    objectives[1] |= loss(LOST, SENT)
    objectives[2] |= round_trip("30.000")
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    found = statement(
        demo.tenants["locataire-a"], "2026-10", [scored(october)], {},
        inventory=demo, issued_at=issued_at, words=request.param,
    )  # fmt: skip
    part = found["agreements"][0]
    for one, promise in zip(part["objectives"][1:3], ("promise.loss", "promise.round_trip"), strict=True):
        most = request.param.formats.percent("0.1") if promise == "promise.loss" else "30"
        one["promise"] = request.param.say(promise, most=most, percentile="95")
    part["correction"] = None
    return found


def test_every_form_for_readers_shows_the_breach(made: Document) -> None:
    words = {"fr": FRENCH, "en": ENGLISH}[made["language"]]
    in_mail = Wording(MAIL_WORDS[made["language"]], made)
    manifest = {"number": made["number"], "files": [], "sha256": "0" * 64}
    forms = {
        "html": re.sub("<[^>]*>", " ", html(made, words)).replace("&gt;", ">"),
        "mail": mail_text(list(statement_blocks(in_mail, manifest, [], None)), in_mail),
        "ar": str(arabic_cover(made)).replace("\\xa0", " "),
    }
    for name, text in forms.items():
        assert re.search(r"(?<!> )0[.,]1000\s*%", plain(text)) is None, f"{name}: looks kept"
        assert re.search(r"0[.,]10004\s*%", plain(text)), name
        assert re.search(r"> 30[.,]000 ms", plain(text)), name


def test_a_correction_shows_on_both_sides_what_was_in_breach(made: Document) -> None:
    words = {"fr": FRENCH, "en": ENGLISH}[made["language"]]
    nothing: Document = {"credit": {}, "exclusions": {}, "tickets": {}, "readings": [], "rules": {}}
    objective = {
        "id": "loss", "circuit": "casa-a1", "verdict": {"before": "met", "after": "breached"},
        "value_percent": {"before": "0.0999", "after": "0.1000"}, "lost": {"before": 4_325, "after": LOST},
    }  # fmt: skip
    part = made["agreements"][0]
    part["correction"] = {
        "from_version": 1, "to_version": 2, "reason": "PV", "causes": [], "adjustment": None,
        "difference": {**nothing, "objectives": [objective]},
    }  # fmt: skip
    [table] = [one for one in changes(Wording(words, made), part) if one["block"] == "table"]
    [row] = [one for one in table["rows"] if one[2][0]["text"].startswith(("0,1000", "0.1000"))]
    assert [plain(cell[0]["text"]).replace(" %", "%").replace(",", ".") for cell in row[1:]] == ["0.0999%", "0.10004%"]
