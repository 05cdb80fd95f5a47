"""Writes the message to a tenant: the statement, or that a contest was recorded or answered. Its bytes never change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from email.parser import BytesHeaderParser
from pathlib import Path

from facilities.mailbox import Mailbox
from p2i.closing.files import finish_files
from p2i.closing.work import Work, manifest_path
from reports.dispatch_mail import contest_mail, statement_mail
from reports.forms import stem
from reports.manifest import file_findings
from reports.signing import Json
from store.dispatch_rows import Kind, NewDispatch, ToldOf
from store.dispatches import read_dispatches, read_untold, write_dispatch
from store.errors import InputError
from store.statement_rows import IssuedStatement
from store.statements import read_files, read_numbers, read_statement
from store.whole_file import write_whole

FOLDER = "dispatch"
"""Below a tenant's folder: the messages as they were handed over."""
NO_EVIDENCE: Mapping[str, str] = {  # continues a sentence of the mail
    "fr": "les données aujourd'hui en base ne sont plus toutes celles de ce relevé ; votre gestionnaire vous en dit la "
    "raison.",
    "en": "the data on record today are not all those of this statement any more; your park operator can tell you why.",
}


def write_statement_message(work: Work, number: str) -> None:
    """Writes the message of a statement whose files are whole. Of a tenant that wants the folder alone it is to nobody:
    addresses that are named later are for what comes then, and `p2i closing resend` sends it to whom a person says.

    What is attached is what the manifest names, byte for byte; a file that was changed since stops it (InputError).
    """
    issued, files = read_statement(work.connection, number), read_files(work.connection, number)
    assert issued is not None
    assert files is not None
    work.connection.commit()
    folder, recipient = finish_files(work, files, issued.tenant), work.settings.recipients[issued.tenant]
    if work.settings.server is None:
        return
    made, manifest = json.loads(issued.document), json.loads(files.manifest)
    wrong = next(
        (found.text for found in file_findings(manifest, manifest_path(folder, made)) if found.level == "error"), None
    )
    if wrong is not None:
        raise InputError(f"not sent: {folder}: {wrong}")
    named = {one["name"]: one["sha256"] for one in manifest["files"]}
    forms = dict.fromkeys((*recipient.attach, "json"))  # without the JSON nothing of the rest can be verified
    attached = [f"{stem(made)}.{form}" for form in forms]
    lacking = [name for name in attached if name not in named]
    if lacking:
        raise InputError(f"not sent: {lacking[0]} was not made; it was no form (--format) then")
    content = [(name, _as_named(folder / name, named[name])) for name in attached]
    content.append((f"{stem(made)}.manifest.json", files.manifest.encode()))
    message = statement_mail(
        made,
        manifest,
        come_from=work.settings.server.come_from,
        to=recipient.to,
        attached=content,
        evidence_note=None if files.missing_evidence is None else NO_EVIDENCE[issued.language],
        written_at=work.now,
    )
    _write(work, issued, message, recipient.to, "statement", None, f"{stem(made)}.eml")


def _as_named(file: Path, sha256: str) -> bytes:
    """The bytes that are attached, which are those that the manifest names though somebody may write to the folder."""
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InputError(f"not sent: {file}: was changed since it was written")
    return content


def write_contest_messages(work: Work) -> None:
    """Writes a message for every contest and answer that no tenant was told of, in the thread of its statement."""
    for tenant, recipient in work.settings.recipients.items():
        told = read_untold(work.connection, work.settings.agreements(tenant))
        work.connection.commit()
        for one in told:
            zone = work.settings.inventory.versions[one.agreement][0].time_zone
            month = f"{one.period_starts_at.astimezone(zone):%Y-%m}"
            with work.guarded(f"{one.agreement} {month}"):
                _tell(work, one, recipient.to, read_numbers(work.connection, tenant, month))


def _tell(work: Work, one: ToldOf, to: Sequence[Mailbox], numbers: Sequence[str]) -> None:
    """In the thread of the newest statement that was issued by then, once that has its message; none was issued: it is
    told by the statement to come."""
    issued = [read_statement(work.connection, number) for number in numbers]
    work.connection.commit()
    before = [each for each in issued if each is not None and each.issued_at <= one.recorded_at]
    if not before or work.settings.server is None:
        return
    last = max(before, key=lambda each: each.version)
    if not any(each.kind == "statement" for each in read_dispatches(work.connection, [last.number])):
        work.connection.commit()
        return
    made: Json = json.loads(last.document)
    message = contest_mail(
        json.loads(one.body),
        one.sha256,
        kind="contested" if one.kind == "contested" else "answered",
        made=made,
        come_from=work.settings.server.come_from,
        to=to,
        written_at=work.now,
    )
    _write(work, last, message, to, one.kind, one, f"{stem(made)}.{one.agreement}-{one.entry}.{one.kind}.eml")


def _write(
    work: Work,
    issued: IssuedStatement,
    message: bytes,
    to: Sequence[Mailbox],
    kind: str,
    of: ToldOf | None,
    name: str,
) -> None:
    """First the file, then the row: until the row is there nobody was sent anything, and the file is written anew."""
    path = work.folder_of(issued.tenant) / FOLDER / name
    write_whole(path, lambda stream: stream.write(message))
    chosen: Kind = "statement" if of is None else "contested" if kind == "contested" else "answered"
    write_dispatch(
        work.connection,
        NewDispatch(
            number=issued.number,
            kind=chosen,
            agreement=None if of is None else of.agreement,
            entry=None if of is None else of.entry,
            file=name,
            message_id=str(BytesHeaderParser().parsebytes(message)["Message-ID"]).strip(),
            message_sha256=hashlib.sha256(message).hexdigest(),
            message_bytes=len(message),
            written_at=work.now,
        ),
        [mailbox.addr_spec for mailbox in to],
        work.now,
    )
    work.connection.commit()
