"""TOML text as a strict table: one line with file and line number where it is no TOML. Pure; reads bytes, not files."""

from __future__ import annotations

import re
import tomllib

from facilities.toml_table import TomlTable
from store.errors import InputError


def toml_document(content: bytes, source: str) -> TomlTable:
    """The top table of TOML text; `source` names it in errors.

    They read `source: key: what is wrong`, or `source:line: what is wrong` where it is no TOML and has no keys.
    """
    try:
        document = tomllib.loads(content.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line = len((content[: error.start] + b"?").splitlines())
        raise InputError(f"{source}:{line}: not UTF-8") from None
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond limits is not a TOMLDecodeError
        raise InputError(_syntax_error(source, content, str(error))) from None
    return TomlTable(source, "", document)


def _syntax_error(source: str, content: bytes, message: str) -> str:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:  # a number or a nesting too long to read
        return f"{source}: not TOML: {message}"
    line = found[1] or max(1, len(content.splitlines()))
    return f"{source}:{line}: not TOML: {message[: found.start()]}"
