"""What one failure explains: annotated situations, and the two laws that must hold in all of them."""

import random
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.claims import is_enough
from alerting.correlation import Correlated, Lasting, correlated
from alerting.names import Name
from store.alert_rows import Trouble
from tests.alerting.estate import ALL, BEGAN, CIRCUITS, ELEMENTS, behind, lost


class Situation(NamedTuple):
    """What is lost, and who is told: the parents with how many circuits each explains; the rest by themselves."""

    troubles: Iterable[Trouble]
    parents: dict[Name, int]
    by_themselves: set[str]
    doubtful: frozenset[str] = frozenset()
    muted: frozenset[Name] = frozenset()
    lasting: dict[Name, Lasting] = {}  # noqa: RUF012 - never changed
    measured: frozenset[str] = ALL


SITE = ("site_cut", "park:p")
BUILDING = ("site_cut", "building:p/A")


def outages(circuits: Iterable[str], seconds: int = 0) -> list[Trouble]:
    return [lost(circuit, seconds) for circuit in circuits]


def silences(circuits: Iterable[str]) -> list[Trouble]:
    return [lost(circuit, rule="no_data") for circuit in circuits]


def open_since(seconds: int, circuits: Iterable[str], *, is_ending: bool = False, cause: Name | None = None) -> Lasting:
    return Lasting(BEGAN + timedelta(seconds=seconds), is_ending, frozenset(circuits), cause)


SITUATIONS = {
    "the uplink of a park is cut, 40 circuits behind it": Situation(
        # not all at one instant: their Δt begin where they begin
        [lost(circuit, n % 90) for n, circuit in enumerate(sorted(behind("p")))],
        {SITE: 40},
        set(),
    ),
    "and two of the 40 have another way out": Situation(outages(behind("p") - {"p07", "p31"}), {SITE: 38}, set()),
    "only one building of it": Situation(outages(behind("p", building="A")), {BUILDING: 20}, set()),
    "a building, and a circuit elsewhere in the park by chance": Situation(
        outages(behind("p", building="A") | {"p33"}), {BUILDING: 20}, {"p33"}
    ),
    "a duct with two carriers in it": Situation(
        outages(behind("p", duct="D2")), {("duct_cut", "duct:p/D2"): 10}, set()
    ),
    "a carrier in three parks is one incident": Situation(
        outages(behind(carrier="x")), {("carrier_down", "carrier:x"): 32}, set()
    ),
    "a carrier in one park only": Situation(
        outages(behind("p", carrier="x")), {("carrier_down", "carrier:x/p"): 20}, set()
    ),
    "a cable that circuits of two carriers in three parks take": Situation(
        outages({"p00", "p10", "p20", "q00", "q05", "r00", "r05"}), {("cable_down", "cable:c"): 7}, set()
    ),
    "a probe that reaches nothing, in three parks": Situation(
        outages({"p01", "p30", "q04", "q06", "r03", "r08"}), {("probe_fault", "probe:s"): 6}, set()
    ),
    "two causes at once": Situation(
        outages(behind("p", building="B") | behind("q")),
        {("site_cut", "building:p/B"): 20, ("site_cut", "park:q"): 10},
        set(),
    ),
    "two that overlap: the carrier is down, and a building with circuits of both carriers": Situation(
        outages(behind(carrier="x") | behind("p", building="A")),
        {("carrier_down", "carrier:x"): 32, BUILDING: 10},
        set(),
    ),
    "two circuits of ten are a coincidence": Situation(outages({"q00", "q07"}), {}, {"q00", "q07"}),
    "five of ten are not enough": Situation(
        outages({"q00", "q02", "q05", "q06", "q07"}), {}, {"q00", "q02", "q05", "q06", "q07"}
    ),
    "six of ten are": Situation(
        outages({"r00", "r01", "r02", "r05", "r06", "r07"}), {("site_cut", "park:r"): 6}, set()
    ),
    "three of a duct of four are not: the fourth works": Situation(
        outages({"q00", "q01", "q02"}), {}, {"q00", "q01", "q02"}
    ),
    "three of a duct of four, of the fourth nobody knows": Situation(
        outages({"q00", "q01", "q02"}),
        {("duct_cut", "duct:q/D1"): 3},
        set(),
        measured=ALL - {"q03"},
    ),
    "five are counted as lost, of the others the last interval was bad": Situation(
        outages({"q00", "q02", "q05", "q07", "q09"}),
        {("site_cut", "park:q"): 5},
        set(),
        doubtful=frozenset({"q01", "q03", "q04", "q06", "q08"}),
    ),
    "not together: an hour apart": Situation(
        [lost(circuit, n * 3600) for n, circuit in enumerate(sorted(behind("q")))], {}, set(behind("q"))
    ),
    "one was flapping before the park was cut": Situation(
        [lost("p05", -900), *outages(behind("p") - {"p05"})], {SITE: 39}, {"p05"}
    ),
    "silent instead of out, all of a park": Situation(silences(behind("q")), {("site_cut", "park:q"): 10}, set()),
    "never connected: what was not there was not lost": Situation(
        [one._replace(reason="never_received") for one in silences(behind("q"))], {}, set(behind("q"))
    ),
    "some silent, some out": Situation(
        [*silences(behind("q", carrier="x")), *outages(behind("q", carrier="y"))], {("site_cut", "park:q"): 10}, set()
    ),
    "maintenance takes a building down, as announced": Situation(
        outages(behind("p", building="A")),
        {},
        set(behind("p", building="A")),
        muted=frozenset(("outage", f"circuit:{circuit}") for circuit in behind("p", building="A")),
    ),
    "the park is cut while four circuits are under maintenance": Situation(
        outages(behind("p")),
        {SITE: 36},
        {"p00", "p01", "p02", "p03"},
        muted=frozenset(("outage", f"circuit:p0{n}") for n in range(4)),
    ),
    # While a parent lasts.
    "who is lost within a quarter of an hour joins, a working neighbour or not": Situation(
        [*outages(behind("p") - {"p38", "p39"}), lost("p38", 900)],
        {SITE: 39},
        set(),
        lasting={SITE: open_since(0, behind("p") - {"p38", "p39"})},
    ),
    "what is lost later while a neighbour works is told by itself": Situation(
        [*outages(behind("p") - {"p38", "p39"}), lost("p38", 901)],
        {SITE: 38},
        {"p38"},
        lasting={SITE: open_since(0, behind("p") - {"p38", "p39"})},
    ),
    "and stays explained once it is": Situation(
        [*outages(behind("p") - {"p38", "p39"}), lost("p38", 901)],
        {SITE: 39},
        set(),
        lasting={SITE: open_since(0, behind("p") - {"p39"})},
    ),
    "late joiners of an element of which everything is down": Situation(
        [*outages(behind("p") - {"p38", "p39"}), lost("p38", 1800), lost("p39", 7200)],
        {SITE: 40},
        set(),
        lasting={SITE: open_since(0, behind("p") - {"p38", "p39"})},
    ),
    "half of it is back: too few for it to last, but nobody is told of the rest until it has ended": Situation(
        outages({f"p{n:02}" for n in range(12)}),
        {SITE: 0},
        set(),
        lasting={SITE: open_since(0, behind("p"), is_ending=True)},
    ),
    "one that ends takes nobody new": Situation(
        [*outages({"p01", "p02"}), lost("p30", 3600)],
        {SITE: 0},
        {"p30"},
        lasting={SITE: open_since(0, {"p01", "p02"}, is_ending=True)},
    ),
    "it ended while a member stays down: that one is told": Situation(outages({"p17"}), {}, {"p17"}),
    "it ended while a building stays down: that is told": Situation(
        outages(behind("p", building="A")), {BUILDING: 20}, set()
    ),
    "the building was told first, then the rest of the park goes": Situation(
        [*outages(behind("p", building="A")), *outages(behind("p", building="B"), 20)],
        {SITE: 40, BUILDING: 20},
        set(),
        lasting={BUILDING: open_since(0, behind("p", building="A"))},
    ),
    "and at the next look": Situation(
        [*outages(behind("p", building="A")), *outages(behind("p", building="B"), 20)],
        {SITE: 40, BUILDING: 20},
        set(),
        lasting={
            BUILDING: open_since(0, behind("p", building="A"), cause=SITE),
            SITE: open_since(0, behind("p", building="B")),
        },
    ),
    "the building was told first, then one circuit elsewhere goes: that is no reason to call it the park": Situation(
        [*outages(behind("p", building="A")), lost("p30", 20)],
        {BUILDING: 20},
        {"p30"},
        lasting={BUILDING: open_since(0, behind("p", building="A"))},
    ),
    "a parent that left the topology explains nothing any more": Situation(
        outages({"q00"}), {}, {"q00"}, lasting={("duct_cut", "duct:gone"): open_since(0, {"q00"})}
    ),
}


def run(situation: Situation, troubles: Iterable[Trouble] | None = None) -> Correlated:
    return correlated(
        list(situation.troubles if troubles is None else troubles),
        ELEMENTS,
        measured=situation.measured,
        doubtful=situation.doubtful,
        muted=situation.muted,
        lasting=situation.lasting,
    )


def names(troubles: Iterable[Trouble]) -> set[Name]:
    return {(one.rule, one.subject) for one in troubles}


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_who_is_told(situation: Situation) -> None:
    result = run(situation)
    told = {name for name, members in situation.parents.items() if members}
    assert {(one.rule, one.subject): one.facts["members"] for one in result.parents} == {
        name: situation.parents[name] for name in told
    }
    alone = names(situation.troubles) - set(result.causes)
    assert {subject.removeprefix("circuit:") for _, subject in alone} == situation.by_themselves
    assert set(result.causes.values()) <= told | set(situation.lasting)


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
def test_the_order_changes_nothing(situation: Situation) -> None:
    shuffled = list(situation.troubles)
    random.Random(8).shuffle(shuffled)
    assert run(situation, shuffled) == run(situation)
    backwards = correlated(
        shuffled,
        ELEMENTS[::-1],
        measured=situation.measured,
        doubtful=situation.doubtful,
        muted=situation.muted,
        lasting=dict(reversed(situation.lasting.items())),
    )
    assert backwards == run(situation)


def test_losses_of_which_nobody_can_say_whether_they_last_hold_up_a_parent_and_found_none() -> None:
    doubted = outages({"p01", "p02", "p03", "p04"})
    working = behind("q")  # nobody can say of park p who works
    assert correlated([], ELEMENTS, measured=working, doubted=doubted) == Correlated((), {})
    before = {SITE: open_since(0, {"p01", "p02", "p03", "p04"})}
    found = correlated([], ELEMENTS, measured=working, doubted=doubted, lasting=before)
    assert (names(found.parents), set(found.causes.values())) == ({SITE}, {SITE})


def test_a_parent_says_what_it_is_of() -> None:
    (parent,) = run(SITUATIONS["and two of the 40 have another way out"]).parents
    assert (parent.severity, parent.since_at, parent.facility, parent.tenant) == ("page", BEGAN, "p", None)
    assert parent.reason == "park_lost"
    assert {key: parent.facts[key] for key in ("members", "of", "element", "element_kind", "element_label")} == {
        "members": 38,
        "of": 40,
        "element": "p",
        "element_kind": "park",
        "element_label": "label of park:p",
    }
    assert (parent.facts["parks"], parent.facts["tenants"], parent.facts["seen_as"]) == (["p"], 38, "outage")
    assert parent.facts["circuits"] == sorted(behind("p") - {"p07", "p31"})


def test_a_probe_that_hears_nothing_is_likelier_than_the_place_it_stands_in() -> None:
    """All it measures lies in one duct: what is out there may be the duct; what is silent is the probe."""
    probe = ELEMENTS[-1]._replace(subject="probe:t", circuits=behind("q", duct="D2"))
    elements = [*ELEMENTS, probe]
    silent = correlated(silences(behind("q", duct="D2")), elements, measured=ALL)
    assert names(silent.parents) == {("probe_fault", "probe:t")}
    out = correlated(outages(behind("q", duct="D2")), elements, measured=ALL)
    assert names(out.parents) == {("duct_cut", "duct:q/D2")}


def test_silences_that_nobody_is_paged_for_make_no_page() -> None:
    tickets = [one._replace(severity="ticket") for one in silences(behind("q"))]
    (parent,) = correlated(tickets, ELEMENTS, measured=ALL).parents
    assert parent.severity == "ticket"


@pytest.mark.parametrize(
    ("members", "contradicting", "circuits", "enough"),
    [
        (2, 0, 2, True), (2, 0, 3, False), (1, 0, 1, False), (3, 0, 3, True), (3, 1, 4, False), (4, 0, 4, True),
        (3, 2, 5, True), (3, 3, 6, False), (6, 4, 10, True), (5, 4, 9, False), (0, 0, 5, False),
    ],
)  # fmt: skip
def test_how_many_are_enough(members: int, contradicting: int, circuits: int, enough: bool) -> None:
    assert is_enough(members, contradicting, circuits) is enough


SOME = st.lists(
    st.builds(
        lost,
        st.sampled_from(sorted(CIRCUITS)),
        st.sampled_from([-7200, 0, 30, 60, 119, 121, 300]),
        rule=st.sampled_from(["outage", "no_data"]),
    ),
    max_size=45,
    unique_by=lambda one: (one.rule, one.subject),
)
PART = st.sets(st.sampled_from(sorted(CIRCUITS)), max_size=60).map(frozenset)


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[Trouble], frozenset[str], frozenset[Name], dict[Name, Lasting]]:
    whole = draw(st.sampled_from([one.circuits for one in ELEMENTS]))
    troubles = {(one.rule, one.subject): one for one in draw(SOME)}
    troubles |= {("outage", f"circuit:{one}"): lost(one) for one in sorted(whole) if draw(st.integers(0, 9))}
    chosen = draw(st.lists(st.sampled_from(ELEMENTS), max_size=3, unique=True))
    lasting = {
        _parent_name(one.subject): Lasting(BEGAN, draw(st.booleans()), draw(PART) & one.circuits) for one in chosen
    }
    muted = frozenset(name for name in sorted(troubles) if not draw(st.integers(0, 15)))
    return list(troubles.values()), draw(PART), muted, lasting


def _parent_name(subject: str) -> Name:
    rule = {"duct": "duct_cut", "carrier": "carrier_down", "cable": "cable_down", "probe": "probe_fault"}
    return rule.get(subject.partition(":")[0], "site_cut"), subject


@settings(deadline=None)
@given(estates(), st.randoms(use_true_random=False))
def test_whatever_the_order_the_result_is_one_and_nothing_is_lost(
    estate: tuple[list[Trouble], frozenset[str], frozenset[Name], dict[Name, Lasting]], chance: random.Random
) -> None:
    troubles, doubtful, muted, lasting = estate
    result = correlated(troubles, ELEMENTS, measured=ALL, doubtful=doubtful, muted=muted, lasting=lasting)
    shuffled, others = list(troubles), list(ELEMENTS)
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert correlated(shuffled, others, measured=ALL, doubtful=doubtful, muted=muted, lasting=lasting) == result
    told = names(result.parents) | set(lasting)
    for name in names(troubles) | told:
        chain = [name]
        while chain[-1] in result.causes:
            chain.append(result.causes[chain[-1]])
            assert len(set(chain)) == len(chain), "nothing explains itself"
        assert chain[-1] in told or chain == [name], "what explains is told, or explained in turn"
    for parent in result.parents:
        assert len(parent.facts["circuits"]) == parent.facts["members"] >= 2
    assert not set(result.causes) & muted, (
        "nobody is told of what is muted, so it explains nothing and is not explained"
    )


def test_thousands_at_once_take_no_longer_than_they_must() -> None:
    """Five thousand circuits of one carrier, lost at different instants: a look must not take minutes over them."""
    codes = [f"s{n}" for n in range(5000)]
    whole = ELEMENTS[0]._replace(subject="carrier:s", kind="carrier", circuits=frozenset(codes))
    like = lost("p00")
    troubles = [
        like._replace(
            circuit=code, subject=f"circuit:{code}", since_at=BEGAN + timedelta(milliseconds=n * 20), reason="outage"
        )
        for n, code in enumerate(codes)
    ]
    parts = [whole._replace(subject=f"duct:{n}", kind="duct", circuits=frozenset(codes[n::100])) for n in range(100)]
    began = time.process_time()
    (parent,) = correlated(troubles, [*parts, whole], measured=frozenset(codes)).parents
    assert (parent.subject, parent.facts["members"]) == ("carrier:s", 5000)
    assert time.process_time() - began < 5
