"""Something that should speak does not, or its clock is wrong: series, collectors, the engine, sources. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from alerting.rules.facts import Facts, Series
from alerting.rules.naming import of_circuit
from alerting.rules.thresholds import Rules
from store.alert_rows import Severity, Trouble
from store.instants import utc_text


def no_data(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each series of which nothing arrived for longer than a few of its usual intervals.

    A circuit with an agreement in force pages: its unmeasured time may decide the verdict. Silence is not an outage:
    nothing is known of it. What reports changes only is never silent.
    """
    for series in facts.series:
        since_at = series.received_at or series.expected_at
        if series.usual_seconds is None or since_at is None:
            continue
        allowed = max(rules.silent_least_seconds, rules.silent_intervals * series.usual_seconds)
        if now - since_at > timedelta(seconds=allowed):
            yield _silent(facts, series, since_at, allowed)


def _silent(facts: Facts, series: Series, since_at: datetime, allowed: int) -> Trouble:
    reason = "no_data" if series.received_at is not None else "never_received"
    subject = f"{series.kind}:{series.code}"
    said: dict[str, Any] = {"usual_seconds": series.usual_seconds, "silent_after_seconds": allowed}
    if series.kind == "circuit":
        row = facts.circuits.get(series.code)
        severity: Severity = "page" if series.code in facts.has_agreement else "ticket"
        is_demo = facts.is_demo if row is None else row.is_demo
        return of_circuit(
            facts, "no_data", subject, severity, since_at, reason, series.code, is_demo=is_demo, said=said
        )
    sensor = facts.sensors.get(series.code) if series.kind == "sensor" else None
    name = series.code if series.kind == "zone" else None if sensor is None else sensor.zone
    zone = facts.zones.get(name or "")
    place = sensor or zone
    return Trouble(
        "no_data", subject, "ticket", since_at, reason, facts.is_demo if place is None else place.is_demo,
        facility=None if place is None else place.facility,
        tenant=None if zone is None else zone.tenant,
        zone=name,
        facts=said,
    )  # fmt: skip


def collectors(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each collector that is gone or says nothing any more; and that nothing at all arrives from anywhere.

    A collector renews its session once a minute, so that a restart within `collector_gone_seconds` is nobody's page.
    """
    for session in facts.sessions:
        silent = now - session.seen_at
        is_gone = not session.is_held and silent > timedelta(seconds=rules.collector_gone_seconds)
        if is_gone or silent > timedelta(seconds=rules.collector_mute_seconds):
            reason = "lease_gone" if not session.is_held else "no_heartbeat"
            said = {"seen_at": utc_text(session.seen_at)}
            yield _ours(facts, "collector_dead", f"collector:{session.name}", "page", session.seen_at, reason, said)
    expects = any(each.usual_seconds is not None and each.received_at is not None for each in facts.series)
    last = facts.received_at
    if expects and last is not None and now - last > timedelta(seconds=rules.nothing_received_seconds):
        said = {"received_at": utc_text(last)}
        yield _ours(facts, "collector_dead", "collector:all", "page", last, "nothing_received", said)


def engine(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """The engine has not completed a pass for a while: nothing that the contract says can be told meanwhile.

    One that never completed any may have been started with us: it is late once we have watched that long without one.
    """
    subject, late = "engine:pass", timedelta(seconds=rules.engine_late_seconds)
    if facts.passed_at is None:
        if facts.agreements and facts.watching_since is not None and now - facts.watching_since > late:
            since_at = facts.open.get(("engine_late", subject), facts.watching_since)
            yield _ours(facts, "engine_late", subject, "page", since_at, "never_passed", {})
    elif now - facts.passed_at > late:
        said = {"passed_at": utc_text(facts.passed_at)}
        yield _ours(facts, "engine_late", subject, "page", facts.passed_at, "engine_late", said)


def clocks(facts: Facts, now: datetime, rules: Rules) -> Iterator[Trouble]:
    """Each source whose clock runs ahead or behind in all of its last arrivals, and zone rules that are not ours.

    Behind takes more: a device that sends what it stored, or every few minutes, is late and not wrong. One arrival
    says nothing about a clock.
    """
    for each in facts.clocks:
        offsets = each.offsets_seconds[: rules.clock_arrivals]
        if len(offsets) < rules.clock_arrivals:
            continue
        is_ahead = min(offsets) > rules.clock_ahead_seconds
        if is_ahead or max(offsets) < -rules.clock_behind_seconds:
            subject, reason = f"source:{each.source}", "clock_ahead" if is_ahead else "clock_behind"
            since_at = facts.open.get(("clock_stale", subject), each.newest_at)
            said = {"offset_seconds": offsets[0]}
            yield _ours(facts, "clock_stale", subject, "ticket", min(since_at, now), reason, said)
    for name, months in facts.zone_rules_apart.items():
        if months:
            subject = f"source:zone-rules/{name}"
            since_at = facts.open.get(("clock_stale", subject), now)
            apart = {"time_zone": name, "months": months}
            yield _ours(facts, "clock_stale", subject, "ticket", since_at, "zone_rules", apart)


def _ours(
    facts: Facts, rule: str, subject: str, severity: Severity, since_at: datetime, reason: str, said: dict[str, Any]
) -> Trouble:
    """A trouble of the system itself, which no tenant is told of."""
    return Trouble(rule, subject, severity, since_at, reason, facts.is_demo, facts=said)
