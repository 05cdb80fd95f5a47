"""An alert in a line: what it is called, what it is of, and where, for each audience. Pure."""

from __future__ import annotations

from typing import Literal, TypeAlias

from alerting.words.rule_texts import RULES, RuleTexts
from alerting.words.said import Said
from alerting.words.tongue import Tongue, texts_of

Audience: TypeAlias = Literal["on_call", "tenant", "owner"]

_LONGEST_NAME = 48


def name(said: Said, tongue: Tongue, audience: Audience) -> str:
    """What the alert is called. One of Prometheus or Grafana is called by its own summary, for who is on call."""
    texts = texts_of(said.rule, is_silence=said.is_silence)
    if audience == "tenant":
        return tongue.one_of(plain_texts(said).plain_name)
    if said.rule in RULES:
        return tongue.one_of(texts.name)
    own = said.text(f"summary_{tongue.language}") or said.text("summary") or said.rule
    return own if audience == "on_call" and own else tongue.one_of(texts.name)


def plain_texts(said: Said) -> RuleTexts:
    """The words for tenants: of an outage that the measurement explains, nobody tells them that they are cut off."""
    return RULES["probe_fault"] if said.rule == "outage" and said.is_measurement else texts_of(said.rule)


def thing(said: Said, tongue: Tongue, audience: Audience) -> str:
    """What it is of, such as `liaison casa-a1 « Fibre principale »`; a tenant reads names, codes only where none is.

    Empty for an alert of nothing in particular, and for tenants of anything but their own circuits and zones.
    """
    kind = said.text("subject_kind") or ""
    if (code := said.label("circuit", _LONGEST_NAME)) and kind in ("circuit", "objective", "ticket", ""):
        return tongue("thing.circuit", name=_named(code, said.text("circuit_name", _LONGEST_NAME), tongue, audience))
    if (code := said.label("zone", _LONGEST_NAME)) and kind in ("zone", "objective", ""):
        return tongue("thing.zone", name=_named(code, said.text("zone_name", _LONGEST_NAME), tongue, audience))
    if audience == "tenant" or not kind:
        return ""
    if label := said.text("element_label", _LONGEST_NAME):
        return label
    code = said.text("subject_code", _LONGEST_NAME)
    if kind in ("objective", "statement"):
        kind, code = "agreement", said.label("agreement", _LONGEST_NAME) or code
    if not code or not tongue.has(f"thing.{kind}"):
        return ""
    return tongue(f"thing.{kind}", name=said.text("subject_name", _LONGEST_NAME) or code)


def place(said: Said) -> str:
    """The park, by its name where there is one."""
    return said.text("place", _LONGEST_NAME) or said.label("facility", _LONGEST_NAME) or ""


def headline(said: Said, tongue: Tongue, audience: Audience) -> str:
    """`Interruption – liaison casa-a1 « Fibre principale », Casanearshore`."""
    what, where = thing(said, tongue, audience), place(said)
    of = ", ".join(one for one in (what, where if where not in what else "") if one)
    called = name(said, tongue, audience)
    return f"{called} – {of}" if of else called


def _named(code: str, known_as: str | None, tongue: Tongue, audience: Audience) -> str:
    if known_as is None or known_as == code:
        return code
    return known_as if audience == "tenant" else tongue("named", code=code, name=known_as)
