"""The mapping of a file with columns, CSV or Parquet: which column is what, and which rows are asked for. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from collectors.decimal_text import whole_units
from collectors.instant_format import EPOCH_UNITS, InstantFormat, directives, format_mistake
from collectors.mapping_values import Values, values_of, words_of
from collectors.native_topic import KIND_WORDS, KindWord
from facilities.calendar import zone
from facilities.toml_table import TomlTable
from store.errors import InputError

ENCODINGS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "windows-1256")
"""Encodings in which a line feed is one byte, so that a line can be found again by its first byte."""

EPOCH_NANOSECONDS = "epoch_nanoseconds"
EPOCH_WORDS = (*EPOCH_UNITS, EPOCH_NANOSECONDS)

TableFormat: TypeAlias = Literal["csv", "parquet"]


@dataclass(frozen=True)
class NanosecondFormat(InstantFormat):
    """Nanoseconds since 1970, as data frames keep them; ours are whole microseconds."""

    def microseconds(self, text: str) -> int:
        """The instant in µs since 1970 (UTC); Refused when it is finer than a microsecond."""
        return whole_units(text, -3, "microsecond")


@dataclass(frozen=True)
class FileMapping:
    """How to read one form of file. `subject` is the circuit or zone of all rows, or `subject_column` names it.

    `codes` translates the names in that column into codes of the inventory (empty: they are codes). Of the rows only
    those are asked for that have, in each column of `where`, one of its texts.
    """

    format: TableFormat
    kind: KindWord
    subject: str | None
    subject_column: str | None
    codes: Mapping[str, str]
    where: Mapping[str, frozenset[str]]
    separator: str
    encoding: str
    decimal_comma: bool
    ignored_columns: frozenset[str]
    instant_column: str
    instant: InstantFormat
    truncate_to_second: bool
    values: Values

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        named = (self.subject_column,) if self.subject_column else ()
        return tuple(dict.fromkeys((self.instant_column, *self.values.columns, *named, *self.where)))


def toml_table(name: str, text: str) -> TomlTable:
    """The text of a mapping file as a table; InputError when it is not TOML."""
    try:
        return TomlTable(name, "", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not TOML: {error}") from None


def file_mapping(name: str, text: str) -> FileMapping:
    """The mapping of a CSV file written in `text`; see `table_mapping`."""
    return table_mapping(toml_table(name, text), "csv")


def table_mapping(table: TomlTable, form: TableFormat) -> FileMapping:
    """The mapping that `table` writes; InputError in one line `NAME: key: what is wrong` for the first mistake."""
    kind: KindWord = KIND_WORDS[KIND_WORDS.index(table.choice("kind", KIND_WORDS))]
    word = "zone" if kind == "occupancy" else "circuit"
    subject = table.text(word) if table.has(word) else None
    subject_column = table.text(f"{word}_column") if table.has(f"{word}_column") else None
    if subject and subject_column:
        table.refuse(f"{word}_column", f'"{word}" says already what all rows are about; keep one of the two')
    codes = codes_of(table)
    if codes and not subject_column:
        table.refuse("codes", f"translates what {word}_column holds; name that column")
    separator, encoding, decimal_comma = text_form(table) if form == "csv" else (",", "utf-8", False)
    instant = table.table("instant")
    mapping = FileMapping(
        form,
        kind,
        subject,
        subject_column,
        codes,
        _where(table),
        separator,
        encoding,
        decimal_comma,
        frozenset(words_of(table, "ignored_columns")),
        instant.text("column"),
        instant_format(instant),
        instant.choice("finer_than_second", ("refuse", "truncate"), "refuse") == "truncate",
        values_of(kind, table),
    )
    instant.close()
    table.close()
    read = [mapping.instant_column, *mapping.values.columns]
    for column in [*read, *([subject_column] if subject_column else [])]:
        if [*read, subject_column].count(column) > 1:
            raise InputError(f'{table.source}: column "{column}" is used twice')
    for column in mapping.columns:
        if column in mapping.ignored_columns:
            table.refuse("ignored_columns", f'column "{column}" is read')
    return mapping


def codes_of(table: TomlTable) -> Mapping[str, str]:
    """`[codes]`: the name something has in the file, and its code in the inventory; empty when it is not there."""
    written = table.value("codes") if table.has("codes") else {}
    if not isinstance(written, dict) or not all(isinstance(code, str) and code for code in written.values()):
        table.refuse("codes", 'must be a table of names and codes such as { "HundredGigE0/0/0/4" = "casa-a1" }')
    return written


def text_form(table: TomlTable) -> tuple[str, str, bool]:
    """Separator, encoding, and whether numbers have a decimal comma; InputError in one line for the first mistake."""
    separator = table.text("separator") if table.has("separator") else ","
    if len(separator) != 1 or separator in '"\r\n':
        table.refuse("separator", "must be one character")
    decimal_comma = table.flag("decimal_comma", False)
    if decimal_comma and separator == ",":
        table.refuse("decimal_comma", "cannot be true when the separator is a comma")
    return separator, table.choice("encoding", ENCODINGS, "utf-8"), decimal_comma


def _where(table: TomlTable) -> Mapping[str, frozenset[str]]:
    part = table.optional_table("where")
    if part is None:
        return {}
    written = table.value("where")
    found = {column: frozenset(words_of(part, column)) for column in written}
    for column, texts in found.items():
        if not texts:
            part.refuse(column, "names no text: no row would be read")
    return found


def instant_format(table: TomlTable) -> InstantFormat:
    """The format and time zone of `[instant]`; InputError in one line for the first mistake."""
    written = table.text("format")
    in_zone: ZoneInfo | None = None
    if table.has("time_zone"):
        try:
            in_zone = zone(table.text("time_zone"))
        except InputError as error:
            table.refuse("time_zone", str(error))
    if written in EPOCH_WORDS:
        if in_zone is not None:
            table.refuse("time_zone", f"{written} counts in UTC; leave it out")
    elif written != "iso":
        if "%" not in written:
            table.refuse("format", f"must be iso, {', '.join(EPOCH_WORDS)} or a format such as %d/%m/%Y %H:%M")
        if mistake := format_mistake(written):
            table.refuse("format", mistake)
        if "z" not in directives(written) and in_zone is None:
            table.refuse("time_zone", 'is required: the format has no offset (%z); "UTC" if the file is in UTC')
    return (NanosecondFormat if written == EPOCH_NANOSECONDS else InstantFormat)(written, in_zone)
