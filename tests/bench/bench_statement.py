"""Speed of statements: model, pages and PDF of ours against Typst alone on prepared documents of the same size."""

import io
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst
from measured import Benchmark, Bound, Result
from pypdf import PdfReader
from statement_world import agreement_of, inventory_of, made, scored

from reports.font_coverage import FOLDER
from reports.language_fr import FRENCH
from reports.pages.whole import pages
from reports.pdf import drawn
from reports.statement import statement_text

TENANTS = 300
CIRCUITS = 10
MEASURED = 6
"""Statements that are made and drawn; the national figure is theirs times TENANTS / MEASURED."""

PLAIN = """#set page(paper: "a4", margin: 15mm)
#set text(font: ("Noto Sans", "Noto Sans Math", "Noto Sans Symbols2"), size: 8.8pt, fallback: false, lang: "fr")
#set document(title: "bench", date: datetime(year: 2026, month: 11, day: 3))
#let data = json(bytes(sys.inputs.data))
= #data.title
#pdf.attach("x.json", bytes(sys.inputs.attachment), relationship: "data", mime-type: "application/json",
  description: "x")
#for one in data.parts {
  if "svg" in one { image(bytes(one.svg), format: "svg", width: 100%, alt: one.alternative) }
  else { table(columns: one.columns, ..one.cells) }
}
"""


def plain_document(made_pages: dict[str, Any]) -> dict[str, Any]:
    """The same texts in the same tables and the same drawings, with nothing decided and nothing styled."""
    parts: list[dict[str, Any]] = []
    for one in made_pages["blocks"]:
        if one["block"] == "drawing":
            parts.append({"svg": one["svg"], "alternative": one["alternative"]})
        elif one["block"] == "table":
            cells = [" ".join(line["text"] for line in cell) for row in one["rows"] for cell in row]
            parts.append({"columns": len(one["columns"]), "cells": cells})
        else:
            said = [one.get("text") or "", *(line["text"] for line in one.get("lines", []))]
            said += [item if isinstance(item, str) else item["text"] for item in one.get("items", [])]
            parts.append({"columns": 1, "cells": [text for text in said if text]})
    return {"title": made_pages["head"]["title"], "parts": parts}


def pages_against_renderer() -> Result:
    """Pages a second of CPU time from scored months to PDF bytes, against Typst compiling the same texts, plain."""
    one = scored(agreement_of(CIRCUITS), 4)
    ours: list[float] = []
    theirs: list[float] = []
    spent = {"model": 0.0, "pages": 0.0, "typst": 0.0}
    counted, plain_counted, size = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plain.typ"
        file.write_text(PLAIN)
        bare = typst.Compiler(input=str(file), font_paths=[str(FOLDER)], ignore_system_fonts=True)
        for number in range(MEASURED + 1):
            inventory = inventory_of(CIRCUITS, f"Locataire {number}")
            began = time.process_time()
            statement = made(one, inventory, FRENCH)
            modelled = time.process_time()
            whole = pages(statement, FRENCH)
            paged = time.process_time()
            attachment = statement_text(statement)
            content = drawn(whole, attachment=attachment, name=f"{number}.json")
            ended = time.process_time()
            plain = json.dumps(plain_document(whole), ensure_ascii=False)
            before = time.process_time()
            other: Any = bare.compile(
                sys_inputs={"data": plain, "attachment": attachment}, pdf_standards=["a-3a", "ua-1"]
            )
            after = time.process_time()
            if number == 0:
                continue  # fonts are read, caches filled
            counted, size = len(PdfReader(io.BytesIO(content)).pages), len(content)
            plain_counted = len(PdfReader(io.BytesIO(other)).pages)
            ours.append(counted / (ended - began))
            theirs.append(counted / (after - before))  # the same document: its pages are ours
            for name, seconds in (("model", modelled - began), ("pages", paged - modelled), ("typst", ended - paged)):
                spent[name] += seconds
    total = sum(spent.values())
    where = ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in spent.items())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    mine, peer = statistics.median(ours), statistics.median(theirs)
    what = (
        f"{counted} pages ({size / 1e6:.1f} MB) for {CIRCUITS} circuits, plain: {plain_counted}; {where};"
        f" {TENANTS} tenants {total / MEASURED * TENANTS / 60:.1f} min of CPU; peak {peak:.0f} MB"
    )
    return Result("statement_pages_vs_renderer", mine / peer, mine, peer, "pages/s", what)


def benchmarks() -> Iterator[Benchmark]:
    """The benchmarks of this file."""
    yield Benchmark("statement_pages_vs_renderer", Bound("at least", 0.5), pages_against_renderer)
