"""The files of one statement: its forms under one name, each there whole or not at all."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection
from pathlib import Path

from reports.composing import LANGUAGES
from reports.csv_tables import csv_tables
from reports.html import html
from reports.pdf import arabic_pdf, pdf
from reports.statement import Json, statement_text
from reports.xlsx import require_xlsx, xlsx
from store.errors import InputError

FORMS = ("json", "html", "pdf", "ar.pdf", "csv", "xlsx")
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

    Each version has files of its own. A final statement already there stays: the same one is left alone, and forms that
    are not there are made of it; a different one is refused (InputError). `sign` adds a signature before anything is
    written, so that every form has it.
    """
    if "xlsx" in forms:
        require_xlsx()
    if sign is not None:
        made = sign(made)
    name, words = stem(made), LANGUAGES[made["language"]]
    as_json = folder / f"{name}.json"
    wanted = [form for form in FORMS if form in forms and form != "json"]
    files = [*(folder / f"{name}.{form}" for form in wanted), as_json]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        standing = _final(as_json, made) if as_json.exists() else None
        if standing is not None:
            made = standing
        # The JSON last: where it is, what is beside it is whole.
        for form, file in zip(wanted, files, strict=False):
            if standing is not None and file.exists():
                continue
            if form == "html":
                _write_whole(file, html(made, words).encode())
            elif form == "csv":
                _write_whole(file, csv_tables(made, words).encode())
            elif form == "xlsx":
                _write_whole(file, xlsx(made, words))
            else:
                drawn = pdf(made, words, as_json.name) if form == "pdf" else arabic_pdf(made, as_json.name)
                _write_whole(file, drawn)
        if standing is None:
            _write_whole(as_json, statement_text(made).encode())
    except OSError as error:
        raise InputError(f"--out: {error.filename}: {error.strerror}") from error
    return files


def _write_whole(file: Path, content: bytes) -> None:
    """Under its name only when it is complete: half a statement would stand in the way of the next."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _final(file: Path, made: Json) -> Json | None:
    """The statement that is there, where it is final and says the same: it stays. None where it may be replaced."""
    try:
        existing = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        existing = None
    if not isinstance(existing, dict) or existing.get("kind") != made["kind"]:
        raise InputError(f"{file}: is there and is not a statement")
    if existing["status"] != "final":
        return None
    if existing["parts_sha256"] == made["parts_sha256"]:
        return existing
    raise InputError(f"{file}: a final statement is there and differs; a correction is a new document (another --out)")
