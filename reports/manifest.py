"""The manifest of a statement: the name, size and SHA-256 of every file of it, hashed and signed like the statement."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from reports.bundle import MOST_FILES
from reports.keys import SigningKey
from reports.sealing import STAMP_ENDING
from reports.signing import hashed, signed
from reports.statement_text import document_text
from store.errors import InputError
from store.finding import Finding
from store.whole_file import write_whole

Json = dict[str, Any]
KIND = "p2i.manifest/1"
ENDING = ".manifest.json"
QUESTION = "file"
ABSENT = "absent"
MOST_NAMED = 100
"""Files that a manifest of ours names at most: a statement has some ten, however many its evidence holds."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
BLOCK_BYTES = 1 << 20


def write_manifest(folder: Path, made: Json, files: Iterable[Path], key: SigningKey | None) -> Path:
    """Writes the manifest of a statement's files and returns it. The last file to write: where it is, all are whole.

    `files` lie in `folder`, the statement's JSON among them; of an evidence bundle every file inside is named, too.
    """
    text = manifest_text(made, files, key)
    path = folder / f"{stem_of(json.loads(text))}{ENDING}"
    write_whole(path, lambda stream: stream.write(text.encode()))
    return path


def manifest_text(made: Json, files: Iterable[Path], key: SigningKey | None) -> str:
    """The text of a manifest's file, for who keeps it elsewhere before it is written."""
    said = hashed(manifest(made, [named(file) for file in files]))
    return document_text(said if key is None else signed(said, key))


def manifest(made: Json, files: Iterable[Json]) -> Json:
    """What a manifest says, before it is hashed: the statement it is of, and its files by name."""
    return {
        "kind": KIND,
        "number": made["number"],
        "issued_at": made["issued_at"],
        "statement_sha256": made["sha256"],
        "files": sorted(files, key=lambda one: str(one["name"])),
    }


def named(file: Path) -> Json:
    """Name, size and hash of a file; of a ZIP, those of its members as well, so that it can be checked unpacked."""
    try:
        with file.open("rb") as stream:
            found: Json = {"name": file.name, **_measured(stream)}
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                found["members"] = [_member(archive, name) for name in sorted(archive.namelist())]
    except zipfile.BadZipFile as error:
        raise InputError(f"{file}: is no ZIP file: {error}") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
    return found


def file_findings(said: Json, path: Path, asked: str | None = None) -> Iterator[Finding]:
    """One finding per file that the manifest at `path` names, and one per file beside it that passes for one of them.

    `asked` is the file that somebody wants to know about, and has to be one of them; who has it from a mail has not all
    of the others, so what is not there is only said. A manifest under the name of another statement's would vouch for
    files that it does not name.
    """
    folder, own = path.parent, f"{stem_of(said)}{ENDING}"
    if path.name != own:
        yield Finding("error", QUESTION, f"{path.name}: is named as no manifest of its files is, {own}")
    if asked is not None and asked not in {one["name"] for one in said["files"]}:
        yield Finding("error", QUESTION, f"{asked}: the manifest beside it does not name it")
    for one in said["files"]:
        if asked is None or one["name"] == asked or (folder / one["name"]).exists():
            yield _compared(one, folder / one["name"], one["name"])
        else:
            yield Finding("warning", ABSENT, f"{one['name']}: is not here, so it is not checked")
    stem, known = stem_of(said), {one["name"] for one in said["files"]}
    for file in sorted(folder.glob("*")):
        is_ours = file.name.startswith(f"{stem}.") and file.name not in (own, f"{own}{STAMP_ENDING}")
        if is_ours and file.name not in known and file.name != asked:
            yield Finding("error", QUESTION, f"{file.name}: the manifest does not name it")


def member_findings(said: Json, folder: Path) -> Iterator[Finding]:
    """The same for the files of an evidence bundle that was unpacked into `folder`; none where it is another folder."""
    members = [member for one in said["files"] for member in one.get("members", ())]
    if not any((folder / one["name"]).exists() for one in members):
        return  # files that somebody exported anew lie otherwise: they have to give the figures, not the bytes
    for one in members:
        yield _compared(one, folder / one["name"], f"evidence {one['name']}")
    known = {one["name"] for one in members}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name not in known:
            yield Finding("error", QUESTION, f"evidence {name}: the manifest does not name it")


def shape_faults(said: Json) -> Iterator[str]:
    """What is wrong with how a manifest is written; names that lead out of its folder are no names of ours."""
    files = said.get("files")
    if not isinstance(files, list) or not all(_is_entry(one) for one in files):
        yield "files: is not a list of name, bytes and sha256"
        return
    if len(files) > MOST_NAMED or any(len(one.get("members", ())) > MOST_FILES for one in files):
        yield f"files: names more than {MOST_NAMED} files, or more than {MOST_FILES} in one"
        return
    for one in files:
        if not _NAME.fullmatch(one["name"]):
            yield f"files: {one['name']!r} is no name of a file of ours"
        for member in one.get("members", ()):
            parts = member["name"].split("/") if _is_entry(member) else [""]
            if not all(map(_NAME.fullmatch, parts)):
                yield f"files: {one['name']}: {member!r} is no member of a bundle of ours"
    if len({one["name"] for one in files}) < len(files):
        yield "files: names a file twice"
    for name in ("number", "issued_at", "statement_sha256"):
        if not isinstance(said.get(name), str):
            yield f"{name}: is missing"
    if not stem_of(said):
        yield "files: does not name the statement's JSON"


def stem_of(said: Json) -> str:
    """The name of a statement's files without their ends: that of the JSON with the statement itself."""
    names = [one["name"] for one in said["files"]]
    plain = [name.removesuffix(".json") for name in names if name.endswith(".json")]
    return min(plain, key=len, default="")


def _compared(said: Json, file: Path, name: str) -> Finding:
    try:
        with file.open("rb") as stream:
            found = _measured(stream)
    except OSError as error:
        return Finding("error", QUESTION, f"{name}: {error.strerror}")
    if found["sha256"] == said["sha256"] and found["bytes"] == said["bytes"]:
        return Finding("ok", QUESTION, f"{name}: {found['bytes']} bytes, SHA-256 {found['sha256']}")
    size = "" if found["bytes"] == said["bytes"] else f"{found['bytes']} bytes instead of {said['bytes']}, "
    return Finding("error", QUESTION, f"{name}: was changed: {size}SHA-256 {found['sha256']}, named {said['sha256']}")


def _is_entry(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.keys() - {"members"} == {"name", "bytes", "sha256"}
        and isinstance(one["name"], str)
        and type(one["bytes"]) is int
        and isinstance(one["sha256"], str)
        and _SHA256.fullmatch(one["sha256"]) is not None
        and isinstance(one.get("members", []), list)
    )


def _member(archive: zipfile.ZipFile, name: str) -> Json:
    with archive.open(name) as stream:
        return {"name": name, **_measured(stream)}


def _measured(stream: Any) -> Json:
    digest, size = hashlib.sha256(), 0
    source: BinaryIO = stream
    while block := source.read(BLOCK_BYTES):
        digest.update(block)
        size += len(block)
    return {"bytes": size, "sha256": digest.hexdigest()}
