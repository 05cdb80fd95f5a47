"""Messages for mobile phones: one part of the GSM alphabet, 160 places, the most useful pieces first. Pure.

One letter outside the alphabet of 3GPP TS 23.038 makes the whole message UCS-2, of which a part holds 70 letters: it
would cost and arrive as three. Of French the alphabet has à è é ì ò ù ä ö ü É Ä Ö Ü and Ç, but no ç â ê î ô û ë ï œ À È
Ê: those are written without their accent.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

PLACES = 160

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_PLACES = frozenset("^{}\\[~]|€")
_INSTEAD = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-", "…": "...", "œ": "oe",
    "Œ": "OE", "\u00a0": " ", "\u202f": " ", "·": "-", "ß": "ß", "`": "'", "×": "x", "≥": ">=", "≤": "<=",
}  # fmt: skip
_NO_LETTER = "?"


def in_alphabet(text: str) -> str:
    """The text in letters of the GSM alphabet; a letter that has no likeness there (Arabic) becomes a `?`."""
    return "".join(_in_alphabet(sign) for sign in text)


def is_sayable(text: str) -> bool:
    """Whether something of the text's own would be left of it."""
    return _NO_LETTER not in in_alphabet(text.replace(_NO_LETTER, ""))


def places(text: str) -> int:
    """How many of the 160 places a text of the GSM alphabet takes; brackets, braces and the euro take two."""
    return sum(2 if sign in _TWO_PLACES else 1 for sign in text)


def fitted(needed: str, wanted: Sequence[tuple[int, str]], link: str = "") -> str:
    """`needed`, then as many of the `wanted` pieces as there is room for, the lowest rank first, in the order given.

    The link comes at the end, whole or not at all, before anything that is only wanted: it is how somebody answers.
    What is needed is cut only if nothing else is left.
    """
    needed = cut(in_alphabet(needed), PLACES)
    link = f" {link}" if link and in_alphabet(link) == link else ""
    if places(needed) + places(link) > PLACES:
        link = ""
    room = PLACES - places(needed) - places(link)
    taken = set()
    for _, index in sorted((rank, index) for index, (rank, piece) in enumerate(wanted) if piece):
        piece = in_alphabet(wanted[index][1])
        if places(piece) <= room:
            taken.add(index)
            room -= places(piece)
    return needed + "".join(in_alphabet(wanted[index][1]) for index in sorted(taken)) + link


def cut(text: str, most: int) -> str:
    """The text of the alphabet in at most `most` places, with three dots where something is missing."""
    if places(text) <= most:
        return text
    kept, room = [], most - 3
    for sign in text:
        room -= places(sign)
        if room < 0:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "..."


def _in_alphabet(sign: str) -> str:
    if sign in _BASIC or sign in _TWO_PLACES:
        return sign
    if sign in _INSTEAD:
        return _INSTEAD[sign]
    if unicodedata.category(sign) in ("Mn", "Cf"):
        return ""
    bare = unicodedata.normalize("NFKD", sign)[0]
    return bare if bare in _BASIC else _NO_LETTER
