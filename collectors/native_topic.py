"""The native topics `p2i/v1/{facility}/{collector}/{kind}`. Pure."""

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias, get_args

KindWord: TypeAlias = Literal["intervals", "probes", "states", "occupancy"]

KIND_WORDS: tuple[KindWord, ...] = get_args(KindWord)
CIRCUIT_KINDS: frozenset[str] = frozenset({"intervals", "probes", "states"})

PREFIX = "p2i/v1"
SUBSCRIPTION = f"{PREFIX}/#"
"""Everything below our prefix, so that a misspelt topic lands in quarantine and not nowhere."""


class NativeTopic(NamedTuple):
    """Who sent: the park, the collector there (its own free name), and the kind of reading."""

    facility: str
    collector: str
    kind: KindWord

    @property
    def text(self) -> str:
        """The topic as published."""
        return f"{PREFIX}/{self.facility}/{self.collector}/{self.kind}"


@lru_cache(maxsize=4096)
def native_topic(text: str) -> NativeTopic | None:
    """The parts of a native topic; None when `text` is not one."""
    levels = text.split("/")
    if len(levels) != 5 or "/".join(levels[:2]) != PREFIX or not levels[2] or not levels[3]:
        return None
    for kind in KIND_WORDS:
        if levels[4] == kind:
            return NativeTopic(levels[2], levels[3], kind)
    return None
