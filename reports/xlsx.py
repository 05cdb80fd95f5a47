"""A statement's tables as an Excel workbook, one sheet each, by XlsxWriter when it is installed (extra `xlsx`)."""

from __future__ import annotations

import io
import re
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from reports.catalogue import Catalogue
from reports.shown import shown_text
from reports.table_model import Cell, Figure, Moment
from reports.tables import tables
from store.errors import InputError

Json = dict[str, Any]
EXACT_DIGITS = 15
"""A cell holds a binary number: so many digits come back as they were."""
_LOCAL = "%Y-%m-%d %H:%M:%S"
_LONGEST, _LONGEST_NAME, _LONGEST_HEADER = 32_767, 31, 255
"""Signs that Excel takes in a cell, in a sheet's name and in the head of its pages."""
_WIDEST = 60


def require_xlsx() -> None:
    """InputError, before anything is written, where XlsxWriter is not installed."""
    if find_spec("xlsxwriter") is None:
        raise InputError("--format: xlsx needs XlsxWriter: pip install 'p2i[xlsx]'")


def xlsx(made: Json, words: Catalogue) -> bytes:
    """The workbook; the same statement gives the same bytes.

    Numbers are numbers, shown with the digits the JSON has; one of more digits than a cell can hold is a text. Texts
    are written as texts, so none is a formula. Local times are dates of the spreadsheet, instants in UTC are texts.
    """
    require_xlsx()
    written = io.BytesIO()
    book = import_module("xlsxwriter").Workbook(written, {"in_memory": True})
    created = datetime.strptime(made["issued_at"], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - a workbook's has no zone
    title, label = shown_text(made["number"]), shown_text(made["label"])
    book.set_properties({"title": title, "comments": made["sha256"], "created": created})
    formats: dict[str, Any] = {}
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for one in tables(made, words):
        sheet = book.add_worksheet(_sheet(one.name))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_header(_header(title, label))
        for place, name in enumerate(one.columns):
            sheet.write_string(0, place, name, bold)
            longest = max((len(_text(row[place])) for row in one.rows), default=0)
            sheet.set_column(place, place, min(_WIDEST, max(len(name), longest) + 2))
        for number, row in enumerate(one.rows, start=1):
            for place, cell in enumerate(row):
                _write(book, sheet, formats, (number, place), cell)
        sheet.autofilter(0, 0, len(one.rows), len(one.columns) - 1)
    book.close()
    return written.getvalue()


def _write(book: Any, sheet: Any, formats: dict[str, Any], at: tuple[int, int], cell: Cell) -> None:
    if isinstance(cell, Figure) and len(Decimal(cell.text).as_tuple().digits) <= EXACT_DIGITS:
        decimals = len(cell.text.partition(".")[2])
        pattern = "0" if not decimals else f"0.{'0' * decimals}"
        sheet.write_number(*at, float(cell.text), _format(book, formats, pattern))
    elif isinstance(cell, Moment) and (local := _local(cell.text)) is not None:
        sheet.write_datetime(*at, local, _format(book, formats, "yyyy-mm-dd hh:mm:ss"))
    elif cell is not None:
        sheet.write_string(*at, _text(cell)[:_LONGEST])


def _format(book: Any, formats: dict[str, Any], pattern: str) -> Any:
    if pattern not in formats:
        formats[pattern] = book.add_format({"num_format": pattern})
    return formats[pattern]


def _text(cell: Cell) -> str:
    return "" if cell is None else cell.text if isinstance(cell, Figure | Moment) else shown_text(cell)


def _local(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _LOCAL)  # noqa: DTZ007 - the clock on a wall
    except ValueError:
        return None


def _sheet(name: str) -> str:
    """A name as a sheet can have: the end of a long one, which is where tables differ."""
    plain = re.sub(r"[\[\]:*?/\\']", "-", shown_text(name))
    while _length(plain) > _LONGEST_NAME:
        plain = plain[1:]
    return plain


def _header(title: str, label: str) -> str:
    """What every printed page says above: the label, and so much of the title as there is room for."""
    while _length(head := f"&L{_plain(title)}&R{_plain(label)}") > _LONGEST_HEADER:
        title, label = (title[1:], label) if title else (title, label[:-1])
    return head


def _plain(text: str) -> str:
    """A text in a sheet's head, where `&` begins a code."""
    return text.replace("&", "&&")


def _length(text: str) -> int:
    """As Excel counts: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2
