"""The rules of an agreement in words: everything that decides a figure, nothing left to the software. Pure.

The same month gives 99.61 % to 99.79 % depending on such choices (shared/spec anchors §0), so each is printed.
"""

from __future__ import annotations

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    Objective,
    RoundTripObjective,
)
from reports.catalogue import Catalogue
from reports.formats import NO_BREAK, duration, exact_decimal, percent_of
from reports.service_hours import service_hours_rules


def promise(objective: Objective, words: Catalogue) -> str:
    """What was promised, in a few words: `99,95 % au moins`."""
    formats = words.formats
    if isinstance(objective, AvailabilityObjective):
        return words.say("promise.availability", target=formats.percent(percent_of(objective.target_ratio)))
    if isinstance(objective, LossObjective):
        return words.say("promise.loss", most=formats.percent(percent_of(objective.at_most_ratio)))
    if isinstance(objective, RoundTripObjective):
        return words.say(
            "promise.round_trip",
            most=formats.number(exact_decimal(objective.at_most_ms)),
            percentile=formats.percent(percent_of(objective.percentile_ratio)),
        )
    return words.say("promise.time_to_restore", most=duration(objective.at_most_seconds))


def agreement_rules(agreement: Agreement, words: Catalogue) -> list[str]:
    """The rules that hold for every objective: period, exclusions, service hours, credits, exactness."""
    formats, until = words.formats, words.say("rule.no_end")
    if agreement.ends_on is not None:
        until = words.say("rule.until", ends_on=formats.day(agreement.ends_on))
    rules = [
        words.say("rule.period", zone=agreement.time_zone.key),
        words.say("rule.covered", starts_on=formats.day(agreement.starts_on), until=until),
        words.say("rule.maintenance", conditions=_maintenance_conditions(agreement, words)),
    ]
    rules[2:2] = _text_in_force(agreement, words)
    rules += service_hours_rules(agreement, words)
    rules.append(
        words.say(
            "rule.credits",
            combination=words.say(f"rule.credits.{agreement.credit_combination}"),
            cap=formats.percent(percent_of(agreement.credit_cap_ratio)),
        )
    )
    return [*rules, words.say("rule.exact"), words.say("rule.as_of")]


def _text_in_force(agreement: Agreement, words: Catalogue) -> list[str]:
    """Which of the texts of an amended agreement was applied; nothing for one that was never amended."""
    if agreement.amendment is None and agreement.superseded_on is None and agreement.scored_from is None:
        return []
    day, until = words.formats.day, ""
    if agreement.superseded_on is not None:
        until = words.say("rule.until", ends_on=day(agreement.superseded_on))
    if agreement.amendment is None:
        which = words.say("rule.original")
    else:
        title = f" ({agreement.amendment.title})" if agreement.amendment.title else ""
        which = words.say("rule.amendment", number=agreement.amendment.number, title=title)
    return [words.say("rule.text", which=which, first=day(agreement.first_on), until=until)]


def objective_rules(agreement: Agreement, objective: Objective, words: Catalogue) -> list[str]:
    """The rules of one objective, in the order in which they apply."""
    if isinstance(objective, AvailabilityObjective):
        return _availability(agreement, objective, words)
    formats = words.formats
    restricted = words.say("rule.restricted") if objective.service_hours else ""
    if isinstance(objective, LossObjective):
        rules = [words.say("rule.loss", hours=restricted)]
    elif isinstance(objective, RoundTripObjective):
        rules = [
            words.say(
                "rule.round_trip",
                percentile=formats.percent(percent_of(objective.percentile_ratio)),
                most=formats.number(exact_decimal(objective.at_most_ms)),
                hours=restricted,
            )
        ]
    else:
        hours = words.say("rule.restore.hours") if objective.service_hours else ""
        rules = [words.say("rule.restore", most=duration(objective.at_most_seconds), hours=hours)]
    if not objective.credit_percent:
        return [*rules, words.say("rule.no_credit")]
    key = "rule.flat_credit" if isinstance(objective, LossObjective | RoundTripObjective) else "rule.ticket_credit"
    return [*rules, words.say(key, credit=formats.percent(format(objective.credit_percent, "f")))]


def _availability(agreement: Agreement, objective: AvailabilityObjective, words: Catalogue) -> list[str]:
    formats = words.formats
    if objective.method == "states":
        rules = [words.say("rule.states"), words.say(f"rule.unknown.{objective.unknown}")]
    else:
        rules = _machine(agreement, objective, words)
    rules.append(words.say(f"rule.excluded.{objective.maintenance}"))
    if objective.method == "intervals":
        rules.append(words.say(f"rule.window.{objective.maintenance_window}"))
    if objective.service_hours:
        rules.append(words.say("rule.in_service"))
    rules += [
        words.say("rule.availability"),
        words.say("rule.coverage", minimum=formats.percent(percent_of(objective.min_coverage_ratio))),
    ]
    if not objective.tiers:
        return [*rules, words.say("rule.no_credit")]
    tiers = [
        words.say(
            "rule.tier",
            low=formats.percent(percent_of(tier.at_least_ratio)),
            high=formats.percent(percent_of(tier.below_ratio)),
            credit=formats.percent(format(tier.credit_percent, "f")),
        )
        for tier in reversed(objective.tiers)
    ]
    return [*rules, words.say("rule.tiers", tiers=f"{NO_BREAK}; ".join(tiers))]


def _machine(agreement: Agreement, objective: AvailabilityObjective, words: Catalogue) -> list[str]:
    formats, n = words.formats, objective.consecutive_intervals
    rules = [
        words.say(
            "rule.grid",
            seconds=formats.number(str(objective.interval_seconds)),
            starts_on=formats.day(agreement.starts_on),
        ),
        words.say(
            "rule.bad",
            comparison=words.say("rule.bad.at_least" if objective.threshold_is_bad else "rule.bad.above"),
            threshold=formats.percent(percent_of(objective.loss_threshold)),
        ),
    ]
    if n == 1:
        rules.append(words.say("rule.machine.single"))
    else:
        rules.append(words.say("rule.machine", n=n, seconds=formats.number(str(n * objective.interval_seconds))))
    rules.append(words.say(f"rule.unknown.{objective.unknown}"))
    if objective.unknown == "exclude" and n > 1:  # judged alone, an interval has no window to interrupt
        rules.append(words.say(f"rule.unknown_window.{objective.unknown_window}", n=n))
    if objective.consecutive_high_loss is not None:
        what = words.say(f"rule.high_loss.{objective.high_loss_counting}")
        rules.append(words.say("rule.high_loss", what=what, p=objective.consecutive_high_loss))
    return rules


def _maintenance_conditions(agreement: Agreement, words: Catalogue) -> str:
    conditions, maintenance = "", agreement.maintenance
    if maintenance.notice_hours is not None:
        conditions += words.say("rule.maintenance.notice", hours=maintenance.notice_hours)
    if maintenance.monthly_quota_hours is not None:
        conditions += words.say("rule.maintenance.quota", hours=maintenance.monthly_quota_hours)
    return conditions
