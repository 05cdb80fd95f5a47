"""How benchmarks measure: two things in turn (A B A B …), the median of each, and their ratio; never a time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Bound:
    """What the ratio ours / theirs must hold; `of` "ours": our own value instead, where there is no peer."""

    side: Literal["at least", "at most"]
    value: float
    of: Literal["ratio", "ours"] = "ratio"

    def holds(self, result: "Result") -> bool:
        """Whether what was measured is on the right side; a ratio that does not exist holds nothing."""
        measured = getattr(result, self.of)
        if measured is None:
            return True
        return bool(measured >= self.value if self.side == "at least" else measured <= self.value)

    def __str__(self) -> str:
        return f"{self.side} {self.value:g}"


@dataclass(frozen=True)
class Result:
    """One measured benchmark; `ratio` is ours / theirs, None without a peer (then `what` says why)."""

    name: str
    ratio: float | None
    ours: float
    theirs: float | None
    unit: str
    what: str
    server: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line of bench-results.json."""
        shown = {
            "name": self.name,
            "ratio": self.ratio and round(self.ratio, 4),
            "ours": self.ours,
            "theirs": self.theirs,
        }
        return shown | {"unit": self.unit, "what": self.what} | ({"server": self.server} if self.server else {})


@dataclass(frozen=True)
class Benchmark:
    """A named benchmark, its bound (None: it is told, not judged), and how to run it."""

    name: str
    bound: Bound | None
    run: Callable[[], Result]

    def holds(self, result: Result) -> bool:
        """Whether a result is within the bound."""
        return self.bound is None or self.bound.holds(result)


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The median seconds of `ours` and of `theirs`, run alternately after one uncounted run of each."""
    return told_in_turn(lambda: _timed(ours), lambda: _timed(theirs), rounds)


def told_in_turn(
    ours: Callable[[], float],
    theirs: Callable[[], float],
    rounds: int,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """The same of functions that say themselves how many seconds count; `before` each of them runs unmeasured."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for place, run in enumerate((ours, theirs)):
            before()
            seconds[place].append(run())
    return statistics.median(seconds[0][1:]), statistics.median(seconds[1][1:])


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
