"""A statement's tables as one CSV file that opens by a double click in a French, or an English, spreadsheet. Pure.

One file: it is one attachment and one line of the manifest. Every line begins with the name of its table, the first of
each table being its heads, and no line is blank: so a filter on the first column shows one table and nothing else.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from reports.catalogue import Catalogue
from reports.shown import shown_text
from reports.table_model import Cell, Figure, Moment, Row
from reports.table_words import item
from reports.tables import tables

Json = dict[str, Any]
BOM = "\ufeff"
"""Without it Excel reads UTF-8 as Windows-1252."""
_BLANKS = r"[ \u00a0\u202f\u3000]*"
_RUNS = "=+@\\-＝＋－＠"
# Where a formula could begin: at the start of a text, and after each sign that a spreadsheet set to another separator
# would cut the cell at (OWASP, CSV injection).
_START, _AFTER_CUT = rf"^{_BLANKS}", rf'(?<=[,;|\t\r\n"]){_BLANKS}'
_UNGUARDED = re.compile(rf"(?:{_START}(?='*[{_RUNS}\t\r\n])|{_AFTER_CUT}(?='*[{_RUNS}]))")
_GUARDED = re.compile(rf"({_START})'(?='*[{_RUNS}\t\r\n])|({_AFTER_CUT})'(?='*[{_RUNS}])")
_MONTH = (
    "(?:jan(?:v|vier|uary)?|f[eé]v(?:r|rier)?|feb(?:ruary)?|mars?|march|avr(?:il)?|apr(?:il)?|mai|may|juin|june?|"
    "juil(?:let)?|july?|ao[uû]t|aug(?:ust)?|sept?(?:embre|ember)?|oct(?:obre|ober)?|nov(?:embre|ember)?|"
    r"d[eé]c(?:embre|ember)?)\.?"
)
# What a spreadsheet would silently make a number or a date of: "007" would be 7, a ticket "3-11" the third of November.
_CONVERTED = re.compile(
    rf"(?=.*\d)[\d\s.,($€£][\d\s.,:/%$€£()eE-]*(?:[ap]m)?"
    rf"|\d{{1,4}}[\s./-]*{_MONTH}[\s./-]*\d{{0,4}}|{_MONTH}[\s./-]*\d{{1,4}}(?:[\s,./-]+\d{{1,4}})?",
    re.IGNORECASE,
)


def csv_tables(made: Json, words: Catalogue) -> str:
    """The text of the file: in French with `;` and decimal commas, in English with `,` and points.

    Figures are digit for digit those of the JSON. Every line has as many cells as the widest table.
    """
    is_french = words.formats.decimal_sign == ","
    found = tables(made, words)
    width = max(len(one.columns) for one in found)
    written = io.StringIO(newline="")
    written.write(BOM)
    lines = csv.writer(written, delimiter=";" if is_french else ",", lineterminator="\r\n")
    for one in found:
        rows: list[Row] = [one.columns, *one.rows]
        if one is found[0]:
            rows.append((item(words, "notice"), item(words, "reading")))
        for row in rows:
            cells = [_written(cell, words.formats.decimal_sign) for cell in (one.name, *row)]
            lines.writerow(cells + [""] * (width - len(row)))
    return written.getvalue()


def guarded(text: str) -> str:
    """The text as a cell that is shown as it is: where a spreadsheet would begin a formula, or make a number or date
    of the whole, an apostrophe stands before. `unguarded` gives the text back, whatever apostrophes it had itself."""
    guard = "'" if _CONVERTED.fullmatch(text.lstrip("'")) else ""
    return guard + _UNGUARDED.sub(lambda found: f"{found[0]}'", text)


def unguarded(cell: str) -> str:
    """The text that `guarded` made the cell of."""
    text = _GUARDED.sub(lambda found: found[1] or found[2] or "", cell)
    return text[1:] if text.startswith("'") and _CONVERTED.fullmatch(text.lstrip("'")) else text


def _written(cell: Cell, decimal_sign: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Figure):
        return cell.text.replace(".", decimal_sign)
    if isinstance(cell, Moment):
        return cell.text
    # Line ends and tabs stay what they are, in quotes; what nobody can see is written as its number, as on the pages.
    return guarded(re.sub(r"[^\t\r\n]+", lambda part: shown_text(part[0]), cell))
