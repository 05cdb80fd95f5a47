"""The evidence bundle: the folders of facts a statement can be computed from, as one ZIP with the same bytes always."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from store.errors import InputError

ENDING = ".evidence.zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant a ZIP can name: no clock, no zone in its bytes
MOST_BYTES = 8 << 30
MOST_FILES = 10_000


def write_bundle_file(folder: Path, path: Path) -> None:
    """Packs every file below `folder`, by name; the same files give the same bytes with the same zlib."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for file in sorted(each for each in folder.rglob("*") if each.is_file()):
                member = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
                member.compress_type, member.external_attr, member.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                member.file_size = file.stat().st_size  # ZIP must know beforehand that a member passes 2 GiB
                with file.open("rb") as source, archive.open(member, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from error


def unpack(path: Path, folder: Path) -> None:
    """Unpacks a bundle into an empty folder. InputError for what is no bundle, leads out of it, or is a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES or sum(one.file_size for one in members) > MOST_BYTES:
                raise InputError(f"{path}: holds more than {MOST_FILES} files or {MOST_BYTES} bytes")
            for one in members:
                target = folder / one.filename
                if target.resolve() == folder.resolve() or folder.resolve() not in target.resolve().parents:
                    raise InputError(f"{path}: {one.filename!r} leads out of the folder")
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(one) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, 1 << 20)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: is not a bundle: {error}") from None
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from error
