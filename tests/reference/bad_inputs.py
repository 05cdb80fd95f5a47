"""Hypothesis strategy of input that must be refused: a valid case with exactly one thing spoilt in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.reference.case_settings import HEADERS, Case, Table, local_midnight, show
from tests.reference.strategies import Draft, drafts

# ---------------------------------------------------------------- files

A, B = "2026-09-20T01:00:00Z", "2026-09-20T02:00:00Z"
A_ELSEWHERE = "2026-09-20T02:00:00+01:00"  # the same instant as A
BAD_INSTANTS = [
    "2026-09-20T01:00:00",  # naive
    "2026-09-20 01:00",
    "2026-09-20",
    "2026-02-30T00:00:00Z",
    "2026-09-20T25:00:00Z",
    "2026-09-20T01:60:00Z",
    "20 September 2026",
    "1790000000",
    "",
]
BAD_COUNTS = ["-1", "1e1", "", "ten", "nan", "0x1", "1_0", "١", "+1", " "]
BAD_NUMBERS = ["-1", "-0.5", "1e1", "ten", "nan", "inf", "1,5", "1_0", "1.2.3", "+1", "."]

# One bad row per file, "{x}" being replaced by each of the values in turn.
BAD_ROWS: list[tuple[str, str, list[str]]] = [
    ("intervals", "{x},casa-a1,10,0", [*BAD_INSTANTS, "2026-09-20T01:00:00.5Z"]),
    ("intervals", f"{A},other,{{x}},0", BAD_COUNTS),
    ("intervals", f"{A},other,10,{{x}}", [*BAD_COUNTS, "11"]),
    ("intervals", f"{A},other,10{{x}}", ["", ",0,0"]),
    ("probes", "{x},casa-a1,12.5", BAD_INSTANTS),
    ("probes", f"{A},casa-a1,{{x}}", [number for number in BAD_NUMBERS if "," not in number]),
    ("states", "{x},casa-a1,up", [*BAD_INSTANTS, "2026-09-20T01:00:00.25Z"]),
    ("states", f"{A},other,{{x}}", ["UP", "degraded", "", "1"]),
    ("tickets", "T,other,{x},", BAD_INSTANTS),
    ("tickets", f"T,casa-a1,{B},{{x}}", [A, "2026-09-20T03:00:00", "tomorrow"]),
    ("freezes", f"T,{{x}},{B},why", BAD_INSTANTS),
    ("freezes", f"T,{B},{{x}},why", [A, *BAD_INSTANTS]),
    ("exclusions", f"X,other,{{x}},{A},{B},,accepted", ["holiday", "", "Maintenance"]),
    ("exclusions", f"X,other,maintenance,{A},{B},,{{x}}", ["yes", "", "Accepted"]),
    ("exclusions", f"X,casa-a1,customer,{B},{{x}},,accepted", [A, *BAD_INSTANTS]),
    ("exclusions", f"X,casa-a1,customer,{{x}},{B},,proposed", BAD_INSTANTS),
    ("exclusions", f"X,other,maintenance,{A},{B},{{x}},accepted", ["2026-09-01T00:00:00", "early"]),
]

# Two rows with one key and different values.
CONFLICTS: list[tuple[str, str, str]] = [
    ("intervals", f"{A},other,10,0", f"{A_ELSEWHERE},other,10,1"),
    ("intervals", f"{A},other,10,0", f"{A},other,20,0"),
    ("probes", f"{A},other,10", f"{A_ELSEWHERE},other,"),
    ("probes", "2026-09-20T01:00:00.5Z,other,10", "2026-09-20T01:00:00.500Z,other,10.001"),
    ("states", f"{A},other,up", f"{A_ELSEWHERE},other,down"),
    ("tickets", f"X,other,{A},", f"X,other,{A},{B}"),
    ("tickets", f"X,other,{A},", f"X,other,{B},"),
    ("freezes", f"X,{A},{B},why", f"X,{A_ELSEWHERE},{A},why"),
    ("freezes", f"X,{A},{B},why", f"X,{A},{B},why not"),
    ("exclusions", f"X,other,customer,{A},{B},,accepted", f"X,other,customer,{A},{B},,proposed"),
    ("exclusions", f"X,other,customer,{A},{B},,accepted", f"X,other,customer,{A},{B},{A},accepted"),
]


def with_rows(case: Case, name: str, *rows: str) -> Case:
    """The rows written beneath those of the file, or into a new one."""
    text = case.files.get(name, "")
    if not text.startswith(HEADERS[name] + "\n"):
        text = HEADERS[name] + "\n"
    line = text.count("\n") + len(rows)
    text += "\n".join(rows) + "\n"
    place = f"{name}.csv:{line}: " if len(rows) == 1 else f"{name}.csv:"
    return replace(case, files={**case.files, name: text}, expected_place=place)


@st.composite
def bad_rows(draw: st.DrawFn, draft: Draft) -> Case:
    name, row, values = draw(st.sampled_from(BAD_ROWS))
    return with_rows(draft.case(), name, row.replace("{x}", draw(st.sampled_from(values))))


@st.composite
def conflicting_rows(draw: st.DrawFn, draft: Draft) -> Case:
    name, first, second = draw(st.sampled_from(CONFLICTS))
    rows = [first, second] if draw(st.booleans()) else [second, first, first]
    return with_rows(draft.case(), name, *rows)


@st.composite
def bad_headers(draw: st.DrawFn, draft: Draft) -> Case:
    name = draw(st.sampled_from(sorted(HEADERS)))
    columns = HEADERS[name].split(",")
    spoilt = draw(
        st.sampled_from(
            [
                [*columns, "note"],
                columns[:-1],
                columns[1:],
                [*columns[:-1], columns[-1].upper()],
                [*columns, columns[0]],
                [*columns[:-1], "note"],
            ]
        )
    )
    case = draft.case()
    return replace(case, files={**case.files, name: ",".join(spoilt) + "\n"}, expected_place=f"{name}.csv:1: ")


@st.composite
def bad_bytes(draw: st.DrawFn, draft: Draft) -> Case:
    """Not UTF-8 (written through surrogateescape), or no header row at all."""
    name = draw(st.sampled_from(sorted(HEADERS)))
    text = draw(st.sampled_from(["", "\n\n", HEADERS[name] + "\n\udcff\udcfe\n"]))
    case = draft.case()
    return replace(case, files={**case.files, name: text}, expected_place=f"{name}.csv:")


def grids(draft: Draft) -> list[tuple[str, int]]:
    """(circuit, Δt) of the availability objectives by intervals."""
    found = []
    for objective in draft.promise.objectives:
        if objective["indicator"] != "availability" or objective.get("method") == "states":
            continue
        default = {"y1540": 300, "g826": 1}.get(str(objective.get("profile")), 10)
        found.append((str(objective["circuit"]), int(str(objective.get("interval_seconds", default)))))
    return found


@st.composite
def off_grid_rows(draw: st.DrawFn, draft: Draft) -> Case | None:
    coarse = [(circuit, delta) for circuit, delta in grids(draft) if delta > 1]
    if not coarse:
        return None
    circuit, delta = draw(st.sampled_from(coarse))
    t0 = local_midnight(draft.setting.zone, draft.setting.starts_on)
    starts_at = t0 + draw(st.integers(0, 400)) * delta + draw(st.sampled_from([1, delta // 2, delta - 1]))
    if (starts_at - t0) % delta == 0:
        starts_at += 1
    return with_rows(draft.case(), "intervals", f"{show(starts_at)},{circuit},10,0")


# ---------------------------------------------------------------- options


@st.composite
def bad_options(draw: st.DrawFn, draft: Draft) -> Case:
    case, setting = draft.case(), draft.setting
    if draw(st.integers(0, 2)) == 0:
        value = draw(st.sampled_from([*BAD_INSTANTS, "2026-09-20T01:00:00.5Z", "2026-09"]))
        return replace(case, as_of=value, expected_place="--as-of: ")
    start, end = show(setting.start), show(setting.end)
    t0 = local_midnight(setting.zone, setting.starts_on)
    values = [
        "2026-13",
        "2026-00",
        "2026",
        "september",
        "",
        "/",
        start,
        f"{start}/",
        f"/{end}",
        f"{end}/{start}",
        f"{start[:-1]}/{end}",  # naive
        f"{start}/{end[:-1]}",
        f"{start}/{end}/{end}",
        f"{show(t0 - 7200)}/{show(t0)}",  # the agreement covers none of it
        f"{show(t0 - 7200)}/{show(t0 - 3600)}",
        "2020-01",
        f"{start[:-1]}.5Z/{end}",
    ]
    return replace(case, period=draw(st.sampled_from(values)), expected_place="--period: ")


@st.composite
def off_grid_periods(draw: st.DrawFn, draft: Draft) -> Case | None:
    """A period inside the agreement, one of its ends off the coarsest grid."""
    delta = max([delta for _, delta in grids(draft)], default=1)
    if delta == 1:
        return None
    t0 = local_midnight(draft.setting.zone, draft.setting.starts_on)
    start = t0 + draw(st.integers(0, 20)) * delta
    end = start + draw(st.integers(1, 20)) * delta
    beside = draw(st.sampled_from([1, delta - 1, delta // 2 or 1]))
    if draw(st.booleans()):
        start += beside
        end += delta
    else:
        end += beside
    case = draft.case()
    return replace(case, period=f"{show(start)}/{show(end)}", expected_place="--period: ")


# ---------------------------------------------------------------- agreement.toml


def last_objective(draft: Draft) -> Table:
    return draft.promise.objectives[-1]


def the_availability(draft: Draft) -> Table | None:
    for objective in draft.promise.objectives:
        if objective["indicator"] == "availability":
            return objective
    return None


AGREEMENT_VALUES: list[tuple[str, list[object]]] = [
    ("mystery", [1, "x", True]),
    ("objective_count", [1]),
    ("id", [1, True]),
    ("time_zone", ["Africa/Atlantis", 1, "UTC+1 or so"]),
    ("starts_on", ["2026-01-01", 2026, "tomorrow"]),
    ("ends_on", ["2027-01-01", date(2020, 1, 1)]),
    ("monthly_fee", [12345.67, 12345, "12 345.67", "-1", "NaN", "12345,67", ""]),
    ("credit_combination", ["min", True, ""]),
    ("credit_cap_percent", ["100.01", "-1", 30, "thirty", "Infinity"]),
    ("maintenance", [{"notice_hours": "120"}, {"notice_hours": 1.5}, {"monthly_quota_hours": -1}]),
    ("maintenance", [{"monthly_quota_hours": "8"}, {"quota": 8}, {"notice_hours": True}]),
]
HOURS: Table = {"days": ["mon"], "from": "08:00", "to": "18:00"}
HOURS_VALUES: list[tuple[str, list[object]]] = [
    ("days", [["monday"], "mon", [1], [True]]),
    ("from", ["18:00", "18:01", "24:00", "25:00", "8h", "", 8, "08:60"]),
    ("to", ["08:00", "07:59", "24:01", "00:00", "noon", 18]),
    ("holidays", [["2026-11-06"], date(2026, 11, 6), [6]]),
    ("mystery", [1]),
]
OBJECTIVE_VALUES: dict[str, list[tuple[str, list[object]]]] = {
    "availability": [
        ("target_percent", ["0", "0.0", "100.0001", "101", "-1", 99.9, 99, "high", "99,9"]),
        ("min_coverage_percent", ["100.1", "-5", 95]),
        ("interval_seconds", [0, -10, 7, 7200, 3601, "10", True, 2.5]),
        ("consecutive_intervals", [0, -1, "10", 1.5]),
        ("consecutive_high_loss", [10, 11, 1000, -1, "5"]),  # n is at most 10 in these cases
        ("loss_threshold", ["-0.1", "half", 0.5, "NaN"]),
        ("threshold_is_bad", ["true", 1]),
        ("high_loss_counting", ["both", True]),
        ("maintenance", ["down", "skip"]),
        ("maintenance_window", ["skip", ""]),
        ("unknown", ["skip", "unknown"]),
        ("unknown_window", ["splice", "exclude"]),
        ("method", ["tickets", "interval"]),
        ("profile", ["mef", "MEF-10.4", "g.826"]),
        ("percentile", ["95"]),
        ("at_most_percent", ["1"]),
        ("at_most_ms", ["30"]),
        ("at_most_seconds", [60]),
        ("credits", [[], "5", [{"at_least_percent": "0", "below_percent": "1"}]]),
    ],
    "loss": [
        ("at_most_percent", ["-1", "100.5", 1, 0.1, "little"]),
        ("target_percent", ["99.9"]),
        ("at_most_ms", ["30"]),
        ("percentile", ["95"]),
        ("loss_threshold", ["0.5"]),
        ("method", ["intervals"]),
        ("credit_percent", ["101", "-1", 5]),
    ],
    "round_trip": [
        ("percentile", ["0", "100.01", 95, "-5", "p95"]),
        ("at_most_ms", ["-30", 30, 30.5, "fast", "NaN"]),
        ("at_most_percent", ["1"]),
        ("at_most_seconds", [60]),
        ("interval_seconds", [10]),
    ],
    "time_to_restore": [
        ("at_most_seconds", ["60", -1, 60.5, True]),
        ("at_most_ms", ["30"]),
        ("target_percent", ["99.9"]),
        ("unknown", ["exclude"]),
        ("credit_percent", ["100.1", 10]),
    ],
}
COMMON_VALUES: list[tuple[str, list[object]]] = [
    ("mystery", [1]),
    ("indicator", ["jitter", "", 1]),
    ("id", [1]),
    ("circuit", [1, True]),
    ("service_hours", ["yes", 1]),
]


@st.composite
def bad_values(draw: st.DrawFn, draft: Draft) -> Case:
    """One key of the agreement or of an objective with a value it must not have, or a key it does not have."""
    where = draw(st.sampled_from(["agreement", "hours", "objective", "objective", "objective"]))
    if where == "agreement":
        key, values = draw(st.sampled_from(AGREEMENT_VALUES))
        draft.promise.table[key] = draw(st.sampled_from(values))
    elif where == "hours":
        key, values = draw(st.sampled_from(HOURS_VALUES))
        draft.promise.table["service_hours"] = {**HOURS, key: draw(st.sampled_from(values))}
    else:
        objective = draw(st.sampled_from(draft.promise.objectives))
        choices = OBJECTIVE_VALUES[str(objective["indicator"])] * 2 + COMMON_VALUES
        key, values = draw(st.sampled_from(choices))
        objective[key] = draw(st.sampled_from(values))
    return replace(draft.case(), expected_place="agreement.toml: ")


@st.composite
def missing_keys(draw: st.DrawFn, draft: Draft) -> Case:
    target = {
        "availability": "target_percent",
        "loss": "at_most_percent",
        "round_trip": "at_most_ms",
        "time_to_restore": "at_most_seconds",
    }
    if draw(st.booleans()):
        required = ["id", "tenant", "facility", "time_zone", "starts_on", "monthly_fee", "currency"]
        del draft.promise.table[draw(st.sampled_from(required))]
    elif draw(st.integers(0, 3)) == 0:
        hours = dict(HOURS)
        del hours[draw(st.sampled_from(sorted(hours)))]
        draft.promise.table["service_hours"] = hours
    else:
        objective = draw(st.sampled_from(draft.promise.objectives))
        required = ["id", "circuit", "indicator", target[str(objective["indicator"])]]
        del objective[draw(st.sampled_from(required))]
    return replace(draft.case(), expected_place="agreement.toml: ")


@st.composite
def bad_tiers(draw: st.DrawFn, draft: Draft) -> Case | None:
    objective = the_availability(draft)
    if objective is None:
        return None
    target = str(objective["target_percent"])
    edges = draw(
        st.sampled_from(
            [
                [("0", "40"), ("41", target)],  # a gap
                [("0", "41"), ("40", target)],  # an overlap
                [("0", "40"), ("0", "40"), ("40", target)],
                [("1", "40"), ("40", target)],  # not from 0
                [("0", "40")],  # not up to the target
                [("0", target), (target, "100.0001")],
                [("0", target), ("0", target)],
                [("40", "0"), ("0", target)],
                [("0", "49"), ("49.5", target)],
            ]
        )
    )
    objective["credits"] = [
        {"at_least_percent": low, "below_percent": high, "credit_percent": "5"} for low, high in edges
    ]
    if draw(st.integers(0, 3)) == 0:
        tier: Table = {"at_least_percent": "0", "below_percent": target, "credit_percent": "5"}
        spoil = draw(st.sampled_from(["mystery", "credit_percent", "at_least_percent", "below_percent"]))
        tier[spoil] = draw(st.sampled_from(["101", "-1"])) if spoil != "mystery" else "1"
        objective["credits"] = [tier]
    return replace(draft.case(), expected_place="agreement.toml: ")


@st.composite
def contradictions(draw: st.DrawFn, draft: Draft) -> Case | None:
    """Things that are each allowed, but not together."""
    kind = draw(st.sampled_from(["p", "twice", "hours", "ends_on", "syntax", "duplicate key"]))
    objective = the_availability(draft)
    if kind in ("p", "twice") and objective is None:
        return None
    if objective is not None and kind == "p":
        n = draw(st.integers(1, 6))
        objective["consecutive_intervals"] = n
        objective["consecutive_high_loss"] = n + draw(st.integers(0, 2))
    elif objective is not None and kind == "twice":
        draft.promise.objectives.append({**objective, "id": "once more", "target_percent": "100"})
        draft.promise.objectives[-1].pop("credits", None)
    elif kind == "hours":
        draft.promise.table.pop("service_hours", None)
        last_objective(draft)["service_hours"] = True
    elif kind == "ends_on":
        days = draw(st.sampled_from([1, 400]))
        draft.promise.table["ends_on"] = draft.setting.starts_on - timedelta(days=days)
    elif kind == "syntax":
        case = draft.case()
        return replace(case, agreement=case.agreement + "= 1\n", expected_place="agreement.toml:")
    else:
        case = draft.case()
        again = case.agreement.replace("currency = ", 'currency = "EUR"\ncurrency = ', 1)
        return replace(case, agreement=again, expected_place="agreement.toml:")  # no key to name
    return replace(draft.case(), expected_place="agreement.toml: ")


WAYS: list[Callable[[Draft], st.SearchStrategy[Case | None]]] = [
    bad_rows,
    bad_rows,
    conflicting_rows,
    bad_headers,
    bad_bytes,
    off_grid_rows,
    bad_options,
    off_grid_periods,
    bad_values,
    bad_values,
    missing_keys,
    bad_tiers,
    contradictions,
]


@st.composite
def bad_cases(draw: st.DrawFn) -> Case:
    """A case that must be refused."""
    draft = draw(drafts().filter(lambda draft: draft.setting.is_sound()))
    case = draw(draw(st.sampled_from(WAYS))(draft))
    return case if case is not None else with_rows(draft.case(), "states", "2026-09-20T01:00:00Z,other,sideways")
