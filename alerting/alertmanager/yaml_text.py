"""A value as YAML that people can read and every parser reads alike. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*", re.ASCII)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
"""What some parser takes for something else than text."""
_LINE = 100  # an item of a list that fits stays on one line


def yaml_text(value: Mapping[str, Any]) -> str:
    """The mapping in block style; a list of texts or numbers stays on one line. The same value is the same text."""
    return "\n".join(_mapping(value, "")) + "\n"


def scalar(value: object) -> str:
    """One text, number or truth value: in quotes unless it could be nothing but a word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} has no place in this YAML")
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    # Double quotes know every escape of JSON but not its surrogate pairs; what prints stays as it is.
    return '"' + "".join(one if one.isprintable() and one not in '"\\' else _escaped(one) for one in value) + '"'


def _escaped(one: str) -> str:
    return json.dumps(one)[1:-1] if ord(one) < 0x10000 else f"\\U{ord(one):08X}"


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, item in value.items():
        if _is_deep(item):
            yield f"{indent}{scalar(key)}:"
            yield from _mapping(item, indent + "  ") if isinstance(item, Mapping) else _items(item, indent + "  ")
        else:
            yield f"{indent}{scalar(key)}: {_flow(item)}"


def _items(value: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for one in value:
        if not any(_is_deep(item) for item in one.values()):
            line = "{" + ", ".join(f"{scalar(key)}: {_flow(item)}" for key, item in one.items()) + "}"
            if len(line) <= _LINE:
                yield f"{indent}- {line}"
                continue
        first, *rest = _mapping(one, indent + "  ")
        yield f"{indent}- {first[len(indent) + 2 :]}"
        yield from rest


def _is_deep(value: object) -> bool:
    """Whether it takes lines of its own: a mapping, or a list of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(isinstance(one, Mapping) for one in value)
    return isinstance(value, Mapping) and bool(value)


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(scalar(one) for one in value) + "]"
    return scalar(value)
