"""What keeps something from being done: told once, told again when it changes, and told when it is over."""

from __future__ import annotations

import logging
import re

from p2i.closing.metrics import PROBLEMS

log = logging.getLogger("closing")

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]+@[^\s<>()\[\]\"',;:=]+")


class Problems:
    """The problems of one pass beside those of the one before. `what` names a thing, such as a tenant's month."""

    def __init__(self) -> None:
        self._before: dict[str, str] = {}
        self._now: dict[str, str] = {}

    @property
    def texts(self) -> list[str]:
        """The problems found in this pass so far, one line each."""
        return [f"{what}: {text}" for what, text in self._now.items()]

    @property
    def found_so_far(self) -> list[tuple[str, str]]:
        """The same as pairs of what and text."""
        return list(self._now.items())

    def begin_pass(self) -> None:
        """Forgets what a pass found that did not come to its end."""
        self._now = {}

    def found(self, what: str, text: str) -> bool:
        """Says it, unless the pass before said the same, and returns whether it was said. A second problem of one thing
        joins the first. Addresses, which a mail server or a mistake in the recipients may repeat, are left out: logs go
        where no address should."""
        line = _ADDRESS.sub("(address)", " ".join(text.split()))
        said = self._now.get(what)
        if said is not None:
            if line in said:
                return False
            line = f"{said}; {line}"
        self._now[what] = line
        is_new = self._before.get(what) != line
        if is_new:
            log.warning("%s: %s", what, line)
        return is_new

    def end_pass(self) -> None:
        """Says which of the pass before are over, and begins the next one."""
        for what in self._before.keys() - self._now.keys():
            log.info("%s: no problem any more", what)
        PROBLEMS.set(len(self._now))
        self._before, self._now = self._now, {}
