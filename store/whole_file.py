"""A file that is under its name only when all of it is on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from store.errors import InputError


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
