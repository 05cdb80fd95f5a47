"""The life of an alert, look by look: what is wrong, what is explained and muted, and the steps that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.decide import Decided, decided, keep_firing
from alerting.names import Name, name_of
from store.alert_rows import AlertRow, Severity, Trouble
from store.instants import utc_text
from tests.alerting.estate import BEGAN, NOW, lost

OUTAGE = ("outage", "circuit:p00")
PARK = ("site_cut", "park:p")
MINUTE = timedelta(minutes=1)


def budget(reason: str, severity: Severity = "ticket") -> Trouble:
    return lost("p00")._replace(rule="budget", subject="objective:A/o/2026-11", reason=reason, severity=severity)


def park(members: int = 40) -> Trouble:
    return Trouble("site_cut", "park:p", "page", BEGAN, "park_lost", False, facility="p", facts={"members": members})


@dataclass
class Book:
    """The alerts as the database would hold them: applies what is decided, and keeps every step."""

    now: datetime = NOW
    rows: list[AlertRow] = field(default_factory=list)
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    touched: int = 0

    def look(
        self,
        *troubles: Trouble,
        after: timedelta = timedelta(0),
        causes: Mapping[Name, Name] = {},
        mutes: Mapping[Name, str] = {},
        unknown: Sequence[str] = (),
        stays: frozenset[Name] = frozenset(),
        well_at: Mapping[Name, datetime] = {},
    ) -> list[tuple[str, str, str]]:
        """One look; returns its steps as (rule, change, reason)."""
        self.now += after
        still_open = [row for row in self.rows if row.closed_at is None]
        result = decided(
            still_open,
            troubles,
            causes=causes,
            mutes=mutes,
            now=self.now,
            stays_explained=stays,
            well_at=well_at,
            is_unknown=lambda row: row.trouble.rule in unknown,
        )
        self.touched = len(result)
        for one in result:
            self._apply(one)
        names = {name_of(row): row.alert_id for row in self.rows if row.closed_at is None}
        for one in result:
            if one.cause is not None:
                self._set(name_of(one.trouble), cause_id=names[one.cause])
        new: list[tuple[str, str, str]] = [
            (one.trouble.rule, step.change, step.reason) for one in result for step in one.steps
        ]
        self.steps += new
        return new

    def _apply(self, one: Decided) -> None:
        if one.before is None:
            number = len(self.rows) + 1
            self.rows.append(AlertRow(number, one.trouble, self.now, one.seen_at, None, None, one.muted_by))
            return
        kept = one.before.cause_id if one.keeps_cause else None
        self._set(
            name_of(one.before), trouble=one.trouble, seen_at=one.seen_at, quiet_since_at=one.quiet_since_at,
            closed_at=one.closed_at, cause_id=kept, muted_by=one.muted_by,
        )  # fmt: skip

    def _set(self, name: Name, **values: Any) -> None:
        place = max(at for at, row in enumerate(self.rows) if name_of(row) == name)
        self.rows[place] = self.rows[place]._replace(**values)

    def one(self, rule: str = "outage") -> AlertRow:
        """The newest alert of a rule."""
        return [row for row in self.rows if row.trouble.rule == rule][-1]


def test_an_outage_opens_at_once_and_closes_five_minutes_after_its_end() -> None:
    book = Book()
    assert book.look(lost("p00")) == [("outage", "opened", "outage")]
    assert book.look(lost("p00"), after=MINUTE) == []
    assert book.look(after=MINUTE) == []
    assert book.one().quiet_since_at == book.now
    assert book.look(after=5 * MINUTE - timedelta(seconds=1)) == []
    assert book.look(after=timedelta(seconds=1)) == [("outage", "closed", "ended")]
    assert book.one().seen_at == NOW + MINUTE
    assert book.look(lost("p00"), after=MINUTE) == [("outage", "opened", "outage")], "a new trouble, a new alert"
    assert len(book.rows) == 2


def test_what_flaps_is_one_alert_that_counts() -> None:
    book = Book()
    for turn in range(12):
        book.look(lost("p00", turn * 120), after=MINUTE)
        book.look(after=MINUTE)
    assert book.steps == [("outage", "opened", "outage")]
    assert book.one().trouble.facts["flaps"] == 11
    assert book.one().trouble.since_at == BEGAN, "since the first of them"


def test_what_the_rule_counts_itself_is_not_lost() -> None:
    book = Book()
    book.look(lost("p00", facts={"flaps": 4}))
    book.look(after=MINUTE)
    book.look(lost("p00"), after=MINUTE)
    assert book.one().trouble.facts["flaps"] == 5


def test_readings_that_came_late_date_the_trouble_back() -> None:
    book = Book()
    book.look(lost("p00"))
    book.look(lost("p00", -600), after=MINUTE)
    assert book.one().trouble.since_at == BEGAN - 10 * MINUTE


def test_the_settling_time_is_a_setting_of_outages_and_their_causes_only() -> None:
    short = keep_firing(timedelta(seconds=7))
    assert short["outage"] == short["site_cut"] == short["probe_fault"] == timedelta(seconds=7)
    assert short["burn_fast"] == keep_firing()["burn_fast"] == 5 * MINUTE
    assert keep_firing()["outage"] == 5 * MINUTE


def test_a_budget_gets_worse_by_steps_and_a_new_month_ends_it_at_once() -> None:
    book = Book()
    book.look(budget("budget_50"))
    assert book.look(budget("budget_50"), after=MINUTE) == []
    assert book.look(budget("budget_75"), after=MINUTE) == [("budget", "raised", "budget_75")]
    assert book.look(budget("budget_100", "page"), after=MINUTE) == [("budget", "raised", "budget_100")]
    assert book.one("budget").trouble.severity == "page"
    assert book.look(after=MINUTE) == [("budget", "closed", "ended")]


def test_what_gets_better_is_lowered_after_a_while_only() -> None:
    near = lost("p00")._replace(rule="breach_foreseen", subject="objective:A/o/2026-11", reason="breach_by_outage")
    far = near._replace(severity="ticket", reason="breach_by_trend")
    book = Book()
    book.look(far)
    assert book.look(near, after=MINUTE) == [("breach_foreseen", "raised", "breach_by_outage")]
    assert book.look(far, after=MINUTE) == []
    assert book.one("breach_foreseen").trouble.severity == "page"
    assert book.look(near, after=MINUTE) == [], "it was a page all the while"
    assert book.look(far, after=MINUTE) == []
    assert book.look(far, after=15 * MINUTE) == [("breach_foreseen", "lowered", "breach_by_trend")]
    assert book.one("breach_foreseen").trouble.severity == "ticket"


def test_unknown_is_not_resolved() -> None:
    """The engine stands still, or the database view failed: for hours nothing is found, and nothing is closed."""
    book = Book()
    book.look(lost("p00"))
    for _ in range(20):
        assert book.look(after=10 * MINUTE, unknown=["outage"]) == []
        assert book.touched == 0
    assert book.one().quiet_since_at is None
    assert book.look(after=MINUTE) == [], "known to be well: the settling time begins now"
    assert book.look(after=5 * MINUTE) == [("outage", "closed", "ended")]


def test_explained_unexplained_and_the_end_of_each_is_recorded() -> None:
    book = Book()
    cut = {OUTAGE: PARK}
    assert book.look(lost("p00"), park(), causes=cut) == [
        ("outage", "opened", "outage"), ("outage", "explained", "site_cut"), ("site_cut", "opened", "park_lost"),
    ]  # fmt: skip
    assert book.one().cause_id == book.one("site_cut").alert_id
    assert book.look(lost("p00"), park(), after=MINUTE, causes=cut) == []
    assert book.look(park(39), after=MINUTE, causes={}) == [], "the member is well again, the parent lasts"
    assert book.one().cause_id is not None, "nobody is told of it by itself while it settles"
    assert book.look(park(39), after=5 * MINUTE) == [("outage", "closed", "ended")]


def test_a_parent_ends_while_a_member_stays_down() -> None:
    book = Book()
    cut = {OUTAGE: PARK}
    book.look(lost("p00"), park(), causes=cut)
    book.look(lost("p00"), after=MINUTE, causes=cut)
    assert book.look(lost("p00"), after=5 * MINUTE, causes=cut) == [("site_cut", "closed", "ended")]
    assert book.look(lost("p00"), after=MINUTE) == [("outage", "unexplained", "cause_closed")]
    assert (book.one().cause_id, book.one().closed_at) == (None, None)


def test_a_member_that_is_found_to_have_another_cause_changes_it() -> None:
    book = Book()
    duct = Trouble("duct_cut", "duct:d", "page", BEGAN, "duct_lost", False)
    book.look(lost("p00"), duct, causes={OUTAGE: ("duct_cut", "duct:d")})
    new = book.look(lost("p00"), duct, park(), after=MINUTE, causes={OUTAGE: PARK, ("duct_cut", "duct:d"): PARK})
    assert ("outage", "explained", "site_cut") in new
    assert ("duct_cut", "explained", "site_cut") in new
    assert book.look(lost("p00"), duct, park(), after=MINUTE) == [
        ("outage", "unexplained", "behind_it_no_more"), ("duct_cut", "unexplained", "behind_it_no_more"),
    ][::-1]  # fmt: skip


def test_a_cause_that_is_no_alert_and_no_trouble_explains_nothing() -> None:
    assert Book().look(lost("p00"), causes={OUTAGE: PARK}) == [("outage", "opened", "outage")]
    assert Book().look(lost("p00"), causes={OUTAGE: OUTAGE}) == [("outage", "opened", "outage")]


def test_what_burns_of_an_outage_that_is_over_stays_explained_for_its_short_window() -> None:
    burn = lost("p00")._replace(rule="burn_fast", subject="objective:A/o/2026-11", reason="burn_6h")
    name = name_of(burn)
    book = Book()
    book.look(lost("p00"), burn, causes={name: OUTAGE})
    book.look(burn, after=MINUTE, causes={name: OUTAGE})
    assert book.look(burn, after=5 * MINUTE, causes={name: OUTAGE}) == [("outage", "closed", "ended")]
    assert book.look(burn, after=MINUTE, stays=frozenset({name})) == []
    assert book.look(burn, after=30 * MINUTE) == [("burn_fast", "unexplained", "cause_closed")]


def test_maintenance_that_ends_after_the_trouble_tells_nothing() -> None:
    book = Book()
    during = {OUTAGE: "exclusion M-7"}
    book.look(lost("p00"), mutes=during)
    book.look(mutes=during, after=MINUTE)
    assert book.look(after=MINUTE) == [], "it is well and about to close: nobody has to be told of it"
    assert book.rows[0].muted_by == "exclusion M-7"
    assert book.look(lost("p00"), after=MINUTE) == [("outage", "unmuted", "maintenance_over")], "it came back"


def test_maintenance_mutes_and_its_end_tells_what_is_still_wrong() -> None:
    book = Book()
    works = {OUTAGE: "exclusion M-7"}
    assert book.look(lost("p00"), mutes=works) == [("outage", "opened", "outage"), ("outage", "muted", "maintenance")]
    assert book.one().muted_by == "exclusion M-7"
    assert book.look(lost("p00"), after=MINUTE, mutes=works) == []
    assert book.look(lost("p00"), after=MINUTE) == [("outage", "unmuted", "maintenance_over")]
    assert book.look(lost("p00"), after=MINUTE, mutes=works) == [("outage", "muted", "maintenance")]
    book.look(after=MINUTE, mutes=works)
    assert book.look(after=5 * MINUTE) == [("outage", "closed", "ended")], "what ends is not unmuted first"
    assert book.one().muted_by == "exclusion M-7", "the record says that nobody was told"


def test_the_row_of_what_merely_lasts_is_written_once_a_minute() -> None:
    book = Book()
    book.look(lost("p00"))
    touched = []
    for _ in range(24):
        book.look(lost("p00"), after=timedelta(seconds=5))
        touched.append(book.touched)
    assert touched == ([0] * 11 + [1]) * 2


def test_a_parent_that_explains_more_says_so_at_once() -> None:
    book = Book()
    book.look(park(20))
    book.look(park(40), after=timedelta(seconds=5))
    assert book.one("site_cut").trouble.facts["members"] == 40


def test_what_gets_better_is_told_as_what_it_has_become_and_not_before() -> None:
    book = Book()
    near = lost("p00")._replace(rule="breach_foreseen", subject="objective:A/o/2026-11", reason="breach_by_outage")
    later = near._replace(reason="breach_by_trend", severity="ticket")
    causes = {name_of(near): OUTAGE}
    book.look(lost("p00"), near, causes=causes)
    assert book.look(later, after=MINUTE) == [], "the circuit is back: no page for a breach by its outage"
    steps = book.look(later, after=15 * MINUTE)
    assert ("breach_foreseen", "lowered", "breach_by_trend") in steps


def test_an_alert_says_since_when_its_circuit_is_well() -> None:
    book = Book()
    book.look(lost("p00"))
    back_at = book.now + timedelta(seconds=30)
    book.look(after=MINUTE, well_at={OUTAGE: back_at})
    assert book.one().trouble.facts["well_since"] == utc_text(back_at)
    book.look(lost("p00"), after=MINUTE)
    assert "well_since" not in book.one().trouble.facts
    book.look(after=MINUTE)
    well_since = utc_text(book.now)  # nobody knows better than by looking
    book.look(after=5 * MINUTE)
    assert book.rows[0].closed_at is not None
    assert book.rows[0].trouble.facts["well_since"] == well_since


NAMES = ["outage", "no_data", "burn_fast", "budget", "site_cut"]
TROUBLE = st.builds(
    lambda rule, severity, at: lost("p00", at)._replace(rule=rule, subject=f"x:{rule}", severity=severity),
    st.sampled_from(NAMES),
    st.sampled_from(["page", "ticket"]),
    st.integers(-600, 0),
)
LOOK = st.tuples(
    st.lists(TROUBLE, max_size=5, unique_by=name_of),
    st.integers(0, 400),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES), max_size=3),
    st.sets(st.sampled_from(NAMES), max_size=2),
    st.sets(st.sampled_from(NAMES), max_size=2),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(LOOK, max_size=8))
def test_whatever_happens_the_second_look_at_the_same_changes_nothing_and_steps_make_sense(looks: list[Any]) -> None:
    book = Book()
    for troubles, seconds, causes, muted, unknown in looks:
        given_: dict[str, Any] = {
            "causes": {(a, f"x:{a}"): (b, f"x:{b}") for a, b in causes.items()},
            "mutes": {(one, f"x:{one}"): "exclusion M-1" for one in muted},
            "unknown": sorted(unknown),
        }
        book.look(*troubles, after=timedelta(seconds=seconds), **given_)
        again = book.look(*troubles, **given_)
        assert all(step[1:] == ("unexplained", "cause_closed") for step in again), "what ended explains no more"
        assert book.look(*troubles, **given_) == [], "safe to run twice"
        names = [name_of(row) for row in book.rows if row.closed_at is None]
        assert len(names) == len(set(names))
        assert {name_of(one) for one in troubles} <= set(names), "whatever is wrong has an alert"
    for rule in NAMES:
        changes = [change for name, change, _ in book.steps if name == rule]
        alive, explained, is_muted = False, False, False
        for change in changes:
            assert (change == "opened") is not alive, "opened once, and nothing happens to what is closed"
            alive = change != "closed"
            if change in ("opened", "closed"):
                explained = is_muted = False
            elif change in ("explained", "unexplained"):
                assert change == "explained" or explained
                explained = change == "explained"
            elif change in ("muted", "unmuted"):
                assert is_muted is (change == "unmuted")
                is_muted = change == "muted"


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_closed_is_never_before_opened_whatever_the_clocks_say(severity: Severity) -> None:
    row = AlertRow(1, budget("budget_50", severity), NOW, NOW, None, None, None)
    (one,) = decided([row], [], causes={}, mutes={}, now=NOW - MINUTE)
    assert one.closed_at == NOW
