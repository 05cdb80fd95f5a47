"""The entry to the words: one message to one person of one notice, as subject, text, HTML and short form. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from alerting.words.blocks import block
from alerting.words.changes import joined, newest_first
from alerting.words.headline import Audience
from alerting.words.listing import listing
from alerting.words.page import Item, Link, Paragraph, Piece, Row, as_html, as_text, is_link
from alerting.words.plain import clean
from alerting.words.said import Said, most_urgent_first
from alerting.words.settling import standing
from alerting.words.short_form import short_form
from alerting.words.spelling import Language
from alerting.words.told import Kind, Told
from alerting.words.tongue import TONGUES, Tongue
from alerting.words.why import footer, kind_of, why
from store.alert_rows import Announcement

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
    are absent or no figures are left out with their sentence. An update begins with what has joined since its reader
    was told last. What is over needs nobody: its message has no link to act by. The `DÉMO` label is on all four forms
    when the notice or any of its alerts is of fictional data.
    """
    tongue = TONGUES[language]
    said = most_urgent_first([Said(one) for one in announcements], notice.now)
    if kind == "updated":
        said = newest_first(said, notice)
    is_demo = notice.is_demo or any(one.is_demo for one in said)
    is_over = kind == "resolved" or notice.state == "resolved"
    opened = {name: url for name, url in links.items() if is_link(url) and not (is_over and name in _ACTIONS)}
    first = _first_line(tongue, audience, kind, said, notice)
    pieces: list[Piece] = [Paragraph(tongue("demo"), is_strong=True)] if is_demo else []
    pieces += why(tongue, audience, kind, said, notice)
    pieces += _body(tongue, audience, kind, said, notice)
    pieces += _links(tongue, audience, said, opened)
    pieces += footer(tongue, audience, kind, notice)
    label = "[DÉMO] " if is_demo else ""
    return Words(
        subject=clean(label + first, _LONGEST_SUBJECT),
        text=as_text(pieces, language),
        html=as_html(pieces, language),
        short=short_form(tongue, audience, kind, said, notice, is_demo=is_demo, first=first, links=opened),
    )


def _first_line(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> str:
    """Why it is sent, the newest alert of an update or else the most urgent, and how many more there are."""
    is_graded = audience == "on_call" and kind != "resolved"
    grade = tongue(f"severity.{_severity(notice, said)}") if is_graded else ""
    sent_as = "" if kind == "firing" else tongue(f"kind.{kind_of(kind, said, notice)}")
    if kind == "digest":
        notices = tongue.count("notices", notice.notices) if audience == "on_call" else ""
        main = ", ".join(part for part in (tongue.count("alerts", len(said)), notices) if part)
    else:
        more = f" ({tongue.count('more', len(said) - 1)})" if len(said) > 1 else ""
        sign = "+ " if kind == "updated" and joined(said[:1], notice) else ""
        main = f"{sign}{standing(said[0], tongue, audience, notice.now)}{more}" if said else tongue("signature")
    return " – ".join(part for part in (grade, sent_as, main) if part)


def _severity(notice: Told, said: Sequence[Said]) -> str:
    return "page" if notice.severity == "page" or any(one.is_page for one in said) else "ticket"


def _body(tongue: Tongue, audience: Audience, kind: Kind, said: Sequence[Said], notice: Told) -> Iterator[Piece]:
    if kind == "digest":
        yield from listing(tongue, audience, said, notice.now)
        return
    for one in said[:_WHOLE]:
        yield from block(one, tongue, audience, notice.now)
    yield from (Item(standing(one, tongue, audience, notice.now)) for one in said[_WHOLE : 4 * _WHOLE])
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
