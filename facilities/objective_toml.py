"""Reads the objectives of an agreement from TOML: what each indicator may say, and the defaults of each profile."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from facilities.agreement import (
    AvailabilityObjective,
    LossObjective,
    Objective,
    RoundTripObjective,
    Tier,
    TimeToRestoreObjective,
    percent_text,
)
from facilities.toml_table import TomlTable

# Δt in seconds, C, whether loss = C is bad, n
PROFILES = {
    "mef-10.4": (10, "0.5", False, 10),
    "y1540": (300, "0.2", False, 1),
    "g826": (1, "0.3", True, 10),
}


def read_objectives(top: TomlTable, has_service_hours: bool) -> list[Objective]:
    """The objectives that the tables `[[objective]]` write, in their order."""
    objectives: list[Objective] = []
    for number, values in enumerate(top.tables("objective"), start=1):
        name = values.get("id")
        path = f"objective[{name if isinstance(name, str) and name else number}]"
        table = TomlTable(top.source, path, values)
        identity, circuit = table.text("id"), table.text("circuit")
        if any(identity == known.id for known in objectives):
            table.refuse("id", "is the id of an earlier objective")
        indicator = table.choice("indicator", tuple(_READERS))
        service_hours = table.flag("service_hours", False)
        if service_hours and not has_service_hours:
            table.refuse("service_hours", "needs the table [agreement.service_hours]")
        objective = _READERS[indicator](table, identity, circuit, service_hours)
        table.close(f"is not a key of the indicator {indicator}")
        if isinstance(objective, AvailabilityObjective) and any(
            isinstance(known, AvailabilityObjective) and known.circuit == circuit for known in objectives
        ):
            table.refuse("circuit", f'"{circuit}" already has an availability objective')
        objectives.append(objective)
    return objectives


def _availability(table: TomlTable, identity: str, circuit: str, service_hours: bool) -> AvailabilityObjective:
    method = table.choice("method", ("intervals", "states"), "intervals")
    profile = table.choice("profile", tuple(PROFILES), "mef-10.4")
    interval_seconds, threshold, threshold_is_bad, n = PROFILES[profile]
    interval_seconds = table.integer("interval_seconds", 1, interval_seconds)
    if 3600 % interval_seconds:
        table.refuse("interval_seconds", "must divide 3600")
    loss_threshold = table.decimal("loss_threshold", threshold)
    if loss_threshold > 1:
        table.refuse("loss_threshold", "must be a ratio in [0, 1]")
    n = table.integer("consecutive_intervals", 1, n)
    if table.has("consecutive_high_loss"):
        p: int | None = table.integer("consecutive_high_loss", 1)
        if p is not None and p >= n:
            table.refuse("consecutive_high_loss", f"must be less than consecutive_intervals, which is {n}")
    else:
        p = table.integer("consecutive_high_loss", 1, min(5, n - 1)) or None
    target = table.ratio("target_percent", zero=False)
    return AvailabilityObjective(
        id=identity,
        circuit=circuit,
        method=cast(Any, method),
        interval_seconds=interval_seconds,
        loss_threshold=Fraction(loss_threshold),
        threshold_is_bad=table.flag("threshold_is_bad", threshold_is_bad),
        consecutive_intervals=n,
        consecutive_high_loss=p,
        high_loss_counting=cast(Any, table.choice("high_loss_counting", ("runs", "intervals"), "runs")),
        maintenance=cast(Any, table.choice("maintenance", ("exclude", "up"), "exclude")),
        maintenance_window=cast(Any, table.choice("maintenance_window", ("run_through", "splice"), "run_through")),
        unknown=cast(Any, table.choice("unknown", ("exclude", "up", "down"), "exclude")),
        unknown_window=cast(Any, table.choice("unknown_window", ("skip", "break"), "skip")),
        target_ratio=target,
        min_coverage_ratio=table.ratio("min_coverage_percent", "95"),
        service_hours=service_hours,
        tiers=_tiers(table, target),
    )


def _tiers(table: TomlTable, target: Fraction) -> tuple[Tier, ...]:
    """The tiers in ascending order, proven to cover [0, target) with no gap and no overlap (R-22)."""
    rows = table.tables("credits")
    if not table.has("credits"):
        return ()
    tiers: list[Tier] = []
    for number, values in enumerate(rows, start=1):
        row = TomlTable(table.source, f"{table.path}.credits[{number}]", values)
        tier = Tier(
            at_least_ratio=row.ratio("at_least_percent"),
            below_ratio=row.ratio("below_percent"),
            credit_percent_text=row.percent_text("credit_percent"),
        )
        row.close()
        if tier.below_ratio <= tier.at_least_ratio:
            row.refuse("below_percent", "must be more than at_least_percent")
        tiers.append(tier)
    tiers.sort(key=lambda tier: tier.at_least_ratio)
    reached = Fraction(0)
    for tier in tiers:
        if tier.at_least_ratio > reached:
            table.refuse("credits", f"no tier holds {percent_text(reached)} to {percent_text(tier.at_least_ratio)}")
        if tier.at_least_ratio < reached:
            table.refuse("credits", f"two tiers hold {percent_text(tier.at_least_ratio)}")
        reached = tier.below_ratio
    if reached != target:
        what = "no tier holds" if reached < target else "tiers go on above the target:"
        low, high = sorted((reached, target))
        table.refuse("credits", f"{what} {percent_text(low)} to {percent_text(high)}")
    return tuple(tiers)


def _loss(table: TomlTable, identity: str, circuit: str, service_hours: bool) -> LossObjective:
    return LossObjective(
        id=identity,
        circuit=circuit,
        at_most_ratio=table.ratio("at_most_percent", zero=False),
        service_hours=service_hours,
        credit_percent_text=table.percent_text("credit_percent") if table.has("credit_percent") else None,
    )


def _round_trip(table: TomlTable, identity: str, circuit: str, service_hours: bool) -> RoundTripObjective:
    return RoundTripObjective(
        id=identity,
        circuit=circuit,
        percentile_ratio=table.ratio("percentile", "95", zero=False),
        at_most_ms=Fraction(table.decimal("at_most_ms")),
        service_hours=service_hours,
        credit_percent_text=table.percent_text("credit_percent") if table.has("credit_percent") else None,
    )


def _time_to_restore(table: TomlTable, identity: str, circuit: str, service_hours: bool) -> TimeToRestoreObjective:
    return TimeToRestoreObjective(
        id=identity,
        circuit=circuit,
        at_most_seconds=table.integer("at_most_seconds", 0),
        service_hours=service_hours,
        credit_percent_text=table.percent_text("credit_percent") if table.has("credit_percent") else None,
    )


_READERS: dict[str, Callable[[TomlTable, str, str, bool], Objective]] = {
    "availability": _availability,
    "loss": _loss,
    "round_trip": _round_trip,
    "time_to_restore": _time_to_restore,
}
