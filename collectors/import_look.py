"""Looks at the first rows of a file before anything of it is written: a wrong file is told from one with bad rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from collectors.file_store import store_records
from collectors.import_mapping import ImportMapping
from collectors.import_source import open_source
from collectors.known import Known
from collectors.reasons import Reason, Refusal
from store.connection import Connection

LOOKED_AT = 1000
"""Records; of a smaller file all are looked at."""
_SUBJECT = "name the inventory that has it (--inventory), enter it there, or translate it by codes in the mapping"
_ADVICE: Mapping[Reason, str] = {
    Reason.UNKNOWN_CIRCUIT: _SUBJECT,
    Reason.UNKNOWN_ZONE: _SUBJECT,
    Reason.UNKNOWN_DEVICE: "name the inventory that has it (--inventory), or enter it in sensors.toml",
    Reason.OFF_GRID: "those that happen to fit would count as whole intervals: add the file up to the agreement's grid",
    Reason.CONFLICT: "is it about another circuit or zone than you said, or a corrected file? The stored value stays",
}
_OTHERWISE = "is the mapping that of this file?"


class WrongFile(NamedTuple):
    """Why a file is most likely not what it was said to be: one reason for its first rows, and the first one."""

    reason: Reason
    refused: int
    asked_for: int
    example: str
    detail: str

    @property
    def text(self) -> str:
        """The finding in one line, with what to do."""
        if self.refused == self.asked_for:
            share = "the only row" if self.asked_for == 1 else f"each of the first {self.asked_for} rows"
        else:
            share = f"{self.refused} of the first {self.asked_for} rows"
        advice = _ADVICE.get(self.reason, _OTHERWISE)
        return f"{share} would be refused as {self.reason}, first {self.example}: {self.detail}; {advice}"


def wrong_file(
    connection: Connection, file: Path, mapping: ImportMapping, known: Known, now: datetime, looked_at: int = LOOKED_AT
) -> WrongFile | None:
    """What is wrong with the whole file, by its first rows that the mapping asks for; None when it is worth importing.

    Wrong is a file of which all of them are refused for one reason; and one of which half are `off_grid`, for then the
    others lie on the agreement's grid by chance, and would count for longer than they were measured. They are stored
    for the look, as the import does, and rolled back: the database alone knows of conflicts.
    """
    refused: Counter[Reason] = Counter()
    good = 0
    first: tuple[str, Refusal] | None = None
    with (
        connection.transaction(force_rollback=True),
        open_source(file, mapping, known, None) as source,
    ):
        while not source.finished and good + refused.total() < looked_at:
            rows = source.rows(looked_at, now)
            stored = store_records(connection, mapping.kind, rows, now)
            good += stored.inserted + stored.duplicates
            for number, rejected in sorted(stored.rejected, key=lambda one: one[0]):
                refused[rejected.refusal.reason] += 1
                first = first or (f"{file.name}{source.origin(number)}", rejected.refusal)
                if rejected.refusal.reason is Reason.OFF_GRID and first[1].reason is not Reason.OFF_GRID:
                    first = (f"{file.name}{source.origin(number)}", rejected.refusal)
    if first is None:
        return None
    example, why = first
    is_all = not good and len(refused) == 1
    if not is_all and 2 * refused[Reason.OFF_GRID] < good + refused.total():
        return None
    return WrongFile(why.reason, refused[why.reason], good + refused.total(), example, why.detail)
