"""What the mails to a tenant say, as blocks in the order of reading. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reports.manifest import ENDING, stem_of
from reports.pages.blocks import Block, cell, facts, heading, line, notice, text
from reports.pages.cover import owed, summary
from reports.pages.wording import Wording

Json = dict[str, Any]
EVIDENCE = ".evidence.zip"


def statement_blocks(
    say: Wording, manifest: Json, attached: Sequence[str], evidence_note: str | None
) -> Iterator[Block]:
    """What the mail with a statement says; `attached` are names of files."""
    yield from _first(say)
    yield from _contesting(say)
    yield from _files(say, manifest, attached, evidence_note)
    yield from _verifying(say, manifest, attached)


def contest_blocks(say: Wording, said: Json, sha256: str, what: str) -> list[Block]:
    """What a mail about a contest says; `what` is contested, answered.upheld or answered.rejected."""
    made, kind = say.statement, said["kind"]
    part = _part(made, said)
    zone = part["score"]["period"]["time_zone"]
    number = say.say("mail.entry.number", entry=said["entry"])
    return [
        heading(1, say.say(f"mail.{what}")),
        text(say.say(f"mail.{what}.what")),
        facts(
            [
                (say.say("tenant"), cell(line(made["tenant"]["name"], "strong"))),
                (say.say("mail.agreement"), cell(said["agreement"], say.segment(part) if "segment" in part else "")),
                (say.say("mail.month"), cell(say.month(made["month"]))),
                (say.say("number"), cell(made["number"])),
                (say.say("mail.version"), cell(str(said["version"]))),
                (say.say(f"mail.{kind}.at"), cell(say.local(said["occurred_at"], zone))),
                (say.say(f"mail.{kind}.reason"), cell(line(said["reason"] or say.say("none"), "strong"))),
                (say.say("mail.entry"), cell(number, line(sha256, "mono"))),
            ]
        ),
        text(say.small("mail.entry.keep")),
    ]


def _part(made: Json, said: Json) -> Json:
    """The part of the statement that an entry of a ledger is about."""
    parts: list[Json] = [one for one in made["agreements"] if one["agreement"] == said["agreement"]]
    starts_at = said["period"]["starts_at"]
    return next((one for one in parts if one["score"]["period"]["starts_at"] == starts_at), parts[0])


def _first(say: Wording) -> Iterator[Block]:
    """What the statement is of, what it corrects, and its verdicts, as on its first page."""
    made = say.statement
    month = say.month(made["month"])
    yield heading(1, f"{say.say('title')} – {month}")
    zone = made["agreements"][0]["score"]["period"]["time_zone"]
    yield facts(
        [
            (say.say("tenant"), cell(line(made["tenant"]["name"], "strong"))),
            (say.say("number"), cell(line(made["number"], "strong"))),
            (say.say("mail.version"), cell(str(made["version"] or say.say("none")))),
            (say.say("mail.status"), cell(say.say(f"status.{made['status']}"))),
            (say.say("issued_at"), cell(say.local(made["issued_at"], zone))),
        ]
    )
    if made["replaces"]:
        yield notice(say.say("mail.correction", number=made["replaces"]), list(_corrections(say)))
    yield heading(2, say.say("summary"))
    yield summary(say)
    yield from owed(say)


def _corrections(say: Wording) -> Iterator[str]:
    for agreement in say.statement["agreements"]:
        name, found = say.agreement_name(agreement), agreement["correction"]
        if agreement["new_since"]:
            yield say.say("mail.correction.added", agreement=name)
            continue
        if found is None:
            yield say.say("mail.correction.same", agreement=name, version=agreement["published"]["version"])
            continue
        yield say.say(
            "mail.correction.reason", agreement=name, before=found["from_version"], after=found["to_version"],
            reason=found["reason"] or say.say("none"),
        )  # fmt: skip


def _contesting(say: Wording) -> Iterator[Block]:
    lines = []
    for agreement in say.statement["agreements"]:
        published = agreement.get("published")
        if published is None:
            continue
        zone = agreement["score"]["period"]["time_zone"]
        places = {"agreement": say.agreement_name(agreement), "version": published["version"],
                  "manager": agreement["facility"]["manager"] or say.say("manager.unknown"),
                  "at": say.local(published["contest_until"], zone)}  # fmt: skip
        lines.append(say.say(f"mail.contest.{published['state']}", **places))
    if lines:
        yield heading(2, say.say("mail.contest"))
        yield text(*lines)


def _files(say: Wording, manifest: Json, attached: Sequence[str], evidence_note: str | None) -> Iterator[Block]:
    """Which files there are and where: of the evidence its name and size, or why there is none."""
    evidence = [one for one in manifest["files"] if one["name"].endswith(EVIDENCE)]
    others = [one["name"] for one in manifest["files"] if one not in evidence]
    yield heading(2, say.say("mail.files"))
    rows = [
        (say.say("mail.attached"), cell(*(attached or [say.say("mail.attached.none")]))),
        (say.say("mail.folder"), cell(*others, f"{stem_of(manifest)}{ENDING}")),
    ]
    for one in evidence:
        named = say.say("mail.bytes", name=one["name"], bytes=say.number(one["bytes"]))
        rows.append((say.say("mail.evidence"), cell(named)))
    yield facts(rows)
    if evidence_note is not None:
        yield notice(say.say("mail.evidence.none", why=evidence_note), [])


def _verifying(say: Wording, manifest: Json, attached: Sequence[str]) -> Iterator[Block]:
    """The hashes, the heads of the ledgers, and the commands that take them: with the mail alone, with all files."""
    made = say.statement
    yield heading(2, say.say("mail.verify"))
    yield text(say.say("mail.verify.why"))
    rows = [
        (say.say("part.statement"), cell(line(made["sha256"], "mono"))),
        (say.say("mail.verify.manifest"), cell(line(manifest["sha256"], "mono"))),
    ]
    is_signed = "signature" in manifest
    told = ["--keys keys.json"] if is_signed else []
    told += [f"--sha256 {made['sha256']}", f"--sha256 {manifest['sha256']}"]
    for name, head in made["chain"].items():
        if head is None:
            rows.append((say.say("mail.verify.no_head", agreement=name), cell(say.say("part.chain.none"))))
            continue
        key = say.say("mail.verify.head", agreement=name, entry=head["entry"])
        rows.append((key, cell(line(head["sha256"], "mono"))))
        told.append(f"--head {head['sha256']}")
    yield facts(rows)
    form = next((name for name in attached if name != f"{stem_of(manifest)}{ENDING}"), None)
    if form is not None:
        yield text(say.say("mail.verify.attached"))
        yield text(line(" ".join(["p2i verify", form, *told]), "mono"))
        yield text(say.say("mail.verify.folder"))
    evidence = [f"--recompute {one['name']}" for one in manifest["files"] if one["name"].endswith(EVIDENCE)]
    yield text(line(" ".join([f"p2i verify {stem_of(manifest)}{ENDING}", *told, *evidence]), "mono"))
    if is_signed:
        yield text(say.small("mail.verify.keys"))
