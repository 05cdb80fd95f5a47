"""The files of one statement: its forms under one name, each there whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path

from reports.catalogue import Catalogue
from reports.composing import LANGUAGES
from reports.csv_tables import csv_tables
from reports.forms import FORMS, stem
from reports.html import html
from reports.manifest import ENDING
from reports.pdf import arabic_pdf, pdf
from reports.statement import Json, statement_text
from reports.xlsx import require_xlsx, xlsx
from store.errors import InputError
from store.whole_file import write_whole

__all__ = ["FORMS", "stem", "write_statement"]


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
    except OSError as error:
        raise InputError(f"--out: {error.filename}: {error.strerror}") from error
    if standing is not None:
        made = standing
    # The JSON last: where it is, what is beside it is whole.
    for form, file in zip(wanted, files, strict=False):
        if standing is None or not file.exists():
            _write(file, _drawn(form, made, words, as_json.name))
    if standing is None:
        _write(as_json, statement_text(made).encode())
    return files


def _drawn(form: str, made: Json, words: Catalogue, attached: str) -> bytes:
    """The statement in one form; a PDF carries the JSON under the name `attached`."""
    if form == "html":
        return html(made, words).encode()
    if form == "csv":
        return csv_tables(made, words).encode()
    if form == "xlsx":
        return xlsx(made, words)
    return pdf(made, words, attached) if form == "pdf" else arabic_pdf(made, attached)


def _write(file: Path, content: bytes) -> None:
    """Under its name only when it is complete: half a statement would stand in the way of the next."""
    write_whole(file, lambda stream: stream.write(content))


def refuse_fewer(folder: Path, made: Json, forms: Collection[str]) -> None:
    """Raises InputError where a manifest of the statement is there that names more than these forms: nothing would
    vouch for the others any more."""
    path = folder / f"{stem(made)}{ENDING}"
    if not path.exists():
        return
    ours = {f"{stem(made)}.{form}" for form in ("json", *forms)}
    try:
        named = {one["name"] for one in json.loads(path.read_bytes())["files"]}
    except (OSError, ValueError, LookupError, TypeError):
        named = {"files that cannot be read"}
    if more := sorted(named - ours):
        raise InputError(f"{path}: is there and names {more[0]}, too (p2i closing wrote it?); choose another --out")


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
