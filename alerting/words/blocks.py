"""One alert as the pieces that each audience reads of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from alerting.words.details import details
from alerting.words.headline import Audience, place, plain_texts
from alerting.words.page import Heading, Paragraph, Piece, Row
from alerting.words.rule_texts import GOOD_NEWS, PARENTS, RULES
from alerting.words.said import Said
from alerting.words.settling import standing, well
from alerting.words.spelling import duration, moment
from alerting.words.stakes import stakes
from alerting.words.tongue import Tongue, texts_of


def block(said: Said, tongue: Tongue, audience: Audience, now: datetime) -> Iterator[Piece]:
    """Heading and figures of one alert."""
    yield Heading(standing(said, tongue, audience, now))
    if audience == "tenant":
        yield from _for_tenant(said, tongue, now)
    else:
        yield from _for_staff(said, tongue, audience, now)


def _for_staff(said: Said, tongue: Tongue, audience: Audience, now: datetime) -> Iterator[Piece]:
    texts = texts_of(said.rule, is_silence=said.is_silence)
    what = said.text(f"description_{tongue.language}", 400) or said.text("description", 400)
    state = well(said, tongue, now)
    if state:
        yield Row(tongue("row.now"), state)
    elif said.rule not in RULES:
        yield Row(tongue("row.what"), what or tongue.one_of(texts.what))
    elif not said.is_over(now):
        yield Row(tongue("row.what"), tongue.one_of(texts.what))
    if where := _where(said, tongue):
        yield Row(tongue("row.where"), where)
    yield from _when(said, tongue, now)
    if said.rule not in GOOD_NEWS and not said.is_over(now):
        yield Row(tongue("row.cause"), _cause(said, tongue))
    if told := details(said, tongue):
        yield Row(tongue("row.detail"), " ; ".join(told) if tongue.language == "fr" else "; ".join(told))
    yield from _agreement(said, tongue)
    if not said.is_over(now):
        yield from stakes(said, tongue, is_well=bool(state))
    count = said.whole("explains_count")
    if audience == "on_call" and count and (names := said.text("explains", 200)):
        yield Row(tongue("row.explains"), tongue("members", names=names, alerts=tongue.count("alerts", count)))


def _for_tenant(said: Said, tongue: Tongue, now: datetime) -> Iterator[Piece]:
    """Plain words: no cause by its name, no code of ours, nobody else's circuits."""
    is_over = said.is_over(now)
    if is_over and said.rule not in GOOD_NEWS:
        restored = said.rule in _INTERRUPTS and not said.is_measurement
        yield Paragraph(tongue("resolved.plain" if restored else "resolved.plain.other"))
    elif state := well(said, tongue, now):
        is_circuit = said.rule == "outage" and not said.is_measurement
        yield Paragraph(tongue("well.circuit" if is_circuit else "well.matter", well=state))
    else:
        yield Paragraph(tongue.one_of(plain_texts(said).plain_what))
    yield from _when(said, tongue, now)
    cause = f"cause.{said.text('cause_kind') or ''}"
    if not is_over and tongue.has(cause):
        yield Row(tongue("row.cause"), tongue(cause))
    if said.rule in _FIGURES_FOR_TENANTS:
        if told := details(said, tongue):
            yield Row(tongue("row.detail"), " ; ".join(told) if tongue.language == "fr" else "; ".join(told))
        yield from _agreement(said, tongue)
        if not is_over:
            yield from stakes(said, tongue, is_tenant=True, is_well=said.well_since(now) is not None)


def _when(said: Said, tongue: Tongue, now: datetime) -> Iterator[Row]:
    if said.rule in GOOD_NEWS:
        return
    since, language = said.since_at, tongue.language
    ended_at, well_at = said.ended_at(now), said.well_since(now)

    def spoken(until: datetime) -> str:
        return duration(max(0, int((until - since).total_seconds())), language)

    if ended_at is not None:
        yield Row(tongue("row.ended"), tongue("ended", at=moment(ended_at, language), span=spoken(ended_at)))
    elif said.is_over(now):
        # Alerts close some time after what they are of: how long that was is not known here.
        yield Row(tongue("row.began"), moment(since, language))
        yield Row(tongue("row.closed"), moment(said.announcement.ends_at or now, language))
    elif well_at is not None:
        yield Row(tongue("row.began"), tongue("began", at=moment(since, language), span=spoken(well_at)))
    else:
        yield Row(tongue("row.since"), tongue("since", at=moment(since, language), span=spoken(now)))


def _where(said: Said, tongue: Tongue) -> str:
    tenant = said.text("tenant_name") or said.label("tenant")
    carrier = None if said.rule in PARENTS else said.text("carrier_name") or said.label("carrier")
    parts = (
        place(said),
        said.text("building", 40) or "",
        tongue("where.tenant", name=tenant) if tenant else "",
        tongue("where.carrier", name=carrier) if carrier else "",
    )
    return ", ".join(part for part in parts if part)


def _cause(said: Said, tongue: Tongue) -> str:
    """The alert that explains this one, else where to look first."""
    cause_rule = said.text("cause_rule")
    if cause_rule and cause_rule in RULES:
        called = tongue.one_of(texts_of(cause_rule, is_silence=said.text("cause_seen_as") == "silence").name)
        name = said.text("cause_name")
        return tongue("cause.of", name=called, thing=name) if name else called
    return tongue.one_of(texts_of(said.rule, is_silence=said.is_silence).cause)


def _agreement(said: Said, tongue: Tongue) -> Iterator[Row]:
    agreement, objective = said.label("agreement"), said.label("objective")
    if agreement:
        indicator = f"indicator.{said.text('indicator') or ''}"
        promised = tongue(indicator) if tongue.has(indicator) else objective
        named = tongue("agreement", agreement=agreement, objective=promised) if promised else agreement
        yield Row(tongue("row.agreement"), named)


_INTERRUPTS = frozenset(
    {"outage", "site_cut", "duct_cut", "carrier_down", "infrastructure_carrier_down", "cable_down", "restore_deadline"}
)
"""Of which a tenant notices the end."""

_FIGURES_FOR_TENANTS = frozenset(
    {"breach_foreseen", "budget", "objective_breached", "statement_ready", "occupancy_over", "restore_deadline"}
)
"""Whose figures are of the tenant's own agreement or zone."""
