"""Hypothesis strategies of decision files: exclusions against notice and quota, tickets and freezes against limits."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.reference.case_agreements import Promise
from tests.reference.case_measurements import grid_of
from tests.reference.case_settings import OFFSETS, Setting, show


@st.composite
def exclusion_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> list[str]:
    maintenance = promise.table.get("maintenance", {})
    assert isinstance(maintenance, dict)
    notice = int(maintenance.get("notice_hours", 120)) * 3600
    rows = []
    if setting.crowded:
        delta, n, _ = grid_of(promise, setting, promise.circuits[0])
        gap = setting.start + n * delta  # see interval_files: the unknown Δt that follow an outage
        for number in range(draw(st.integers(1, 2))):
            start = gap + draw(st.integers(0, n)) * delta
            rows.append(f"G{number},{promise.circuits[0]},customer,{show(start)},{show(start + delta)},,accepted")
        late = setting.end - 12 * setting.delta
        anchor = draw(st.sampled_from([setting.start, setting.start, late - (late - setting.start) % setting.delta]))
        for number in range(draw(st.integers(0, 3))):
            start = anchor + draw(st.integers(0, 14)) * setting.delta
            end = start + draw(st.sampled_from([1, 1, 2])) * setting.delta
            rows.append(f"C{number},{promise.circuits[0]},customer,{show(start)},{show(end)},,accepted")
    # With a quota, mostly qualifying maintenance one after the other, so that it runs out in the middle.
    tight = int(maintenance.get("monthly_quota_hours", 0)) > 0 and draw(st.integers(0, 3)) > 0
    cursor = setting.start + draw(st.sampled_from([-3, -1, 0, 0, 1, 2])) * setting.delta
    for number in range(draw(st.integers(3, 6) if tight else st.integers(1, 4))):
        circuit = draw(st.sampled_from([*promise.circuits * 4, "other"]))
        kind = draw(st.sampled_from(["maintenance"] * 5 + ["customer", "force_majeure"]))
        lengths = [0, 1, setting.delta, 2 * setting.delta, 5 * setting.delta, 30 * setting.delta]
        if (setting.end - setting.start) >= 3600:
            lengths += [3600, 5400, 3599, 3601, 1800]
        length = draw(st.sampled_from(lengths[-5:] if tight else lengths))
        if tight and draw(st.integers(0, 4)) > 0:
            start = cursor
        elif draw(st.integers(0, 3)) == 0:  # around an end of the period
            edge = draw(st.sampled_from([setting.start, setting.end]))
            start = edge - draw(st.sampled_from([0, length // 2, length]))
        else:
            start = setting.near(draw)
        end = start + length
        cursor = end - draw(st.sampled_from([0, length // 2, -setting.delta]))
        announced = draw(st.sampled_from(["just", "early"] if tight else ["", "late", "just", "just", "early"]))
        told = {"": "", "late": show(start - notice + 1), "just": show(start - notice), "early": show(start - 10**7)}
        decision = draw(st.sampled_from(["accepted"] * 7 + ["proposed", "rejected"]))
        rows.append(
            f"E{number},{circuit},{kind},{show(start, OFFSETS[number % 5])},{show(end)},{told[announced]},{decision}"
        )
    return rows


@st.composite
def ticket_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> tuple[list[str], list[str]]:
    """(ticket rows, freeze rows); durations crowd around the limit, net of the freezes."""
    tickets, freezes = [], []
    for number in range(draw(st.integers(0, 5))):
        circuit = draw(st.sampled_from([*promise.circuits * 4, "other"]))
        name = f"T-{draw(st.sampled_from(['', '', 'é']))}{9 - number}"
        objective = promise.of(circuit, "time_to_restore") or {}
        limit = int(str(objective.get("at_most_seconds", 60)))
        opened = setting.near(draw)
        frozen = 0
        used: set[int] = set()
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            start = opened + draw(st.sampled_from([-setting.delta, -1, 0, 1, limit // 2, limit]))
            span = draw(st.sampled_from([0, 1, limit // 2 + 1, setting.delta]))
            if start not in used:
                used.add(start)
                freezes.append(f"{name},{show(start, '+01:00')},{show(start + span)},access refused")
                frozen += span
        restored = opened + draw(st.sampled_from([0, limit, limit, limit + 1, limit - 1, 10 * limit]))
        restored += draw(st.sampled_from([0, frozen]))
        closed = draw(st.integers(0, 3)) > 0
        tickets.append(f"{name},{circuit},{show(opened, '-03:30')},{show(restored) if closed else ''}")
        if closed and draw(st.integers(0, 5)) == 0 and len(promise.circuits) > 1:
            both = promise.circuits[1] if circuit == promise.circuits[0] else promise.circuits[0]
            tickets.append(f"{name},{both},{show(opened)},")
    if draw(st.integers(0, 3)) == 0:
        freezes.append(f"T-none,{show(setting.start)},{show(setting.end)},a ticket nobody opened")
    return tickets, freezes
