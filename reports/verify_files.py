"""The documents in a file or folder that somebody wants to verify, and everything that is asked of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from reports.bounded import read_bounded
from reports.forms import stem
from reports.json_difference import differences, first_byte
from reports.keys import KIND as KEYS
from reports.manifest import ENDING, QUESTION, file_findings, shape_faults, stem_of
from reports.manifest import KIND as MANIFEST
from reports.pdf_attachment import attachments
from reports.sealing import STAMP_ENDING
from reports.statement_text import KIND as STATEMENT
from reports.verifying import Told, signature, statement_findings
from reports.written import document_of, integrity
from store.errors import InputError
from store.finding import Finding

Json = dict[str, Any]
_PDF = b"%PDF-"
_OURS = re.compile(r"(?P<stem>.*P2I-\d{4}-\d{2}-.*)\.json", re.ASCII)
_FORMS = (".json", ".html", ".pdf", ".csv", ".xlsx", ".zip")


class Document(NamedTuple):
    """A statement or a manifest: where it lies, its bytes, and what they say. Of a PDF the bytes are those in it.

    Of a manifest `asked` is the form beside it that it was read for.
    """

    path: Path
    text: bytes
    made: Json
    asked: str | None = None


def documents_of(path: Path) -> list[Document]:
    """The documents to verify, manifests before the statements they name; InputError where there is none.

    A manifest brings its statement with it, and any form of a statement the manifest beside it. Of a folder: every
    manifest, and every statement that none of them names.
    """
    if not path.is_dir():
        return _with_statement(_document(path))
    manifests = [_document(file) for file in sorted(path.glob(f"*{ENDING}"))]
    found = [one for manifest in manifests for one in _with_statement(manifest)]
    known = {one.path for one in found}
    for file in sorted(path.glob("*.json")):
        if file not in known and _kind(file) == STATEMENT:
            found.append(_document(file))
    if not found:
        raise InputError(f"{path}: holds no manifest and no statement")
    return found


def strays(path: Path, documents: list[Document]) -> Iterator[Finding]:
    """Files of a folder that look like forms of a statement, and that nothing in it vouches for."""
    if not path.is_dir():
        return
    known = {one.path.name for one in documents}
    for one in documents:
        if one.made["kind"] == MANIFEST and next(shape_faults(one.made), None) is None:
            stem_, ours = stem_of(one.made), {each["name"] for each in one.made["files"]}
            known |= ours | {file.name for file in path.glob("*") if file.name.startswith(f"{stem_}.")}
    for file in sorted(path.glob("*")):
        if file.name in known or file.name.startswith(".") or not file.is_file() or file.suffix not in _FORMS:
            continue
        if file.suffix != ".json" or _kind(file) != KEYS:
            yield Finding("warning", QUESTION, f"{file.name}: is not checked: no manifest here names it")


def read_statement(path: Path) -> Document:
    """The statement in a file (its JSON, its PDF, or the manifest that names it)."""
    found = [one for one in documents_of(path) if one.made["kind"] == STATEMENT]
    if len(found) != 1:
        raise InputError(f"{path}: holds {len(found)} statements, not one")
    return found[0]


def findings_of(document: Document, told: Told) -> Iterator[Finding]:
    """Everything that is asked of a document by itself, and of the files beside it that it names."""
    if document.made["kind"] == STATEMENT:
        yield from statement_findings(document.text, document.made, told)
        yield from _named_as_another(document)
        if document.path.suffix == ".pdf":
            note = "its pages are not checked: that takes the manifest, beside it"
            yield Finding("warning", "pages", note)
        return
    yield from integrity(document.text, document.made)
    faults = list(shape_faults(document.made))
    yield from (Finding("error", "manifest", text) for text in faults)
    if faults:
        return
    yield signature(document.made, told)
    yield from file_findings(document.made, document.path, document.asked)
    yield from _attached(document)


def _named_as_another(document: Document) -> Iterator[Finding]:
    """A file under the name of another statement's: it was meant to pass for that one, or was mixed up with it."""
    found, number = _OURS.fullmatch(document.path.name), document.made.get("number")
    if found and isinstance(number, str) and found["stem"] != stem(document.made):
        yield Finding("error", "statement", f"{document.path.name}: is named as another one than {number}")


def _attached(manifest: Document) -> Iterator[Finding]:
    """Whether the JSON file, the one in each PDF and the manifest speak of one statement."""
    folder, said = manifest.path.parent, manifest.made
    name = f"{stem_of(said)}.json"
    try:
        text = read_bounded(folder / name)
        stated = document_of(text, name)
    except InputError as error:
        yield Finding("error", "statement", f"cannot be read: {error}")
        return
    for key, own in (("sha256", "statement_sha256"), ("number", "number"), ("issued_at", "issued_at")):
        if stated.get(key) != said[own]:
            yield Finding("error", "statement", f"{name}: {key} is {stated.get(key)}, the manifest is of {said[own]}")
    for pdf in (one["name"] for one in said["files"] if one["name"].endswith(".pdf")):
        if (folder / pdf).is_file():
            yield _same(text, list(attachments(read_bounded(folder / pdf))), pdf)


def _same(text: bytes, attached: list[bytes], name: str) -> Finding:
    if text in attached:
        return Finding("ok", "attachment", f"{name}: the statement in it is the JSON file, byte for byte")
    if not attached:
        return Finding("error", "attachment", f"{name}: holds no statement that can be read")
    try:
        where = next(differences(document_of(text, ""), document_of(attached[0], "")), None)
    except (InputError, RecursionError):
        where = None
    said = where or first_byte(text, attached[0])
    return Finding("error", "attachment", f"{name}: the statement in it is not the JSON file: {said}")


def _with_statement(document: Document) -> list[Document]:
    """The document, and of a manifest the statement it names: where that cannot be read, the manifest says so."""
    if document.made["kind"] != MANIFEST or next(shape_faults(document.made), None):
        return [document]
    statement = document.path.with_name(f"{stem_of(document.made)}.json")
    try:
        return [document, _document(statement)]
    except InputError:
        return [document]


def _document(path: Path) -> Document:
    if path.name.endswith(f"{ENDING}{STAMP_ENDING}"):
        raise InputError(f"{path}: is a time stamp, of which OpenSSL is the judge: openssl ts -verify")
    if not path.name.endswith(".json") and path.exists() and (beside := _manifest_of(path)) is not None:
        return _document(beside)._replace(asked=path.name)
    text = read_bounded(path)
    if text.startswith(_PDF):
        return _of_pdf(path, text)
    made = document_of(text, str(path))
    if made["kind"] not in (STATEMENT, MANIFEST):
        raise InputError(f'{path}: is a {made["kind"]!r}, neither "{STATEMENT}" nor "{MANIFEST}"')
    return Document(path, text, made)


def _manifest_of(path: Path) -> Path | None:
    """The manifest beside a form of a statement, by its stem: a PDF's pages and a table are vouched for by it alone."""
    found = [file for file in path.parent.glob(f"*{ENDING}") if path.name.startswith(f"{file.name[: -len(ENDING)]}.")]
    return max(found, key=lambda file: len(file.name), default=None)


def _of_pdf(path: Path, pdf: bytes) -> Document:
    for text in attachments(pdf):
        made = document_of(text, f"{path} (the JSON in it)")
        if made["kind"] == STATEMENT:
            return Document(path, text, made)
    raise InputError(f"{path}: holds no statement, and no manifest of it is beside it")


def _kind(file: Path) -> str | None:
    try:
        found: str = document_of(read_bounded(file), str(file))["kind"]
    except InputError:
        return None
    return found
