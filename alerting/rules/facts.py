"""What the rules are given: everything that may be wrong, as the store has it at one instant. Pure: no I/O.

Instants are aware and in UTC, spans whole seconds, counts integers. None is unknown, which is neither good nor bad.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from store.alert_rows import OutlookRow, RestoreRow
from store.rows import AgreementRow, CircuitRow, SensorRow, ZoneRow
from store.verdict_rows import UnscoredRow


class CircuitState(NamedTuple):
    """The state a circuit last changed to by one agreement, and when, back-dated as the contract says.

    `outages_day` counts the outages that began in the last 24 hours: how much it flaps.
    """

    agreement: str
    objective: str
    circuit: str
    state: str
    changed_at: datetime
    outages_day: int = 0


class JudgedPeriod(NamedTuple):
    """How an objective stands in one period, in the word of `reporting.standing`.

    "breached" of a running period means that it can no longer be met. `breached_at` is when the engine first found it
    so (the transition to `breached`); None = it has not said.
    """

    agreement: str
    objective: str
    circuit: str
    indicator: str
    period_starts_at: datetime
    period_ends_at: datetime
    standing: str
    breached_at: datetime | None
    credit: Decimal | None
    currency: str


class ZoneCounts(NamedTuple):
    """How many people were counted in a zone: (measured_at, people) of the last hour, oldest first.

    Where the last hour has none, the newest count there is.
    """

    zone: str
    counts: tuple[tuple[datetime, int], ...]


class SensorValues(NamedTuple):
    """What one part of a sensor measured: (measured_at, value) of the last hour, oldest first.

    Only physical quantities ("temperature_celsius", "humidity_ratio", "co2_ratio"), never counts of people.
    """

    sensor: str
    channel: str
    quantity: str
    values: tuple[tuple[datetime, float], ...]


class Series(NamedTuple):
    """Something that should report by itself, and when anything of it last arrived.

    `usual_seconds` is the time between two arrivals as a rule (Δt of a circuit, the median of a sensor's last day);
    None = it reports changes only, so that silence says nothing. `expected_at` is from when on readings are due where
    none has ever arrived; None = not yet connected.
    """

    kind: Literal["circuit", "zone", "sensor"]
    code: str
    received_at: datetime | None
    usual_seconds: int | None
    expected_at: datetime | None = None


class CollectorSession(NamedTuple):
    """A collector that should run: when it last wrote that it does, and whether its lock of the database is held."""

    name: str
    seen_at: datetime
    is_held: bool


class SourceClock(NamedTuple):
    """How far the instants of a source run ahead of our clock, in its last arrivals, newest first.

    An offset is measured − received, in seconds; where a reading covers a span, measured is the end of the span.
    Negative = behind; readings that were stored on the way and come late are behind, too, so that it takes several.
    """

    source: str
    offsets_seconds: tuple[int, ...]
    newest_at: datetime


class Published(NamedTuple):
    """A verdict as it was published: the newest entry of a period in the ledger that gives or restates one."""

    agreement: str
    period_starts_at: datetime
    period_ends_at: datetime
    kind: Literal["issued", "restated"]
    version: int
    published_at: datetime
    payable: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at.

    `open` are the alerts that last, as (rule, subject), with when their trouble began: some rules close at another
    value than they open at. `has_agreement` names the circuits with an agreement in force now. `zone_rules_apart`
    counts, by time zone, the months that the database server cuts otherwise than we do. `received_at` is the newest
    arrival of anything at all, `watching_since` when this process first looked. `is_demo` is what alerts of the system
    itself carry.
    """

    is_demo: bool
    circuits: Mapping[str, CircuitRow] = field(default_factory=dict)
    zones: Mapping[str, ZoneRow] = field(default_factory=dict)
    sensors: Mapping[str, SensorRow] = field(default_factory=dict)
    agreements: Mapping[str, AgreementRow] = field(default_factory=dict)
    has_agreement: frozenset[str] = frozenset()
    states: tuple[CircuitState, ...] = ()
    outlooks: tuple[OutlookRow, ...] = ()
    restores: tuple[RestoreRow, ...] = ()
    judged: tuple[JudgedPeriod, ...] = ()
    counts: tuple[ZoneCounts, ...] = ()
    values: tuple[SensorValues, ...] = ()
    series: tuple[Series, ...] = ()
    sessions: tuple[CollectorSession, ...] = ()
    received_at: datetime | None = None
    passed_at: datetime | None = None
    watching_since: datetime | None = None
    clocks: tuple[SourceClock, ...] = ()
    zone_rules_apart: Mapping[str, int] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    unscored: tuple[UnscoredRow, ...] = ()
    open: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
