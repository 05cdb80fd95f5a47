"""What a backup holds, written beside the dump as JSON: the yardstick that a restore is measured with."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.errors import InputError

FORMAT = 1


@dataclass(frozen=True)
class Contents:
    """Rows by relation (of a continuous aggregate: those kept), and the SHA-256 of every text a dispute may turn on,
    by its key: score documents, entries of the verdict ledger, texts of agreements and calendars."""

    rows: dict[str, int]
    documents_sha256: dict[str, str]

    def differences(self, other: "Contents") -> list[str]:
        """What is otherwise in `other`, one line each; [] when both are the same."""
        mine, theirs = ({**one.rows, **one.documents_sha256} for one in (self, other))
        return [
            f"{name}: {mine.get(name, 'nothing')} in the backup, {theirs.get(name, 'nothing')} restored"
            for name in sorted(mine.keys() | theirs.keys())
            if mine.get(name) != theirs.get(name)
        ]


@dataclass(frozen=True)
class Manifest:
    """One backup: the dump's size and hash, the releases that made it, the roles it grants to, and its contents.

    `timescaledb` is None on plain PostgreSQL; `taken_at` is the instant (UTC, RFC 3339) whose state the dump holds.
    """

    taken_at: str
    dump_bytes: int
    dump_sha256: str
    postgresql: str
    pg_dump: str
    timescaledb: str | None
    migration: int
    roles: list[str]
    contents: Contents


def manifest_path(dump: Path) -> Path:
    """The manifest's place: beside the dump, with `.json` after its whole name."""
    return dump.with_name(f"{dump.name}.json")


def write_manifest(dump: Path, manifest: Manifest) -> None:
    """Writes the manifest; it comes last, so a dump without one is not a whole backup.

    Only its owner may read it, as the dump: tenants' agreements are named in it.
    """
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2, ensure_ascii=False)
    unfinished = manifest_path(dump).with_suffix(".unfinished")
    with open(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    unfinished.rename(manifest_path(dump))


def read_manifest(dump: Path) -> Manifest:
    """The manifest of a dump that is byte for byte the one it was written for.

    Raises InputError when either file is missing, cut or changed, or the manifest is of another format.
    """
    path = manifest_path(dump)
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise InputError(f"{path}: written by another release of p2i; restore with that one")
        manifest = Manifest(**{**content, "contents": Contents(**content["contents"])})
        size, sha256 = dump.stat().st_size, file_sha256(dump)
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not the manifest of a backup") from error
    if (size, sha256) != (manifest.dump_bytes, manifest.dump_sha256):
        raise InputError(f"{dump}: not the file this backup wrote (size or SHA-256 differ from {path.name})")
    return manifest


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
