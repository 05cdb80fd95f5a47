"""`[agreement.closing]`: when a month may be published and when it is final."""

import pytest

from facilities.agreement_toml import agreement_from_toml
from facilities.closing import Closing
from store.errors import InputError
from tests.sla_engine.cases import agreement_text


def closing(table: str) -> Closing:
    return agreement_from_toml(f"{agreement_text()}{table}".encode(), "agreement.toml").closing


def test_without_the_table_a_day_of_lateness_and_thirty_to_contest() -> None:
    assert closing("") == closing("[agreement.closing]\n") == Closing(lateness_hours=24, contest_days=30)


def test_each_key_stands_alone() -> None:
    assert closing("[agreement.closing]\nlateness_hours = 0\n") == Closing(0, 30)
    assert closing("[agreement.closing]\ncontest_days = 45\n") == Closing(24, 45)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("lateness_hours = -1", "agreement.closing.lateness_hours: must be a whole number, at least 0"),
        ('contest_days = "30"', "agreement.closing.contest_days: must be a whole number, at least 0"),
        ("contest_day = 30", "agreement.closing.contest_day: unknown key"),
    ],
)
def test_mistakes_are_one_line(line: str, wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        closing(f"[agreement.closing]\n{line}\n")
    assert str(refused.value).startswith(f"agreement.toml: {wrong}")
