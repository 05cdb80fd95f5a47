"""The archive's manifest: every finished file with its hashes; what it does not name was never finished. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

from store.errors import InputError

NAME = "manifest.json"
FORMAT = 1
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


class ArchivedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: `path` below the archive's folder, what it holds, and its hashes.

    `version` counts the files of one month from 1: the first holds the month as it closed, each later one only the
    readings that arrived after the one before. `series` has the rows of each circuit or zone, `first_at` and
    `last_at` are both inclusive. `sha256` is that of the file's bytes, `content_sha256` that of what it says.
    """

    path: str
    kind: str
    facility: str
    month: str
    version: int
    is_demo: bool
    rows: int
    series: dict[str, int]
    first_at: str
    last_at: str
    content_sha256: str
    bytes: int
    sha256: str
    archived_at: str
    software: str

    @property
    def partition(self) -> tuple[str, str, str]:
        """What its siblings share: kind, facility, month."""
        return self.kind, self.facility, self.month


def manifest_text(files: list[ArchivedFile]) -> str:
    """The manifest of the files, in canonical JSON (keys sorted, no blanks, UTF-8) and a newline.

    It is `{"archive": …, "sha256": …}`: the hash is that of the canonical JSON of the value of `archive`.
    """
    ordered = sorted(files, key=lambda file: (*file.partition, file.version))
    archive = {"format": FORMAT, "files": [msgspec.to_builtins(file) for file in ordered]}
    return f"{_canonical({'archive': archive, 'sha256': _sha256(archive)})}\n"


def files_of(text: bytes, path: str) -> list[ArchivedFile]:
    """The files a manifest names. Raises InputError, which names `path`, when it is damaged or of another format."""
    try:
        document = json.loads(text.decode())
        archive, stated = document["archive"], document["sha256"]
        found_format = archive["format"]
    except (ValueError, LookupError, TypeError):
        raise InputError(f"{path}: not a manifest of p2i archive") from None
    if _sha256(archive) != stated:
        raise InputError(f"{path}: its hash does not fit its content; restore it from a copy")
    if found_format != FORMAT:
        raise InputError(f"{path}: format {found_format}, and this release knows format {FORMAT}")
    try:
        files = msgspec.convert(archive["files"], list[ArchivedFile])
    except (LookupError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: {error}") from None
    for file in files:
        if file.path != file_path(*file.partition, file.version):
            raise InputError(f'{path}: "{file.path}" is not where such a file lies')
    return files


def is_foreign(text: bytes) -> bool:
    """Whether a file with the manifest's name is one of another software: JSON, and no archive's.

    What is no JSON at all may be one of ours that is damaged: it is not foreign, and `files_of` refuses it.
    """
    try:
        document = json.loads(text.decode())
    except ValueError:
        return False
    return not (isinstance(document, dict) and "archive" in document)


def file_path(kind: str, facility: str, month: str, version: int) -> str:
    """Where a file lies below the archive's folder, in Hive's way: what a folder's name says is no column to guess.

    Raises InputError for a facility that cannot be part of a folder's name; no inventory allows one.
    """
    if not _CODE.fullmatch(facility):
        raise InputError(f'facility "{facility}": cannot be the name of a folder')
    return f"kind={kind}/facility={facility}/month={month}/part-{version - 1}.parquet"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _sha256(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()
