"""The workbook: the same figures, numbers as numbers, texts as texts, and one clear line where it cannot be made."""

import copy
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from facilities.inventory import Inventory
from reports import xlsx as module
from reports.files import write_statement
from reports.language_fr import FRENCH
from reports.statement import Scored, statement
from reports.table_model import Figure, Moment, Row
from reports.tables import tables
from store.errors import InputError

pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
Json = dict[str, Any]
MakeScored = Callable[..., Scored]
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def made(demo: Inventory, october: Json, scored: MakeScored) -> Json:
    one = scored(october)
    rows = copy.deepcopy(dict(one.registers))
    rows["exclusions"][0] |= {"exclusion": EVIL, "reason": "a\u202eb"}
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return statement(
        demo.tenants["locataire-a"], "2026-10", [one._replace(registers=rows)], {}, inventory=demo,
        issued_at=issued_at, words=FRENCH,
    )  # fmt: skip


def sheets(book: bytes) -> list[tuple[str, list[dict[str, tuple[str, str]]]]]:
    """Name and rows of every sheet, each cell as its type (`s` of a text, `n` of a number) and its value."""
    archive = zipfile.ZipFile(io.BytesIO(book))
    shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    texts = ["".join(part.text or "" for part in one.iter(f"{{{NS['m']}}}t")) for one in shared.findall("m:si", NS)]
    names = ElementTree.fromstring(archive.read("xl/workbook.xml")).findall("m:sheets/m:sheet", NS)
    found = []
    for number, name in enumerate(names, start=1):
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
        assert root.findall(".//m:f", NS) == [], "no cell is a formula"
        rows = []
        for row in root.findall("m:sheetData/m:row", NS):
            cells = {}
            for cell in row.findall("m:c", NS):
                kind, value = cell.get("t", "n"), cell.findtext("m:v", "", NS)
                place = cell.get("r", "").rstrip("0123456789")
                cells[place] = (kind, texts[int(value)] if kind == "s" else value)
            rows.append(cells)
        found.append((name.get("name", ""), rows))
    return found


def column(place: int) -> str:
    return chr(ord("A") + place)


def test_every_cell_is_that_of_the_tables(made: Json) -> None:
    expected = tables(made, FRENCH)
    found = sheets(module.xlsx(made, FRENCH))
    assert [name for name, _ in found] == [one.name for one in expected]
    numbers = 0
    for (_, rows), table in zip(found, expected, strict=True):
        assert [text for _, text in rows[0].values()] == list(table.columns)
        for cells, row in zip(rows[1:], table.rows, strict=True):
            numbers += compared(cells, row)
    assert numbers > 60


def compared(cells: dict[str, tuple[str, str]], row: Row) -> int:
    numbers = 0
    for place, cell in enumerate(row):
        kind, value = cells.get(column(place), ("", ""))
        if cell is None:
            assert value == ""
        elif isinstance(cell, Figure):
            assert (kind, float(value)) == ("n", float(cell.text))
            numbers += 1
        elif isinstance(cell, str):
            assert kind == "s"
        elif isinstance(cell, Moment) and " " not in cell.text:
            assert (kind, value) == ("s", cell.text)
    return numbers


def test_texts_are_shown_literally_and_local_times_are_dates(made: Json) -> None:
    (rows,) = (rows for name, rows in sheets(module.xlsx(made, FRENCH)) if name.endswith("Exclusions"))
    assert rows[1]["D"] == ("s", EVIL)
    assert ("s", "a[U+202E]b") in rows[1].values()
    kind, days = rows[1]["F"]  # 2026-10-19 22:30 local, in days since 1899-12-30
    assert (kind, float(days)) == ("n", 46314 + 22.5 / 24)


def test_the_same_statement_gives_the_same_bytes(made: Json) -> None:
    assert module.xlsx(made, FRENCH) == module.xlsx(made, FRENCH)


def test_a_number_no_cell_can_hold_is_a_text(made: Json) -> None:
    made["agreements"][0]["score"]["objectives"][1]["sent"] = 12_345_678_901_234_567
    (rows,) = (rows for name, rows in sheets(module.xlsx(made, FRENCH)) if name.endswith("Chiffres"))
    assert ("s", "12345678901234567") in [cell for row in rows for cell in row.values()]


def test_without_xlsxwriter_nothing_is_written(made: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"^--format: xlsx needs XlsxWriter: pip install 'p2i\[xlsx\]'$"):
        write_statement(made, tmp_path / "out", ("json", "xlsx"))
    assert not (tmp_path / "out").exists()
