"""Writes TOML: the document that reading the text gives again, in the order of its keys. Comments are not kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_WIDTH = 110


def toml_text(document: Mapping[str, Any]) -> str:
    """The document as TOML text. It holds text, whole numbers, booleans, civil dates, lists and tables, and no more.

    A table within a table gets a heading of its own; so does each table of a list at the top. Tables within lists are
    written inline, as the tiers of an objective are by hand.
    """
    lines = list(_table("", document))
    return "\n".join(lines[1:] if lines and not lines[0] else lines) + "\n"


def _table(path: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one table: what it holds itself first, because a heading would take it away."""
    headed = {key for key, value in values.items() if isinstance(value, dict) or (not path and _are_tables(value))}
    for key, value in values.items():
        if key not in headed:
            yield from _entry(key, value)
    for key in values:
        if key not in headed:
            continue
        inner = f"{path}.{_key(key)}" if path else _key(key)
        for heading, table in (
            [(f"[{inner}]", values[key])]
            if isinstance(values[key], dict)
            else [(f"[[{inner}]]", one) for one in values[key]]
        ):
            yield ""
            yield heading
            yield from _table(inner, table)


def _entry(key: str, value: Any) -> Iterator[str]:
    line = f"{_key(key)} = {_value(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list):
        yield line
        return
    yield f"{_key(key)} = ["
    for item in value:
        yield f"  {_value(item)},"
    yield "]"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # a basic string of TOML escapes what JSON does, and DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, int):
        return str(value)
    if type(value) is date:
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written to TOML")


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)
