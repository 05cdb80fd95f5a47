"""Credits line by line: the tier a value lies in, the amount before it is rounded, and the tax apart."""

from dataclasses import replace
from typing import Any

import pytest

from facilities.inventory import Inventory
from reports.credits import credits_of

Document = dict[str, Any]
OCTOBER_SECONDS = 2_678_400


def test_each_line_says_where_its_rate_comes_from(demo: Inventory, october: Document) -> None:
    found = credits_of(demo.agreements["DEMO-CASA-A"], october, OCTOBER_SECONDS)
    tier, tickets = found["lines"]
    assert tier["basis"] == {"at_least_percent": "99.9", "below_percent": "99.95"}
    assert (tier["before_rounding"], tier["amount"]) == ("900", "900.00")
    assert tickets["basis"] == {"tickets": 1, "each_percent": "10"}
    assert (found["cap_percent"], found["cap"], found["vat"]) == ("30", "5400.00", None)


def test_what_was_rounded_is_shown_before_it_was(demo: Inventory, october: Document) -> None:
    """A part of a month bears a part of the fee: 18000 × 1 000 001 / 2 678 400 = 6720.436827… of which 5 %."""
    october["period"]["seconds"] = 1_000_001
    found = credits_of(demo.agreements["DEMO-CASA-A"], october, OCTOBER_SECONDS)
    assert (found["fee_exact"], found["lines"][0]["before_rounding"]) == ("6720.436827", "336.021841")


@pytest.mark.parametrize(
    ("payable", "tax", "including"),
    [
        ("2700.00", "540.00", "3240.00"),
        ("0.02", "0.00", "0.02"),
        ("0.13", "0.03", "0.16"),
        ("1234.56", "246.91", "1481.47"),
    ],
)
def test_tax_is_apart_and_half_up(payable: str, tax: str, including: str, demo: Inventory, october: Document) -> None:
    october["credits"]["payable"] = payable
    agreement = replace(demo.agreements["DEMO-CASA-A"], vat_percent_text="20")
    found = credits_of(agreement, october, OCTOBER_SECONDS)
    assert found["vat"] == {"percent": "20", "amount": tax, "including": including}
    assert found["payable"] == payable
