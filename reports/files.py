"""The files of one statement: its forms under one name, each there whole or not at all."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection
from pathlib import Path

from reports.composing import LANGUAGES
from reports.html import html
from reports.pdf import arabic_pdf, pdf
from reports.statement import Json, statement_text
from store.errors import InputError

FORMS = ("json", "html", "pdf", "ar.pdf")
"""Every form, by the end of its file's name; the JSON is always written, for the others are made of it."""


def stem(made: Json) -> str:
    """The name of a statement's files without its end: its number in ASCII, so that any mail and disk takes it."""
    plain = unicodedata.normalize("NFKD", made["number"]).encode("ascii", "ignore").decode()
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in plain)


def write_statement(
    made: Json,
    folder: Path,
    forms: Collection[str] = ("json", "html", "pdf"),
    *,
    sign: Callable[[Json], Json] | None = None,
) -> list[Path]:
    """Writes the statement into `folder` in these forms and returns the files, the JSON last.

    Each version has files of its own. A final statement already there stays: the same one is left alone, a different
    one is refused (InputError). `sign` adds a signature before anything is written, so that every form has it.
    """
    if sign is not None:
        made = sign(made)
    name, words = stem(made), LANGUAGES[made["language"]]
    as_json = folder / f"{name}.json"
    wanted = [form for form in FORMS if form in forms and form != "json"]
    files = [*(folder / f"{name}.{form}" for form in wanted), as_json]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if as_json.exists() and not _may_replace(as_json, made):
            return files
        # The JSON last: where it is, what is beside it is whole.
        for form, file in zip(wanted, files, strict=False):
            if form == "html":
                _write_whole(file, html(made, words).encode())
            else:
                drawn = pdf(made, words, as_json.name) if form == "pdf" else arabic_pdf(made, as_json.name)
                _write_whole(file, drawn)
        _write_whole(as_json, statement_text(made).encode())
    except OSError as error:
        raise InputError(f"--out: {error.filename}: {error.strerror}") from error
    return files


def _write_whole(file: Path, content: bytes) -> None:
    """Under its name only when it is complete: half a statement would stand in the way of the next."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _may_replace(file: Path, made: Json) -> bool:
    try:
        existing = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        existing = None
    if not isinstance(existing, dict) or existing.get("kind") != made["kind"]:
        raise InputError(f"{file}: is there and is not a statement")
    if existing["status"] != "final":
        return True
    if existing["parts_sha256"] == made["parts_sha256"]:
        return False
    raise InputError(f"{file}: a final statement is there and differs; a correction is a new document (another --out)")
