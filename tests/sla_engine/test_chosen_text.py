"""Which text answers for a period that somebody names, where the agreement has several."""

from dataclasses import replace
from datetime import date

import pytest

from facilities.agreement import Agreement
from facilities.amendment import Amendment
from facilities.calendar import month, zone
from facilities.instants import instant
from sla_engine.chosen_text import chosen_text
from sla_engine.due import Contract
from store.errors import InputError
from store.intervals import Interval
from store.verdict_rows import ScoredPeriod
from tests.sla_engine.cases import an_agreement, at, availability_objective

UTC = zone("UTC")
ORIGINAL = replace(an_agreement(availability_objective()), superseded_on=date(2026, 9, 16))
AMENDED = replace(an_agreement(availability_objective(target_percent="95")), amendment=Amendment(1, date(2026, 9, 16)))


def hash_of(agreement: Agreement) -> str:
    return str(agreement.number)


def contract(*scored: ScoredPeriod, **kept: Agreement) -> Contract:
    return Contract((ORIGINAL, AMENDED), scored, kept, hash_of)


@pytest.mark.parametrize(("number", "text"), [(8, ORIGINAL), (10, AMENDED)])
def test_a_month_of_one_text_is_that_text(number: int, text: Agreement) -> None:
    assert chosen_text(contract(), month(2026, number, UTC)) == text


def test_a_month_of_two_texts_is_refused_with_its_parts() -> None:
    with pytest.raises(InputError) as error:
        chosen_text(contract(), month(2026, 9, UTC))
    assert str(error.value) == (
        "an amendment cuts it, and each part is judged by its own text; name one:"
        " 2026-09-01T00:00:00Z/2026-09-16T00:00:00Z or 2026-09-16T00:00:00Z/2026-10-01T00:00:00Z"
    )


def test_a_part_is_answered_by_its_text() -> None:
    part = Interval(at("2026-09-16T00:00:00Z"), at("2026-10-01T00:00:00Z"))
    assert chosen_text(contract(), part) == AMENDED
    assert chosen_text(contract(), Interval(at("2026-07-01T00:00:00Z"), at("2026-09-16T00:00:00Z"))) == ORIGINAL


def test_a_closed_month_is_answered_by_the_text_it_keeps() -> None:
    """Scored as one before the amendment reached back into it."""
    september, october = month(2026, 9, UTC), month(2026, 10, UTC)
    row = ScoredPeriod(
        "A-1", instant(september.starts_at), instant(september.ends_at), instant(october.ends_at), False, {}, "kept"
    )
    kept = replace(ORIGINAL, superseded_on=None)
    assert chosen_text(contract(row, kept=kept), september) == kept


def test_outside_the_agreement_the_last_text_says_so_itself() -> None:
    before = month(2025, 12, UTC)
    with pytest.raises(InputError, match="covers none of it"):
        chosen_text(contract(), before).covered(before)


def test_a_period_before_the_contract_names_its_first_day_and_not_that_of_the_amendment() -> None:
    before = Interval(at("2020-01-01T00:00:00Z"), at("2020-02-01T00:00:00Z"))
    with pytest.raises(InputError, match=f'agreement "A-1" runs from {ORIGINAL.starts_on} and covers none of it'):
        chosen_text(contract(), before).covered(before)
