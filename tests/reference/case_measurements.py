"""Hypothesis strategies of measurement files: intervals, probes and states around the edges of the window rules."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import strategies as st

from tests.reference.case_agreements import Promise
from tests.reference.case_settings import OFFSETS, Setting, local_midnight, show

# Runs as multiples of n plus a rest: (letter, times n, rest). The edges of every window rule.
MOTIFS: list[list[tuple[str, int, int]]] = [
    [("b", 1, 0)],
    [("b", 1, -1), ("g", 0, 1)],
    [("b", 1, -1), ("u", 0, 1), ("b", 0, 1), ("g", 1, 0)],
    [("b", 0, 1), ("u", 1, -1), ("b", 1, -1), ("g", 0, 2)],
    [("b", 0, 1), ("z", 1, 0), ("b", 1, -1), ("g", 0, 2)],
    [("b", 1, 0), ("u", 1, 0), ("b", 0, 1), ("g", 1, 0)],  # restarts during an outage
    [("b", 1, 0), ("u", 1, 1), ("b", 0, 1), ("g", 1, 0)],
    [("b", 1, 0), ("u", 1, 1), ("b", 1, -1)],
    [("b", 1, 0), ("u", 1, -1), ("b", 0, 1), ("g", 1, -1), ("b", 0, 1)],
    [("b", 1, 0), ("u", 1, 1), ("g", 0, 1), ("b", 0, 1)],
    [("b", 1, 0), ("g", 1, -1), ("z", 0, 1), ("g", 0, 1), ("b", 0, 1)],
    [("b", 1, 1), ("g", 1, -1), ("b", 0, 1), ("g", 1, 0)],
    [("g", 1, 0), ("b", 1, -1), ("u", 1, -1)],
    [("b", 1, 0), ("g", 1, -1), ("u", 1, 0)],
    [("e", 1, 0), ("g", 0, 1)],
    [("e", 3, 0)],
    [("g", 2, 0)],
    [("z", 0, 1), ("g", 1, 0)],
]


def runs_of(draw: st.DrawFn, kinds: str, n: int, room: int) -> list[str]:
    """A letter per Δt, in runs whose lengths crowd around n."""
    letters: list[str] = []
    room = min(room, 3000)
    lengths = st.sampled_from([1, 1, max(1, n - 1), n, n, n + 1, 2 * n, 7])
    if draw(st.integers(0, 2)) > 0:
        for motif in draw(st.lists(st.sampled_from(MOTIFS), min_size=1, max_size=4)):
            for kind, times, rest in motif:
                letters += [kind if kind in kinds else "u"] * max(0, times * n + rest)
    else:
        pairs = st.tuples(st.sampled_from(kinds), lengths)
        for kind, length in draw(st.lists(pairs, min_size=1, max_size=max(3, min(14, room)))):
            letters += [kind] * length
    if draw(st.integers(0, 3)) > 0:  # mostly the period is covered: with good Δt, or with the same again
        if room > 100 or draw(st.booleans()):
            letters += ["g"] * (room - len(letters) + draw(st.integers(-2, 6)))
        else:
            letters = (letters * (room + 1))[: room + draw(st.integers(-2, 12))]
    return letters


def grid_of(promise: Promise, setting: Setting, circuit: str) -> tuple[int, int, Fraction]:
    """(Δt, n, C) that the circuit's rows should play with."""
    objective = promise.of(circuit, "availability") or {}
    profile = str(objective.get("profile", "mef-10.4"))
    delta, n, threshold = {"y1540": (300, 1, "0.2"), "g826": (1, 10, "0.3")}.get(profile, (10, 10, "0.5"))
    if not objective:
        delta = setting.delta
    delta = int(str(objective.get("interval_seconds", delta)))
    n = int(str(objective.get("consecutive_intervals", n)))
    return delta, n, Fraction(str(objective.get("loss_threshold", threshold)))


def first_row(draw: st.DrawFn, setting: Setting, delta: int, length: int) -> int:
    """Where a series of rows starts: on the grid, before the period, in it, or so that it ends near its end."""
    early = setting.start - draw(st.sampled_from([0, 0, 0, 1, 2, 3, 5, 8])) * delta
    late = setting.end - (length - draw(st.integers(-2, 4))) * delta
    middle = setting.start + ((setting.end - setting.start) // delta // 2) * delta
    chosen = draw(st.sampled_from([early, early, early, late, middle]))
    # On the grid of t0 (the period's ends already are, unless the agreement starts later than it).
    t0 = local_midnight(setting.zone, setting.starts_on)
    return int(chosen - (chosen - t0) % delta)


@st.composite
def interval_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> list[str]:
    rows: list[str] = []
    for circuit in [*promise.circuits, "other"]:
        delta, n, threshold = grid_of(promise, setting, circuit)
        series = draw(st.integers(1, 2)) if circuit != "other" else draw(st.integers(0, 1))
        written: set[int] = set()
        for _ in range(series):
            letters = runs_of(draw, "gggbbbuze", n, (setting.end - setting.start) // delta)
            sent = draw(st.sampled_from([1, 2, 3, 10, 10, 100]))
            second = first_row(draw, setting, delta, len(letters))
            if setting.crowded and draw(st.booleans()):  # an outage, a gap of about n, and a little more of the outage
                gap = ["u"] * (n + draw(st.sampled_from([-1, 0, 1, 1, 1, 2])))
                letters = ["b"] * n + gap + ["b"] + draw(st.sampled_from([["g"], ["b"], []])) * (n - 1) + letters
                second = setting.start - (setting.start - second) % delta
            for letter in letters:
                edge = floor(threshold * sent)
                lost = {"g": 0, "e": edge, "b": min(sent, edge + 1), "z": 0, "u": 0}[letter]
                if letter != "u" and second not in written:
                    written.add(second)
                    shown = show(second, OFFSETS[second // delta % 5])
                    count = "0" if letter == "z" else f"{sent}.0" if second % 7 == 0 else str(sent)
                    rows.append(f"{shown},{circuit},{count},{lost}")
                second += delta
    return rows


@st.composite
def probe_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> list[str]:
    rows: list[str] = []
    for circuit in promise.circuits:
        delta, n, threshold = grid_of(promise, setting, circuit)
        letters = runs_of(draw, "ggggbbbue", n, (setting.end - setting.start) // delta)[:60]
        start = first_row(draw, setting, delta, len(letters))
        per_interval = draw(st.sampled_from([1, 2, 2, 4]))
        answers = draw(
            st.lists(
                st.sampled_from(
                    ["30", "30.0", "29.9995", "30.0001", "0", "10.123456", "31", "250", "20", "29", "30.5"]
                ),
                min_size=1,
                max_size=8,
            )
        )
        parts = {1: "0", 2: "0.5", 4: "0.999999"}
        shift = draw(st.sampled_from([Fraction(0), Fraction(parts[per_interval]), Fraction(1, 1000)]))
        count = 0
        for position, letter in enumerate(letters):
            if letter == "u":
                continue
            edge = floor(threshold * per_interval)
            lost = {"g": 0, "e": edge, "b": min(per_interval, edge + 1)}[letter]
            for number in range(per_interval):
                sent_at = start + position * delta + Fraction(number * delta, per_interval)
                if number == per_interval - 1 and shift < Fraction(delta, per_interval):
                    sent_at += shift
                answer = "" if number < lost else answers[count % len(answers)]
                count += 1
                rows.append(f"{show(sent_at, OFFSETS[count % 5])},{circuit},{answer}")
    return rows


@st.composite
def state_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> list[str]:
    rows: list[str] = []
    for circuit in [*promise.circuits, "other"]:
        instants = {setting.near(draw) for _ in range(draw(st.integers(0, 7)))}
        if draw(st.booleans()):
            instants.add(setting.start - draw(st.sampled_from([0, 1, 86400])))
        for second in sorted(instants):
            state = draw(st.sampled_from(["up", "up", "down", "down", "unknown"]))
            rows.append(f"{show(second, OFFSETS[second % 5])},{circuit},{state}")
    return rows
