"""The file in which passwords of logins are handed on: readable by its owner only, replaced whole."""

import json
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from store.errors import InputError
from store.login_plan import Key


class Handed(NamedTuple):
    """One login as Grafana's data sources need it."""

    audience: str
    code: str | None
    name: str
    role: str
    password: str

    @property
    def key(self) -> Key:
        return self.audience, self.code


def read_login_file(path: Path) -> Mapping[Key, Handed]:
    """The logins in the file by what they are for; none where there is no file yet.

    Raises InputError for a file that others may read (its passwords are theirs by now) or that is not ours.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise InputError(f"{path}: others may read it (mode {stat.S_IMODE(mode):04o}); chmod 600, then --rotate")
        rows = json.loads(path.read_text(encoding="utf-8"))["logins"]
        handed = [Handed(**{field: row[field] for field in Handed._fields}) for row in rows]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a file of p2i tenants apply") from error
    return {one.key: one for one in handed}


def write_login_file(path: Path, logins: Iterable[Handed]) -> None:
    """Replaces the file (0600); whoever reads it meanwhile reads the old one or the new one."""
    text = json.dumps({"logins": [one._asdict() for one in logins]}, ensure_ascii=False, indent=2) + "\n"
    unfinished = path.with_name(f".{path.name}.new")
    try:
        unfinished.unlink(missing_ok=True)  # with another mode, left behind
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
