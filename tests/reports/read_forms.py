"""A statement's forms read back as their readers see them: pages as lines of text, tables as the cells shown."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

from pypdf import PdfReader

from reports.csv_tables import BOM, unguarded

Tables = dict[str, list[dict[str, str]]]
"""Rows by the end of a table's name, each by the heads of its columns; an empty cell is an empty text."""
_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the clock of a spreadsheet has no zone


def squeezed(text: str) -> str:
    """The text on one line, every run of blanks as one."""
    return _SPACES.sub(" ", text.replace("\u200b", "")).strip()


def pdf_text(content: bytes, number: str) -> str:
    """What stands on the pages between their heads and their feet, on one line."""
    pages = PdfReader(io.BytesIO(content)).pages
    said = []
    for page in pages:
        text = squeezed(page.extract_text())
        head, _, body = text.partition(number)
        assert len(head) < 40, f"a page does not begin with its number: {text[:80]}"
        body = re.sub(r"^ [^·]*·[^·]*· (Document émis|Issued document)", "", body)
        said.append(re.sub(r"(registre|ledger) \S+ [^·]{,40}· \S+ SHA-256 [0-9a-f]{16}… page \d+ / \d+$", "", body))
    return squeezed(" ".join(said))


@dataclass
class _Reader(HTMLParser):
    """Texts and elements of a page, as a browser takes them apart."""

    texts: list[str] = field(default_factory=list)
    elements: list[tuple[str, list[tuple[str, str | None]]]] = field(default_factory=list)
    _unseen: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))
        self._unseen += tag in ("style", "title")
        if tag not in ("bdi", "span"):
            self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts.append(data)


def html_text(text: str) -> str:
    """What the page shows, on one line."""
    return squeezed("".join(_read(text).texts))


def html_elements(text: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """Every element with its attributes."""
    return _read(text).elements


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


def csv_tables_of(text: str, delimiter: str) -> Tables:
    """The tables of the CSV file, guards taken away."""
    found: dict[str, list[list[str]]] = {}
    for row in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter, strict=True):
        found.setdefault(row[0].rpartition(" – ")[2], []).append(row[1:])
    return {name: _by_head(rows) for name, rows in found.items()}


def xlsx_tables_of(content: bytes) -> Tables:
    """The sheets of the workbook: numbers with the digits that their format shows."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    texts = ["".join(one.itertext()) for one in _xml(archive, "sharedStrings").iter(f"{_M}si")]
    patterns = {one.get("numFmtId"): one.get("formatCode", "") for one in _xml(archive, "styles").iter(f"{_M}numFmt")}
    styles = _xml(archive, "styles").find(f"{_M}cellXfs")
    assert styles is not None
    formats = [patterns.get(one.get("numFmtId"), "0") for one in styles]
    found = {}
    for number, sheet in enumerate(_xml(archive, "workbook").iter(f"{_M}sheet"), start=1):
        rows = [
            list(_cells(row, texts, formats)) for row in _xml(archive, f"worksheets/sheet{number}").iter(f"{_M}row")
        ]
        found[sheet.get("name", "").rpartition(" – ")[2]] = _by_head(rows)
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(f"xl/{name}.xml"))


def _cells(row: ElementTree.Element, texts: list[str], formats: list[str]) -> Iterator[str]:
    place = 0
    for cell in row.iter(f"{_M}c"):
        assert cell.find(f"{_M}f") is None, "no cell is a formula"
        named = re.sub(r"\d", "", cell.get("r", ""))
        while place < _place(named):
            yield ""
            place += 1
        value = cell.findtext(f"{_M}v", "")
        yield (
            _unescaped(texts[int(value)])
            if cell.get("t") == "s"
            else _formatted(value, formats[int(cell.get("s", "0"))])
        )
        place += 1


def _unescaped(text: str) -> str:
    """A text as Excel reads it: `_x0041_` is the sign of that number (ECMA-376, ST_Xstring)."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _formatted(value: str, pattern: str) -> str:
    if not value:
        return ""
    if pattern.startswith("yyyy"):
        return str(_EPOCH + timedelta(seconds=round(float(value) * 86_400)))
    shown = f"{float(value):.{len(pattern.partition('.')[2])}f}"
    assert float(shown) == float(value), f"{value} is not what {pattern} shows"
    return shown


def _place(named: str) -> int:
    found = 0
    for letter in named:
        found = 26 * found + ord(letter) - ord("A") + 1
    return found - 1


def _by_head(rows: list[list[str]]) -> list[dict[str, str]]:
    head = [name for name in rows[0] if name]
    filled = [[*row, *[""] * (len(head) - len(row))] for row in rows[1:]]
    return [{name: unguarded(cell) for name, cell in zip(head, row, strict=False)} for row in filled]
