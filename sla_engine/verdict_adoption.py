"""What was decided of the text of a month before it was published, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from store.instants import utc_text
from store.text_adoptions import TextAdoption


def sentence(one: TextAdoption) -> str:
    """Who adopted the texts of the inventory for a month, when and why: a cause of its first version."""
    return f"text of the agreement adopted by {one.author} at {utc_text(one.adopted_at)}: {one.reason}"


def adoption_lines(adoptions: Sequence[TextAdoption]) -> Iterator[str]:
    """The same for people, with the hashes of the texts before and after."""
    for one in adoptions:
        yield f"{utc_text(one.adopted_at)}  text adopted by {one.author}: {one.reason}"
        before = f"agreement_sha256 {', '.join(one.replaced_sha256)}" if one.replaced_sha256 else "never scored"
        yield f"  before: {before}"
        yield f"  after:  agreement_sha256 {', '.join(one.adopted_sha256)}"
