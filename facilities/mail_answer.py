"""What a mail server said, in one form, whichever way smtplib tells it. Pure."""

from __future__ import annotations

import re
import smtplib
from typing import NamedTuple

_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b", re.ASCII)
LONGEST = 500


class Answer(NamedTuple):
    """Code (RFC 5321), enhanced code (RFC 3463; "" without one) and words, in one line. Code 0: there was no answer."""

    code: int
    enhanced: str
    words: str

    @property
    def is_refusal(self) -> bool:
        """Whether it is a 5xx: asking again would give the same."""
        return 500 <= self.code < 600

    @property
    def is_yes(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.code < 300


def answer(code: int, words: bytes | str) -> Answer:
    """What a server answered. Its words are foreign text: what cannot be shown becomes blanks; it is cut if long."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    enhanced = _ENHANCED.search(line)
    return Answer(max(code, 0), enhanced[0] if enhanced else "", line[:LONGEST])


def answer_of(error: Exception) -> Answer:
    """What the server said with an error; where it said nothing, code 0 and the kind of error as words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return answer(*next(iter(error.recipients.values()), (0, b"")))
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return answer(error.smtp_code, error.smtp_error)
    said = " ".join(str(error).split())
    return answer(0, f"{type(error).__name__}: {said}" if said else type(error).__name__)
