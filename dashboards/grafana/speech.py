"""One language of the dashboards: texts by key, from one catalogue in which every key has both languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

from dashboards.grafana.texts_circuit import CIRCUIT
from dashboards.grafana.texts_circuits import CIRCUITS
from dashboards.grafana.texts_data_centre import CENTRE
from dashboards.grafana.texts_noc import NOC
from dashboards.grafana.texts_occupancy import OCCUPANCY
from dashboards.grafana.texts_on_call import ON_CALL
from dashboards.grafana.texts_park import PARK
from dashboards.grafana.texts_portfolio import PORTFOLIO
from dashboards.grafana.texts_shared import SHARED
from dashboards.grafana.texts_statements import STATEMENTS
from dashboards.grafana.texts_tenant import TENANT
from dashboards.grafana.texts_trust import TRUST
from dashboards.words import LANGUAGES, NARROW_NO_BREAK, NO_BREAK, Words

Language: TypeAlias = Literal["fr", "en"]


class Text(NamedTuple):
    """What a reader sees, in both languages: a text cannot be written in one of them only."""

    fr: str
    en: str


_PARTS = {
    "shared": SHARED,
    "trust": TRUST,
    "centre": CENTRE,
    "occupancy": OCCUPANCY,
    "park": PARK,
    "noc": NOC,
    "circuits": CIRCUITS,
    "circuit": CIRCUIT,
    "tenant": TENANT,
    "portfolio": PORTFOLIO,
    "on_call": ON_CALL,
    "statements": STATEMENTS,
}
CATALOGUE: Mapping[str, Text] = {
    f"{part}.{key}": Text(*pair) for part, texts in _PARTS.items() for key, pair in texts.items()
}
"""Every text by its key, `<part>.<name>`: a dashboard's own texts, and `shared` ones. A new dashboard adds a part."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One language. Calling it with a key gives the text; an unknown key is an error, never a gap."""

    language: Language

    def __call__(self, key: str) -> str:
        text = getattr(CATALOGUE[key], self.language)
        return _french_spacing(text) if self.language == "fr" else str(text)

    @property
    def words(self) -> Words:
        """The words shared with the terminal board: states, standings, indicators."""
        return LANGUAGES[self.language]


SPEECHES = tuple(Speech(language) for language in get_args(Language))


def _french_spacing(text: str) -> str:
    """No line breaks before a colon, a percent sign or inside guillemets; the apostrophe is the typographic one."""
    for sign, space in ((":", NO_BREAK), ("%", NO_BREAK), (";", NARROW_NO_BREAK), ("?", NARROW_NO_BREAK)):
        text = text.replace(f" {sign}", f"{space}{sign}")
    return text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»").replace("'", "’")
