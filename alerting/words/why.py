"""Why a message is sent, and why one is the last: the sentences in front of the alerts, for each audience. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from alerting.words.changes import changes
from alerting.words.headline import Audience
from alerting.words.page import Paragraph, Piece, Row
from alerting.words.plain import clean, isolated
from alerting.words.said import Said
from alerting.words.spelling import moment
from alerting.words.told import Kind, Told
from alerting.words.tongue import Tongue

_HELD = ("acknowledged", "snoozed")


def kind_of(kind: Kind, said: Sequence[Said], notice: Told) -> str:
    """The word for a message's kind: an end says which end it is, a level told again that it was told before."""
    if kind == "resolved":
        return ending(said, notice)
    return "repeated" if kind == "escalated" and notice.is_repeat else kind


def ending(said: Sequence[Said], notice: Told) -> str:
    """Why nobody is told any more: what was put aside or closed by hand may last, and must not be called over."""
    if notice.reason in ("explained", "muted", "person"):
        return notice.reason
    aside = "" if notice.reason == "over" else next((one.put_aside for one in said if one.put_aside), "")
    return aside or "resolved"


def why(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> Iterator[Piece]:
    """Nothing for what is told for the first time: the alerts speak for themselves."""
    if kind == "resolved":
        yield from _end(tongue, audience, said, notice)
    elif kind == "updated":
        what = "updated" if audience != "on_call" or notice.reason not in ("woken", "raised") else notice.reason
        yield Paragraph(tongue(what))
        yield from changes(said, tongue, audience, notice)
    elif audience == "on_call" and kind in ("escalated", "handed_over"):
        yield Paragraph(_climbed(tongue, kind, notice), is_strong=True)


def footer(tongue: Tongue, audience: Audience, kind: Kind, notice: Told) -> Iterator[Piece]:
    """The notice's number, who has it and what comes next; who was handed it and has not answered has not taken it."""
    if audience == "on_call":
        if notice.notice_id is not None:
            yield Row(tongue("row.notice"), str(notice.notice_id))
        is_running = kind != "resolved" and notice.state != "resolved"
        if is_running and (holder := _named(notice.held_by)):
            key = notice.state if notice.state in _HELD else "unanswered"
            yield Row(tongue(f"row.holder.{key}"), tongue(f"holder.{key}", name=holder))
        if is_running and notice.next_step_at is not None:
            yield Row(tongue("row.next"), moment(notice.next_step_at, tongue.language))
    yield Paragraph(tongue("signature"))


def _climbed(tongue: Tongue, kind: Kind, notice: Told) -> str:
    actor, holder = _named(notice.actor), _named(notice.held_by)
    places = {"level": str(notice.level), "actor": actor}
    if kind == "escalated" and notice.state in _HELD and holder:
        return tongue("escalated.taken", holder=holder)
    if kind == "escalated" and notice.is_repeat:
        return tongue("repeated", **places)
    return tongue(f"{kind}.from" if actor else kind, **places)


def _end(tongue: Tongue, audience: Audience, said: Sequence[Said], notice: Told) -> Iterator[Piece]:
    end = ending(said, notice)
    lasts = any(not one.is_over(notice.now) for one in said)
    is_well = all(one.is_over(notice.now) or one.well_since(notice.now) for one in said)
    if end == "person" and lasts:
        end = "person.well" if is_well else "person.lasting"
    if audience != "on_call":
        if end == "person.lasting":
            yield Paragraph(tongue(f"{end}.plain"))
        return
    if end == "resolved" and any(one.put_aside for one in said):
        end = "resolved.rest"
    yield Paragraph(tongue(end))
    if actor := _named(notice.actor):
        yield Row(tongue("closed_by"), actor)


def _named(person: str | None) -> str:
    return isolated(clean(person or "", 60))
