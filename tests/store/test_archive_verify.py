"""Verification finds what is damaged, what is missing, what is late, and tells retention from loss."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from store.archive import Outcome
from store.archive_folder import file_sha256
from store.archive_manifest import manifest_text
from store.archive_month import Month
from store.archive_rows import KINDS
from store.archive_verify import verify_against_store, verify_files

if TYPE_CHECKING:
    from tests.store.conftest import ArchiveSite

AUGUST = "kind=interval/facility=park/month=2026-08"
ONLY = Month(2026, 8)
NOW = datetime(2026, 12, 6, tzinfo=UTC)
BY_AGE = "readings before {} may be gone by age"


@pytest.fixture
def archived(site: ArchiveSite) -> ArchiveSite:
    site.run("2026-10-10T00:00:00Z")
    return site


def of_files(site: ArchiveSite) -> set[tuple[str, str, str]]:
    outcomes = verify_files(site.folder(), list(KINDS))
    return {(outcome.word, outcome.where, outcome.text) for outcome in outcomes if outcome.word != "verified"}


def drops(site: ArchiveSite, before: str) -> None:
    """Retention did its work, as the store itself notes it; the rows are gone when the test deletes them."""
    site.connection.execute("UPDATE retention SET dropped_before = %s WHERE relation = 'circuit_interval'", (before,))


def of_store(site: ArchiveSite) -> list[Outcome]:
    site.connection.commit()
    outcomes = verify_against_store(site.connection, site.folder(), ["interval"], NOW, ONLY)
    return [outcome for outcome in outcomes if "demo" not in outcome.where]


def test_a_sound_archive_is_verified_and_equals_the_store(archived: ArchiveSite) -> None:
    assert of_files(archived) == set()
    outcomes = list(verify_against_store(archived.connection, archived.folder(), list(KINDS), NOW))
    assert {outcome.word for outcome in outcomes} == {"compared"}
    assert len(outcomes) == 7
    assert Outcome("compared", AUGUST, "8 rows are the same in the store") in outcomes


@pytest.mark.parametrize("position", [0, 4, 100, -5, -1])
def test_one_wrong_bit_anywhere_is_found(archived: ArchiveSite, position: int) -> None:
    path = archived.path / AUGUST / "part-0.parquet"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    assert of_files(archived) == {
        ("damaged", f"{AUGUST}/part-0.parquet", "its bytes are not those the manifest says (sha256)")
    }


def test_a_truncated_file_and_one_that_nobody_archived_are_found(archived: ArchiveSite) -> None:
    path = archived.path / AUGUST / "part-0.parquet"
    (path.parent / "part-1.parquet").write_bytes(path.read_bytes())
    (path.parent / ".part-2.parquet.unfinished").write_bytes(b"half")
    path.write_bytes(path.read_bytes()[:-10])
    size = path.stat().st_size
    assert of_files(archived) == {
        ("damaged", f"{AUGUST}/part-0.parquet", f"has {size} bytes, the manifest says {size + 10}"),
        ("stray", f"{AUGUST}/part-1.parquet", "is not in the manifest"),
    }


def rewritten(site: ArchiveSite, lost: int) -> Path:
    """Somebody changes one value, and the hash of the bytes and the manifest's own with it, but no content hash."""
    path = site.path / AUGUST / "part-0.parquet"
    table = pq.ParquetFile(path).read()
    changed = table.set_column(3, table.schema.field("lost"), pc.add(table["lost"], lost).cast("int32"))
    pq.write_table(changed, path)
    folder = site.folder()
    files = [
        type(file)(**{name: getattr(file, name) for name in file.__struct_fields__}
                   | {"sha256": file_sha256(path), "bytes": path.stat().st_size})
        if file.path == f"{AUGUST}/part-0.parquet" else file
        for file in folder.files
    ]  # fmt: skip
    folder.manifest.write_text(manifest_text(files))
    return path


def test_other_rows_behind_right_bytes_are_found_by_the_hash_of_the_content(archived: ArchiveSite) -> None:
    rewritten(archived, 1)
    assert of_files(archived) == {
        ("damaged", f"{AUGUST}/part-0.parquet", "its content is not what the manifest says (content_sha256)")
    }
    assert [outcome.word for outcome in of_store(archived)] == ["contradicted"]


def test_the_same_rows_in_another_encoding_have_the_same_content(archived: ArchiveSite) -> None:
    before = hashlib.sha256((archived.path / AUGUST / "part-0.parquet").read_bytes()).hexdigest()
    assert file_sha256(rewritten(archived, 0)) != before
    assert of_files(archived) == set()


def test_late_rows_are_told(archived: ArchiveSite) -> None:
    archived.store("interval", "a", "2026-08-15T00:00:00Z", [[10, 10], [4, 5]], "2026-11-01T00:00:00Z")
    assert of_store(archived) == [
        Outcome("late", AUGUST, "2 stored rows are not archived yet"),
        Outcome("compared", AUGUST, "8 rows are the same in the store"),
    ]
    assert not any(outcome.is_failure for outcome in of_store(archived))


def test_retention_is_told_from_loss(archived: ArchiveSite) -> None:
    drops(archived, "2026-08-01T00:00:10Z")
    archived.connection.execute("DELETE FROM circuit_interval WHERE starts_at < '2026-08-01T00:00:10Z'")
    archived.connection.execute(
        "DELETE FROM circuit_interval WHERE starts_at = '2026-08-31T23:59:40Z' AND circuit_id ="
        " (SELECT circuit_id FROM circuit WHERE circuit = 'b')"
    )
    outcomes = of_store(archived)
    assert outcomes == [
        Outcome("missing", AUGUST, "1 archived rows are not in the store"),
        Outcome("dropped", AUGUST, f"2 rows are no longer in the store: {BY_AGE.format('2026-08-01T00:00:10Z')}"),
        Outcome("compared", AUGUST, "5 rows are the same in the store"),
    ]
    assert [outcome.is_failure for outcome in outcomes] == [True, False, False]


def test_a_late_reading_older_than_what_was_dropped_makes_nothing_missing(archived: ArchiveSite) -> None:
    drops(archived, "2026-08-15T00:00:00.5Z")
    archived.connection.execute("DELETE FROM circuit_interval WHERE starts_at < '2026-08-15Z'")
    archived.store("interval", "a", "2026-07-01T00:00:00Z", [[10], [0]], "2026-12-01T00:00:00Z")
    assert of_store(archived) == [
        Outcome("dropped", AUGUST, f"4 rows are no longer in the store: {BY_AGE.format('2026-08-15T00:00:01Z')}"),
        Outcome("compared", AUGUST, "4 rows are the same in the store"),
    ]


def test_nothing_is_compared_where_everything_went_by_age(archived: ArchiveSite) -> None:
    drops(archived, "2026-09-01T00:00:00Z")
    archived.connection.execute("TRUNCATE circuit_interval")
    by_age = BY_AGE.format("2026-09-01T00:00:00Z")
    assert of_store(archived) == [
        Outcome("dropped", AUGUST, f"8 rows are no longer in the store: {by_age}; nothing is left to compare"),
    ]


def test_a_store_that_was_emptied_by_no_retention_misses_everything(archived: ArchiveSite) -> None:
    archived.connection.execute("TRUNCATE circuit_interval")
    assert of_store(archived) == [Outcome("missing", AUGUST, "8 archived rows are not in the store")]


def test_the_archive_of_another_store_is_not_this_ones(archived: ArchiveSite) -> None:
    archived.connection.execute("UPDATE circuit SET circuit = 'x' WHERE circuit = 'b'")
    assert Outcome("missing", AUGUST, "4 archived rows are not in the store") in of_store(archived)
