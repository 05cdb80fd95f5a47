"""Burn rates against plain thresholds on a seeded year: `python tests/drills/burn_year.py [SEED]`, some seconds.

Five circuits with cuts, flapping, slow degradation, single bad Δt and time that nobody measured. Printed are how soon
each way of alerting tells of what takes a tenth of a month's budget or more, how much of the budget is gone by then,
and how often it tells of nothing that matters. The burn rules are evaluated for every Δt at once; at some thousand
instants the answers of the rule itself (alerting.rules.burn) on looks back of the engine (sla_engine.outlook_time) must
be the same.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from alerting.rules import RULES
from alerting.rules.burn import holds
from facilities.burn import BURN_ROWS, BurnRow, window_seconds
from facilities.calendar import ServiceHours, month, service_windows, zone
from sla_engine.outlook_time import looked_back
from sla_engine.spans import Spans
from store.alert_rows import OutlookRow
from store.intervals import Interval

Flags: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]

CASABLANCA = zone("Africa/Casablanca")
MONTHS = [month(2026, number, CASABLANCA) for number in range(1, 13)]
DAY = 86_400
OFFICE = ServiceHours(frozenset(range(5)), 8 * 60, 18 * 60, frozenset({date(2026, 11, 6), date(2026, 11, 18)}))
CHECKED = 1500
WAYS = ("burn_fast", "burn_fast or burn_slow", "down 5 min", "one bad Δt")


class Character(NamedTuple):
    """What befalls a circuit: incidents a month by kind, and the chance of a single bad Δt an hour."""

    name: str
    target_ratio: Fraction
    step_seconds: int
    cuts: float
    short_cuts: float
    flappings: float
    degradations: float
    noise_an_hour: float
    gaps: float
    hours: ServiceHours | None = None


CIRCUITS = (
    Character("calm, 99.9 %, Δt 10 s", Fraction("0.999"), 10, 0.6, 2, 0, 0, 0.05, 1),
    Character("flapping, 99.9 %, Δt 10 s", Fraction("0.999"), 10, 0.3, 4, 0.8, 0, 0.05, 1),
    Character("degraded, 99.5 %, Δt 10 s", Fraction("0.995"), 10, 0.4, 2, 0.2, 0.5, 0.3, 1),
    Character("noisy, 99.9 %, Δt 60 s", Fraction("0.999"), 60, 0.6, 2, 0.2, 0, 0.01, 1),
    Character("office hours, 99.9 %, Δt 10 s", Fraction("0.999"), 10, 0.8, 3, 0.4, 0, 0.05, 1, OFFICE),
)


@dataclass(frozen=True, eq=False)
class Year:
    """One circuit's service time, Δt by Δt: its start, whether it was measured and bad, the month's service seconds."""

    character: Character
    starts_at: Numbers
    known: Flags
    bad: Flags
    service_seconds: Numbers
    incidents: list[tuple[str, Interval[int]]]
    day_seconds: int

    @property
    def budget(self) -> npt.NDArray[Any]:
        """What the month of each Δt allows; for sorting incidents, never for a rule."""
        return self.service_seconds * float(1 - self.character.target_ratio)


def made(character: Character, random: np.random.Generator) -> Year:
    """A year of a circuit."""
    step = character.step_seconds
    whole = Interval(MONTHS[0].starts_at, MONTHS[-1].ends_at)
    starts_at = np.arange(whole.starts_at, whole.ends_at, step, dtype=np.int64)
    bad = random.random(starts_at.size) < character.noise_an_hour * step / 3600
    known = np.ones(starts_at.size, np.bool_)
    incidents: list[tuple[str, Interval[int]]] = []

    def befalls(kind: str, a_month: float, least: float, most: float, share: float, burst_seconds: int) -> None:
        for _ in range(random.poisson(a_month * 12)):
            at = int(random.integers(0, starts_at.size))
            length = max(1, int(np.exp(random.uniform(np.log(least), np.log(most))) / step))
            burst = max(1, burst_seconds // step)
            inside = np.repeat(random.random(-(-length // burst)) < share, burst)[:length]
            end = min(at + length, starts_at.size)
            bad[at:end] |= inside[: end - at]
            incidents.append((kind, Interval(int(starts_at[at]), int(starts_at[end - 1]) + step)))

    befalls("cut", character.cuts, 6 * 60, 4 * 3600, 1, DAY)
    befalls("short cut", character.short_cuts, 20, 180, 1, DAY)
    befalls("flapping", character.flappings, 2 * 3600, 8 * 3600, 0.12, 90)
    befalls("degradation", character.degradations, 2 * DAY, 5 * DAY, 0.01, step)
    for _ in range(random.poisson(character.gaps * 12)):
        at = int(random.integers(0, starts_at.size))
        known[at : at + int(random.integers(600, 3 * 3600)) // step] = False
    bad &= known
    owed = np.ones(starts_at.size, np.bool_)
    if character.hours is not None:
        windows = service_windows(character.hours, CASABLANCA, whole)
        owed = Spans.of(windows).contains(starts_at)
    number = np.searchsorted([one.ends_at for one in MONTHS], starts_at, side="right")
    a_month = np.bincount(number[owed], minlength=12) * step
    day = DAY if character.hours is None else 10 * 3600
    return Year(character, starts_at[owed], known[owed], bad[owed], a_month[number][owed], incidents, day)


def in_last(flags: Flags, count: int) -> Numbers:
    """How many of the last `count` Δt, this one included, are flagged."""
    total = np.concatenate(([0], np.cumsum(flags)))
    places = np.arange(1, flags.size + 1)
    return total[places] - total[np.maximum(places - count, 0)]


def burning(year: Year, row: BurnRow) -> Flags:
    """Where a row holds, exactly: bad·long > share·ε·H·counted over both windows, each measured for half at least."""
    step, long = year.character.step_seconds, row.long_seconds(year.day_seconds)
    rate = row.share_of_budget * (1 - year.character.target_ratio)
    answer = np.ones(year.bad.size, np.bool_)
    for seconds in (long, row.short_seconds(year.day_seconds)):
        bad, counted = in_last(year.bad, seconds // step), in_last(year.known, seconds // step)
        answer &= bad * long * rate.denominator > rate.numerator * year.service_seconds * counted
        answer &= 2 * counted * step >= seconds
    least = (RULES.least_bad_intervals - 1) * step
    return answer & (in_last(year.bad, long // step) * step > least)


def check(year: Year, answers: dict[str, Flags], random: np.random.Generator) -> int:
    """Compares with the rule itself at random instants, and where answers change; raises AssertionError."""
    step = year.character.step_seconds
    axis = np.arange(year.bad.size, dtype=np.int64) * step  # service time as if it were one piece
    edges = np.concatenate((axis, axis[-1:] + step))
    known, bad = Spans.where(edges, year.known), Spans.where(edges, year.bad)
    service = Spans.of([Interval(0, int(edges[-1]))])
    turns = np.flatnonzero(np.any([flags[1:] != flags[:-1] for flags in answers.values()], axis=0))
    places = np.concatenate((random.choice(turns, min(turns.size, CHECKED // 2), replace=False), turns[:50] + 1))
    places = np.concatenate((places, random.integers(4 * DAY // step, axis.size, CHECKED // 2)))
    for place in places.tolist():
        at = int(edges[place + 1])
        found = looked_back(service, known, bad, at, window_seconds(year.day_seconds))
        outlook = _EMPTY._replace(
            allowed_ratio=Decimal(str(float(1 - year.character.target_ratio))).quantize(Decimal("0.0001")),
            service_seconds=int(year.service_seconds[place]),
            service_day_seconds=year.day_seconds,
            interval_seconds=step,
            windows=found,
        )
        for row in BURN_ROWS:
            assert (holds(outlook, row, RULES) is True) == bool(answers[row.reason][place]), (row, place)
    return len(places)


@dataclass
class Tally:
    """What one way of alerting came to."""

    minutes: list[float] = field(default_factory=list)
    gone_percent: list[float] = field(default_factory=list)
    missed: int = 0
    openings: int = 0
    false: int = 0


def openings(flags: Flags, step: int) -> Numbers:
    """The Δt at which an alert opens: one that closed less than five minutes before goes on."""
    on = np.flatnonzero(flags)
    if not on.size:
        return on
    return on[np.concatenate(([True], np.diff(on) * step > 300))]


def measure(year: Year, ways: dict[str, Flags], told: dict[str, Tally]) -> Iterator[tuple[str, int]]:
    """Adds one circuit's year to the tallies; yields its incidents that matter, by kind."""
    step = year.character.step_seconds
    bad_before = np.concatenate(([0], np.cumsum(year.bad))) * step
    opened = {name: openings(flags, step) for name, flags in ways.items()}
    for kind, span in year.incidents:
        first, end = np.searchsorted(year.starts_at, (span.starts_at, span.ends_at))
        taken = bad_before[end] - bad_before[first]
        if first == end or taken < 0.1 * year.budget[first]:
            continue
        yield kind, 1
        first += int(np.argmax(year.bad[first:end]))
        for name, flags in ways.items():
            on = np.flatnonzero(flags[first:end])
            if not on.size:
                told[name].missed += 1
                continue
            told[name].minutes.append((int(on[0]) + 1) * step / 60)
            gone = bad_before[first + on[0] + 1] - bad_before[first]
            told[name].gone_percent.append(100 * gone / year.budget[first])
    for name, places in opened.items():
        half, share = (36 * 3600, 0.1) if "slow" in name else (3 * 3600, 0.05)
        around = (
            bad_before[np.minimum(places + half // step, year.bad.size)]
            - bad_before[np.maximum(places - half // step, 0)]
        )
        told[name].openings += places.size
        told[name].false += int(np.count_nonzero(around < share * year.budget[places])) if places.size else 0


def main(arguments: list[str]) -> int:
    """Prints the tables."""
    random = np.random.default_rng(int(arguments[0]) if arguments else 2026)
    whole: dict[str, Tally] = {name: Tally() for name in WAYS}
    kinds: dict[str, int] = {}
    checked, rows = 0, []
    for character in CIRCUITS:
        year = made(character, random)
        answers = {row.reason: burning(year, row) for row in BURN_ROWS}
        checked += check(year, answers, np.random.default_rng(1))  # the year does not depend on what is looked at
        fast = answers["burn_1h"] | answers["burn_6h"]
        five_minutes = 300 // character.step_seconds
        ways = {
            WAYS[0]: fast,
            WAYS[1]: fast | answers["burn_24h"] | answers["burn_72h"],
            WAYS[2]: in_last(year.bad, five_minutes) == five_minutes,
            WAYS[3]: year.bad,
        }
        own = {name: Tally() for name in WAYS}
        matter = 0
        for kind, count in measure(year, ways, own):
            kinds[kind] = kinds.get(kind, 0) + count
            matter += count
        rows.append((character.name, matter, own))
        for name, each in own.items():
            total = whole[name]
            total.minutes += each.minutes
            total.gone_percent += each.gone_percent
            total.missed += each.missed
            total.openings += each.openings
            total.false += each.false
    said = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))
    print(f"Incidents that take a tenth of the month's budget or more: {sum(kinds.values())} ({said}).")
    print(f"Burn rules checked against alerting.rules at {checked} instants: all the same.\n")
    print(
        "An alarm is false where less than 5 % of the budget goes within the six hours around it (with burn_slow: 10 %"
    )
    print("within the three days around it). Alarms that close for less than five minutes are one.\n")
    print("| way | found | missed | median min | 90 % | most | budget gone, median | told a month | false a month |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, each in whole.items():
        print(_row(name, each, 12 * len(CIRCUITS)))
    print("\n| circuit | way | incidents | missed | median min | told a month | false a month |")
    print("|---|---|---|---|---|---|---|")
    for circuit, matter, own in rows:
        for name, each in own.items():
            median = f"{np.median(each.minutes):.1f}" if each.minutes else "-"
            monthly = f"{each.openings / 12:.1f} | {each.false / 12:.2f}"
            print(f"| {circuit} | {name} | {matter} | {each.missed} | {median} | {monthly} |")
    return 0


def _row(name: str, each: Tally, circuit_months: int) -> str:
    minutes = np.array(each.minutes or [np.nan])
    return (
        f"| {name} | {len(each.minutes)} | {each.missed} | {np.median(minutes):.1f} | {np.percentile(minutes, 90):.1f}"
        f" | {minutes.max():.0f} | {np.median(each.gone_percent or [np.nan]):.1f} %"
        f" | {each.openings / circuit_months:.2f} | {each.false / circuit_months:.2f} |"
    )


_EMPTY = OutlookRow(
    "A", "o", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), "c", False,
    datetime(2026, 1, 1, tzinfo=UTC), Decimal("0.001"), Decimal(0), Decimal(0), 0, 0, 0, 0, (), 0, 0, None, None, None,
    "MAD",
)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
