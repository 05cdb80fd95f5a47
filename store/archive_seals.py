"""What the manifest of an archive says of files that somebody wants to read: which bytes, and which other files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from store.archive_manifest import NAME, ArchivedFile, files_of, is_foreign
from store.errors import InputError

_Manifest: TypeAlias = dict[str, ArchivedFile]


class Seal(NamedTuple):
    """The hash that the bytes of a file must have, and the line to say when they have another."""

    sha256: str
    mistake: str


def sealed(given: Path, files: Iterable[Path], kind: str, series: Collection[str]) -> dict[Path, Seal | None]:
    """Those of `files` that must be read to have every reading of the series, with what vouches for each.

    `files` are those of one `kind` found at the path `given`, a folder or a file. A manifest stands in the folder of
    the file, in one between it and `given`, or above those as far as their names are `column=value`, as in an archive;
    of several the outermost holds. Where there is none, nothing vouches for the file (None). Left out are files in
    which, by the manifest, no reading of the series is.

    Raises InputError when a manifest is damaged, when it does not name a file, and when one that it names below
    `given`, with readings of the series, is not there: a month that is gone changes a score as well as a changed one.
    """
    seals = _Seals(given)
    found: dict[Path, Seal | None] = {}
    for file in files:
        named = seals.of(file)
        if named is None:
            found[file] = None
        elif named[1].kind != kind or not named[1].series.keys().isdisjoint(series):
            root, archived = named
            found[file] = Seal(archived.sha256, f"{file}: its bytes are not those its manifest names{_advice(root)}")
    seals.refuse_gaps(kind, series)
    return found


class _Seals:
    """The manifests met on the way from the files up, each read once, and the files that were asked about."""

    def __init__(self, given: Path) -> None:
        self._top = _real(given) if given.is_dir() else None
        self._manifests: dict[Path, _Manifest | None] = {}
        self._asked: set[Path] = set()

    def of(self, file: Path) -> tuple[Path, ArchivedFile] | None:
        """The archive's folder and what its manifest says of the file; None without a manifest.

        A link is first looked at where it stands, then where it leads.
        """
        for place in dict.fromkeys((_real(file.parent) / file.name, _real(file))):
            for root in reversed(list(self._above(place))):
                manifest = self._manifest(root)
                if manifest is not None:
                    self._asked.add(place)
                    archived = manifest.get(place.relative_to(root).as_posix())
                    if archived is None:
                        raise InputError(f"{file}: its manifest does not name it{_advice(root)}")
                    return root, archived
        return None

    def refuse_gaps(self, kind: str, series: Collection[str]) -> None:
        """Raises InputError when a file that holds one of the series should be below the folder and is not there."""
        for root, manifest in self._manifests.items():
            for archived in (manifest or {}).values():
                place = root / archived.path
                holds = archived.kind == kind and not archived.series.keys().isdisjoint(series)
                if holds and self._top in place.parents and place not in self._asked:
                    raise InputError(f"{place}: its manifest names it, and it is not there{_advice(root)}")

    def _above(self, place: Path) -> Iterator[Path]:
        for folder in place.parents:
            yield folder
            if self._top not in folder.parents and "=" not in folder.name:
                return

    def _manifest(self, folder: Path) -> _Manifest | None:
        if folder not in self._manifests:
            self._manifests[folder] = _read_manifest(folder / NAME)
        return self._manifests[folder]


def _read_manifest(path: Path) -> _Manifest | None:
    """The files that the manifest names; None when there is none, or one of another software."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    return None if is_foreign(text) else {file.path: file for file in files_of(text, str(path))}


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises RuntimeError where links lead round in a circle


def _advice(root: Path) -> str:
    return f"; see p2i archive --to {shlex.quote(str(root))} --verify"
