"""The ledger of verdicts in an archive: its entries as lines of JSON, and the texts they name, each under its hash.

Neither needs the manifest: a chain vouches for itself, and a text is named by what it must hash to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from store.agreement_texts import read_all_texts
from store.archive import Outcome
from store.archive_rows import one_moment
from store.canonical import canonical, text_sha256
from store.connection import Connection
from store.errors import InputError
from store.ledger import read_entries
from store.whole_file import write_whole

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


class Line(NamedTuple):
    """One archived entry: the text its hash is of, and the document that it publishes, if it does."""

    body: str
    document: str | None


Ledgers = Mapping[str, Sequence[Line]]


def archive_ledger(connection: Connection, folder: Path) -> Iterator[Outcome]:
    """Writes the entries and texts that the archive lacks, and says what became of each ledger.

    Entries go into a file of their own each time, and no file is ever changed. Nothing is added to a ledger whose
    archived entries are damaged, or are others than the store's.
    """
    stored, texts = _stored(connection)
    for agreement, lines in stored.items():
        path = _place(agreement)
        try:
            archived = _archived(folder / path)
            faults = list(_damage(archived))
        except InputError as error:
            archived, faults = [], [str(error)]
        if faults:
            yield Outcome("damaged", path, faults[0])
        elif mistake := _contradiction(archived, lines):
            yield Outcome(mistake[0], path, mistake[1])
        elif new := lines[len(archived) :]:
            number = len(list((folder / path).glob("part-*.jsonl")))
            content = b"".join(canonical(line._asdict()) + b"\n" for line in new)
            _write(folder / path / f"part-{number}.jsonl", content)
            yield Outcome("archived", f"{path}/part-{number}.jsonl", _counted(len(new)))
        else:
            yield Outcome("verified", path, _counted(len(archived)))
    for sha256, text in texts.items():
        place = folder / "texts" / f"{sha256}.toml"
        if not place.exists():
            _write(place, text.encode())
            yield Outcome("archived", f"texts/{sha256}.toml", "a text that verdicts were given by")


def verify_ledger_files(folder: Path) -> Iterator[Outcome]:
    """One outcome per archived ledger: its chain adds up and the texts it names are there, or what does not hold."""
    for place in sorted((folder / "ledger").glob("agreement=*")):
        path = place.relative_to(folder).as_posix()
        try:
            lines = _archived(place)
            faults = list(_damage(lines)) or list(_lost_texts(folder, lines))
        except InputError as error:
            faults = [str(error)]
        if faults:
            yield from (Outcome("damaged", path, fault) for fault in faults)
        else:
            yield Outcome("verified", path, f"{_counted(len(lines))}, head {text_sha256(lines[-1].body)}")


def verify_ledger_against_store(connection: Connection, folder: Path) -> Iterator[Outcome]:
    """One outcome per ledger: the store has the archived entries as they are, or what it has otherwise."""
    stored, _ = _stored(connection)
    there = [place.name.removeprefix("agreement=") for place in sorted((folder / "ledger").glob("agreement=*"))]
    for agreement in sorted({*stored, *there}):
        lines, path = stored.get(agreement, ()), _place(agreement)
        try:
            archived = _archived(folder / path)
        except InputError:
            continue  # damaged, and named so already
        if mistake := _contradiction(archived, lines):
            yield Outcome(mistake[0], path, mistake[1])
        elif len(lines) > len(archived):
            yield Outcome("late", path, f"{_counted(len(lines) - len(archived))} not archived yet")
        else:
            yield Outcome("compared", path, f"{_counted(len(archived))} the same in the store")


def _stored(connection: Connection) -> tuple[Ledgers, Mapping[str, str]]:
    with one_moment(connection):
        entries = groupby(read_entries(connection), key=lambda entry: entry.agreement)
        ledgers = {name: [Line(entry.body, entry.document) for entry in members] for name, members in entries}
        return ledgers, read_all_texts(connection)


def _archived(place: Path) -> list[Line]:
    """The archived entries of one ledger, file after file; none where it is not there."""
    files = sorted(place.glob("part-*.jsonl"), key=lambda file: int(re.sub(r"\D", "", file.stem) or -1))
    lines = []
    for number, file in enumerate(files):
        if file.name != f"part-{number}.jsonl":
            raise InputError(f"part-{number}.jsonl is missing")
        try:
            lines += [Line(**json.loads(line)) for line in file.read_bytes().decode().split("\n")[:-1]]
        except (ValueError, TypeError):
            raise InputError(f"{file.name} is not what p2i archive wrote") from None
        except OSError as error:
            raise InputError(f"{file.name}: {error.strerror}") from None
    return lines


def _damage(lines: Sequence[Line]) -> Iterator[str]:
    """What does not add up in a chain of archived entries; every hash is computed again."""
    before = None
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line.body)
            named = said["entry"], said["previous_sha256"], said["document_sha256"]
        except (ValueError, LookupError, TypeError):
            yield f"entry {number} is not what an entry is written as"
            return
        document = None if line.document is None else text_sha256(line.document)
        if named[0] != number:
            yield f"entry {number} is missing"
            return
        if named[1] != before:
            yield f"entry {number} does not name the hash of the entry before it"
        if named[2] != document:
            yield f"entry {number}: its document has another hash than its body names"
        before = text_sha256(line.body)


def _lost_texts(folder: Path, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        sha256 = json.loads(line.body).get("agreement_sha256")
        if sha256 is None:
            continue
        try:
            text = (folder / "texts" / f"{sha256}.toml").read_bytes().decode()
        except (OSError, ValueError):
            yield f"texts/{sha256}.toml, by which verdicts were given, cannot be read"
        else:
            if text_sha256(text) != sha256:
                yield f"texts/{sha256}.toml has another hash than its name"


def _contradiction(archived: Sequence[Line], stored: Sequence[Line]) -> tuple[str, str] | None:
    for number, (one, other) in enumerate(zip(archived, stored, strict=False), start=1):
        if one != other:
            return "contradicted", f"entry {number} is another one in the store"
    if len(stored) < len(archived):
        return "missing", f"{_counted(len(archived) - len(stored))} that the store does not have"
    return None


def _write(path: Path, content: bytes) -> None:
    write_whole(path, lambda stream: stream.write(content))


def _place(agreement: str) -> str:
    if not _CODE.fullmatch(agreement):
        raise InputError(f'agreement "{agreement}": cannot be the name of a folder')
    return f"ledger/agreement={agreement}"


def _counted(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"
