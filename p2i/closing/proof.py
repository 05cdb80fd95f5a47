"""The proof of dispatch of one statement: its hashes, its files, and everything that happened to its messages."""

from __future__ import annotations

import json
from collections.abc import Iterator

from store.connection import Connection
from store.dispatch_rows import Dispatch, Happened
from store.dispatches import read_dispatches, read_happened, read_recipients_of
from store.instants import utc_text
from store.statements import read_files, read_statement


def proof_lines(connection: Connection, number: str) -> Iterator[str]:
    """The lines of `p2i closing show`, of a statement that was issued."""
    issued = read_statement(connection, number)
    assert issued is not None
    made = json.loads(issued.document)
    yield f"{number}  {issued.tenant}  {issued.month}  version {issued.version}  issued {utc_text(issued.issued_at)}"
    if made["replaces"]:
        yield f"replaces {made['replaces']}"
    yield f"statement SHA-256 {issued.sha256}"
    signature = made.get("signature")
    yield f"signed by key {signature['key']}" if signature else "not signed"
    for agreement, head in made["chain"].items():
        if head:
            yield f"head of {agreement}: entry {head['entry']}, {head['sha256']}"
    files = read_files(connection, number)
    if files is None:
        yield "files: not all made yet"
    else:
        yield f"manifest SHA-256 {files.manifest_sha256}, {utc_text(files.made_at)}"
        for one in json.loads(files.manifest)["files"]:
            yield f"  {one['sha256']}  {one['bytes']:>10}  {one['name']}"
        if files.missing_evidence is not None:
            yield f"no evidence bundle: {files.missing_evidence}"
    every = read_dispatches(connection, [number])
    for dispatch in every:
        yield ""
        yield from _dispatch_lines(connection, dispatch)
    if not every:
        yield "no message was written"


def _dispatch_lines(connection: Connection, one: Dispatch) -> Iterator[str]:
    about = "the statement" if one.entry is None else f"{one.kind}, entry {one.entry} of {one.agreement}"
    yield f"message: {about}, {one.message_bytes} bytes, SHA-256 {one.message_sha256}"
    yield f"  {one.message_id}  dispatch/{one.file}"
    for each in read_recipients_of(connection, one.dispatch_id):
        again = "" if each.next_try_at is None else f", next attempt {utc_text(each.next_try_at)}"
        yield f"  {each.address}: {each.state}{again}"
    every = read_happened(connection, one.dispatch_id)
    for number, event in enumerate(every):
        yield f"    {utc_text(event.happened_at)}  {_text(event)}{_unheard(event, every[number + 1 :])}"


def _text(one: Happened) -> str:
    said = dict(one.detail)
    said.pop("report_sha256", None)
    words = ", ".join(f"{name} {value}" for name, value in said.items() if value not in ("", None, False, 0))
    who = "" if one.event in ("attempted", "handed_over", "deferred", "refused", "given_up") else f" (by {one.actor})"
    return f"{one.event} {one.address or ''}{who}{': ' if words else ''}{words}"


def _unheard(event: Happened, later: list[Happened]) -> str:
    """Of an attempt that nothing but another one follows: the process ended meanwhile, and the message may be out."""
    if event.event != "attempted":
        return ""
    after = next((one for one in later if one.address == event.address), None)
    return ": its outcome is not known" if after is None or after.event == "attempted" else ""
