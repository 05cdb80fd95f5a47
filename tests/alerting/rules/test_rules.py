"""All rules together: nothing out of nothing, each trouble once, every threshold and reason documented."""

import re
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alerting.rules import RULES, Facts, refused_rules, troubles
from alerting.rules.facts import CircuitState, CollectorSession, Series, SourceClock
from tests.alerting.rules.cases import NOW, SECOND, facts, outlook, windows

PAGE = Path(__file__).parents[3] / "docs" / "alerting-rules.md"
ALL_BAD = windows({each.seconds: each.seconds for each in windows()})


def test_an_empty_store_is_no_trouble() -> None:
    assert troubles(Facts(is_demo=False), NOW) == []
    assert refused_rules(Facts(is_demo=False)) == []


def test_all_is_well_where_all_is_well() -> None:
    well = facts(
        outlooks=(outlook(),),
        states=(CircuitState("A", "o", "c", "up", NOW),),
        series=(Series("circuit", "c", NOW, 60),),
        sessions=(CollectorSession("p2i-1", NOW, True),),
        clocks=(SourceClock("mqtt", (0, 1, -2), NOW),),
        received_at=NOW,
        passed_at=NOW,
    )
    assert troubles(well, NOW) == []


@given(
    left=st.integers(-100, 2592),
    is_down=st.booleans(),
    silent=st.integers(0, 2000),
    codes=st.lists(st.sampled_from("cde"), max_size=4),
)
def test_every_trouble_is_found_once(left: int, is_down: bool, silent: int, codes: list[str]) -> None:
    state = "down" if is_down else "up"
    given_facts = facts(
        outlooks=tuple(
            outlook(objective=code, budget_left_seconds=Decimal(left), windows=ALL_BAD, breach_at=NOW)
            for code in dict.fromkeys(codes)
        ),
        states=tuple(CircuitState(f"A{i}", "o", code, state, NOW) for i, code in enumerate(codes)),
        series=tuple(Series("circuit", code, NOW - silent * SECOND, 60) for code in dict.fromkeys(codes)),
        passed_at=NOW - timedelta(seconds=silent),
    )
    told = troubles(given_facts, NOW)
    assert len({(one.rule, one.subject) for one in told}) == len(told)
    assert told == troubles(given_facts, NOW)
    still = {(one.rule, one.subject): one.since_at for one in told}
    again = troubles(facts(**{f.name: getattr(given_facts, f.name) for f in fields(Facts)} | {"open": still}), NOW)
    assert {(one.rule, one.subject): one.since_at for one in again} == still


def test_every_threshold_and_every_word_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z0-9_]+)`", text))
    assert {each.name for each in fields(RULES)} <= written
    source = "".join(file.read_text(encoding="utf-8") for file in (PAGE.parents[1] / "alerting" / "rules").glob("*.py"))
    rules = set(re.findall(r'rule == "([a-z_]+)"|facts, "([a-z]+_[a-z]+|outage|budget|unscored)",', source))
    assert {word for pair in rules for word in pair if word} <= written
    for word in ("burn_1h", "burn_72h", "budget_50", "restore_over", "breach_by_trend", "never_received", "zone_rules"):
        assert word in written
