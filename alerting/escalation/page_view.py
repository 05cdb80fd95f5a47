"""What the phone page shows of a notice to one person, as plain values for the template. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from alerting.escalation.entries import Language, Person
from alerting.escalation.group_change import ESCALATOR
from alerting.escalation.page_words import WORDS
from alerting.words.blocks import block
from alerting.words.page import Heading, Link, Piece, Row, is_link
from alerting.words.said import Said, most_urgent_first
from alerting.words.settling import standing
from alerting.words.spelling import short_moment
from alerting.words.tongue import TONGUES, Tongue
from store.alert_rows import Announcement
from store.notice_rows import NoticeAlert, NoticeRow, NoticeStep

_WHOLE = 3
_LISTED = 60
_STEPS = 40


class View(NamedTuple):
    """The page's values; `token` is None where nothing can be done, `is_dead` says that it is the link's fault."""

    number: str
    severity: str
    is_demo: bool
    headline: str
    state: str
    next: str
    token: str | None
    is_dead: bool
    can_be_taken: bool
    is_lasting: bool
    people: tuple[tuple[str, str], ...]
    blocks: tuple[tuple[dict[str, str], ...], ...]
    others: tuple[str, ...]
    more: str
    steps: tuple[tuple[str, str], ...]
    for_whom: str


def view(
    row: NoticeRow,
    alerts: Sequence[NoticeAlert],
    steps: Sequence[NoticeStep],
    person: Person,
    people: Mapping[str, Person],
    *,
    token: str | None,
    can_be_handed_to: Sequence[str],
    now: datetime,
) -> View:
    """The page of a notice as `person` sees it; `token` None = the link does nothing any more."""
    words, tongue = WORDS[person.language], TONGUES[person.language]
    said = most_urgent_first([Said(Announcement(*one[2:])) for one in alerts], now)
    is_open = row.state != "resolved"
    left_over = max(0, len(said) - _WHOLE - _LISTED)
    return View(
        number=words["number"].format(number=row.notice_id),
        severity=row.severity,
        is_demo=row.is_demo or any(one.is_demo for one in said),
        headline=standing(said[0], tongue, row.audience, now) if said else row.rule,
        state=_state(row, words, people, now, person.language),
        next=words["next"].format(at=short_moment(row.next_step_at, now, person.language))
        if row.state == "open" and row.next_step_at is not None
        else "",
        token=token if is_open else None,
        is_dead=token is None and is_open,
        can_be_taken=(row.state, row.held_by) != ("acknowledged", person.code),
        is_lasting=any(_is_lasting(one, now) for one in said),
        people=tuple((code, people[code].name) for code in can_be_handed_to if code != person.code),
        blocks=tuple(_block(one, tongue, row, now) for one in said[:_WHOLE]),
        others=tuple(standing(one, tongue, row.audience, now) for one in said[_WHOLE : _WHOLE + _LISTED]),
        more=words["more"].format(n=left_over) if left_over else "",
        steps=tuple(
            (short_moment(one.stepped_at, now, person.language), _step(one, words, people))
            for one in reversed(steps[-_STEPS:])
        ),
        for_whom=words["for"].format(name=person.name),
    )


def _is_lasting(one: Said, now: datetime) -> bool:
    return not (one.is_over(now) or one.put_aside or one.well_since(now))


def _state(
    row: NoticeRow, words: Mapping[str, str], people: Mapping[str, Person], now: datetime, language: Language
) -> str:
    places = {
        "holder": _name(row.held_by or "", people),
        "until": short_moment(row.next_step_at or now, now, language),
    }
    key = f"state.{row.state}"
    if row.state == "open" and row.held_by is not None:
        key = "state.open.held"
    elif row.state == "resolved" and f"{key}.{row.reason}" in words:
        key = f"{key}.{row.reason}"
    return words[key].format(**places)


def _block(said: Said, tongue: Tongue, row: NoticeRow, now: datetime) -> tuple[dict[str, str], ...]:
    pieces = [_piece(one) for one in block(said, tongue, row.audience, now)]
    for name in ("runbook", "dashboard"):
        url = said.announcement.annotations.get(f"{name}_url", "")
        if is_link(url):
            pieces.append({"kind": "link", "text": tongue(f"link.{name}"), "url": url})
    return tuple(pieces)


def _piece(piece: Piece) -> dict[str, str]:
    if isinstance(piece, Row):
        return {"kind": "row", "name": piece.name, "value": piece.value}
    if isinstance(piece, Link):
        return {"kind": "link", "text": piece.text, "url": piece.url}
    return {"kind": "heading" if isinstance(piece, Heading) else "text", "text": piece.text}


def _step(one: NoticeStep, words: Mapping[str, str], people: Mapping[str, Person]) -> str:
    to = one.detail.get("to", ())
    names = [_name(code, people) for code in ([to] if isinstance(to, str) else to)]
    by_hand = f"step.{one.step}.person"
    text = words[by_hand if one.actor != ESCALATOR and by_hand in words else f"step.{one.step}"]
    return text.format(actor=_name(one.actor, people), to=", ".join(names))


def _name(code: str, people: Mapping[str, Person]) -> str:
    return people[code].name if code in people else code
