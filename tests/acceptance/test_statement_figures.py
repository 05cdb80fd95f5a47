"""Every figure of a statement, digit for digit, in every form: as `p2i score` computes it from files, in French and
English, as JSON, PDF, page, CSV and workbook, and as the tenant's own dashboards read it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from reports.composing import LANGUAGES
from reports.table_words import COLUMNS, TABLES
from tests.acceptance.audited import Audited
from tests.acceptance.audited_month import AGREEMENT, EXCLUSIONS, MONTH
from tests.acceptance.printed_lines import TARGETS, budget, by_id, lines, percent, plain, told
from tests.reference import naive_scorer
from tests.reports.pdf_runs import misplaced, runs
from tests.reports.read_forms import Tables, csv_tables_of, html_text, pdf_text, squeezed, xlsx_tables_of

Json = dict[str, Any]
BOTH = pytest.mark.parametrize("language", ["fr", "en"])


def test_the_month_is_worth_auditing(audited: Audited) -> None:
    """The figure that rounding would take for a promise kept, each kind of time, each verdict, and a cap that binds."""
    found = by_id(audited.scored)
    first = found["night-and-day"]
    ratio = Fraction(first["seconds"]["up"], first["seconds"]["up"] + first["seconds"]["down"])
    assert (f"{float(ratio * 100):.4f}", f"{float(ratio * 100):.5f}") == ("99.9500", "99.94996")
    assert (first["value_percent"], first["verdict"]) == ("99.9499", "breached")
    assert {one["verdict"] for one in found.values()} == {"met", "breached"}
    times = ("up", "down", "unknown", "excluded")
    assert all(found[name]["seconds"][kind] for name in TARGETS for kind in times)
    assert found["shift"]["seconds"]["outside_service_hours"] > 0
    assert audited.scored["period"]["seconds"] == 721 * 3600
    assert Decimal(audited.scored["credits"]["capped"]) > 0
    raw = by_id(audited.raw)
    assert all(raw[name]["value_percent"] != found[name]["value_percent"] for name in (*TARGETS, "loss-1", "loss-2"))
    assert raw["delay-1"]["value_ms"] != found["delay-1"]["value_ms"]


@BOTH
def test_the_json_has_the_document_itself_and_the_raw_figures(audited: Audited, language: str) -> None:
    (agreement,) = audited.made(language)["agreements"]
    assert json.dumps(agreement["score"], indent=2, ensure_ascii=False) + "\n" == audited.scored_text
    raw = by_id(audited.raw)
    for found, promised in zip(audited.scored["objectives"], agreement["objectives"], strict=True):
        left_out = ("circuit", "indicator", "outages", "tickets")
        assert promised["raw"] == {key: value for key, value in raw[found["id"]].items() if key not in left_out}
        if found["id"] in TARGETS:
            assert promised["seconds_total"] == sum(found["seconds"].values()) == audited.scored["period"]["seconds"]
            own = {name: Decimal(str(value)) for name, value in promised["budget_seconds"].items()}
            assert own == budget(found)
            same = ("starts_at", "ends_at", "seconds")
            assert [{key: one[key] for key in same} for one in promised["outages"]] == found["outages"]
            counted = sum(one["measured"]["counted_seconds"] for one in promised["outages"])
            assert counted == found["seconds"]["down"]
        if "tickets" in found:
            own_tickets = [{key: one[key] for key in found["tickets"][0]} for one in promised["tickets"]]
            assert own_tickets == found["tickets"]


def test_somebody_elses_scorer_gives_both_columns_from_the_exported_files(audited: Audited, tmp_path: Path) -> None:
    """`tests/reference` was written from the contract alone and shares no line with the engine. The contractual figures
    are its document, byte for byte; the raw ones are its figures of the same files without the exclusions."""

    text = (audited.facts / "agreement.toml").read_text(encoding="utf-8")
    agreement = (
        tmp_path / "agreement.toml"
    )  # the rate of VAT stands on the statement alone; the contract has no such key
    agreement.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("vat_percent")))

    def scored(*kinds: str) -> str:
        files = {kind: file for kind in kinds if (file := audited.facts / f"{kind}.csv").exists()}
        return str(naive_scorer.score_files(agreement, MONTH, as_of=None, **files))

    def figures(document: Any) -> list[Any]:
        left_out = ("circuit", "indicator", "outages", "tickets")
        return [{key: each[key] for key in each if key not in left_out} for each in document["objectives"]]

    kinds = ("intervals", "probes", "states", "tickets", "freezes")
    assert scored(*kinds, "exclusions") == audited.scored_text
    raw = figures(json.loads(scored(*kinds)))
    (part,) = audited.made("fr")["agreements"]
    assert [one["raw"] for one in part["objectives"]] == raw
    assert raw != figures(audited.scored), "exclusions that change nothing prove nothing"


@BOTH
def test_the_pdf_has_the_json_in_it(audited: Audited, language: str) -> None:
    attached = PdfReader(io.BytesIO(audited.files[language, "pdf"])).attachments
    assert [contents for (contents,) in attached.values()] == [audited.files[language, "json"]]


@BOTH
def test_nothing_of_the_pdf_lies_outside_its_pages_or_over_anything_else(audited: Audited, language: str) -> None:
    assert misplaced(list(runs(audited.files[language, "pdf"]))) == []


def page_text(audited: Audited, language: str, form: str) -> str:
    content = audited.files[language, form]
    if form == "html":
        return html_text(content.decode())
    return pdf_text(content, audited.made(language)["number"])


def sections(text: str, audited: Audited, end: str) -> Iterator[tuple[Json, str]]:
    """What stands below the head of each objective, up to the next, and `end` below the last."""
    found = audited.scored["objectives"]
    heads = [f"– {one['circuit']} ({one['id']})" for one in found]
    starts = [text.index(head) for head in heads]
    assert starts == sorted(starts)
    for one, start, until in zip(found, starts, [*starts[1:], text.index(f" {end} ", starts[-1])], strict=True):
        yield one, text[start:until]


@BOTH
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_every_figure_of_every_objective_stands_on_the_pages(audited: Audited, language: str, form: str) -> None:
    words = LANGUAGES[language]
    text, raw = page_text(audited, language, form), by_id(audited.raw)
    checked = 0
    for found, section in sections(text, audited, words.say("credits")):
        for row in lines(found, raw[found["id"]], words.say, language):
            assert f" {squeezed(row)} " in f"{section} ", f"{found['id']}: {row}\n{section}"
            checked += 1
    assert checked > 60


@BOTH
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_first_page_and_the_credits_say_the_same(audited: Audited, language: str, form: str) -> None:
    words, text, raw = LANGUAGES[language], page_text(audited, language, form), by_id(audited.raw)
    summary = text[: text.index(f" {words.say('verdicts')} ")]
    for found in audited.scored["objectives"]:
        for key, as_read in (("value_percent", percent), ("value_ms", told)):
            if found.get(key) is not None:
                assert f" {as_read(found[key], language)} " in summary
                assert squeezed(words.say("summary.raw", value=as_read(raw[found["id"]][key], language))) in summary
        assert f" {told(found['credit'], language)} MAD" in summary
    owed, (agreement,) = audited.scored["credits"], audited.made(language)["agreements"]
    assert f" {told(owed['payable'], language)} MAD " in summary
    money = text[text.index(f" {words.say('credits')} ", len(summary)) :]
    fee = told(owed["fee"], language)
    for found in audited.scored["objectives"]:
        if found["credit"] != "0.00":
            assert f"{percent(found['credit_percent'], language)} × {fee} MAD" in money
            exact = plain(Decimal(owed["fee"]) * Decimal(found["credit_percent"]) / 100)
            assert Decimal(exact).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(found["credit"])
            assert f" {told(exact, language)} MAD {told(found['credit'], language)} MAD " in money
    rows = {"credit.total.sum": "total", "credit.capped": "capped", "credit.payable": "payable"}
    assert all(f"{words.say(word)} {told(owed[key], language)} MAD " in money for word, key in rows.items())
    cap = words.say("credit.cap", percent=percent("22.5", language))
    assert f"{squeezed(cap)} {told(owed['cap'], language)} MAD " in money
    tax = (Decimal(owed["payable"]) / 5).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert agreement["credits"]["vat"]["amount"] == str(tax)
    assert f" {told(tax, language)} MAD " in money
    assert f" {told(Decimal(owed['payable']) + tax, language)} MAD " in money


@pytest.mark.parametrize(
    ("form", "language", "sign"), [("csv", "fr", ","), ("csv", "en", "."), ("xlsx", "fr", "."), ("xlsx", "en", ".")]
)
def test_every_figure_stands_in_the_tables(audited: Audited, form: str, language: str, sign: str) -> None:
    if form == "xlsx":
        pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
    side, content = ("fr", "en").index(language), audited.files[language, form]
    found: Tables = (
        xlsx_tables_of(content) if form == "xlsx" else csv_tables_of(content.decode(), {"fr": ";", "en": ","}[language])
    )
    table = {name: found[both[side]] for name, both in TABLES.items()}
    head = {name: both[side] for name, both in COLUMNS.items()}

    def cell(value: object) -> str:
        return "" if value is None else str(value).replace(".", sign)

    figures = {(row[head["objective"]], row[head["key"]]): row for row in table["figures"]}
    raw = by_id(audited.raw)
    for one in audited.scored["objectives"]:
        flat = {f"seconds.{kind}": value for kind, value in one.get("seconds", {}).items()}
        flat |= {key: value for key, value in one.items() if not isinstance(value, dict | list)}
        rest = raw[one["id"]]
        flat_raw = {f"seconds.{kind}": value for kind, value in rest.get("seconds", {}).items()} | rest
        if one["id"] in TARGETS:
            flat |= {f"budget_seconds.{name}": plain(value) for name, value in budget(one).items()}
        for key, value in flat.items():
            if key not in ("id", "circuit", "indicator", "verdict"):
                row = figures[one["id"], key]
                assert row[head["contractual"]] == cell(value), f"{one['id']} {key}"
                assert row[head["raw"]] == cell(flat_raw.get(key)), f"{one['id']} {key}"
    assert [row[head["seconds"]] for row in table["outages"]] == [
        str(outage["seconds"]) for one in audited.scored["objectives"] for outage in one.get("outages", ())
    ]
    tickets = [one for found in audited.scored["objectives"] for one in found.get("tickets", ())]
    for key in ("ticket", "elapsed_seconds", "frozen_seconds"):
        assert [row[head[key]] for row in table["tickets"]] == [str(one[key]) for one in tickets]
    owed = audited.scored["credits"]
    due = [one["credit"] for one in audited.scored["objectives"] if one["credit"] != "0.00"]
    assert [row[head["amount"]] for row in table["credits"]] == [cell(one) for one in due]
    sums = [row[head["amount"]] for row in table["sums"]]
    assert [cell(owed[key]) for key in ("fee", "total", "cap", "capped", "payable")] == sums[2:7]
    assert cell(owed["payable"]) in [row[head["value"]] for row in table["statement"]]
    shown = [row[head["credit"]] for row in table["objectives"]]
    assert shown == [cell(one["credit"]) for one in audited.scored["objectives"]]
    counted = {row[head["exclusion"]]: row[head["counted_seconds"]] for row in table["exclusions"]}
    assert counted.keys() == {row[0] for row in EXCLUSIONS}
    per_circuit = {
        one["circuit"]: one["seconds"]["excluded"] for one in by_id(audited.scored).values() if "seconds" in one
    }
    assert sum(int(each) for each in counted.values() if each) == sum(per_circuit.values())


def test_the_tenants_dashboards_read_the_same(audited: Audited) -> None:
    seen, scored = audited.seen, by_id(audited.scored)
    rows = {row["objective"]: row for row in seen["verdict"]}
    assert rows.keys() == scored.keys() == {row["objective"] for row in seen["month_to_date"]}
    promised = {one["id"]: one for one in audited.made("fr")["agreements"][0]["objectives"]}
    for row in (*seen["verdict"], *seen["month_to_date"]):
        found = scored[row["objective"]]
        assert row.get("detail", found) == found
        assert (row["verdict"], row["credit"]) == (found["verdict"], Decimal(found["credit"]))
        same_number(row["value_ratio"], found.get("value_percent"), 100)
        same_number(row["value_seconds"], found.get("value_ms"), 1000)
        for kind in ("up", "down", "unknown", "excluded"):
            assert row[f"{kind}_seconds"] == found.get("seconds", {}).get(kind)
        if "coverage_percent" in found:
            same_number(row["coverage_ratio"], found["coverage_percent"], 100)
            assert row["budget_left_seconds"] == Decimal(promised[found["id"]]["budget_seconds"]["left"])
    for name in TARGETS:
        assert rows[name]["budget_seconds"] == budget(scored[name])["allowed"]
        same_number(rows[name]["lowest_ratio"], scored[name]["lowest_percent"], 100)
        same_number(rows[name]["highest_ratio"], scored[name]["highest_percent"], 100)
    for row in seen["OBJECTIVES"]:
        found = scored[row["objective"]]
        if found["indicator"] != "time_to_restore":
            shown = f"{found['value_ms']} ms" if "value_ms" in found else f"{found['value_percent']} %"
            assert row["measured"] == shown
        for name in ("coverage", "lowest", "highest"):
            assert row[name] == (f"{found[f'{name}_percent']} %" if "seconds" in found else None)
        assert row["credit"] == f"{found['credit']} MAD"
    assert len(seen["OBJECTIVES"]) == len(scored)


def same_number(read: Decimal | None, text: str | None, factor: int) -> None:
    assert (None if read is None else read * factor) == (None if text is None else Decimal(text))


def test_the_tenants_dashboards_list_the_same(audited: Audited) -> None:
    seen, scored, owed = audited.seen, by_id(audited.scored), audited.scored["credits"]
    (score,), (version,) = seen["score"], seen["verdict_version"]
    assert score["document"] == version["document"] == audited.scored_text
    assert (str(score["fee"]), str(score["credit_payable"])) == (owed["fee"], owed["payable"])
    assert (str(version["credit_payable"]), version["agreement"]) == (owed["payable"], AGREEMENT)
    lines = [(row["line"], row["amount"]) for row in seen["CREDITS"]]
    due = sorted(f"{one['credit']} MAD" for one in scored.values() if one["credit"] != "0.00")
    assert sorted(amount for line, amount in lines if line == "objective") == due
    rest = {line: amount for line, amount in lines if line != "objective"}
    assert rest == {
        "fee": f"{owed['fee']} MAD", "capped": f"-{owed['capped']} MAD", "payable": f"{owed['payable']} MAD",
    }  # fmt: skip
    for name in TARGETS:
        own = [row for row in seen["outage"] if row["objective"] == name]
        assert sorted((row["starts_at"], row["ends_at"], row["seconds"]) for row in own) == [
            (datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]), one["seconds"])
            for one in scored[name]["outages"]
        ]
    tickets = {row["ticket"]: (row["elapsed_seconds"], row["frozen_seconds"]) for row in seen["TICKETS"]}
    assert tickets == {
        one["ticket"]: (one["elapsed_seconds"], one["frozen_seconds"])
        for name in ("restore-1", "restore-2")
        for one in scored[name]["tickets"]
    }
    (agreement,) = audited.made("en")["agreements"]
    counted = {one["exclusion"]: one["counted_seconds"] for one in agreement["registers"]["exclusions"]}
    assert {row["exclusion"]: row["counted_seconds"] for row in seen["score_exclusion"]} == counted
