"""The words of mails to a tenant: those of the statement, and their own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reports import mail_words_en, mail_words_fr
from reports.catalogue import Catalogue
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH, typographic

MAIL_WORDS: Mapping[str, Catalogue] = {
    "fr": replace(
        FRENCH, texts={**FRENCH.texts, **{key: typographic(text) for key, text in mail_words_fr.TEXTS.items()}}
    ),
    "en": replace(ENGLISH, texts={**ENGLISH.texts, **mail_words_en.TEXTS}),
}
"""By language."""
