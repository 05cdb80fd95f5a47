"""One pass at work: its settings, its connection, the time it counts as, and what it could not do."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from p2i.closing.problems import Problems
from p2i.closing.settings import Settings
from reports.forms import stem
from reports.signing import Json
from store.connection import Connection
from store.errors import InputError, P2IError, StoreUnavailable

log = logging.getLogger("closing")


@dataclass(frozen=True)
class Work:
    """`now` is the database's clock when the pass began: nobody is early, or given up, because a machine's is wrong.

    `away` are servers that failed in this pass, and how: they are asked again in the next one, not for every statement.
    """

    settings: Settings
    connection: Connection
    now: datetime
    problems: Problems
    is_stopping: Callable[[], bool] = lambda: False
    elapsed: Callable[[], float] = time.monotonic
    away: dict[str, str] = field(default_factory=dict)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_began", self.elapsed())

    def at(self) -> datetime:
        """The instant by that clock, to the second: `now`, and what the pass has taken since."""
        return self.now + timedelta(seconds=int(self.elapsed() - self._began))

    @contextmanager
    def guarded(self, what: str) -> Iterator[None]:
        """What fails inside is a problem of `what` and nothing of it stays; the others are no worse for it."""
        try:
            yield
        except StoreUnavailable:
            raise
        except P2IError as error:
            self.connection.rollback()
            self.problems.found(what, str(error))
        except OSError as error:
            self.connection.rollback()
            self.problems.found(what, f"{error.filename or 'file'}: {error.strerror or error}")
        except Exception as error:  # one tenant that cannot be served must not keep the others from being
            if self.connection.closed:
                raise
            self.connection.rollback()
            if self.problems.found(what, " ".join((type(error).__name__, *str(error).splitlines()[:1]))):
                log.error("%s: %s", what, "".join(traceback.format_tb(error.__traceback__)))

    def folder_of(self, tenant: str) -> Path:
        """The tenant's folder, made when it is not there; others than its owner and group cannot look into it."""
        folder = self.settings.folder / tenant
        try:
            self.settings.folder.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o750, exist_ok=True)
        except OSError as error:
            raise InputError(f"{error.filename}: {error.strerror}") from error
        return folder


def manifest_path(folder: Path, made: Json) -> Path:
    """Where the manifest of a statement lies."""
    return folder / f"{stem(made)}.manifest.json"
