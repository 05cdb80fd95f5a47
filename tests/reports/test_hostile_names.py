"""Whatever somebody is called, every form says it as it stands, runs nothing of it, and keeps its layout."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from reports.csv_tables import BOM, csv_tables
from reports.files import stem
from reports.font_coverage import covered
from reports.html import html
from reports.language_fr import FRENCH
from reports.pdf import arabic_pdf, pdf
from reports.statement import statement_text
from reports.xlsx import xlsx
from tests.reports.conftest import Document, MakeScored
from tests.reports.hostile_names import NAMES, as_seen, named_inventory, named_statement, texts_of
from tests.reports.pdf_runs import Run, misplaced, runs
from tests.reports.read_forms import csv_tables_of, html_elements, html_text, squeezed, xlsx_tables_of

Json = dict[str, Any]
FILE = "P2I-2026-10-locataire-a.json"
ORDINARY = "Locataire A"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
EVERY_NAME = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
PLACES = {
    "Relevé": 1,
    "Engagements": 4 * 3,
    "Tickets": 1,
    "Gels": 2,
    "Exclusions": 9,
    "Corrections": 4,
    "Occupation": 4,
}
"""How many cells of each table hold the name."""


@pytest.fixture(scope="module")
def every_statement() -> dict[str, Json]:
    """By name, the statements that were made already; nothing changes one."""
    return {}


@pytest.fixture
def made_for(
    every_statement: dict[str, Json], tmp_path: Path, october: Document, scored: MakeScored
) -> Callable[[str], Json]:
    """The statement with a name in every place."""

    def made(name: str) -> Json:
        if name not in every_statement:
            inventory = named_inventory(tmp_path / f"inventory {len(every_statement)}", name)
            one = scored(october)._replace(agreement=inventory.agreements["DEMO-CASA-A"])
            every_statement[name] = named_statement(inventory, one, name, FRENCH)
        return every_statement[name]

    return made


@pytest.fixture
def made(name: str, made_for: Callable[[str], Json]) -> Json:
    return made_for(name)


@EVERY_NAME
def test_the_json_holds_it_as_it_is(made: Json, name: str) -> None:
    told = json.loads(statement_text(made).encode())
    assert told == made
    assert sum(text == name for text in texts_of(told)) >= 25


@EVERY_NAME
def test_the_csv_shows_it_and_no_spreadsheet_runs_it(made: Json, name: str) -> None:
    text = csv_tables(made, FRENCH)
    tables = csv_tables_of(text, ";")
    for table, count in PLACES.items():
        cells = [cell for row in tables[table] for cell in row.values()]
        assert cells.count(as_seen(name)) == count, table
    for delimiter in (";", ",", "\t", "|"):
        for line in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter):
            for cell in line:
                assert not re.match(r"\s*[=+@]|\s*-(?!\d+(,\d+)?$)", cell), cell


@EVERY_NAME
def test_the_workbook_shows_it(made: Json, name: str) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
    tables = xlsx_tables_of(xlsx(made, FRENCH))
    expected = re.sub(r"\r\n|[\t\r\n]", " ", as_seen(name))
    for table, count in PLACES.items():
        cells = [cell for row in tables[table] for cell in row.values()]
        assert cells.count(expected) == count, table


@EVERY_NAME
def test_the_page_shows_it_and_a_browser_makes_nothing_of_it(
    made: Json, name: str, made_for: Callable[[str], Json]
) -> None:
    page, ordinary = html(made, FRENCH), html(made_for(ORDINARY), FRENCH)
    assert skeleton(page) == skeleton(ordinary)
    text = html_text(page)
    assert text.count(squeezed(as_seen(name))) >= html_text(ordinary).count(ORDINARY) >= 20
    assert not {sign for sign in page if as_seen(sign) != sign}, "no sign that turns a line around is in the file"


def skeleton(page: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Every element with the names of its attributes; whether a word of it is long may differ."""
    return Counter(
        (tag, tuple(sorted({name for name, _ in attributes} - {"class"}))) for tag, attributes in html_elements(page)
    )


@EVERY_NAME
def test_the_pdf_shows_it_inside_its_pages(made: Json, name: str) -> None:
    drawn = pdf(made, FRENCH, FILE)
    assert [contents for (contents,) in PdfReader(io.BytesIO(drawn)).attachments.values()] == [
        statement_text(made).encode()
    ]
    found, wanted = list(runs(drawn)), letters(covered(as_seen(name)))
    text = letters("".join(run.text for run in found))
    if is_drawn_as_written(name):
        assert text.count(wanted) >= 20
    else:
        assert not Counter({sign: 15 * count for sign, count in Counter(wanted).items()}) - Counter(text)
    assert found[-1].page <= 7 + len(covered(as_seen(name))) // 20
    assert misplaced(found) == []


@EVERY_NAME
def test_the_arabic_summary_shows_it_inside_its_page(made: Json, name: str) -> None:
    found, wanted = list(runs(arabic_pdf(made, FILE))), letters(covered(as_seen(name)))
    assert found[-1].page <= (1 if len(name) < 100 else 2)
    assert not Counter(_mirrored(wanted)) - Counter(_mirrored(letters("".join(run.text for run in found))))
    assert misplaced(found) == []


@pytest.mark.parametrize("label", NAMES.values(), ids=NAMES.keys())
def test_the_label_of_an_inventory_is_a_name_too(label: str, made_for: Callable[[str], Json]) -> None:
    """It is at the head of every file name, sheet and line of the tables."""
    made = {**made_for(ORDINARY), "label": label, "number": f"{label}-P2I-2026-10-locataire-a"}
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", stem(made))
    pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
    book = xlsx(made, FRENCH)
    archive = zipfile.ZipFile(io.BytesIO(book))
    for part in archive.namelist():
        ElementTree.fromstring(archive.read(part))
    assert set(xlsx_tables_of(book)) == set(csv_tables_of(csv_tables(made, FRENCH), ";"))
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{{{SHEETS}}}sheet")
    names = [sheet.get("name", "") for sheet in sheets]
    assert max(len(name.encode("utf-16-le")) // 2 for name in names) <= 31
    assert all(as_seen(name) == name for name in names)


@pytest.mark.parametrize("name", ["OCP Services S.A.", "-2+3", "Groupe (Maroc) – B.", "+212 5 22", "شركة نور."])
def test_a_name_keeps_its_own_direction(made: Json, name: str) -> None:
    """A full stop stays at its end: on the left of Arabic in a French page, on the right of Latin in an Arabic one."""
    is_arabic = unicodedata.bidirectional(name[0]) == "AL"
    drawn = pdf(made, FRENCH, FILE) if is_arabic else arabic_pdf(made, FILE)
    wanted = name[::-1] if is_arabic else name
    assert letters(wanted) in [letters("".join(run.text for run in line)) for line in lines_of(drawn)]


def lines_of(drawn: bytes) -> Iterator[list[Run]]:
    """What stands together on each line of a page, from left to right: runs with no gap between them."""
    by_line: dict[tuple[int, int], list[Run]] = {}
    for run in runs(drawn):
        by_line.setdefault((run.page, round(run.bottom)), []).append(run)
    for line in by_line.values():
        line.sort(key=lambda run: run.left)
        part = [line[0]]
        for run in line[1:]:
            if run.left > part[-1].right + 6:
                yield part
                part = []
            part.append(run)
        yield part


def letters(text: str) -> str:
    """What is left of a text whose shapes and breaks are of no interest."""
    return re.sub(r"[\s\u200b\u00a0\u202f]", "", unicodedata.normalize("NFKC", text))


def is_drawn_as_written(name: str) -> bool:
    """Whether signs come out of a PDF in the order they were written in: not those of Arabic, nor piled ones."""
    return not any(unicodedata.bidirectional(sign) in ("AL", "NSM") for sign in name)


def _mirrored(text: str) -> str:
    """Brackets as of one side: which one is read depends on the direction around it."""
    return text.translate(str.maketrans(">)]}", "<([{"))
