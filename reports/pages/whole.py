"""The whole statement as blocks, in the order of reading."""

from __future__ import annotations

from typing import Any

from reports.catalogue import Catalogue
from reports.pages.agreement import agreement_pages
from reports.pages.blocks import Block
from reports.pages.cover import cover
from reports.pages.head import page_head
from reports.pages.own_premises import own_premises
from reports.pages.verifying import verifying
from reports.pages.wording import Wording
from reports.shown import shown
from reports.statement import part_name

Json = dict[str, Any]


def pages(statement: Json, words: Catalogue) -> Json:
    """The statement as one JSON object: `head` is of every page, `blocks` are in the order of reading.

    Every text of users is in it as it is, but for signs that cannot be seen or would turn a line around, which are
    written as their number: nobody is shown anything else than what stands there.
    """
    say = Wording(words, statement)
    blocks: list[Block] = list(cover(say))
    for place, agreement in enumerate(statement["agreements"]):
        blocks += agreement_pages(say, agreement, place)
    blocks += own_premises(say)
    blocks += verifying(say, [part_name(one) for one in statement["agreements"]])
    found: Json = shown({"head": page_head(say), "blocks": blocks})
    return found
