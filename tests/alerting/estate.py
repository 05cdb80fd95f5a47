"""Three invented parks and what their circuits share, for tests of what explains what."""

from datetime import UTC, datetime, timedelta
from typing import Any

from facilities.shared_elements import SharedElement
from store.alert_rows import Severity, Trouble

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=2)

CIRCUITS = {
    # code: park, building, duct, carrier. Park "p" has 40 circuits, "q" and "r" have ten each.
    **{f"p{n:02}": ("p", "A" if n < 20 else "B", f"D{n // 10}", "x" if n % 2 else "y") for n in range(40)},
    **{f"q{n:02}": ("q", "A", "D1" if n < 4 else "D2", "x" if n < 7 else "y") for n in range(10)},
    **{f"r{n:02}": ("r", "A", "D1", "x" if n < 5 else "z") for n in range(10)},
}
ALL = frozenset(CIRCUITS)


def behind(prefix: str = "", **having: str) -> frozenset[str]:
    """The circuits with this beginning of their code, park, building, duct or carrier."""
    keys = ("park", "building", "duct", "carrier")
    return frozenset(
        code
        for code, place in CIRCUITS.items()
        if code.startswith(prefix) and all(place[keys.index(key)] == wanted for key, wanted in having.items())
    )


def element(subject: str, circuits: frozenset[str], *, facility: str | None = None) -> SharedElement:
    """An element as facilities.shared_elements names it."""
    kind = {"cable": "cable_system"}.get(subject.partition(":")[0], subject.partition(":")[0])
    carrier = subject.partition(":")[2].partition("/")[0] if kind == "carrier" else None
    return SharedElement(subject, kind, f"label of {subject}", facility, carrier, circuits)


ELEMENTS = (
    *(element(f"park:{park}", behind(park=park), facility=park) for park in "pqr"),
    *(
        element(f"building:{park}/{name}", behind(park=park, building=name), facility=park)
        for park, name in (("p", "A"), ("p", "B"))
    ),
    *(
        element(f"duct:{park}/{name}", behind(park=park, duct=name), facility=park)
        for park, name in (("p", "D0"), ("p", "D1"), ("p", "D2"), ("p", "D3"), ("q", "D1"), ("q", "D2"))
    ),
    *(element(f"carrier:{name}", behind(carrier=name)) for name in "xyz"),
    *(
        element(f"carrier:{name}/{park}", behind(park=park, carrier=name), facility=park)
        for name, park in (("x", "p"), ("y", "p"), ("x", "q"), ("y", "q"), ("x", "r"), ("z", "r"))
    ),
    element("cable:c", frozenset({"p00", "p10", "p20", "q00", "q05", "r00", "r05"})),
    element("probe:s", frozenset({"p01", "p30", "q04", "q06", "r03", "r08"})),
)


def lost(circuit: str, seconds: int = 0, *, rule: str = "outage", severity: Severity = "page", **more: Any) -> Trouble:
    """An outage (or silence) of a circuit that began so many seconds after BEGAN."""
    return Trouble(
        rule=rule,
        subject=f"circuit:{circuit}",
        severity=severity,
        since_at=BEGAN + timedelta(seconds=seconds),
        reason=rule,
        is_demo=False,
        facility=CIRCUITS[circuit][0],
        tenant=f"tenant-of-{circuit}",
        carrier=CIRCUITS[circuit][3],
        circuit=circuit,
        **more,
    )
