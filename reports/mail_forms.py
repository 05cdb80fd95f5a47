"""Blocks of pages as the two forms of a mail: lines of text, and HTML that every mail program shows. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reports.pages.blocks import Block, Cell, has_long_word
from reports.pages.wording import Wording

FIRST = 3
"""So many columns of a table name what its row is of. Lines tell the others with their labels; HTML has these in one
column, for narrow screens."""
_ISOLATE, _POP = "\u2068", "\u2069"


def mail_text(blocks: Sequence[Block], say: Wording) -> str:
    """The blocks as lines, a blank one between two of them."""
    return "\n\n".join("\n".join(_lines(one, say)) for one in blocks) + "\n"


def mail_html(blocks: Sequence[Block], say: Wording, title: str) -> str:
    """The blocks as a document that loads nothing; styles stand at each element, for many programs drop all others."""
    words = say.words
    return _template().render(blocks=blocks, first=FIRST, title=title, language=words.code, direction=words.direction)


def isolated(text: str) -> str:
    """The text such that its direction ends with it: an Arabic name does not turn round the figures behind it."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


def _lines(one: Block, say: Wording) -> Iterator[str]:
    colon = say.say("colon")
    match one["block"]:
        case "heading":
            yield isolated(one["text"])
            yield ("=" if one["level"] == 1 else "-") * min(len(one["text"]), 72)
        case "text":
            yield from (isolated(line["text"]) for line in one["lines"])
        case "notice":
            yield isolated(one["title"])
            yield from (f"- {isolated(item)}" for item in one["items"])
        case "facts":
            yield from (f"{label}{colon}{_plain(cell)}" for label, cell in one["rows"])
        case "amount":
            yield f"{one['label']}{colon}{one['value']}"
            yield one["note"]
        case "table":
            for row in one["rows"]:
                yield f"- {' · '.join(_plain(cell) for cell in row[:FIRST])}"
                for column, cell in zip(one["columns"][FIRST:], row[FIRST:], strict=True):
                    yield f"  {column['label']}{colon}{_plain(cell)}"


def _plain(cell: Cell) -> str:
    """A cell in one line: what is in small print there is in brackets here."""
    told = ", ".join(isolated(line["text"]) for line in cell if line["style"] != "small")
    small = ", ".join(isolated(line["text"]) for line in cell if line["style"] == "small")
    return f"{told} ({small})" if small else told


@cache
def _template() -> Template:
    environment: Any = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["has_long_word"] = has_long_word
    found: Template = environment.get_template("mail.html")
    return found
