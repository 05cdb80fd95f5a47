"""How to check a statement: the commands, the hashes of its parts, and the heads of the ledgers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.forms import stem
from reports.pages.blocks import Block, cell, column, heading, line, table, text
from reports.pages.wording import Wording

Json = dict[str, Any]
PARTS = ("score", "agreement", "rules", "registers")


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
    yield text(say.say("verification.how"))
    for agreement in statement["agreements"]:
        command = say.say(
            "verification.command",
            agreement=agreement["agreement"], month=statement["month"], as_of=_as_of(agreement),
        )  # fmt: skip
        yield text(line(command, "mono"))
    yield text(say.say("verification.raw"))
    yield text(say.say("verification.chain"))
    rows = [[cell(say.say("part.statement")), cell(line(statement["sha256"], "mono"))]]
    if signature is not None:
        signed_by = say.say("part.signature", algorithm=signature["algorithm"], name=signature["key"])
        rows.append([cell(signed_by), cell(line(signature["value"], "mono"))])
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


def _as_of(agreement: Json) -> str:
    """The option that repeats the score of a period scored before its end; nothing for a period scored whole."""
    scored_to_at = agreement["scored_to_at"]
    return f" --as-of {scored_to_at}" if scored_to_at < agreement["score"]["period"]["ends_at"] else ""
