"""Writes the files of an issued statement into its tenant's folder; they are whole once their manifest is on record."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from p2i.closing.work import Work, manifest_path
from p2i.evidence_bundle import write_bundle
from reports.files import write_statement
from reports.key_folder import signing_key
from reports.keys import SigningKey
from reports.manifest import manifest_text
from reports.sealing import STAMP_ENDING
from reports.signing import Json
from store.errors import InputError, P2IError
from store.statement_rows import IssuedStatement, StatementFiles
from store.statements import read_statement, write_files
from store.whole_file import write_whole

log = logging.getLogger("closing")
SEAL = "seal"


def make_files(work: Work, number: str) -> None:
    """Makes every form of a statement, then its evidence, and writes down the manifest that names them all.

    Whoever dies before that leaves files that nobody was told of; they are made again. Whoever dies after it leaves a
    manifest on record, and its file is written from there.
    """
    _refuse_away(work)
    issued = read_statement(work.connection, number)
    assert issued is not None
    made, folder = json.loads(issued.document), work.folder_of(issued.tenant)
    work.connection.commit()
    files = write_statement(made, folder, work.settings.forms)
    _seal(work, [file for file in files if file.suffix == ".pdf"], None)
    missing = _evidence(work, issued, made, folder, files)
    key = _key(work, issued, made)
    text = manifest_text(made, files, key)
    write_files(work.connection, StatementFiles(number, text, json.loads(text)["sha256"], missing, work.now))
    work.connection.commit()
    log.info("%s: %s files in %s", number, len(files) + 1, folder)


def _key(work: Work, issued: IssuedStatement, made: Json) -> SigningKey | None:
    """The key of the manifest, which says the same instant as its statement: signed where that is, and only there."""
    if "signature" not in made:
        return None
    key = signing_key(work.settings.keys, issued.issued_at)
    if key is None:
        raise InputError("it is signed, and its manifest cannot be: P2I_KEYS is not set")
    return key


def finish_files(work: Work, files: StatementFiles, tenant: str) -> Path:
    """Writes the manifest's file as it is on record, and has it dated, where that was not done; returns its folder."""
    folder = work.folder_of(tenant)
    path = manifest_path(folder, json.loads(files.manifest))
    if not path.exists():
        _refuse_missing(folder, json.loads(files.manifest))
        write_whole(path, lambda stream: stream.write(files.manifest.encode()))
    sealing = work.settings.sealing
    if sealing is not None and sealing.timestamp_url and not path.with_name(f"{path.name}{STAMP_ENDING}").exists():
        _seal(work, [], path)
    return folder


def _refuse_missing(folder: Path, manifest: Json) -> None:
    for one in manifest["files"]:
        if not (folder / one["name"]).exists():
            raise InputError(
                f"{folder / one['name']}: is not there, and was: is P2I_STATEMENTS another folder than before?"
                " Else restore it from its backup"
            )


def _seal(work: Work, pdfs: list[Path], manifest: Path | None) -> None:
    """Seals and dates as far as configured. A time stamping server that does not answer is not asked for every tenant:
    each would wait for it as long."""
    sealing = work.settings.sealing
    if sealing is None:
        return
    _refuse_away(work)
    from reports.seal import seal_files  # the extra `seal`

    try:
        seal_files(pdfs, manifest, sealing)
    except P2IError as error:
        if not error.permanent:
            work.away[SEAL] = str(error)
        raise


def _refuse_away(work: Work) -> None:
    if SEAL in work.away:
        raise P2IError(work.away[SEAL])


def _evidence(work: Work, issued: IssuedStatement, made: Json, folder: Path, files: list[Path]) -> str | None:
    """Adds the evidence bundle to `files`; returns why there is none. A full disk is no reason to go without."""
    try:
        files.append(write_bundle(work.connection, work.settings.inventory, made, folder, work.now))
    except InputError as error:
        if isinstance(error.__cause__, OSError):
            raise
        work.connection.rollback()
        log.warning("%s: goes without an evidence bundle: %s", issued.number, error)
        return str(error)
    work.connection.commit()
    return None
