"""The words for an exclusion's kind and for what was decided about it, looked up from text. Pure."""

from collections.abc import Mapping
from typing import TypeVar, get_args

from store.errors import InputError
from store.rows import Decision, ExclusionKind

Word = TypeVar("Word")
KINDS: Mapping[str, ExclusionKind] = {word: word for word in get_args(ExclusionKind)}
DECISIONS: Mapping[str, Decision] = {word: word for word in get_args(Decision)}


def one_of(words: Mapping[str, Word], text: str) -> Word:
    """The word of `words` that `text` is, to the letter. Raises InputError, which names them all, for any other."""
    found = words.get(text)
    if found is None:
        raise InputError(f'"{text}" is none of {", ".join(words)}')
    return found
