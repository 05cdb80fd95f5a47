"""How a statement is written: its kind, the names of its parts, the text of it and of the scores in it. Pure."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
KIND = "p2i.statement/2"


def document_text(document: Json) -> str:
    """The text of a document's file: two blanks of indent, no sign escaped that need not be, one newline at the end.

    `p2i score` prints a score so, and statements, manifests and the JSON attached to a PDF are written so: an auditor
    gets the same bytes back from each.
    """
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def part_name(agreement: Json) -> str:
    """The name of an agreement's part of the statement: its id, and of a month in two segments the first day, too."""
    name: str = agreement["agreement"]
    return f"{name} {agreement['segment']['first_on']}" if "segment" in agreement else name
