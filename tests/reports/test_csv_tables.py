"""The tables as CSV: every figure of the JSON, in a form that French Excel opens, and no text that runs."""

import copy
import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.csv_tables import BOM, csv_tables, guarded, unguarded
from reports.files import write_statement
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.statement import Scored, statement
from reports.table_words import COLUMNS, FIGURES, ITEMS, TABLES
from reports.tables import SHAPES

Json = dict[str, Any]
MakeScored = Callable[..., Scored]
ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)
EVIL = "=cmd|' /C calc'!A0"


def made(demo: Inventory, *scored: Scored, words: Catalogue = FRENCH) -> Json:
    return statement(demo.tenants["locataire-a"], "2026-10", scored, {}, inventory=demo, issued_at=ISSUED, words=words)


def with_raw(one: Scored) -> Scored:
    """The score with raw figures and one outage measured, as the engine keeps them."""
    figures = [
        {key: value for key, value in found.items() if key not in ("circuit", "indicator", "outages", "tickets")}
        for found in one.row.parsed()["objectives"]
    ]
    figures[0] |= {"value_percent": "99.9194", "verdict": "breached"}
    outage = {
        "starts_at": "2026-10-07T09:12:20Z", "ends_at": "2026-10-07T09:37:30Z", "counted_seconds": 1_510,
        "excluded_seconds": 0, "bad_intervals": 151, "unknown_intervals": 0, "good_intervals": 0,
        "first_bad_at": "2026-10-07T09:12:20Z", "last_bad_at": "2026-10-07T09:37:20Z", "sent": 1_510, "lost": 1_507,
    }  # fmt: skip
    spans = [{"starts_at": "2026-10-19T22:30:00Z", "ends_at": "2026-10-19T23:30:00Z"}]
    kept = {
        "raw": {"objectives": figures, "credits": {}},
        "objectives": [{"id": "availability", "circuit": "casa-a1", "interval_seconds": 10, "excluded": spans,
                        "unknown": [], "outages": [outage]}],
        "exclusions": [],
    }  # fmt: skip
    return one._replace(evidence=kept)


def read(text: str, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter, strict=True))


def table(text: str, name: str, delimiter: str = ";") -> list[dict[str, str]]:
    """The rows of one table, found as a reader finds them: by its name in the first cell."""
    head, *rows = [row[1:] for row in read(text, delimiter) if row[0].endswith(name)]
    return [dict(zip(head, row, strict=True)) for row in rows]


def scalars(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from scalars(value, f"{path}{key}.")
        elif not isinstance(value, list):
            yield f"{path}{key}", value


NO_FIGURES = {"id", "circuit", "indicator", "verdict", "promise", "spans"}


@pytest.mark.parametrize(("words", "delimiter", "sign"), [(FRENCH, ";", ","), (ENGLISH, ",", ".")])
def test_every_figure_of_the_json_stands_in_it_digit_for_digit(
    words: Catalogue, delimiter: str, sign: str, demo: Inventory, october: Json, scored: MakeScored
) -> None:
    found = made(demo, with_raw(scored(october)), words=words)
    rows = table(csv_tables(found, words), TABLES["figures"][words.code == "en"], delimiter)
    column = {name: COLUMNS[name][words.code == "en"] for name in COLUMNS}
    told = {(row[column["objective"]], row[column["key"]]): row for row in rows}
    (agreement,) = found["agreements"]
    checked = 0
    for objective, promised in zip(agreement["score"]["objectives"], agreement["objectives"], strict=True):
        raw = dict(scalars(promised["raw"]))
        for path, value in [*scalars(objective), *scalars({k: v for k, v in promised.items() if k != "raw"})]:
            if path.split(".")[0] in NO_FIGURES:
                continue
            row = told.pop((objective["id"], path), None) or pytest.fail(f"{objective['id']} {path} is missing")
            written = "" if value is None else str(value).replace(".", sign)
            assert row[column["contractual"]] == written
            assert row[column["raw"]] == ("" if raw.get(path) is None else str(raw[path]).replace(".", sign))
            checked += 1
    for objective, path in list(told):  # the three of a budget are one null while there is none
        assert path.startswith("budget_seconds."), f"{objective} {path} is no figure of the JSON"
    assert checked >= 25


def test_outages_tickets_credits_and_spans_are_those_of_the_json(
    demo: Inventory, october: Json, scored: MakeScored
) -> None:
    found = made(demo, with_raw(scored(october)))
    text = csv_tables(found, FRENCH)
    availability, *_, restore = found["agreements"][0]["objectives"]
    outages = table(text, "Interruptions")
    assert [row["Durée (s)"] for row in outages] == [str(one["seconds"]) for one in availability["outages"]]
    first = outages[0]
    assert (first["Début (heure locale)"], first["Début (UTC)"]) == ("2026-10-07 09:12:20", "2026-10-07T09:12:20Z")
    assert (first["Δt mauvais"], first["Paquets perdus"], first["Premier Δt mauvais (UTC)"]) == (
        "151", "1507", "2026-10-07T09:12:20Z",
    )  # fmt: skip
    assert outages[1]["Δt mauvais"] == "", "nothing was kept of the second: neither 0 nor anything"
    assert [(row["Ticket"], row["Temps net (s)"], row["Verdict"]) for row in table(text, "Tickets")] == [
        (one["ticket"], str(one["elapsed_seconds"]), FRENCH.say(f"verdict.{one['verdict']}"))
        for one in restore["tickets"]
    ]
    lines = table(text, "DÉMO – Avoirs")
    owed = found["agreements"][0]["credits"]
    assert [row["Avant arrondi"] for row in lines] == [
        one["before_rounding"].replace(".", ",") for one in owed["lines"]
    ]
    assert [row["Montant"] for row in lines] == ["900,00", "1800,00"]
    assert [row["Nature"] for row in table(text, "Temps à part")] == ["Exclu (accepté)"]


def test_it_is_a_rectangle_with_a_table_name_on_every_line(demo: Inventory, october: Json, scored: MakeScored) -> None:
    text = csv_tables(made(demo, scored(october)), FRENCH)
    assert text.startswith("\ufeffDÉMO – Relevé;Rubrique;Valeur;")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    rows = read(text)
    assert len({len(row) for row in rows}) == 1
    assert {row[0] for row in rows} == {f"DÉMO – {french}" for french, _ in TABLES.values()}


def test_a_correction_is_told_line_by_line(demo: Inventory, october: Json, scored: MakeScored) -> None:
    found = made(demo, scored(october))
    readings = [
        {"circuit": "casa-a1", "kind": "intervals", "day": "2026-10-07", "rows": {"before": 0, "after": 8_640}},
        {"circuit": "casa-a1", "kind": "probes", "day": "one or more days"},
    ]
    change = {"before": "99.9434", "after": None}
    difference = {
        "objectives": [{"id": "availability", "circuit": "casa-a1", "value_percent": change}], "credit": {},
        "exclusions": {"went": [{"id": "X", "circuit": "casa-a1"}]}, "tickets": {}, "rules": {}, "readings": readings,
    }  # fmt: skip
    found["agreements"][0]["correction"] = {
        "from_version": 1, "to_version": 2, "reason": "PV 12", "causes": [], "adjustment": "0.00",
        "difference": difference,
    }  # fmt: skip
    rows = table(csv_tables(found, FRENCH), "Corrections")
    assert [(row["Clé dans le JSON"], row["Avant"], row["Après"]) for row in rows] == [
        ("objectives[availability].value_percent", "99,9434", ""),
        ("exclusions.went[X]", "casa-a1", ""),
        ("readings.intervals[casa-a1 2026-10-07]", "0", "8640"),
        ("readings.probes[casa-a1 one or more days]", "", FRENCH.say("change.other_values")),
    ]


def test_a_column_of_money_can_be_added_up(demo: Inventory, october: Json, scored: MakeScored) -> None:
    """The credit of a month is of the agreement, not of each objective: it stands once."""
    text = csv_tables(made(demo, scored(october)), FRENCH)
    assert [row["Avoir HT de la convention"] for row in table(text, "Douze mois")][-4:] == ["2700,00", "", "", ""]
    owed = [row["Avoir HT"] for row in table(text, "Engagements")]
    assert sum(float(one.replace(",", ".")) for one in owed) == 2700


def test_nothing_that_does_not_exist_is_a_number(demo: Inventory, october: Json, scored: MakeScored) -> None:
    rows = table(csv_tables(made(demo, scored(october)), FRENCH), "Chiffres")
    (row,) = (one for one in rows if one["Clé dans le JSON"] == "value_ms")
    assert (row["Contractuel"], row["Brut"]) == ("", "")


def test_a_formula_in_a_name_is_shown_and_cannot_run(demo: Inventory, october: Json, scored: MakeScored) -> None:
    one = scored(october)
    rows = copy.deepcopy(dict(one.registers))
    rows["exclusions"][0] |= {"exclusion": EVIL, "reason": f"a;{EVIL}\r\n{EVIL}", "evidence": "\t=1+1"}
    found = made(demo, one._replace(registers=rows))
    text = csv_tables(found, FRENCH)
    (row, _) = table(text, "Exclusions")
    assert row["Exclusion"] == f"'{EVIL}"
    assert unguarded(row["Exclusion"]) == EVIL
    assert unguarded(row["Motif"]) == f"a;{EVIL}\r\n{EVIL}"
    assert unguarded(row["Pièce"]) == "\t=1+1"
    for delimiter in (";", ",", "\t"):  # a spreadsheet set to another separator cuts elsewhere
        for line in csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=delimiter):
            for cell in line:
                assert not cell.lstrip().startswith(("=", "+", "@")), cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+212522", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "''=1", "＝1", "007", "3-11", "1E5",
     "12/11", "mars 26", "MAR-1", "12 nov", "5 %", "10:30"],
)  # fmt: skip
def test_what_a_spreadsheet_would_not_show_as_it_is_has_an_apostrophe(text: str) -> None:
    assert guarded(text).replace(" ", "").startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["TP-118", "casa-a1", "fibre déplacée", "l’avenant", "99,95 % au moins", "2e étage", ""]
)
def test_an_ordinary_text_stays_what_it_is(text: str) -> None:
    assert guarded(text) == text


@given(st.text(st.sampled_from("=+-@'\"\t\r\n ,;|a1é./"), max_size=12))
def test_every_text_is_recoverable_and_none_begins_a_formula(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"} or not cell


def test_signs_that_nobody_sees_are_written_as_their_number(demo: Inventory, october: Json, scored: MakeScored) -> None:
    one = scored(october)
    rows = copy.deepcopy(dict(one.registers))
    rows["exclusions"][0] |= {"reason": "a\u202eb😀<b>", "evidence": "x" * 300}
    row = table(csv_tables(made(demo, one._replace(registers=rows)), FRENCH), "Exclusions")[0]
    assert (row["Motif"], row["Pièce"]) == ("a[U+202E]b😀<b>", "x" * 300)


def test_the_file_is_written_beside_the_json(
    demo: Inventory, october: Json, scored: MakeScored, tmp_path: Path
) -> None:
    found = made(demo, scored(october))
    files = write_statement(found, tmp_path, ("json", "csv"))
    assert [file.name.split(".", 1)[1] for file in files] == ["csv", "json"]
    assert files[0].read_bytes() == csv_tables(found, FRENCH).encode()
    assert files[0].read_bytes()[:3] == b"\xef\xbb\xbf"


def test_every_word_is_there_in_both_languages() -> None:
    named = {column for columns in SHAPES.values() for column in columns}
    assert named <= COLUMNS.keys()
    assert SHAPES.keys() == TABLES.keys()
    for words in (TABLES, COLUMNS, ITEMS):
        assert all(len(both) == 2 and all(both) for both in words.values())
    assert all(french and english for french, english, _ in FIGURES.values())
    for columns in SHAPES.values():
        assert all(len({COLUMNS[name][side] for name in columns}) == len(columns) for side in (0, 1))
