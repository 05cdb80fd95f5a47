"""Archives the readings of closed months: what the manifest lacks is written, what it has is verified and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from store.archive_content import instant_text
from store.archive_difference import Difference, difference, in_time_order, selected
from store.archive_folder import ArchiveFolder, file_sha256
from store.archive_manifest import FORMAT, ArchivedFile, file_path
from store.archive_month import Month, month_of, parsed_month
from store.archive_part import read_part, whole, write_part
from store.archive_rows import (
    KINDS,
    Series,
    one_moment,
    read_arrived,
    read_series,
    read_span,
    stored_pieces,
    with_readings,
)
from store.connection import Connection
from store.instants import microseconds
from store.parquet_form import FORMS, Piece
from store.readings import Kind

# A batch is stamped with its arrival a little before it is committed, by another machine's clock: what arrived up to
# a day before a file was written is compared with it once more.
MARGIN = timedelta(days=1)
# To see that nothing came late a whole month is read. Unasked, that is done for the months of the last year.
LATE = timedelta(days=366)
SECOND = 1_000_000  # of microseconds


class Outcome(NamedTuple):
    """What is to be said about one file or month: one word, where, and the sentence for people."""

    word: str
    where: str
    text: str

    @property
    def is_failure(self) -> bool:
        """Whether the archive is not what it says, or contradicts the store."""
        return self.word in {"damaged", "stray", "contradicted", "missing"}


@dataclass(frozen=True)
class Archive:
    """One run: the store, the folder, and when a month is closed: `quiet` after its end and after the last arrival."""

    connection: Connection
    folder: ArchiveFolder
    quiet: timedelta
    now: datetime
    software: str

    def run(self, kinds: Sequence[str], only: Month | None = None) -> Iterator[Outcome]:
        """Verifies the files there are, writes those that are missing, and says what became of each.

        Late readings of an archived month become a file of their own beside the first, once nothing more has arrived
        for `quiet`; no file is ever changed. What the store no longer has (retention) stays archived.
        """
        damaged = set()
        for file in self.folder.files:
            if file.kind in kinds and only in (None, parsed_month(file.month)):
                if mistake := damage(self.folder, file):
                    damaged.add(file.partition)
                    yield Outcome("damaged", file.path, mistake)
                else:
                    yield Outcome("verified", file.path, f"{file.rows} rows")
        for kind in (KINDS[name] for name in kinds):
            with one_moment(self.connection):
                series = read_series(self.connection, kind)
                span = read_span(self.connection, kind, series)
            months = [] if span is None else month_of(span[0]).through(month_of(span[1]))
            unasked: list[str] = []
            for month in months if only is None else [only]:
                for facility, members in members_of(self.folder, kind, month, series).items():
                    partition = (kind.name, facility, month.text)
                    if only is None and month.ends_at + LATE < self.now and self.folder.parts(partition):
                        unasked.append(month.text)
                    elif partition not in damaged:
                        yield from self._partition(kind, facility, month, members)
            if unasked:
                text = f"late readings of {min(unasked)} to {max(unasked)} are looked for only with --month"
                yield Outcome("unasked", f"kind={kind.name}", text)

    def _partition(self, kind: Kind, facility: str, month: Month, members: list[Series]) -> Iterator[Outcome]:
        parts = self.folder.parts((kind.name, facility, month.text))
        path = file_path(kind.name, facility, month.text, len(parts) + 1)
        with one_moment(self.connection):
            measured = with_readings(self.connection, kind, members, month)
            if measured and month.ends_at + self.quiet > self.now:  # without asking when the last one arrived
                yield _open(path, month.ends_at + self.quiet)
                return
            stored, last_at = read_arrived(self.connection, kind, measured, month) if measured else (0, None)
            if last_at is None:
                return
            # The instant of arrival alone does not tell: what quarantine gave back keeps that of its first arrival.
            is_older = parts and last_at < datetime.fromisoformat(parts[-1].archived_at) - MARGIN
            if is_older and stored <= sum(part.rows for part in parts):
                return
            closes_at = max(month.ends_at, last_at) + self.quiet
            if closes_at > self.now:
                yield _open(path, closes_at)
                return
            yield from self._written(kind, month, measured, parts, path)

    def _written(
        self, kind: Kind, month: Month, measured: list[Series], parts: list[ArchivedFile], path: str
    ) -> Iterator[Outcome]:
        contradicted: list[str] = []
        facility, version = path.split("/")[1].removeprefix("facility="), len(parts) + 1
        is_demo = any(one.is_demo for one in measured)
        labels = {
            "format": str(FORMAT), "kind": kind.name, "facility": facility, "month": month.text,
            "version": str(version), "is_demo": str(is_demo).lower(), "software": self.software,
        }  # fmt: skip
        pieces = (piece for one in measured for piece in self._new_pieces(kind, month, one, parts, contradicted))
        part = write_part(self.folder.path / path, FORMS[kind.name], pieces, labels)
        if contradicted:
            yield Outcome("contradicted", path, f"{', '.join(contradicted)}; the archived rows stay as they are")
        if part is None:
            return
        self.folder.add(
            ArchivedFile(
                path=path,
                kind=kind.name,
                facility=facility,
                month=month.text,
                version=version,
                is_demo=is_demo,
                rows=part.content.rows,
                series=part.content.series,
                first_at=instant_text(part.content.first_at),
                last_at=instant_text(part.content.last_at),
                content_sha256=part.content.sha256,
                bytes=part.bytes,
                sha256=part.sha256,
                archived_at=instant_text(microseconds(self.now.replace(microsecond=0))),
                software=self.software,
            )
        )
        yield Outcome("archived", path, f"{part.content.rows} rows, {part.bytes} bytes")

    def _new_pieces(
        self, kind: Kind, month: Month, one: Series, parts: list[ArchivedFile], contradicted: list[str]
    ) -> Iterator[Piece]:
        """What the archive does not have yet of one series."""
        if not any(one.code in part.series for part in parts):
            yield from stored_pieces(self.connection, kind, one, month)
            return
        stored, _, found = compared(self.connection, self.folder, kind, month, one, parts)
        if found.contradicted.any():
            contradicted.append(f"{FORMS[kind.name].series} {one.code}: {int(found.contradicted.sum())} rows")
        if found.late.any():
            yield selected(stored, found.late)


def _open(path: str, closes_at: datetime) -> Outcome:
    return Outcome("open", path, f"until {whole_second(closes_at)}, if nothing more arrives")


def whole_second(at: datetime) -> str:
    """The first whole second from an instant on, as people read it: `2026-09-01T00:00:00Z`."""
    return instant_text(-(-microseconds(at) // SECOND) * SECOND)


def compared(
    connection: Connection, folder: ArchiveFolder, kind: Kind, month: Month, one: Series, parts: list[ArchivedFile]
) -> tuple[Piece, Piece, Difference]:
    """The stored and the archived readings of one series in a month, and their difference."""
    form = FORMS[kind.name]
    stored = whole(stored_pieces(connection, kind, one, month), one.code, len(form.values))
    holding = [part for part in parts if one.code in part.series]
    read = (piece for part in holding for piece in read_part(folder.path / part.path, form, one.code))
    archived = in_time_order(whole(read, one.code, len(form.values)))
    return stored, archived, difference(archived, stored)


def members_of(folder: ArchiveFolder, kind: Kind, month: Month, series: list[Series]) -> dict[str, list[Series]]:
    """The series by the facility under which their readings of the month are archived.

    That is the facility they belonged to when the month was archived first: a circuit that moves to another park
    afterwards does not drag its past along.
    """
    files = [file for file in folder.files if (file.kind, file.month) == (kind.name, month.text)]
    placed = {code: file.facility for file in files for code in file.series}
    members: dict[str, list[Series]] = {}
    for one in series:
        members.setdefault(placed.get(one.code, one.facility), []).append(one)
    return dict(sorted(members.items()))


def damage(folder: ArchiveFolder, file: ArchivedFile) -> str | None:
    """What is wrong with the bytes of an archived file; None when they are those that were written."""
    path = folder.path / file.path
    try:
        size = path.stat().st_size
        if size != file.bytes:
            return f"has {size} bytes, the manifest says {file.bytes}"
        return None if file_sha256(path) == file.sha256 else "its bytes are not those the manifest says (sha256)"
    except OSError as error:
        return str(error.strerror)
