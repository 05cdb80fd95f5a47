"""TOML written and read again is the same document, whatever its text holds."""

import datetime
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.toml_text import toml_text

# A surrogate has no UTF-8, so no file holds one.
TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    TEXT | st.integers(-(10**18), 10**18) | st.booleans() | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_is_written_is_read_again(document: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(document)) == document


def test_it_reads_as_by_hand() -> None:
    day = datetime.date(2027, 3, 9)
    document = {
        "agreement": {"id": "A", "hours": {"days": ["mon"], "holidays": [day]}, "ends_on": day},
        "objective": [{"id": "x", "credits": [{"credit_percent": "5"}]}, {"id": "y", "odd key": True}],
    }
    assert toml_text(document) == (
        '[agreement]\nid = "A"\nends_on = 2027-03-09\n\n[agreement.hours]\ndays = ["mon"]\nholidays = [2027-03-09]\n\n'
        '[[objective]]\nid = "x"\ncredits = [{ credit_percent = "5" }]\n\n[[objective]]\nid = "y"\n"odd key" = true\n'
    )


def test_a_long_list_has_a_line_for_each() -> None:
    days = [datetime.date(2027, 1, number) for number in range(1, 20)]
    lines = toml_text({"holidays": days}).splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("holidays = [", "  2027-01-01,", "]")
    assert tomllib.loads(toml_text({"holidays": days})) == {"holidays": days}


def test_what_no_inventory_holds_is_not_guessed_at() -> None:
    with pytest.raises(TypeError, match="float is not written to TOML"):
        toml_text({"ratio": 0.5})
