"""The statement as PDF: PDF/A-3a and PDF/UA-1 in one, with its JSON attached, drawn by Typst from the same pages."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from reports.catalogue import Catalogue
from reports.fitting import fitting
from reports.font_coverage import FOLDER
from reports.pages.arabic import arabic_cover
from reports.pages.whole import pages
from reports.statement import statement_text
from store.errors import P2IError

Json = dict[str, Any]
TEMPLATE = Path(__file__).parent / "typst" / "statement.typ"
STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]


def pdf(statement: Json, words: Catalogue, name: str) -> bytes:
    """The statement as PDF. The same statement gives the same bytes; `name` is that of the attached JSON."""
    return drawn(pages(statement, words), attachment=statement_text(statement), name=name)


def arabic_pdf(statement: Json, name: str) -> bytes:
    """The summary in Arabic as PDF, from right to left, with the same JSON attached."""
    return drawn(arabic_cover(statement), attachment=statement_text(statement), name=name)


def drawn(document: Json, *, attachment: str, name: str) -> bytes:
    """Pages as PDF, their texts as data: Typst never reads a word of them as markup."""
    inputs = {
        "pages": json.dumps(fitting(document), ensure_ascii=False),
        "attachment": attachment,
        "attachment_name": name,
    }
    try:
        made: bytes = _compiler().compile(sys_inputs=inputs, pdf_standards=STANDARDS)
    except typst.TypstError as error:
        raise P2IError(f"PDF of {document['head']['number']}: {error}") from error
    return made


@cache
def _compiler() -> Any:
    """One for the process: fonts are read once. Those of the system are left alone, so every machine draws the same."""
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(FOLDER)],
                          ignore_system_fonts=True)  # fmt: skip
