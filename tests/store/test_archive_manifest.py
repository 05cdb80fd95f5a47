"""The manifest: canonical, hashed, strict."""

import hashlib
import json

import pytest

from store.archive_manifest import ArchivedFile, file_path, files_of, manifest_text
from store.archive_month import Month, parsed_month
from store.errors import InputError


def a_file(month: str = "2026-08", version: int = 1) -> ArchivedFile:
    return ArchivedFile(
        path=file_path("state", "park", month, version),
        kind="state",
        facility="park",
        month=month,
        version=version,
        is_demo=False,
        rows=2,
        series={"é": 2},
        first_at="2026-08-01T00:00:00Z",
        last_at="2026-08-02T00:00:00Z",
        content_sha256="c" * 64,
        bytes=10,
        sha256="f" * 64,
        archived_at="2026-10-10T00:00:00Z",
        software="p2i test",
    )


def test_the_same_files_give_the_same_text_in_any_order_and_come_back() -> None:
    files = [a_file(), a_file(version=2), a_file("2026-09")]
    text = manifest_text(files)
    assert manifest_text(files[::-1]) == text
    assert files_of(text.encode(), "m") == files


def test_anybody_can_recompute_its_hash() -> None:
    document = json.loads(manifest_text([a_file()]))
    canonical = json.dumps(document["archive"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


def changed(text: str, before: str, after: str, *, resealed: bool) -> bytes:
    document = json.loads(text.replace(before, after))
    if resealed:
        canonical = json.dumps(document["archive"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        document["sha256"] = hashlib.sha256(canonical.encode()).hexdigest()
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "m: not a manifest of p2i archive"),
        (b"\xff", "m: not a manifest of p2i archive"),
        (b"[]", "m: not a manifest of p2i archive"),
        (b'{"archive": {"files": []}, "sha256": ""}', "m: not a manifest of p2i archive"),
        (manifest_text([a_file()]).encode()[:-20], "m: not a manifest of p2i archive"),
        (
            changed(manifest_text([a_file()]), '"rows":2', '"rows":3', resealed=False),
            "m: its hash does not fit its content; restore it from a copy",
        ),
        (
            changed(manifest_text([a_file()]), '"format":1', '"format":2', resealed=True),
            "m: format 2, and this release knows format 1",
        ),
        (
            changed(manifest_text([a_file()]), '"rows":2', '"rows":"2"', resealed=True),
            "m: Expected `int`, got `str` - at `$[0].rows`",
        ),
        (
            changed(manifest_text([a_file()]), '"rows":2', '"rows":2,"color":1', resealed=True),
            "m: Object contains unknown field `color` - at `$[0]`",
        ),
        (
            changed(manifest_text([a_file()]), "kind=state/", "../kind=state/", resealed=True),
            'm: "../kind=state/facility=park/month=2026-08/part-0.parquet" is not where such a file lies',
        ),
    ],
)
def test_a_manifest_that_is_none_is_one_line(content: bytes, line: str) -> None:
    with pytest.raises(InputError) as error:
        files_of(content, "m")
    assert str(error.value) == line


@pytest.mark.parametrize("facility", ["", "..", "a/b", "a b", "é", "a" * 64, ".hidden", "_hidden"])
def test_a_facility_is_the_name_of_one_visible_folder(facility: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a folder"):
        file_path("state", facility, "2026-08", 1)


def test_months_follow_each_other() -> None:
    assert [month.text for month in Month(2026, 11).through(Month(2027, 2))] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert parsed_month("2026-09") == Month(2026, 9)
    assert Month(2026, 12).ends_at == Month(2027, 1).starts_at


@pytest.mark.parametrize(
    "text", ["2026-9", "2026-13", "2026-00", "26-09", "2026-09-01", "٢٠٢٦-٠٩", "0000-01", "9999-12", ""]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a month such as 2026-09"):
        parsed_month(text)
