"""What Grafana shows of a text by the mappings of a column, as its valueMappings.ts does it."""

import re
from collections.abc import Sequence
from typing import Any

from dashboards.grafana.panel import Panel

_GROUP = re.compile(r"\$(\d+)")


def spoken(panel: Panel, column: str, text: str) -> str:
    """The words of a code, or a figure as the language of the panel writes it; the text itself where nothing fits."""
    json = panel.json("")["fieldConfig"]
    own = [each for each in json["overrides"] if each["matcher"]["options"] == column]
    mappings: Sequence[Any] = json["defaults"].get("mappings", [])
    for override in own:
        mappings = next((each["value"] for each in override["properties"] if each["id"] == "mappings"), mappings)
    for mapping in mappings:
        if mapping["type"] == "value" and text in mapping["options"]:
            return str(mapping["options"][text]["text"])
        # JavaScript's ^pattern$ without flags is a full match of a text of one line.
        if mapping["type"] == "regex" and (found := re.fullmatch(mapping["options"]["pattern"], text)):
            template = _GROUP.sub(r"\\g<\1>", mapping["options"]["result"]["text"])
            return found.expand(template)
    return text
