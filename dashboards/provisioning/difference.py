"""Which fields of a thing in Grafana differ from what it shall be, in words and without any secret. Pure."""

from collections.abc import Mapping
from typing import Any

from dashboards.provisioning.wanted import JsonObject

_RIGHTS = {1: "view", 2: "edit", 4: "admin"}
_LONGEST = 80


def of_source(there: JsonObject, body: JsonObject) -> list[str]:
    """Of a data source: fields of the settings too, and the password, of which only the mark is compared."""
    told = of_fields(there, {name: one for name, one in body.items() if name not in ("jsonData", "secureJsonData")})
    found, shall_be = there.get("jsonData", {}), body["jsonData"]
    told += of_fields(found, {name: one for name, one in shall_be.items() if name != "passwordMark"})
    told += [f"{name} was: {_value(found[name])}" for name in sorted(found.keys() - shall_be.keys())]
    if found.get("passwordMark") != shall_be.get("passwordMark"):
        told.append("password")
    elif not there.get("readOnly") and not there.get("secureJsonFields", {}).get("password"):
        told.append("password was: none")
    return told


def of_fields(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Of flat settings, each with what it was."""
    return [f"{name} was: {_value(there.get(name))}" for name, one in wanted.items() if there.get(name) != one]


def of_content(folder: tuple[str, str], there: JsonObject, wanted: JsonObject) -> list[str]:
    """Of a dashboard: the names of its parts, and the folder it was in; `folder` is that before and after."""
    parts = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    return [*([f"folder was: {_value(folder[0])}"] if folder[0] != folder[1] else []), *parts]


def of_rights(there: frozenset[tuple[str, int]]) -> str:
    """What a folder's permissions were."""
    return "was: " + (", ".join(f"{who} {_RIGHTS.get(may, may)}" for who, may in sorted(there)) or "nobody")


def in_brackets(told: list[str]) -> str:
    """` (url was: db:5432, password)`; empty for nothing."""
    return f" ({', '.join(told)})" if told else ""


def _value(value: Any) -> str:
    words = " ".join(str(value).split()) if value not in (None, "") else "not set"
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
