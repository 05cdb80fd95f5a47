"""How benchmarks measure: two things in turn (A B A B …), the median of each, and their ratio; never a time."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Bound:
    """What the ratio ours / theirs must hold."""

    side: Literal["at least", "at most"]
    ratio: float

    def holds(self, ratio: float | None) -> bool:
        """Whether a measured ratio is on the right side; without a peer there is nothing to hold."""
        if ratio is None:
            return True
        return ratio >= self.ratio if self.side == "at least" else ratio <= self.ratio

    def __str__(self) -> str:
        return f"{self.side} {self.ratio}"


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
    """A named benchmark, the bound of its ratio, and how to run it."""

    name: str
    bound: Bound
    run: Callable[[], Result]


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The median seconds of `ours` and of `theirs`, run alternately after one uncounted run of each."""
    ours()
    theirs()
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, run in enumerate((ours, theirs)):
            began = time.perf_counter()
            run()
            seconds[place].append(time.perf_counter() - began)
    return statistics.median(seconds[0]), statistics.median(seconds[1])
