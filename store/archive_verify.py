"""Verifies an archive: every hash recomputed from the files and, with a database, every row against the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np

from store.archive import Outcome, compared, damage, members_of, whole_second
from store.archive_content import content, instant_text
from store.archive_folder import ArchiveFolder
from store.archive_manifest import ArchivedFile
from store.archive_month import Month, parsed_month
from store.archive_part import read_part
from store.archive_rows import KINDS, Series, one_moment, read_series, with_readings
from store.connection import Connection
from store.errors import InputError
from store.instants import microseconds
from store.parquet_form import FORMS
from store.readings import Kind
from store.upkeep import read_dropped_before


def verify_files(folder: ArchiveFolder, kinds: Sequence[str], only: Month | None = None) -> Iterator[Outcome]:
    """One outcome per file: its bytes, its rows, their order and their hash are those of the manifest, or what is not.

    Files that look archived and are not in the manifest are named too.
    """
    for file in _chosen(folder, kinds, only):
        mistake = damage(folder, file) or _other_content(folder, file)
        yield Outcome("damaged", file.path, mistake) if mistake else Outcome("verified", file.path, f"{file.rows} rows")
    known = {file.path for file in folder.files}
    for found in sorted(folder.path.rglob("*.parquet")):
        path = found.relative_to(folder.path)
        if path.as_posix() not in known and not any(part.startswith((".", "_")) for part in path.parts):
            yield Outcome("stray", path.as_posix(), "is not in the manifest")


def verify_against_store(
    connection: Connection, folder: ArchiveFolder, kinds: Sequence[str], now: datetime, only: Month | None = None
) -> Iterator[Outcome]:
    """One outcome per archived month and kind of difference: rows the archive lacks, and rows that differ.

    An archived row that the store lacks is `dropped` where the store's own record of its retention says that readings
    so old may be gone by age, and `missing` after that. What the store still has from before that instant, such as a
    reading that came late, says nothing about the rest.
    """
    files = list(_chosen(folder, kinds, only))
    for kind_name, facility, text in dict.fromkeys(file.partition for file in files):
        kind, month = KINDS[kind_name], parsed_month(text)
        with one_moment(connection):
            series = read_series(connection, kind)
            members = members_of(folder, kind, month, series).get(facility, [])
            kept_from = read_dropped_before(connection, [kind.table], now)
            yield from _partition(connection, folder, kind, month, members, kept_from, (kind_name, facility, text))


def _partition(
    connection: Connection,
    folder: ArchiveFolder,
    kind: Kind,
    month: Month,
    members: list[Series],
    kept_from: datetime | None,
    partition: tuple[str, str, str],
) -> Iterator[Outcome]:
    parts = folder.parts(partition)
    archived_codes = {code for part in parts for code in part.series}
    measured = {one.code for one in with_readings(connection, kind, members, month)}
    late = dropped = missing = contradicted = same = 0
    for one in members:
        if one.code not in archived_codes | measured:
            continue
        _, archived, found = compared(connection, folder, kind, month, one, parts)
        none = np.zeros(archived.instants.size, np.bool_)
        is_old = none if kept_from is None else archived.instants < microseconds(kept_from)
        late += int(found.late.sum())
        dropped += int((found.gone & is_old).sum())
        missing += int((found.gone & ~is_old).sum())
        contradicted += int(found.contradicted.sum())
        same += int((~found.gone & ~found.contradicted).sum())
    unknown = archived_codes - {one.code for one in members}
    missing += sum(part.series.get(code, 0) for part in parts for code in unknown)
    where = parts[0].path.rpartition("/")[0]
    if contradicted:
        yield Outcome("contradicted", where, f"{contradicted} rows are stored with other values")
    if missing:
        yield Outcome("missing", where, f"{missing} archived rows are not in the store")
    if dropped:
        assert kept_from is not None
        by_age = f"readings before {whole_second(kept_from)} may be gone by age"
        rest = "" if same or missing or contradicted else "; nothing is left to compare"
        yield Outcome("dropped", where, f"{dropped} rows are no longer in the store: {by_age}{rest}")
    if late:
        yield Outcome("late", where, f"{late} stored rows are not archived yet")
    if same:
        yield Outcome("compared", where, f"{same} rows are the same in the store")


def _chosen(folder: ArchiveFolder, kinds: Sequence[str], only: Month | None) -> Iterator[ArchivedFile]:
    for file in folder.files:
        if file.kind in kinds and (only is None or file.month == only.text):
            yield file


def _other_content(folder: ArchiveFolder, file: ArchivedFile) -> str | None:
    form = FORMS[file.kind]
    try:
        found = content(form, read_part(folder.path / file.path, form))
    except InputError as error:
        return str(error)
    stated = (file.rows, file.series, file.first_at, file.last_at, file.content_sha256)
    says = (found.rows, found.series, instant_text(found.first_at), instant_text(found.last_at), found.sha256)
    names = ("rows", "series", "first_at", "last_at", "content_sha256")
    wrong = [name for name, one, other in zip(names, stated, says, strict=True) if one != other]
    return f"its content is not what the manifest says ({', '.join(wrong)})" if wrong else None
