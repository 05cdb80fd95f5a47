"""Writes the evidence bundle of a statement: the facts of each of its segments as files that give its figures again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from facilities.calendar import period
from facilities.inventory import Inventory
from p2i.recompute import recomputed
from reports.bundle import ENDING, write_bundle_file
from reports.files import stem
from reports.statement_text import part_name
from sla_engine.due import epoch_seconds_of
from sla_engine.export_reading import Exported, read_exports
from store.connection import Connection
from store.errors import InputError

Json = dict[str, Any]


def write_bundle(connection: Connection, inventory: Inventory, made: Json, folder: Path, now: datetime) -> Path:
    """Writes STEM.evidence.zip beside a statement's files, with a folder AGREEMENT/FIRST-DAY for each of its parts.

    Every figure is computed again from what was written before it is packed. InputError, with nothing written, when
    readings were dropped by age, or when the facts of today give other figures than the statement: evidence of another
    statement would accuse this one.
    """
    path = folder / f"{stem(made)}{ENDING}"
    with TemporaryDirectory(prefix="p2i-evidence-") as temporary:
        root = Path(temporary)
        for agreement in dict.fromkeys(part["agreement"] for part in made["agreements"]):
            span = period(made["month"], inventory.versions[agreement][0].time_zone)
            for one in read_exports(connection, inventory, agreement, made["month"], span, epoch_seconds_of(now)):
                if _is_of(one, agreement, made):
                    _write(one, root / agreement / one.first_on)
        wrong = next((found for found in recomputed(made, root) if found.level == "error"), None)
        if wrong is not None:
            raise InputError(f"{path.name}: the facts on record now do not give this statement: {wrong.text}")
        write_bundle_file(root, path)
    return path


def _is_of(one: Exported, agreement: str, made: Json) -> bool:
    """Whether the statement has this segment. One whose readings are gone would be evidence of nothing."""
    names = {part_name(part) for part in made["agreements"]}
    if not names & {agreement, f"{agreement} {one.first_on}"}:
        return False
    if one.gone:
        raise InputError(f"{agreement} {one.first_on}: not complete: {one.gone}")
    return True


def _write(one: Exported, folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
        for name, pieces in one.files.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
    except OSError as error:
        raise InputError(f"{error.filename or folder}: {error.strerror}") from error
