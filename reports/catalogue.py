"""The words of a statement in one language: texts by key, with named places, and formats. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reports.formats import Formats


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language. Every text a reader sees comes from `texts`; a missing key or place is an error, never a gap.

    `region` is the country whose typography it follows, `direction` in which it is read.
    """

    code: str
    texts: Mapping[str, str]
    formats: Formats
    region: str
    direction: Literal["ltr", "rtl"] = "ltr"

    def say(self, key: str, **places: object) -> str:
        """The text of `key` with its places filled."""
        return self.texts[key].format_map(places)
