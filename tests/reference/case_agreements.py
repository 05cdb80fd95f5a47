"""Hypothesis strategies of small agreements: every key and policy of the contract, values drawn towards the edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.reference.case_settings import DELTAS, Setting, Table


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
            {
                "at_least_percent": low,
                "below_percent": high,
                "credit_percent": draw(st.sampled_from(["", "", "0"])) + percent_between(draw),
            }
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
    maybe(
        draw,
        table,
        "credit_percent",
        ["5", "5", "10", "2.5", "0", "0.125", "33.33", "60", "7.50", "05", "007.50", "00"],
    )
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
        "id": "AGR-2026-é01",
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
