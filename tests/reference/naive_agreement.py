"""Reads agreement.toml of the scoring contract: every key checked, every default filled in, nothing computed.

Written from contracts/score.md alone ("agreement.toml"); imports nothing of the project.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.reference.naive_values import BadInput, one_of, read_decimal, text_of

HUNDRED = Decimal(100)
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class Tier:
    at_least: Decimal
    below: Decimal
    credit_text: str


@dataclass
class ServiceHours:
    days: list[str]
    from_minute: int
    to_minute: int
    holidays: list[date]


@dataclass
class Objective:
    """One [[objective]] with its defaults filled in; fields of other indicators keep a neutral value."""

    id: str
    circuit: str
    indicator: str
    service_hours: bool = False
    # availability
    method: str = "intervals"
    interval_seconds: int = 10
    loss_threshold: Decimal = Decimal("0.5")
    threshold_is_bad: bool = False
    consecutive_intervals: int = 10
    consecutive_high_loss: int | None = None
    high_loss_counting: str = "runs"
    maintenance: str = "exclude"
    maintenance_window: str = "run_through"
    unknown: str = "exclude"
    unknown_window: str = "skip"
    target_percent: Decimal = HUNDRED
    min_coverage_percent: Decimal = Decimal(95)
    tiers: list[Tier] = field(default_factory=list)
    # loss, round_trip, time_to_restore
    at_most_percent: Decimal = Decimal(0)
    percentile: Decimal = Decimal(95)
    at_most_ms: Decimal = Decimal(0)
    at_most_seconds: int = 0
    credit_text: str | None = None


@dataclass
class Agreement:
    id: str
    zone_name: str
    zone: ZoneInfo
    starts_on: date
    ends_on: date | None
    monthly_fee: Decimal
    credit_combination: str
    credit_cap_percent: Decimal
    notice_hours: int | None
    quota_hours: int | None
    service_hours: ServiceHours | None
    objectives: list[Objective]


PROFILES = {  # Δt, C, threshold_is_bad, n
    "mef-10.4": (10, "0.5", False, 10),
    "y1540": (300, "0.2", False, 1),
    "g826": (1, "0.3", True, 10),
}
COMMON = {"id", "circuit", "indicator", "service_hours"}
KEYS_OF = {
    "availability": COMMON
    | {
        "method",
        "profile",
        "interval_seconds",
        "loss_threshold",
        "threshold_is_bad",
        "consecutive_intervals",
        "consecutive_high_loss",
        "high_loss_counting",
        "maintenance",
        "maintenance_window",
        "unknown",
        "unknown_window",
        "target_percent",
        "min_coverage_percent",
        "credits",
    },
    "loss": COMMON | {"at_most_percent", "credit_percent"},
    "round_trip": COMMON | {"percentile", "at_most_ms", "credit_percent"},
    "time_to_restore": COMMON | {"at_most_seconds", "credit_percent"},
}
TARGET_OF = {
    "availability": "target_percent",
    "loss": "at_most_percent",
    "round_trip": "at_most_ms",
    "time_to_restore": "at_most_seconds",
}


def known_keys(table: object, allowed: set[str], required: set[str]) -> dict[str, object]:
    """Strict tables: an unknown key is an error, and so is a required key that is absent."""
    if not isinstance(table, dict):
        raise BadInput("a table was expected")
    for key in table:
        if key not in allowed:
            raise BadInput(f"unknown key {key}")
    for key in required:
        if key not in table:
            raise BadInput(f"missing key {key}")
    return table


def whole_number(value: object, at_least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise BadInput(f"not an integer of at least {at_least}: {value!r}")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"not true or false: {value!r}")
    return value


def civil_day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadInput(f"not a date: {value!r}")
    return value


def percent(value: object, zero_allowed: bool = True) -> Decimal:
    """Targets and percentile lie in (0, 100], the other percentages in [0, 100]."""
    number = read_decimal(value)
    if number > HUNDRED or (number == 0 and not zero_allowed):
        raise BadInput(f"percentage out of range: {value!r}")
    return number


def wall_clock(value: object) -> int:
    """Minutes since midnight of "HH:MM"; "24:00" is the midnight that ends the day."""
    found = re.fullmatch(r"([0-9]{2}):([0-9]{2})", text_of(value))
    if found is None:
        raise BadInput(f"not a time of day: {value!r}")
    minutes = int(found[1]) * 60 + int(found[2])
    if int(found[2]) > 59 or minutes > 24 * 60:
        raise BadInput(f"no such time of day: {value!r}")
    return minutes


def read_service_hours(table: object) -> ServiceHours:
    keys = known_keys(table, {"days", "from", "to", "holidays"}, {"days", "from", "to"})
    days, holidays = keys["days"], keys.get("holidays", [])
    if not isinstance(days, list) or not isinstance(holidays, list):
        raise BadInput("a list was expected")
    from_minute, to_minute = wall_clock(keys["from"]), wall_clock(keys["to"])
    if to_minute <= from_minute:
        raise BadInput("`to` is later than `from`")
    return ServiceHours(
        [one_of(day, *DAY_NAMES) for day in days], from_minute, to_minute, [civil_day(day) for day in holidays]
    )


def read_tiers(value: object, target: Decimal) -> list[Tier]:
    """Half-open tiers in any order that cover [0, target) without a gap, an overlap or an empty list."""
    if not isinstance(value, list) or not value:
        raise BadInput("credits: a list with at least one tier was expected")
    tiers = []
    names = {"at_least_percent", "below_percent", "credit_percent"}
    for entry in value:
        keys = known_keys(entry, names, names)
        percent(keys["credit_percent"])
        tiers.append(
            Tier(
                percent(keys["at_least_percent"]),
                percent(keys["below_percent"]),
                str(keys["credit_percent"]),
            )
        )
    tiers.sort(key=lambda tier: (tier.at_least, tier.below))
    reached = Decimal(0)
    for tier in tiers:
        if tier.at_least != reached or tier.below <= tier.at_least:
            raise BadInput("credits: a gap or an overlap")
        reached = tier.below
    if reached != target:
        raise BadInput("credits: do not cover [0, target)")
    return tiers


def read_objective(table: object) -> Objective:
    if not isinstance(table, dict):
        raise BadInput("an objective is a table")
    indicator = one_of(table.get("indicator"), *KEYS_OF)
    keys = known_keys(table, KEYS_OF[indicator], {"id", "circuit", "indicator", TARGET_OF[indicator]})
    objective = Objective(text_of(keys["id"]), text_of(keys["circuit"]), indicator)
    objective.service_hours = flag(keys.get("service_hours", False))
    if "credit_percent" in keys:
        percent(keys["credit_percent"])
        objective.credit_text = str(keys["credit_percent"])
    if indicator == "loss":
        objective.at_most_percent = percent(keys["at_most_percent"], zero_allowed=False)
    if indicator == "round_trip":
        objective.percentile = percent(keys.get("percentile", "95"), zero_allowed=False)
        objective.at_most_ms = read_decimal(keys["at_most_ms"])
    if indicator == "time_to_restore":
        objective.at_most_seconds = whole_number(keys["at_most_seconds"], 0)
    if indicator == "availability":
        read_availability(objective, keys)
    return objective


def read_availability(objective: Objective, keys: dict[str, object]) -> None:
    profile = PROFILES[one_of(keys.get("profile", "mef-10.4"), *PROFILES)]
    objective.method = one_of(keys.get("method", "intervals"), "intervals", "states")
    objective.interval_seconds = whole_number(keys.get("interval_seconds", profile[0]), 1)
    if 3600 % objective.interval_seconds != 0:
        raise BadInput("interval_seconds divides 3600")
    objective.loss_threshold = read_decimal(keys.get("loss_threshold", profile[1]))
    if objective.loss_threshold > 1:
        raise BadInput("loss_threshold is a ratio")
    objective.threshold_is_bad = flag(keys.get("threshold_is_bad", profile[2]))
    n = whole_number(keys.get("consecutive_intervals", profile[3]), 1)
    objective.consecutive_intervals = n
    if "consecutive_high_loss" in keys:
        objective.consecutive_high_loss = whole_number(keys["consecutive_high_loss"], 1)
        if objective.consecutive_high_loss >= n:
            raise BadInput("consecutive_high_loss is less than consecutive_intervals")
    else:
        objective.consecutive_high_loss = min(5, n - 1) if n > 1 else None
    objective.high_loss_counting = one_of(keys.get("high_loss_counting", "runs"), "runs", "intervals")
    objective.maintenance = one_of(keys.get("maintenance", "exclude"), "exclude", "up")
    objective.maintenance_window = one_of(keys.get("maintenance_window", "run_through"), "run_through", "splice")
    objective.unknown = one_of(keys.get("unknown", "exclude"), "exclude", "up", "down")
    objective.unknown_window = one_of(keys.get("unknown_window", "skip"), "skip", "break")
    objective.target_percent = percent(keys["target_percent"], zero_allowed=False)
    objective.min_coverage_percent = percent(keys.get("min_coverage_percent", "95"))
    if "credits" in keys:
        objective.tiers = read_tiers(keys["credits"], objective.target_percent)


def read_agreement(path: Path) -> Agreement:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
    top = known_keys(document, {"agreement", "objective"}, {"agreement"})
    required = {"id", "tenant", "facility", "time_zone", "starts_on", "monthly_fee", "currency"}
    optional = {"ends_on", "credit_combination", "credit_cap_percent", "maintenance", "service_hours"}
    keys = known_keys(top["agreement"], required | optional, required)
    text_of(keys["tenant"]), text_of(keys["facility"]), text_of(keys["currency"])
    zone_name = text_of(keys["time_zone"])
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(f"unknown time zone {zone_name}") from error
    ends_on = civil_day(keys["ends_on"]) if "ends_on" in keys else None
    notice_hours = quota_hours = None
    if "maintenance" in keys:
        maintenance = known_keys(keys["maintenance"], {"notice_hours", "monthly_quota_hours"}, set())
        if "notice_hours" in maintenance:
            notice_hours = whole_number(maintenance["notice_hours"], 0)
        if "monthly_quota_hours" in maintenance:
            quota_hours = whole_number(maintenance["monthly_quota_hours"], 0)
    tables = top.get("objective", [])
    if not isinstance(tables, list):
        raise BadInput("[[objective]] is a list of tables")
    agreement = Agreement(
        id=text_of(keys["id"]),
        zone_name=zone_name,
        zone=zone,
        starts_on=civil_day(keys["starts_on"]),
        ends_on=ends_on,
        monthly_fee=read_decimal(keys["monthly_fee"]),
        credit_combination=one_of(keys.get("credit_combination", "sum"), "sum", "max"),
        credit_cap_percent=percent(keys.get("credit_cap_percent", "100")),
        notice_hours=notice_hours,
        quota_hours=quota_hours,
        service_hours=read_service_hours(keys["service_hours"]) if "service_hours" in keys else None,
        objectives=[read_objective(table) for table in tables],
    )
    check_agreement(agreement)
    return agreement


def check_agreement(agreement: Agreement) -> None:
    if agreement.ends_on is not None and agreement.ends_on < agreement.starts_on:
        raise BadInput("the agreement ends before it starts")
    for objective in agreement.objectives:
        if objective.service_hours and agreement.service_hours is None:
            raise BadInput("service_hours = true without [agreement.service_hours]")
    ids = [objective.id for objective in agreement.objectives]
    if len(set(ids)) != len(ids):
        raise BadInput("two objectives have the same id")
    circuits = [o.circuit for o in agreement.objectives if o.indicator == "availability"]
    if len(set(circuits)) != len(circuits):
        raise BadInput("at most one availability objective per circuit")
