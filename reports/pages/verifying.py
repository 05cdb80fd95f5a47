"""How to check a statement: the commands, the hashes of its parts, and the heads of the ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.forms import stem
from reports.pages.blocks import Block, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]
PARTS = ("score", "agreement", "rules", "registers")
LINE = 44
"""Signs of a signature on a line: half of it, which fits, so that it copies out of the page without a break inside."""


def verifying(say: Wording, part_names: list[str]) -> Iterator[Block]:
    """The blocks of the last page; `part_names` are those of the agreements in the statement's hashes."""
    statement = say.statement
    yield heading(1, say.say("verification"), page="" if not statement["premises"]["zones"] else None)
    signature = statement.get("signature")
    name = stem(statement)
    keys = "" if signature is None else " --keys keys.json"
    yield text(say.say("verification.files"), line(f"p2i verify {name}.manifest.json{keys}", "mono"))
    if signature is None:
        yield text(say.say("verification.unsigned"))
    else:
        yield text(say.say("verification.signed", name=signature["key"]))
    evidence = f"{name}.evidence.zip"
    command = f"p2i verify {name}.manifest.json{keys} --recompute {evidence}"
    if statement["version"] is None:
        yield text(say.say("verification.provisional"))
    else:
        yield text(say.say("verification.recompute"), line(command, "mono"))
        yield text(say.say("verification.how"))
    yield text(say.say("verification.chain"))
    rows = [[cell(say.say("part.statement")), cell(line(statement["sha256"], "mono"))]]
    if signature is not None:
        signed_by = say.say("part.signature", algorithm=signature["algorithm"], name=signature["key"])
        value = signature["value"]
        rows.append([cell(signed_by), cell(*(line(half, "mono") for half in (value[:LINE], value[LINE:]) if half))])
    for agreement_id, head in statement["chain"].items():
        said = say.say("part.chain", agreement=agreement_id)
        value = say.say("part.chain.none") if head is None else f"{head['entry']} · {head['sha256']}"
        rows.append([cell(said), cell(line(value, "mono"))])
    for part_name, agreement in zip(part_names, statement["agreements"], strict=True):
        version = say.small(
            "software.version", version=agreement["software_version"], scored_at=agreement["scored_at"],
            tzdb=agreement["tzdb_version"],
        )  # fmt: skip
        rows.append([cell(line(say.agreement_name(agreement), "strong")), cell(version)])
        hashes = statement["parts_sha256"][part_name]
        rows += [[cell(say.say(f"part.{part}")), cell(line(hashes[part], "mono"))] for part in PARTS]
    columns = [column(say.say("part"), 1.5), column(say.say("sha256"), 2.2)]
    yield table(columns, rows, summary=say.say("verification"))
