"""What a message holds and no decoder takes, told in fixed words so that it is counted and never lost silently. Pure.

The words become labels of a metric and stand in front of people, so there are as many as we wrote and none of a
sender: a name of his may be anybody's name, and there would be no end of them.
"""

from collections.abc import Container, Iterable

UNKNOWN_FIELD = "unknown field"
"""A field that the maker's documentation did not have when the decoder was written, or a misspelt one."""
UNMAPPED_FIELD = "unmapped field"
"""A field that the site's own mapping says nothing of."""


def passed_over(
    names: Iterable[str], taken: Container[str], known: Container[str] = (), otherwise: str = UNKNOWN_FIELD
) -> tuple[str, ...]:
    """The words for those `names` that are not `taken`, each once: a `known` name is its own word, any other is
    `otherwise`. `taken` also holds what is read elsewhere, or is only the wrapping of a message."""
    return tuple(dict.fromkeys(name if name in known else otherwise for name in names if name not in taken))
