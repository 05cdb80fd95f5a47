"""The other readings of a month, as data: how each tool or standard counts the facts, and where that is known from.

Pure. The rules are those of the programs as they were read; their mistakes are not reproduced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Time counted from raw conditions, without a state machine: a bad Δt is down, and silence keeps the last state.

    `planned`: what excluded time becomes. `slow_is_down`: whether a slow Δt is an outage. `before_first`: what time
    before the first measurement becomes. `service_hours`: whether the tool can be told the contract's hours.
    """

    planned: Literal["removed", "up", "as_measured"]
    slow_is_down: bool
    before_first: Literal["removed", "up"]
    service_hours: bool


@dataclass(frozen=True, slots=True)
class MachineRule:
    """The contract's own Δt, C, n and hours, but excluded time removed and unknown time treated as `unknown` says."""

    unknown: Literal["up", "exclude", "down"]


@dataclass(frozen=True, slots=True)
class CountRule:
    """Probes answered over probes sent; planned work and silence have no probe and so do not exist."""


@dataclass(frozen=True, slots=True)
class WindowRule:
    """The plain mean of the good share of each window that holds a measurement."""

    window_seconds: int


Rule: TypeAlias = TimeRule | MachineRule | CountRule | WindowRule


@dataclass(frozen=True, slots=True)
class Policy:
    """One named reading. `does` says its rule in one line, `approximates` where ours is only near it ("" when it is
    the rule as read), `source` what was read."""

    name: str
    title: str
    rule: Rule
    does: str
    approximates: str
    source: str


CONTRACT_NAME = "contract"
CONTRACT_TITLE = "the contract"

_HARD = "every bad interval counts at once, without the retries a check may have"
_SAME_PLANS = "the planned time is what the contract excludes, to the same interval"
_HOURS = "the contract's service hours and holidays are taken as its schedule"
_SLOW = "slow is a majority of an interval's answers above the contract's round trip"
_MEF_SOURCE = "MEF 10.4 §8.8.7, from memory: the text is not public"

POLICIES = (
    Policy(
        "icinga",
        "Icinga-like",
        TimeRule(planned="up", slow_is_down=False, before_first="removed", service_hours=False),
        "Planned time is up, slow is up, silence keeps the last state, around the clock.",
        f"{_HARD}; {_SAME_PLANS}",
        "Icinga/icingadb a177edae, schema/pgsql/schema.sql, get_sla_ok_percent",
    ),
    Policy(
        "zabbix-excluded",
        "Zabbix-like, planned time entered in the SLA",
        TimeRule(planned="removed", slow_is_down=True, before_first="up", service_hours=True),
        "Planned time is removed, slow is down, silence keeps the last state.",
        f"{_HARD}; {_SLOW}; {_HOURS}; {_SAME_PLANS}",
        "zabbix/zabbix 5417729e, ui/include/classes/api/services/CSla.php; silence is derived, not read",
    ),
    Policy(
        "zabbix",
        "Zabbix-like, planned time not linked to the SLA",
        TimeRule(planned="as_measured", slow_is_down=True, before_first="up", service_hours=True),
        "Planned time counts as measured, slow is down, silence keeps the last state.",
        f"{_HARD}; {_SLOW}; {_HOURS}",
        "zabbix/zabbix 5417729e, ui/include/classes/api/services/CSla.php; silence is derived, not read",
    ),
    Policy(
        "librenms",
        "LibreNMS-like",
        TimeRule(planned="as_measured", slow_is_down=False, before_first="up", service_hours=False),
        "Every outage counts, planned or not, slow is up, silence keeps the last state, around the clock.",
        f"{_HARD}; over the period instead of the last 30 days; an outage that has not ended counts to the end",
        "LibreNMS 36956cda, LibreNMS/Device/Availability.php",
    ),
    Policy(
        "probe-counting",
        "Probe counting (Uptime Kuma-like)",
        CountRule(),
        "Probes answered over probes sent; planned time and silence do not exist, slow is up, around the clock.",
        "each probe of ours is one check, so a retry counts as a check of its own",
        "louislam/uptime-kuma 6398a958, server/uptime-calculator.js",
    ),
    Policy(
        "window-mean",
        "Mean of windows (Sloth-like)",
        WindowRule(300),
        "Mean of the good share of each 5 minutes, all weighing alike; planned time counts, silence does not exist.",
        "windows lie on the 5 minutes of UTC, over the period instead of the last 30 days",
        "slok/sloth 0e395d81, 30-day SLI recording rule",
    ),
    Policy(
        "mef-unknown-up",
        "MEF, unknown is up",
        MachineRule("up"),
        "The contract's Δt, C and n; planned time is removed, an interval without frames is good.",
        "planned time runs through the state machine, which the standard leaves open",
        _MEF_SOURCE,
    ),
    Policy(
        "mef-unknown-removed",
        "MEF, unknown is removed",
        MachineRule("exclude"),
        "The contract's Δt, C and n; planned time and unknown time are removed.",
        "planned time runs through the state machine, which the standard leaves open; no minimum coverage",
        _MEF_SOURCE,
    ),
    Policy(
        "mef-unknown-down",
        "MEF, unknown is down",
        MachineRule("down"),
        "The contract's Δt, C and n; planned time is removed, an interval without frames is bad.",
        "no text asks for it: it is the reading of a contract that lays missing data on the provider",
        _MEF_SOURCE,
    ),
)
