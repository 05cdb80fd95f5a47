"""The archive's folder: files that are whole or not there, one writer at a time, nothing ever overwritten."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.archive_manifest import NAME, ArchivedFile, files_of, manifest_text
from store.errors import InputError
from store.whole_file import write_whole

_LOCK = ".lock"


class ArchiveFolder:
    """The folder and its manifest as last read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = path / NAME
        self.files: list[ArchivedFile] = []

    def read(self) -> None:
        """Reads the manifest. A folder without one is an empty archive: nothing in it is overwritten all the same."""
        try:
            self.files = files_of(self.manifest.read_bytes(), str(self.manifest))
        except FileNotFoundError:
            self.files = []
        except OSError as error:
            raise InputError(f"{self.manifest}: {error.strerror}") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Makes the folder when it is not there, and holds it against any other writer; a dead one holds nothing."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InputError(f"--to: {self.path}: {error.strerror}") from None
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"--to: {self.path}: another p2i archive is writing there") from None
            yield
        finally:
            os.close(lock)

    def parts(self, partition: tuple[str, str, str]) -> list[ArchivedFile]:
        """The files of one kind, facility and month, the first version first."""
        return sorted((file for file in self.files if file.partition == partition), key=lambda file: file.version)

    def add(self, file: ArchivedFile) -> None:
        """Puts a finished file into the manifest."""
        files = [*self.files, file]
        write_whole(self.manifest, lambda stream: stream.write(manifest_text(files).encode()))
        self.files = files


def file_sha256(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
