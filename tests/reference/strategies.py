"""Hypothesis strategies: small random agreements with their files, drawn towards the edges, and ways to spoil them.

A case is text only (an agreement, a period, CSV files, an instant), so that two implementations which share
nothing can be given the same bytes. Nothing here knows how a case is scored.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor, lcm
from zoneinfo import ZoneInfo, reset_tzpath

from hypothesis import strategies as st

reset_tzpath(to=[])

HEADERS = {
    "intervals": "starts_at,circuit,sent,lost",
    "probes": "sent_at,circuit,round_trip_ms",
    "states": "at,circuit,state",
    "tickets": "ticket,circuit,opened_at,restored_at",
    "freezes": "ticket,starts_at,ends_at,reason",
    "exclusions": "id,circuit,kind,starts_at,ends_at,announced_at,decision",
}

# (zone, civil month, an instant of interest in UTC: a clock change or a month's edge)
PLACES = [
    ("Africa/Casablanca", "2026-09", "2026-09-20T01:00"),  # for good from UTC+1 to UTC+0; 721 h
    ("Africa/Casablanca", "2026-09", "2026-10-01T00:00"),
    ("Africa/Casablanca", "2026-02", "2026-02-15T02:00"),  # 673 h
    ("Africa/Casablanca", "2026-03", "2026-03-22T02:00"),  # 743 h
    ("Africa/Casablanca", "2026-11", "2026-12-01T00:00"),
    ("Europe/Paris", "2026-03", "2026-03-29T01:00"),
    ("Europe/Paris", "2026-10", "2026-10-25T01:00"),
    ("America/New_York", "2026-03", "2026-03-08T07:00"),
    ("America/New_York", "2026-11", "2026-11-01T06:00"),
    ("America/Havana", "2026-11", "2026-11-01T04:00"),  # midnight is doubled
    ("Africa/Cairo", "2026-04", "2026-04-23T22:00"),  # midnight is skipped
    ("Australia/Lord_Howe", "2026-10", "2026-10-03T15:30"),  # half an hour: off the grid of 3600 s after it
    ("Asia/Kolkata", "2026-11", "2026-10-31T18:30"),
    ("UTC", "2026-12", "2026-12-01T00:00"),
]
DELTAS = [1, 2, 5, 10, 60, 300, 900, 3600]
OFFSETS = ["Z", "Z", "+01:00", "-03:30", "+00:00"]


@dataclass
class Case:
    """What one call of the command is given: the texts of the files by option name."""

    agreement: str
    period: str
    files: dict[str, str] = field(default_factory=dict)
    as_of: str | None = None
    expected_place: str | None = None  # for bad input: what the one line on stderr starts with


def seconds_of(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def show(second: Fraction | int, offset: str = "Z") -> str:
    """ISO 8601 with the offset asked for; a fraction only where there is one."""
    whole = floor(second)
    moment = datetime.fromtimestamp(whole, UTC)
    if offset != "Z":
        sign = -1 if offset[0] == "-" else 1
        moment += sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    rest = Fraction(second) - whole
    if rest:
        text += "." + f"{int(rest * 10**6):06d}".rstrip("0")
    return text + offset


def toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, str):
        return f'"{value}"'
    return value.isoformat() if isinstance(value, date) else str(value)


Table = dict[str, object]


def toml_document(agreement: Table, objectives: list[Table]) -> str:
    lines = ["[agreement]"]
    tables = {key: value for key, value in agreement.items() if key in ("maintenance", "service_hours")}
    lines += [f"{key} = {toml_value(value)}" for key, value in agreement.items() if key not in tables]
    for name, table in tables.items():
        assert isinstance(table, dict)
        lines += ["", f"[agreement.{name}]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in table.items()]
    for objective in objectives:
        lines += ["", "[[objective]]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in objective.items()]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- the setting: zone, period, grid


@dataclass
class Setting:
    """Where and when a case plays: all instants of interest derive from it."""

    zone: ZoneInfo
    zone_name: str
    is_month: bool
    period: str
    start: int  # as asked for
    end: int
    starts_on: date
    ends_on: date | None
    delta: int  # the finest Δt of the case
    grid: int  # a multiple of every Δt of the case
    pivot: int  # a clock change or a month's edge
    crowded: bool  # unknown Δt and exclusions of a Δt or two all over the period

    def is_sound(self) -> bool:
        """Whether the agreement runs during some of the period, with its ends on any grid."""
        if self.zone_name == "Australia/Lord_Howe":
            return False
        if local_midnight(self.zone, self.starts_on) >= self.end:
            return False
        ends_on = self.ends_on if self.ends_on is not None and self.ends_on > self.starts_on else date(2100, 1, 1)
        return local_midnight(self.zone, ends_on) > self.start

    def near(self, draw: st.DrawFn) -> int:
        """An instant near an edge of the period, on the grid, half-way or a second beside it."""
        pivot = min(max(self.pivot, self.start), self.end)
        anchor = draw(
            st.sampled_from([self.start, self.start, self.end, self.end, pivot, (self.start + self.end) // 2])
        )
        steps = draw(st.integers(-3, 12))
        beside = draw(st.sampled_from([0, 0, 0, 0, 1, -1, self.delta // 2]))
        direction = 1 if anchor != self.end else -1
        return int(anchor + direction * steps * self.delta + beside)


def local_midnight(zone: ZoneInfo, day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


@st.composite
def settings_of_a_case(draw: st.DrawFn) -> Setting:
    zone_name, month, pivot_text = draw(st.sampled_from(PLACES))
    zone, pivot = ZoneInfo(zone_name), seconds_of(pivot_text)
    crowded = draw(st.integers(0, 5)) == 0
    is_month = not crowded and draw(st.integers(0, 5)) == 0
    if is_month:
        delta = grid = draw(st.sampled_from([3600, 3600, 900]))
    else:
        delta = draw(st.sampled_from(DELTAS))
        grid = lcm(delta, draw(st.sampled_from([delta, delta, delta, 10, 300])))
    year, number = int(month[:4]), int(month[5:])
    first_day = date(year, number, 1)
    next_day = date(year + number // 12, number % 12 + 1, 1)
    pivot_day = datetime.fromtimestamp(pivot, zone).date()
    starts_on = draw(
        st.sampled_from(
            [
                date(2026, 1, 1),
                date(2025, 7, 14),
                date(2025, 12, 1),
                first_day,
                pivot_day,
                pivot_day - timedelta(days=1),
            ]
        )
    )
    ends_on = draw(
        st.sampled_from(
            [None, None, date(2027, 1, 1), next_day, pivot_day + timedelta(days=1), pivot_day + timedelta(days=2)]
        )
    )
    if is_month:
        start, end, period = local_midnight(zone, first_day), local_midnight(zone, next_day), month
    else:
        # On the grid that starts at t0; a few Δt around the instant of interest.
        t0 = local_midnight(zone, starts_on)
        count = draw(st.integers(1, 40)) * delta
        if delta >= 60 and draw(st.booleans()):
            count = draw(st.sampled_from([1, 2, 3, 4, 10])) * 3600  # hours, so that quotas matter
        count = -(-count // grid) * grid
        before = draw(st.sampled_from([0, 0, count, count // 2, -grid, 3600]))
        start = pivot - before
        start -= (start - t0) % grid
        end = start + count
        offset = draw(st.sampled_from(OFFSETS))
        period = f"{show(start, offset)}/{show(end, draw(st.sampled_from(OFFSETS)))}"
    return Setting(zone, zone_name, is_month, period, start, end, starts_on, ends_on, delta, grid, pivot, crowded)


# ---------------------------------------------------------------- the agreement


def maybe(draw: st.DrawFn, table: Table, key: str, values: list[object], chance: int = 2) -> None:
    """Adds the key with one of the values, or leaves it to its default."""
    if draw(st.integers(1, chance)) == 1:
        table[key] = draw(st.sampled_from(values))


def percent_between(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["5", "10", "2.5", "25", "0", "33.33", "100", "0.125", "7.50"]))


@st.composite
def availability_objectives(draw: st.DrawFn, setting: Setting, circuit: str, hours: bool) -> Table:
    table: Table = {"id": f"availability-{circuit}", "circuit": circuit, "indicator": "availability"}
    maybe(draw, table, "method", ["states", "states", "intervals"], 8 if setting.crowded else 3)
    profile = draw(st.sampled_from([None, None, "mef-10.4", "y1540", "g826"]))
    default_delta, default_n = {"y1540": (300, 1), "g826": (1, 10)}.get(str(profile), (10, 10))
    if profile is not None:
        table["profile"] = profile
    # The finest Δt of the case, or a coarser one that its grid holds.
    deltas = [setting.delta, setting.delta, *(d for d in DELTAS if setting.grid % d == 0 and d > setting.delta)]
    delta = draw(st.sampled_from(deltas))
    if delta != default_delta:
        table["interval_seconds"] = delta
    maybe(draw, table, "loss_threshold", ["0.5", "0.2", "0.3", "0", "1", "0.75", "0.10"])
    maybe(draw, table, "threshold_is_bad", [True, False])
    n = default_n
    if draw(st.integers(0, 4)) > 0:
        n = draw(st.integers(1, 6))
        table["consecutive_intervals"] = n
    if setting.crowded:
        n = table["consecutive_intervals"] = draw(st.integers(2, 5))
        table["maintenance_window"] = draw(st.sampled_from(["splice", "splice", "run_through"]))
    if n > 1:
        maybe(draw, table, "consecutive_high_loss", list(range(1, n)))
    maybe(draw, table, "high_loss_counting", ["runs", "intervals", "intervals"])
    maybe(draw, table, "maintenance", ["exclude", "up", "up"])
    if not setting.crowded:
        maybe(draw, table, "maintenance_window", ["run_through", "splice", "splice"])
    maybe(draw, table, "unknown", ["exclude", "up", "down"], 8 if setting.crowded else 2)
    maybe(draw, table, "unknown_window", ["skip", "break", "break"])
    target = draw(st.sampled_from(["99.9", "99.9", "50", "75", "66.6666", "100", "100", "90", "95.5", "99.50"]))
    table["target_percent"] = target
    maybe(draw, table, "min_coverage_percent", ["0", "0", "0", "50", "100", "75", "95"], 1)
    if hours:
        maybe(draw, table, "service_hours", [True, True, False])
    if draw(st.booleans()):
        edges = [edge for edge in ("25", "50", "60.5", "75", "90") if Fraction(edge) < Fraction(target)]
        chosen = ["0", *sorted(draw(st.sets(st.sampled_from(edges))), key=Fraction), target]
        tiers: list[Table] = [
            {"at_least_percent": low, "below_percent": high, "credit_percent": percent_between(draw)}
            for low, high in pairwise(chosen)
        ]
        table["credits"] = tiers[::-1] if draw(st.booleans()) else tiers
    return table


@st.composite
def other_objectives(draw: st.DrawFn, setting: Setting, circuit: str, hours: bool, indicator: str) -> Table:
    table: Table = {"id": f"{indicator}-{circuit}", "circuit": circuit, "indicator": indicator}
    if indicator == "loss":
        table["at_most_percent"] = draw(st.sampled_from(["0.1", "0.1", "50", "20", "30", "75", "10", "100", "33.3333"]))
    elif indicator == "round_trip":
        maybe(draw, table, "percentile", ["50", "100", "99.9", "0.1", "33.3333", "25", "66.6667"])
        table["at_most_ms"] = draw(st.sampled_from(["30", "29.9995", "10", "31.0"]))
    else:
        limit = draw(st.sampled_from([0, 1, 2, 10, 3600, 4 * 3600]))
        table["at_most_seconds"] = limit * (setting.delta if limit < 60 else 1) or 1
    maybe(draw, table, "credit_percent", ["5", "5", "10", "2.5", "0", "0.125", "33.33", "60", "7.50"])
    if hours:
        maybe(draw, table, "service_hours", [True, True, False])
    return table


def hour_and_minute(zone: ZoneInfo, second: int) -> str:
    return datetime.fromtimestamp(second, zone).strftime("%H:%M")


@st.composite
def service_tables(draw: st.DrawFn, setting: Setting) -> Table:
    """A daily window whose edges fall into the period, on weekdays and holidays around it."""
    day = datetime.fromtimestamp(setting.start, setting.zone)
    today = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]
    beside = st.sampled_from([0, 0, 60, -60, 420, 1800])  # a coarse Δt is cut by the window's edge
    edges = [hour_and_minute(setting.zone, setting.near(draw) + draw(beside)) for _ in range(2)]
    opens, closes = sorted(edges)
    shape = draw(st.integers(0, 4))
    if shape == 0:
        opens, closes = "08:00", "18:00"
    elif shape == 1:
        opens = "00:00"
    elif shape == 2 or opens == closes:
        closes = "24:00"
    if closes == "00:00":
        closes = "24:00"
    table: Table = {
        "days": draw(
            st.sampled_from(
                [
                    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                    ["mon", "tue", "wed", "thu", "fri"],
                    [today],
                    [name for name in ("sun", "sat", "mon") if name != today],
                ]
            )
        ),
        "from": opens,
        "to": closes,
    }
    days = [day.date() + timedelta(days=shift) for shift in (-1, 0, 1)]
    maybe(draw, table, "holidays", [[], [days[0]], [days[1]], [days[2]], days])
    return table


@dataclass
class Promise:
    """The agreement of a case, with what the files need to know of it."""

    table: Table
    objectives: list[Table]
    circuits: list[str]

    def of(self, circuit: str, indicator: str) -> Table | None:
        for objective in self.objectives:
            if objective["circuit"] == circuit and objective["indicator"] == indicator:
                return objective
        return None


@st.composite
def promises(draw: st.DrawFn, setting: Setting) -> Promise:
    table: Table = {
        "id": "AGR-2026-001",
        "tenant": "tenant-a",
        "facility": "casanearshore",
        "time_zone": setting.zone_name,
        "starts_on": setting.starts_on,
        "monthly_fee": draw(st.sampled_from(["12345.67", "1234.60", "0", "999.995", "100000"])),
        "currency": "MAD",
    }
    if setting.ends_on is not None and setting.ends_on > setting.starts_on:
        table["ends_on"] = setting.ends_on
    maybe(draw, table, "credit_combination", ["sum", "max", "max", "max"])
    maybe(draw, table, "credit_cap_percent", ["30", "12.5", "0", "100", "33.333"], 3)
    if draw(st.booleans()):
        maintenance: Table = {}
        maybe(draw, maintenance, "notice_hours", [0, 1, 120])
        maybe(draw, maintenance, "monthly_quota_hours", [0, 1, 1, 2, 8])
        if maintenance:
            table["maintenance"] = maintenance
    hours = draw(st.integers(0, 2)) == 0
    if hours:
        table["service_hours"] = draw(service_tables(setting))
    circuits = ["casa-a1", "casa-b2"][: draw(st.sampled_from([1, 1, 1, 2]))]
    objectives: list[Table] = []
    for circuit in circuits:
        wanted = draw(
            st.sampled_from(
                [
                    ["availability"],
                    ["availability", "loss", "round_trip"],
                    ["availability", "round_trip", "loss"],
                    ["availability", "loss"],
                    ["round_trip", "availability", "time_to_restore", "loss"],
                    ["loss", "round_trip"],
                    ["time_to_restore"],
                ]
            )
        )
        for indicator in wanted:
            if indicator == "availability":
                objectives.append(draw(availability_objectives(setting, circuit, hours)))
            else:
                objectives.append(draw(other_objectives(setting, circuit, hours, indicator)))
    return Promise(table, objectives, circuits)


# ---------------------------------------------------------------- the files


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
                gap = ["u"] * (n + draw(st.sampled_from([-1, 0, 1, 1, 2])))
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


@st.composite
def exclusion_files(draw: st.DrawFn, setting: Setting, promise: Promise) -> list[str]:
    maintenance = promise.table.get("maintenance", {})
    assert isinstance(maintenance, dict)
    notice = int(maintenance.get("notice_hours", 120)) * 3600
    rows = []
    if setting.crowded:
        delta, n, _ = grid_of(promise, setting, promise.circuits[0])
        gap = setting.start + n * delta  # see interval_files: the unknown Δt that follow an outage
        for number in range(draw(st.integers(0, 2))):
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
                freezes.append(f"T-{9 - number},{show(start, '+01:00')},{show(start + span)},access refused")
                frozen += span
        restored = opened + draw(st.sampled_from([0, limit, limit, limit + 1, limit - 1, 10 * limit]))
        restored += draw(st.sampled_from([0, frozen]))
        closed = draw(st.integers(0, 3)) > 0
        tickets.append(f"T-{9 - number},{circuit},{show(opened, '-03:30')},{show(restored) if closed else ''}")
        if closed and draw(st.integers(0, 5)) == 0 and len(promise.circuits) > 1:
            both = promise.circuits[1] if circuit == promise.circuits[0] else promise.circuits[0]
            tickets.append(f"T-{9 - number},{both},{show(opened)},")
    if draw(st.integers(0, 3)) == 0:
        freezes.append(f"T-none,{show(setting.start)},{show(setting.end)},a ticket nobody opened")
    return tickets, freezes


def csv_text(draw: st.DrawFn, name: str, rows: list[str]) -> str:
    """Header and rows in some order, some written twice, some blank lines, perhaps a BOM or columns moved."""
    how = draw(st.integers(0, 9))
    rows, columns = list(rows), HEADERS[name].split(",")
    if how > 2:
        if rows:
            rows += [rows[how % len(rows)], rows[-1]]
        random.Random(how).shuffle(rows)
    lines = [",".join(columns), *rows]
    if how in (4, 5):  # the columns in another order
        lines = [",".join(line.split(",")[::-1]) for line in lines]
    end = "\r\n" if how == 6 else "\n"
    text = end.join(lines) + end
    if how == 8:
        text = text.replace("\n", "\n  \n", 1)
    if how == 7:
        text = "\ufeff" + text.replace("\n", "\n\n", 2) + "\n"
    return text


@dataclass
class Draft:
    """A valid case before its agreement is written out, so that bad input can be made of it."""

    setting: Setting
    promise: Promise
    files: dict[str, str]
    as_of: str | None

    def case(self) -> Case:
        text = toml_document(self.promise.table, self.promise.objectives)
        return Case(text, self.setting.period, self.files, self.as_of)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    setting = draw(settings_of_a_case())
    promise = draw(promises(setting))
    files: dict[str, str] = {}
    indicators = {str(objective["indicator"]) for objective in promise.objectives}
    methods = {str(objective.get("method", "")) for objective in promise.objectives}
    feed = draw(st.sampled_from(["intervals", "intervals", "intervals", "probes", "probes", "both", "both", "neither"]))
    if feed in ("intervals", "both"):
        files["intervals"] = csv_text(draw, "intervals", draw(interval_files(setting, promise)))
    if feed in ("probes", "both"):
        files["probes"] = csv_text(draw, "probes", draw(probe_files(setting, promise)))
    if "states" in methods or draw(st.integers(0, 9)) == 0:
        files["states"] = csv_text(draw, "states", draw(state_files(setting, promise)))
    if setting.crowded or "maintenance" in promise.table or draw(st.booleans()):
        files["exclusions"] = csv_text(draw, "exclusions", draw(exclusion_files(setting, promise)))
    if "time_to_restore" in indicators or draw(st.integers(0, 9)) == 0:
        tickets, freezes = draw(ticket_files(setting, promise))
        files["tickets"] = csv_text(draw, "tickets", tickets)
        empty_file_too = draw(st.booleans())
        if freezes or empty_file_too:
            files["freezes"] = csv_text(draw, "freezes", freezes)
    as_of = None
    if draw(st.integers(0, 3)) == 0:
        later = setting.end + draw(st.sampled_from([1, setting.delta, 3600]))
        instant = draw(st.sampled_from([setting.near(draw), setting.near(draw), later]))
        as_of = show(instant, draw(st.sampled_from(OFFSETS)))
    return Draft(setting, promise, files, as_of)


def cases() -> st.SearchStrategy[Case]:
    """Cases of valid input (but for a period that the agreement may not cover at all)."""
    return drafts().map(Draft.case)
