"""Closed months become files once; what came late becomes a file more; nothing archived ever changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from store.archive_folder import ArchiveFolder
from store.archive_month import Month
from store.errors import InputError
from store.registry import register_circuits
from store.rows import CircuitRow

if TYPE_CHECKING:
    from tests.store.conftest import ArchiveSite

BytesBelow = Callable[[Path], dict[str, bytes]]

CLOSED = "2026-10-10T00:00:00Z"
AUGUST = "kind=interval/facility=park/month=2026-08/part-0.parquet"
LATE = "kind=interval/facility=park/month=2026-08/part-1.parquet"


def rows_of(path: Path) -> list[tuple[str, str, int, int]]:
    table = pq.ParquetFile(path).read().to_pylist()
    return [(f"{row['starts_at']:%m-%dT%H:%M:%S}", row["circuit"], row["sent"], row["lost"]) for row in table]


def test_each_closed_month_of_each_kind_and_park_becomes_one_sorted_file(site: ArchiveSite) -> None:
    outcomes = site.run(CLOSED)
    assert [(outcome.word, outcome.where) for outcome in outcomes] == [
        ("archived", "kind=interval/facility=demo-park/month=2026-07/part-0.parquet"),
        ("archived", "kind=interval/facility=park/month=2026-07/part-0.parquet"),
        ("archived", "kind=interval/facility=demo-park/month=2026-08/part-0.parquet"),
        ("archived", AUGUST),
        ("open", "kind=interval/facility=demo-park/month=2026-09/part-0.parquet"),
        ("open", "kind=interval/facility=park/month=2026-09/part-0.parquet"),
        ("archived", "kind=probe/facility=park/month=2026-08/part-0.parquet"),
        ("archived", "kind=state/facility=park/month=2026-08/part-0.parquet"),
        ("archived", "kind=occupancy/facility=park/month=2026-08/part-0.parquet"),
    ]
    assert rows_of(site.path / AUGUST) == [
        ("08-01T00:00:00", "a", 10, 3), ("08-01T00:00:10", "a", 0, 0),
        ("08-31T23:59:40", "a", 10, 1), ("08-31T23:59:50", "a", 10, 2),
        ("08-01T00:00:00", "b", 10, 3), ("08-01T00:00:10", "b", 0, 0),
        ("08-31T23:59:40", "b", 10, 1), ("08-31T23:59:50", "b", 10, 2),
    ]  # fmt: skip
    archived = next(file for file in site.folder().files if file.path == AUGUST)
    assert (archived.rows, archived.series, archived.version) == (8, {"a": 4, "b": 4}, 1)
    assert (archived.first_at, archived.last_at) == ("2026-08-01T00:00:00Z", "2026-08-31T23:59:50Z")
    assert not archived.is_demo
    assert all(file.is_demo for file in site.folder().files if file.facility == "demo-park")


def test_a_file_says_by_itself_what_it_is(site: ArchiveSite) -> None:
    site.run(CLOSED)
    file = pq.ParquetFile(site.path / "kind=probe/facility=park/month=2026-08/part-0.parquet")
    metadata = file.schema_arrow.metadata
    assert metadata[b"p2i.kind"] == b"probe"
    assert metadata[b"p2i.month"] == b"2026-08"
    assert metadata[b"p2i.is_demo"] == b"false"
    assert file.schema_arrow.field("round_trip_nanoseconds").metadata[b"unit"].startswith(b"nanoseconds")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert [column.column_index for column in file.metadata.row_group(0).sorting_columns] == [1, 0]
    assert file.read().column("round_trip_nanoseconds").to_pylist() == [24_700_000, None, 5]


def test_a_second_run_verifies_and_writes_nothing(site: ArchiveSite, bytes_below: BytesBelow) -> None:
    site.run(CLOSED)
    before = bytes_below(site.path)
    assert {outcome.word for outcome in site.run("2026-10-11T00:00:00Z")} == {"verified", "open"}
    assert bytes_below(site.path) == before


def test_a_month_is_open_until_it_is_quiet(site: ArchiveSite) -> None:
    august = Month(2026, 8)
    assert {outcome.word for outcome in site.run("2026-10-06T00:00:04Z", ["interval"], august)} == {"open"}
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [0]], "2026-09-19T23:59:59.000001Z")
    outcomes = {outcome.where: outcome for outcome in site.run("2026-10-06T00:00:05Z", ["interval"], august)}
    assert outcomes[AUGUST].word == "open"
    assert outcomes[AUGUST].text == "until 2026-10-25T00:00:00Z, if nothing more arrives"
    assert outcomes[AUGUST.replace("park", "demo-park")].word == "archived"  # its own readings are quiet


def test_late_readings_make_a_second_file_and_leave_the_first(site: ArchiveSite, bytes_below: BytesBelow) -> None:
    site.run(CLOSED)
    before = bytes_below(site.path)
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10, 10], [4, 5]], "2026-11-01T00:00:00Z")
    assert "open" in {outcome.word for outcome in site.run("2026-11-02T00:00:00Z", ["interval"], Month(2026, 8))}
    assert bytes_below(site.path) == before
    outcomes = site.run("2026-12-06T00:00:00Z", ["interval"], Month(2026, 8))
    assert ("archived", LATE) in {(outcome.word, outcome.where) for outcome in outcomes}
    assert rows_of(site.path / LATE) == [("08-15T00:00:00", "a", 10, 4), ("08-15T00:00:10", "a", 10, 5)]
    after = bytes_below(site.path)
    assert {path: after[path] for path in before if path != "manifest.json"} == {
        path: before[path] for path in before if path != "manifest.json"
    }
    assert [file.version for file in site.folder().parts(("interval", "park", "2026-08"))] == [1, 2]
    assert {outcome.word for outcome in site.run("2026-12-07T00:00:00Z", ["interval"], Month(2026, 8))} == {"verified"}
    assert bytes_below(site.path) == after


def test_readings_that_quarantine_gave_back_are_archived_though_they_arrived_long_ago(site: ArchiveSite) -> None:
    site.run(CLOSED)
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [4]], "2026-08-15T00:00:03Z")
    assert LATE in {outcome.where for outcome in site.run("2026-12-06T00:00:00Z", ["interval"])}
    assert rows_of(site.path / LATE) == [("08-15T00:00:00", "a", 10, 4)]


def test_late_readings_of_a_month_over_a_year_old_are_looked_for_when_it_is_named(site: ArchiveSite) -> None:
    site.run(CLOSED)
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [4]], "2027-10-01T00:00:00Z")
    said = [tuple(outcome) for outcome in site.run("2027-12-01T00:00:00Z", ["interval"])]
    assert ("verified", AUGUST, "8 rows") in said
    assert said[-1][:2] == ("unasked", "kind=interval")
    assert said[-1][2] == "late readings of 2026-07 to 2026-08 are looked for only with --month"
    assert not (site.path / LATE).exists()
    assert LATE in {outcome.where for outcome in site.run("2027-12-01T00:00:00Z", ["interval"], Month(2026, 8))}


def test_what_retention_takes_from_the_store_stays_archived(site: ArchiveSite) -> None:
    site.run(CLOSED)
    site.connection.execute("DELETE FROM circuit_interval WHERE starts_at < '2026-09-01Z'")
    site.connection.commit()
    site.store("interval", "b", "2026-08-15T00:00:00Z", [[10], [4]], "2026-11-01T00:00:00Z")
    site.run("2026-12-06T00:00:00Z", ["interval"])
    assert len(rows_of(site.path / AUGUST)) == 8
    assert rows_of(site.path / LATE) == [("08-15T00:00:00", "b", 10, 4)]


def test_a_late_row_with_the_key_of_an_archived_one_does_not_replace_it(site: ArchiveSite) -> None:
    site.run(CLOSED)
    site.connection.execute("DELETE FROM circuit_interval WHERE starts_at < '2026-09-01Z'")
    site.store("interval", "b", "2026-08-01T00:00:00Z", [[10], [9]], "2026-11-01T00:00:00Z")
    outcomes = site.run("2026-12-06T00:00:00Z", ["interval"], Month(2026, 8))
    assert [outcome.text for outcome in outcomes if outcome.word == "contradicted"] == [
        "circuit b: 1 rows; the archived rows stay as they are"
    ]
    assert not (site.path / LATE).exists()


def test_a_circuit_that_moved_leaves_its_archived_months_where_they_are(site: ArchiveSite) -> None:
    site.run(CLOSED)
    register_circuits(site.connection, [CircuitRow("a", "other-park", None, False)])
    site.connection.commit()
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [4]], "2026-11-01T00:00:00Z")
    archived = {outcome.where for outcome in site.run("2026-12-06T00:00:00Z") if outcome.word == "archived"}
    assert LATE in archived
    assert "kind=interval/facility=other-park/month=2026-09/part-0.parquet" in archived
    assert not any("other-park/month=2026-08" in path for path in archived)


def test_a_damaged_file_is_said_and_left_as_it_is(site: ArchiveSite, bytes_below: BytesBelow) -> None:
    site.run(CLOSED)
    (site.path / AUGUST).write_bytes((site.path / AUGUST).read_bytes()[:-1] + b"!")
    (site.path / "kind=probe/facility=park/month=2026-08/part-0.parquet").unlink()
    site.store("interval", "a", "2026-08-15T00:00:00Z", [[10], [4]], "2026-11-01T00:00:00Z")
    before = bytes_below(site.path)
    outcomes = site.run("2026-12-06T00:00:00Z", ["interval", "probe"], Month(2026, 8))
    said = {outcome.where: outcome.text for outcome in outcomes if outcome.word == "damaged"}
    assert said == {
        AUGUST: "its bytes are not those the manifest says (sha256)",
        "kind=probe/facility=park/month=2026-08/part-0.parquet": "No such file or directory",
    }
    assert bytes_below(site.path) == before


def test_a_finished_file_that_the_manifest_missed_is_taken_when_it_says_the_same(site: ArchiveSite) -> None:
    """The run was killed after the file got its name and before the manifest named it."""
    site.run(CLOSED)
    manifest = (site.path / "manifest.json").read_bytes()
    (site.path / "manifest.json").unlink()
    site.run(CLOSED)
    assert (site.path / "manifest.json").read_bytes() == manifest


def test_a_file_the_manifest_does_not_know_is_never_overwritten(site: ArchiveSite, bytes_below: BytesBelow) -> None:
    (site.path / AUGUST).parent.mkdir(parents=True)
    (site.path / AUGUST).write_bytes(b"somebody's")
    with pytest.raises(InputError, match="says something else; move it away"):
        site.run(CLOSED, ["interval"], Month(2026, 8))
    assert (site.path / AUGUST).read_bytes() == b"somebody's"
    assert not [path for path in bytes_below(site.path) if "unfinished" in path]


def test_two_writers_do_not_meet(site: ArchiveSite) -> None:
    with ArchiveFolder(site.path).locked(), pytest.raises(InputError, match="another p2i archive is writing there"):
        site.run(CLOSED)


def test_a_park_whose_name_is_no_folder_is_refused(site: ArchiveSite) -> None:
    register_circuits(site.connection, [CircuitRow("a", "../park", None, False)])
    site.connection.commit()
    with pytest.raises(InputError, match=r'facility "../park": cannot be the name of a folder'):
        site.run(CLOSED)
