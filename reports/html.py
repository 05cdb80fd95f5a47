"""The statement as one HTML file: readable on a screen, on A4 and in black and white, without a network or scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.catalogue import Catalogue
from reports.pages.blocks import Cell
from reports.pages.whole import pages

Json = dict[str, Any]
LONG = 22


def html(statement: Json, words: Catalogue) -> str:
    """The statement as HTML, from the same pages as every form: nothing is said in the template."""
    return _template().render(document=pages(statement, words))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"drawn": _drawn, "has_long_word": _has_long_word}
    return environment.get_template("statement.html")


def _has_long_word(cell: Cell) -> str:
    """The class of a cell in which a word may be broken anywhere."""
    return "long" if any(len(word) > LONG for line in cell for word in line["text"].split()) else ""


def _drawn(svg: str) -> Markup:
    """A drawing as part of a page, which needs no namespace; it holds our own words and numbers alone."""
    return Markup(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
