"""The evidence bundle: the folders of facts a statement can be computed from, as one ZIP with the same bytes always."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from store.errors import InputError
from store.whole_file import write_whole

ENDING = ".evidence.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant a ZIP can name: no clock, no zone in its bytes
MOST_BYTES = 8 << 30
MOST_FILES = 10_000
MOST_RATIO, FREE_BYTES = 200, 1 << 20
"""Measurements pack to a tenth. What packs to less than a two-hundredth of itself was made to fill a disk."""


def write_bundle_file(folder: Path, path: Path) -> None:
    """Packs every file below `folder`, by name; the same files give the same bytes with the same zlib."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    if len(files) > MOST_FILES:
        raise InputError(f"{path}: would hold {len(files)} files; {MOST_FILES} are the most that can be verified")

    def pack(stream: BinaryIO) -> None:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for file in files:
                member = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
                member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                member.file_size = file.stat().st_size  # ZIP must know beforehand that a member passes 2 GiB
                with file.open("rb") as source, archive.open(member, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)

    write_whole(path, pack)


def unpack(path: Path, folder: Path) -> None:
    """Unpacks a bundle into an empty folder. InputError for what is no bundle, leads out of it, or is a bomb.

    A link in it becomes a file with the text of the link: nothing of it is ever followed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_bomb(path, members)
            for one in members:
                target = folder / one.filename
                if target.resolve() == folder.resolve() or folder.resolve() not in target.resolve().parents:
                    raise InputError(f"{path}: {one.filename!r} leads out of the folder")
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
    except FileExistsError as error:
        raise InputError(f"{path}: holds {Path(str(error.filename)).name!r} twice, or as file and folder") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise InputError(f"{path}: is not a bundle: {error}") from None


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """The sizes it states are those that are unpacked at most. A bundle of ours is stored or deflated."""
    if len(members) > MOST_FILES or sum(one.file_size for one in members) > MOST_BYTES:
        raise InputError(f"{path}: holds more than {MOST_FILES} files or {MOST_BYTES} bytes")
    for one in members:
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{path}: {one.filename!r} is packed as no bundle of ours is")
        if one.file_size > FREE_BYTES + MOST_RATIO * one.compress_size:
            raise InputError(f"{path}: {one.filename!r} would be {one.file_size} bytes out of {one.compress_size}")
