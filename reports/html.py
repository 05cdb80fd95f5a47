"""The statement as one HTML file: readable on a screen, on A4 and in black and white, without a network or scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.catalogue import Catalogue
from reports.pages.blocks import has_long_word
from reports.pages.whole import pages

Json = dict[str, Any]


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
    environment.filters |= {"drawn": _drawn, "has_long_word": has_long_word, "css_string": _css_string}
    return environment.get_template("statement.html")


def _css_string(text: str) -> Markup:
    """The text as a string of a style sheet: there no entity is decoded, and a backslash begins a sign's number."""
    signs = (sign if sign.isalnum() or sign in " -.:/" or sign > "\x9f" else f"\\{ord(sign):06x}" for sign in text)
    return Markup('"{}"').format(Markup("".join(signs)))


def _drawn(svg: str) -> Markup:
    """A drawing as part of a page, which needs no namespace; it holds our own words and numbers alone."""
    return Markup(svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
