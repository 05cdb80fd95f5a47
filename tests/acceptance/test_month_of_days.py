"""The month is the sum of its local days (I2): in `p2i score`, in what the statement draws, in what dashboards read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from facilities.agreement import AvailabilityObjective
from facilities.agreement_toml import agreement_from_toml, read_agreement
from facilities.calendar import local_midnight, period, zone
from facilities.instants import epoch_seconds, instant_text
from reports.evidence import spans_of
from sla_engine.csv_files import FactFiles, read_facts
from sla_engine.document import document
from sla_engine.evidence import evidence, without_exclusions
from sla_engine.facts import CircuitFacts, Exclusion, Facts, IntervalRows
from sla_engine.scoring import score
from store.intervals import Interval, clip, subtract, total_seconds, union
from tests.acceptance.audited import Audited
from tests.acceptance.audited_month import CLOCK_BACK, ENDS_AT, MONTH, STARTS_AT

Json = dict[str, Any]
ZONE = "Africa/Casablanca"
TIMES = ("up", "down", "unknown", "excluded", "outside_service_hours")


def days_of(month: str, in_zone: str) -> list[Interval[int]]:
    """The local days of a civil month, in epoch seconds: of 23 to 25 hours."""
    span, day = period(month, zone(in_zone)), date.fromisoformat(f"{month}-01")
    edges = [span.starts_at]
    while edges[-1] < span.ends_at:
        day += timedelta(days=1)
        edges.append(local_midnight(day, zone(in_zone)))
    return [Interval(start, end) for start, end in pairwise(edges)]


def sums(objectives: Iterable[Json]) -> Counter[str]:
    """Every figure that adds up over time. Of what does not: runs of high loss are cut where a day is, and what is
    promised is promised of the month."""
    found: Counter[str] = Counter()
    for one in objectives:
        for kind, value in one.get("seconds", {}).items():
            found[f"{one['id']} {kind}"] += value
        for key in ("high_loss_intervals", "provisional_seconds", "sent", "lost", "answered", "within"):
            found[f"{one['id']} {key}"] += one.get(key) or 0
        found[f"{one['id']} outage"] += sum(outage["seconds"] for outage in one.get("outages", ()))
        for ticket in one.get("tickets", ()):
            found[f"{one['id']} {ticket['ticket']}"] += ticket["elapsed_seconds"]
            found[f"{one['id']} frozen"] += ticket["frozen_seconds"]
    return found


@pytest.fixture(scope="module")
def by_day(audited: Audited) -> list[Json]:
    """The document of each local day, from the exported files."""
    agreement = read_agreement(audited.facts / "agreement.toml")
    names = ("intervals", "probes", "states", "tickets", "freezes", "exclusions")
    facts = read_facts(agreement, FactFiles(**{name: str(audited.facts / f"{name}.csv") for name in names}))
    return [document(score(agreement, day, facts, as_of=None, whole_fee=True)) for day in days_of(MONTH, ZONE)]


def test_the_days_are_thirty_and_one_of_them_has_an_hour_more() -> None:
    lengths = [one.ends_at - one.starts_at for one in days_of(MONTH, ZONE)]
    assert (len(lengths), sum(lengths)) == (30, 721 * 3600)
    assert [place for place, length in enumerate(lengths, start=1) if length != 86_400] == [CLOCK_BACK.day]


def test_the_month_is_the_sum_of_its_days(audited: Audited, by_day: list[Json]) -> None:
    whole = sums(audited.scored["objectives"])
    added: Counter[str] = Counter()
    for one in by_day:
        added.update(sums(one["objectives"]))
    assert added == whole
    assert len(whole) >= 30
    assert sum(day["period"]["seconds"] for day in by_day) == audited.scored["period"]["seconds"]


def test_things_lie_across_midnights_and_across_the_ends_of_the_month(audited: Audited, by_day: list[Json]) -> None:
    """Else the sum would prove little: of each kind of time some days have more pieces than the month."""
    for kind, least in (("down", 4), ("unknown", 2), ("excluded", 3)):
        days = {name: [one["seconds"][kind] for one in _of(by_day, name)] for name in ("night-and-day", "switch")}
        assert sum(value > 0 for values in days.values() for value in values) > least, kind
    pieces = sum(len(one["outages"]) for day in by_day for one in day["objectives"] if "outages" in one)
    assert pieces > sum(len(one["outages"]) for one in audited.scored["objectives"] if "outages" in one)
    for name in ("night-and-day", "switch"):
        outages = next(one["outages"] for one in audited.scored["objectives"] if one["id"] == name)
        assert outages[-1]["ends_at"] == audited.scored["period"]["ends_at"], "cut where the month ends"
    first = audited.scored["objectives"][0]["outages"][0]
    assert first["starts_at"] == audited.scored["period"]["starts_at"], "cut where the month begins"


def _of(by_day: list[Json], name: str) -> list[Json]:
    return [one for day in by_day for one in day["objectives"] if one["id"] == name]


@pytest.mark.parametrize("day", ["2026-09-08", "2026-09-20", "2026-09-30"])
def test_the_command_gives_such_a_day(audited: Audited, by_day: list[Json], day: str) -> None:
    """Of an outage over midnight, of the day of 25 hours, and of the month's last."""
    place = int(day[-2:]) - 1
    span = days_of(MONTH, ZONE)[place]
    asked = f"{instant_text(span.starts_at)}/{instant_text(span.ends_at)}"
    assert audited.score(period=asked) == by_day[place]


def test_what_the_statement_draws_adds_up_to_each_day(audited: Audited, by_day: list[Json]) -> None:
    """Outages, and the spans of other time, cut at the local midnights, are the seconds of each day."""
    (agreement,) = audited.made("fr")["agreements"]
    for place, promised in enumerate(agreement["objectives"]):
        if "spans" in promised:
            outages = agreement["score"]["objectives"][place]["outages"]
            for day, told in zip(days_of(MONTH, ZONE), by_day, strict=True):
                assert drawn(day, promised["spans"], outages) == told["objectives"][place]["seconds"], promised["id"]


def drawn(day: Interval[int], spans: Json, outages: list[Json]) -> dict[str, int]:
    """The seconds of a day as they are drawn: what is nothing else was up."""
    found = {kind: clip(_spans(spans[kind]), day) for kind in TIMES[2:]}
    apart = union(one for each in found.values() for one in each)
    assert total_seconds(apart) == sum(map(total_seconds, found.values())), "no second is drawn as two kinds"
    found["down"] = subtract(clip(_spans(outages), day), apart)
    seconds = {kind: total_seconds(found[kind]) for kind in TIMES[1:]}
    return {"up": day.ends_at - day.starts_at - sum(seconds.values()), **seconds}


def _spans(rows: Iterable[Json]) -> Iterator[Interval[int]]:
    for row in rows:
        yield Interval(epoch_seconds(row["starts_at"]), epoch_seconds(row["ends_at"]))


def test_what_dashboards_read_adds_up_to_each_day(audited: Audited, by_day: list[Json]) -> None:
    """The rows of outages, and of the spans of the timeline, in the store's own instants."""
    for name, circuit in (("night-and-day", "casa-a1"), ("shift", "casa-a2"), ("switch", "casa-a3")):
        outages = [_seen(row) for row in audited.seen["outage"] if row["objective"] == name]
        rows = audited.seen[f"timeline {circuit}"]
        down, excluded = ([_seen(row) for row in rows if row["state"] == state] for state in ("down", "excluded"))
        assert sorted(outages) == sorted(down)
        for day, one in zip(days_of(MONTH, ZONE), _of(by_day, name), strict=True):
            assert total_seconds(clip(outages, day)) == sum(each["seconds"] for each in one["outages"])
            assert total_seconds(clip(union(excluded), day)) >= one["seconds"]["excluded"]
    whole = Interval(int(STARTS_AT.timestamp()), int(ENDS_AT.timestamp()))
    assert (whole.starts_at, whole.ends_at) == (days_of(MONTH, ZONE)[0].starts_at, days_of(MONTH, ZONE)[-1].ends_at)


def _seen(row: Json) -> Interval[int]:
    return Interval(int(row["starts_at"].timestamp()), int(row["ends_at"].timestamp()))


RANDOM = """
[agreement]
id = "R"
tenant = "t"
facility = "f"
time_zone = "{zone}"
starts_on = 2026-01-01
monthly_fee = "1.00"
currency = "MAD"
[agreement.service_hours]
days = ["mon", "tue", "wed", "thu", "fri", "sat"]
from = "07:30"
to = "24:00"
[[objective]]
id = "always"
circuit = "c"
indicator = "availability"
interval_seconds = 300
consecutive_intervals = {n}
target_percent = "99"
unknown_window = "{window}"
[[objective]]
id = "served"
circuit = "d"
indicator = "availability"
interval_seconds = 300
consecutive_intervals = 2
target_percent = "99"
service_hours = true
"""


@pytest.mark.parametrize("seed", range(12))
def test_any_month_is_the_sum_of_its_days_and_of_what_is_drawn(seed: int) -> None:
    """Random months of three zones, two of them with a changed clock, in which everything runs over midnight."""
    random = np.random.default_rng(seed)
    in_zone, month = [(ZONE, "2026-09"), ("Europe/Madrid", "2026-10"), ("Europe/Paris", "2026-03")][seed % 3]
    text = RANDOM.format(zone=in_zone, n=int(random.integers(1, 7)), window=["skip", "break"][seed % 2])
    agreement = agreement_from_toml(text.encode(), "random.toml")
    span = period(month, zone(in_zone))
    facts = random_facts(span, random)
    found = score(agreement, span, facts)
    kept = evidence(found, score(agreement, span, without_exclusions(facts)), facts, [])
    whole, added = document(found), Counter[str]()
    for day in days_of(month, in_zone):
        told = document(score(agreement, day, facts, whole_fee=True))["objectives"]
        added.update(sums(told))
        for objective, one, of_month in zip(agreement.objectives, told, whole["objectives"], strict=True):
            assert isinstance(objective, AvailabilityObjective)
            spans = spans_of(agreement, objective, whole["period"], kept)
            assert drawn(day, spans, of_month["outages"]) == one["seconds"]
    assert added == sums(whole["objectives"])
    assert all(whole["objectives"][0]["seconds"][kind] for kind in TIMES[:4])


def random_facts(span: Interval[int], random: np.random.Generator) -> Facts:
    """Runs of good, bad and unknown Δt of random lengths, and exclusions off the grid; some hours beyond the month."""
    step, beyond = 300, 7200
    count = (span.ends_at - span.starts_at + 2 * beyond) // step
    lengths = random.geometric(0.02, count)
    kinds = np.repeat(random.choice(3, count, p=[0.7, 0.2, 0.1]), lengths)[:count]
    starts_at = span.starts_at - beyond + step * np.arange(count, dtype=np.int64)
    kept = (kinds != 2) | (random.random(count) < 0.5)
    sent, lost = np.where(kinds == 2, 0, 10), np.where(kinds == 1, 10, 0)
    rows = IntervalRows(starts_at[kept], sent[kept].astype(np.int64), lost[kept].astype(np.int64))
    exclusions = tuple(
        Exclusion("customer", Interval(start, start + int(random.integers(1, 90_000))), None, "accepted")
        for start in random.integers(span.starts_at - 50_000, span.ends_at, 4).tolist()
    )
    return Facts(dict.fromkeys(("c", "d"), CircuitFacts(intervals=rows, exclusions=exclusions)))
