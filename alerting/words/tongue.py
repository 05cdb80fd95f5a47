"""One language of the messages: calling it with a key gives the text, and a count its singular or plural. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from alerting.words.frame_texts import FRAME
from alerting.words.rule_texts import FOREIGN, OBSERVED, RULES, SILENCE, Pair, RuleTexts
from alerting.words.spelling import NARROW_NO_BREAK, NO_BREAK, Language, number


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language; an unknown key or an open place is an error, never a gap."""

    language: Language

    def __call__(self, key: str, **places: str) -> str:
        """The text of `key` with its places filled."""
        return self.one_of(FRAME[key]).format_map(places)

    def has(self, key: str) -> bool:
        """Whether there is such a text: codes of others (an indicator, a quantity) may have none."""
        return key in FRAME

    def count(self, key: str, n: int, **places: str) -> str:
        """The text for `n` of something; French says 0 and 1 in the singular, English 1 only."""
        singular, _, plural = self.one_of(FRAME[key]).partition("|")
        is_one = n < 2 if self.language == "fr" else n == 1
        return (singular if is_one else plural).format_map({"n": number(n, self.language), **places})

    def one_of(self, pair: Pair) -> str:
        """The language's half of a pair, with its spacing."""
        return _french_spacing(pair[0]) if self.language == "fr" else pair[1]


TONGUES: dict[Language, Tongue] = {language: Tongue(language) for language in get_args(Language)}


def texts_of(rule: str, *, is_silence: bool = False) -> RuleTexts:
    """The words of a rule; of one that is not ours, those of any alert from outside.

    A common cause of which only silence is seen (`is_silence`) is no cut that anybody has observed.
    """
    if is_silence and rule in OBSERVED:
        return SILENCE
    return RULES.get(rule, FOREIGN)


def _french_spacing(text: str) -> str:
    """No line breaks before a colon, a percent sign or inside guillemets; the apostrophe is the typographic one."""
    for sign, space in ((":", NO_BREAK), ("%", NO_BREAK), (";", NARROW_NO_BREAK), ("?", NARROW_NO_BREAK)):
        text = text.replace(f" {sign}", f"{space}{sign}")
    return text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»").replace("'", "’")
