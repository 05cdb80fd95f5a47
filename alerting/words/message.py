"""The entry to the words: one message to one person of one notice, as subject, text, HTML and short form. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from alerting.words.blocks import block
from alerting.words.headline import Audience, headline
from alerting.words.listing import listing
from alerting.words.page import Item, Link, Paragraph, Piece, Row, as_html, as_text, is_link
from alerting.words.plain import clean, isolated
from alerting.words.said import Said, most_urgent_first
from alerting.words.short_form import short_form
from alerting.words.spelling import Language, moment
from alerting.words.tongue import TONGUES, Tongue
from store.alert_rows import Announcement

Kind: TypeAlias = Literal["firing", "updated", "resolved", "escalated", "handed_over", "digest"]

_WHOLE = 5
"""Alerts told in full; of more only the headline."""
_LONGEST_SUBJECT = 160
_ACTIONS = ("acknowledge", "snooze", "hand_over", "resolve")


class Words(NamedTuple):
    """A message; `short` fits into one part of an SMS."""

    subject: str
    text: str
    html: str
    short: str


class Told(NamedTuple):
    """What the words need of the notice: people by their names. `now` is when the message is written.

    `actor` is who handed it over, did not answer in time, or closed it; `reason` is the notice's own, of which
    "explained" and "muted" are said; `notices` is for how many a digest stands.
    """

    notice_id: int | None
    severity: str
    is_demo: bool
    opened_at: datetime
    now: datetime
    state: str = "open"
    level: int = 0
    held_by: str | None = None
    actor: str | None = None
    next_step_at: datetime | None = None
    notices: int = 1
    reason: str = ""


def message(
    audience: Audience,
    kind: Kind,
    language: Language,
    announcements: Sequence[Announcement],
    notice: Told,
    links: Mapping[str, str],
) -> Words:
    """What one person reads of one notice (a digest: of several) in their language.

    Needs labels and annotations only, so that a webhook of Alertmanager is enough. `links` may have acknowledge,
    snooze, hand_over, resolve (for who is on call) and page; whatever is no web address is left out. Figures that
    are absent or no figures are left out with their sentence. The `DÉMO` label is on all four forms when the notice
    or any of its alerts is of fictional data.
    """
    tongue = TONGUES[language]
    said = most_urgent_first([Said(one) for one in announcements], notice.now)
    is_demo = notice.is_demo or any(one.is_demo for one in said)
    opened = {name: url for name, url in links.items() if is_link(url)}
    first = _first_line(tongue, audience, kind, said, notice)
    pieces: list[Piece] = [Paragraph(tongue("demo"), is_strong=True)] if is_demo else []
    pieces += _why(tongue, audience, kind, said, notice)
    pieces += _body(tongue, audience, kind, said, notice)
    pieces += _links(tongue, audience, said, opened)
    pieces += _footer(tongue, audience, notice)
    label = "[DÉMO] " if is_demo else ""
    return Words(
        subject=clean(label + first, _LONGEST_SUBJECT),
        text=as_text(pieces, language),
        html=as_html(pieces, language),
        short=short_form(tongue, audience, kind, said, notice, is_demo=is_demo, first=first, links=opened),
    )


def _first_line(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> str:
    """Why it is sent, the most urgent alert, and how many more there are."""
    is_graded = audience == "on_call" and kind != "resolved"
    grade = tongue(f"severity.{_severity(notice, said)}") if is_graded else ""
    why = "" if kind == "firing" else tongue(f"kind.{_ending(said, notice) if kind == 'resolved' else kind}")
    if kind == "digest":
        notices = tongue.count("notices", notice.notices) if audience == "on_call" else ""
        main = ", ".join(part for part in (tongue.count("alerts", len(said)), notices) if part)
    else:
        more = f" ({tongue.count('more', len(said) - 1)})" if len(said) > 1 else ""
        main = f"{headline(said[0], tongue, audience)}{more}" if said else tongue("signature")
    return " – ".join(part for part in (grade, why, main) if part)


def _severity(notice: Told, said: Sequence[Said]) -> str:
    return "page" if notice.severity == "page" or any(one.is_page for one in said) else "ticket"


def _ending(said: Sequence[Said], notice: Told) -> str:
    """Why nobody is told any more: what was put aside lasts, and must not be called over."""
    aside = notice.reason if notice.reason in ("explained", "muted") else ""
    return aside or next((one.put_aside for one in said if one.put_aside), "resolved")


def _why(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> Iterator[Piece]:
    if audience != "on_call":
        return
    actor = isolated(clean(notice.actor or "", 60))
    if kind in ("escalated", "handed_over"):
        places = {"level": str(notice.level), "actor": actor}
        yield Paragraph(tongue(f"{kind}.from" if actor else kind, **places), is_strong=True)
    elif kind == "updated":
        yield Paragraph(tongue(kind))
    elif kind == "resolved":
        yield Paragraph(tongue(_ending(said, notice)))
        if actor:
            yield Row(tongue("closed_by"), actor)


def _body(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> Iterator[Piece]:
    if kind == "digest":
        yield from listing(tongue, audience, said, notice.now)
        return
    for one in said[:_WHOLE]:
        yield from block(one, tongue, audience, notice.now)
    yield from (Item(headline(one, tongue, audience)) for one in said[_WHOLE : 4 * _WHOLE])
    if len(said) > 4 * _WHOLE:
        yield Item(tongue.count("more", len(said) - 4 * _WHOLE))


def _links(tongue: Tongue, audience: Audience, said: Sequence[Said], opened: Mapping[str, str]) -> Iterator[Piece]:
    shown = (*_ACTIONS, "page") if audience == "on_call" else ("page",)
    told: set[str] = set()
    for name in shown:
        if name in opened and opened[name] not in told:
            told.add(opened[name])
            yield Link(tongue(f"link.{name}"), opened[name])
    if not said:
        return
    for name in ("runbook", "dashboard") if audience == "on_call" else ("dashboard",):
        url = said[0].announcement.annotations.get(f"{name}_url", "")
        if is_link(url):
            yield Link(tongue(f"link.{name}"), url)
        elif name == "runbook" and (page := said[0].text("runbook")):
            yield Row(tongue("link.runbook"), page)


def _footer(tongue: Tongue, audience: Audience, notice: Told) -> Iterator[Piece]:
    if audience == "on_call":
        if notice.notice_id is not None:
            yield Row(tongue("row.notice"), str(notice.notice_id))
        if notice.held_by:
            yield Row(tongue("row.holder"), isolated(clean(notice.held_by, 60)))
        if notice.next_step_at is not None and notice.state != "resolved":
            yield Row(tongue("row.next"), moment(notice.next_step_at, tongue.language))
    yield Paragraph(tongue("signature"))
