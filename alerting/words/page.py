"""The body of a message as pieces, and these as plain text and as small HTML that loads nothing from anywhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from alerting.words.spelling import NO_BREAK, Language

_WEB = re.compile(r"https?://[^\s/?#\\@\"<>]+(?:[/?#][^\s\"<>]*)?")
_CELL = "padding:2px 12px 2px 0;vertical-align:top;text-align:left"


@dataclass(frozen=True, slots=True)
class Heading:
    """What one alert is, in a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; `is_strong`: to be seen first."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a reader can open, in words, and where."""

    text: str
    url: str


Piece: TypeAlias = Heading | Paragraph | Row | Item | Link


def as_text(pieces: Sequence[Piece], language: Language) -> str:
    """Lines; a blank one between pieces of different kinds."""
    colon = f"{NO_BREAK}: " if language == "fr" else ": "
    lines: list[str] = []
    before: type[Piece] | None = None
    for piece in pieces:
        if before is not None and (before is not type(piece) or isinstance(piece, Paragraph | Heading)):
            lines.append("")
        before = type(piece)
        if isinstance(piece, Row):
            lines.append(f"{piece.name}{colon}{piece.value}")
        elif isinstance(piece, Link):
            lines.append(f"{piece.text}{colon}{piece.url}")
        elif isinstance(piece, Item):
            lines.append(f"- {piece.text}")
        else:
            lines.append(piece.text)
    return "\n".join(lines) + "\n"


def as_html(pieces: Sequence[Piece], language: Language) -> str:
    """A document of text, a table and links; every text is escaped, and only http and https can be opened."""
    parts: list[str] = []
    before = ""
    for piece in pieces:
        around = {Row: "table", Item: "ul"}.get(type(piece), "")
        if before != around:
            parts += [f"</{before}>"] * bool(before) + [_opening(around)] * bool(around)
        before = around
        parts.append(_element(piece))
    if before:
        parts.append(f"</{before}>")
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head>'
        f'<body style="font-family:sans-serif;font-size:15px">\n{body}\n</body></html>\n'
    )


def is_link(url: str) -> bool:
    """Whether it is a web address; anything else (`javascript:`) is never made one that can be opened."""
    return _WEB.fullmatch(url) is not None


def _opening(around: str) -> str:
    return '<table style="border-collapse:collapse">' if around == "table" else "<ul>"


def _element(piece: Piece) -> str:
    if isinstance(piece, Row):
        return (
            f'<tr><th style="{_CELL}" scope="row">{escape(piece.name)}</th>'
            f'<td style="{_CELL}">{escape(piece.value)}</td></tr>'
        )
    if isinstance(piece, Link):
        return f'<p><a href="{escape(piece.url, quote=True)}">{escape(piece.text)}</a></p>'
    if isinstance(piece, Item):
        return f"<li>{escape(piece.text)}</li>"
    if isinstance(piece, Heading):
        return f"<h3>{escape(piece.text)}</h3>"
    return f"<p><strong>{escape(piece.text)}</strong></p>" if piece.is_strong else f"<p>{escape(piece.text)}</p>"
