"""The archive's folder: files that are whole or not there, one writer at a time, nothing ever overwritten."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from store.archive_manifest import NAME, ArchivedFile, files_of, manifest_text
from store.errors import InputError

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


def write_whole(path: Path, write: Callable[[BinaryIO], object], check: Callable[[Path], object] | None = None) -> None:
    """Writes a file that appears under its name only when its bytes are on the disk and `check` has read them.

    They are written beside it under a name that begins with a dot, which no reader of ours and no tool that knows
    Hive's folders looks at; a killed run leaves such a file behind, and the next one writes over it.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        make_folder(path.parent)
        with unfinished.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if check is not None:
            check(unfinished)
        unfinished.replace(path)
        sync(path.parent)
    except BaseException as error:
        with suppress(OSError):
            unfinished.unlink()
        if not isinstance(error, OSError):
            raise
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


def make_folder(path: Path) -> None:
    """Makes the folder and those above it, each entered on the disk in the one that holds it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Puts the folder's list of names on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def file_sha256(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
