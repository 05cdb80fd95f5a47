"""What every page says at its head and foot."""

from __future__ import annotations

from typing import Any

from reports.pages.wording import Wording

Json = dict[str, Any]
FEW = 2
"""So many heads of ledgers stand at the foot of pages that are of no one agreement; of more, where they are listed."""


def page_head(say: Wording) -> Json:
    """Title, month, and what every page carries: number, version, status, demonstration, and hashes."""
    statement, words = say.statement, say.words
    label, status = statement["label"], statement["status"]
    version = statement["version"]
    heads = [head for name in statement["chain"] if (head := say.head(name))]
    month = say.month(statement["month"])
    watermark = label or (say.say("watermark.provisional") if status == "provisional" else "")
    return {
        "title": say.say("title"),
        "month": f"{month[:1].upper()}{month[1:]}",
        "number": statement["number"],
        "version": say.say("head.version", version=version) if version is not None else "",
        "status": say.say(f"status.{status}"),
        "status_style": "final" if status == "final" else "open",
        "label": label,
        "band": say.say("demo", label=label) if label else "",
        "watermark": watermark,
        "sha256": say.say("foot.sha256", sha256=statement["sha256"][:16]),
        "mark": " · ".join(heads) if len(heads) <= FEW else say.say("foot.heads"),
        "page": say.say("page"),
        "language": words.code,
        "region": words.region,
        "direction": words.direction,
        "tenant": statement["tenant"]["name"],
        "issued_at": statement["issued_at"],
    }
