"""Strict reading of one TOML file of the inventory: typed entries, or one line naming file, entry and key."""

from __future__ import annotations

import datetime
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from facilities.provenance import exact_number
from store.errors import InputError

Entry = TypeVar("Entry", bound=msgspec.Struct)

CODE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
"""A code travels in topics, file names and database roles: no space, no slash, no wildcard."""
CODE_RULE = 'letters, digits, ".", "_" and "-" only, at most 63'

_WORDS = {
    "str": "text",
    "int": "an integer",
    "decimal": "a number",
    "float": "a number",
    "bool": "a boolean",
    "date": "a date",
    "datetime": "a date with a time",
    "time": "a time",
    "object": "a table",
    "array": "a list",
}
"""How the types of msgspec's messages are called by a person who edits TOML."""

_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r"})
_AT_LINE = re.compile(r"at line (?P<line>\d+)")
_KEY = re.compile(r'key "(?P<key>[^"]*)": (?P<rest>.*)', re.DOTALL)
_LOCATED = re.compile(r"(?P<message>.*) - at `(?P<path>\$[^`]*)`", re.DOTALL)
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<place>\d+)\]")
_EXPECTED = re.compile(r"Expected `(?P<types>[^`]+)`(?P<limit>[^,]*?)(?:, got `(?P<got>[^`]+)`)?", re.DOTALL)
_FIELD = re.compile(r"Object (?P<which>contains unknown|missing required) field `(?P<key>[^`]*)`")


def mistake(path: Path, message: str, line: int | None = None) -> InputError:
    """The error of one file as one line, whatever the text quoted from it holds."""
    place = path if line is None else f"{path}:{line}"
    return InputError(f"{place}: {message}".translate(_ESCAPES))


def read_toml(path: Path) -> dict[str, Any]:
    """The parsed file, decimals exact. InputError in one line when it is absent, unreadable or not TOML."""
    try:
        content = path.read_bytes()
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        raise mistake(path, "no such file") from None
    except OSError as error:
        raise mistake(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise mistake(path, "not UTF-8", line) from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or what tomllib lets through
        at = _AT_LINE.search(str(error))
        raise mistake(path, f"not TOML: {error}", int(at["line"]) if at else None) from None


def read_table(path: Path, table: str, entry_type: type[Entry]) -> Entry:
    """The one `[table]` of the file as `entry_type`; anything else in the file is refused."""
    document = read_toml(path)
    _refuse_other_keys(path, document, table)
    if table not in document:
        raise mistake(path, f"missing table [{table}]")
    if not isinstance(document[table], dict):
        raise mistake(path, f'key "{table}": expected [{table}]')
    return _convert(path, table, document[table], entry_type)


def read_entries(path: Path, table: str, entry_type: type[Entry], key: str = "code") -> dict[str, Entry]:
    """The `[[table]]` entries of the file by their `key`, in file order; a file without any is legal.

    InputError in one line for the first mistake: another key in the file, an unknown, missing or ill-typed
    key of an entry, a code that is not one, a code used twice.
    """
    document = read_toml(path)
    _refuse_other_keys(path, document, table)
    written = document.get(table, [])
    if not isinstance(written, list) or not all(isinstance(item, dict) for item in written):
        raise mistake(path, f'key "{table}": expected [[{table}]] tables')
    entries: dict[str, Entry] = {}
    for number, item in enumerate(written, start=1):
        code = item.get(key)
        where = f'{table} "{code}"' if isinstance(code, str) and code else f"{table} number {number}"
        entry = _convert(path, where, item, entry_type)
        if not isinstance(code, str) or not CODE_PATTERN.fullmatch(code):
            raise mistake(path, f'{where}: key "{key}": {CODE_RULE}')
        if code in entries:
            raise mistake(path, f'{where}: the {key} "{code}" is used twice')
        entries[code] = entry
    return entries


def _refuse_other_keys(path: Path, document: dict[str, Any], table: str) -> None:
    for key in document:
        if key != table:
            raise mistake(path, f'unknown key "{key}"')


def _convert(path: Path, where: str, written: dict[str, Any], entry_type: type[Entry]) -> Entry:
    """`written` as `entry_type`, msgspec's errors told in the words of the file."""
    try:
        return msgspec.convert(
            written, entry_type, dec_hook=exact_number, builtin_types=(datetime.date, datetime.datetime)
        )
    except msgspec.ValidationError as error:
        raise mistake(path, f"{where}: {_told(str(error), entry_type, written)}") from None


def _told(text: str, entry_type: type[msgspec.Struct], written: dict[str, Any]) -> str:
    """One message of msgspec as a person who edits TOML would say it: which table, which key, what was expected."""
    located = _LOCATED.fullmatch(text)
    message, location = (located["message"], located["path"]) if located else (text, "$")
    every_key = [step["key"] for step in _STEP.finditer(location) if step["key"] is not None]
    tables, keys = _place(location, written)
    if (tables or keys) and (inner := _KEY.fullmatch(message)):  # a check of ours inside the table that was found
        return f'{tables}key "{".".join([*keys, inner["key"]])}": {inner["rest"]}'
    prefix = f'{tables}key "{".".join(keys)}": ' if keys else tables
    if field := _FIELD.fullmatch(message):
        which = "unknown" if field["which"] == "contains unknown" else "missing"
        return f'{prefix}{which} key "{field["key"]}"'
    if message.startswith("Invalid enum value"):
        word = message.removeprefix("Invalid enum value ").replace("'", '"')
        choices = _choices(entry_type, every_key)
        if choices == ["true"]:
            return f"{prefix}only true can be written here"
        return f"{prefix}{word} is not one of: {', '.join(choices)}"
    if expected := _EXPECTED.fullmatch(message):
        if expected["limit"] == " of length >= 1":
            return f"{prefix}must not be empty"
        names = [name for name in expected["types"].split(" | ") if name != "null"]
        # A table where something else would do as well is always the explicit unknown.
        types = [
            "{ unknown = true }" if name == "object" and len(names) > 1 else _WORDS.get(name, name) for name in names
        ]
        got = expected["got"]
        ending = f", got {_WORDS.get(got, got)}" if got else ""
        return f"{prefix}expected {' or '.join(types)}{expected['limit']}{ending}"
    return f"{prefix}{message}"


def _place(location: str, written: dict[str, Any]) -> tuple[str, list[str]]:
    """Which table of a list of them, by code or else by number, as `channel "sms": `, and the keys inside it."""
    tables, keys, value = "", list[str](), cast(Any, written)
    for step in _STEP.finditer(location):
        if step["key"] is not None:
            keys.append(step["key"])
            value = value.get(step["key"]) if isinstance(value, dict) else None
        elif isinstance(value, list):
            value = value[int(step["place"])]
            if isinstance(value, dict):
                code = value.get("code")
                which = f'"{code}"' if isinstance(code, str) and code else f"number {int(step['place']) + 1}"
                tables += f"{'.'.join(keys)} {which}: "
                keys = []
    return tables, keys


def _choices(entry_type: type[msgspec.Struct], keys: list[str]) -> list[str]:
    """The words a key with a closed list accepts, as written in TOML."""
    kind: Any = entry_type
    for key in keys:
        struct = next((part for part in _parts(kind) if hasattr(part, "__struct_fields__")), None)
        kind = get_type_hints(struct)[key] if struct is not None else None
    words = [word for part in _parts(kind) if get_origin(part) is Literal for word in get_args(part)]
    return [str(word).lower() if isinstance(word, bool) else word for word in words]


def _parts(kind: Any) -> tuple[Any, ...]:
    """The members of a union, what a list is of, or the type itself."""
    if get_origin(kind) in (Union, UnionType, tuple, list):
        return tuple(part for member in get_args(kind) for part in _parts(member))
    return (kind,)
