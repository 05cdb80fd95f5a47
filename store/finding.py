"""The answer of `p2i doctor` to one question."""

from typing import Literal, NamedTuple

Level = Literal["ok", "warning", "error"]


class Finding(NamedTuple):
    """`text` says what was found and, unless ok, what to do."""

    level: Level
    question: str
    text: str
