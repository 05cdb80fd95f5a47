"""Which format a file has and how it is read: the mapping file, the option, or the format's own defaults. Pure."""

from collections.abc import Sequence
from typing import TypeAlias

from collectors.mapping import FileMapping, table_mapping, toml_table
from collectors.result_mapping import ResultMapping, result_mapping
from store.errors import InputError

ImportMapping: TypeAlias = FileMapping | ResultMapping

FORMATS: Sequence[str] = ("csv", "parquet", "ripe_atlas", "perfsonar", "iperf3")
TABLES = ("csv", "parquet")


def import_mapping(name: str, text: str, given: str | None = None) -> ImportMapping:
    """The mapping in `text`, of the format it names, or `given` by the command line, or CSV.

    InputError in one line for the first mistake, and where mapping and command line name different formats.
    """
    table = toml_table(name, text)
    form = table.choice("format", FORMATS, given or "csv")
    if given and form != given:
        raise InputError(f"--format: {given}, but {name} is a mapping for {form}")
    match form:
        case "csv" | "parquet":
            return table_mapping(table, form)
        case "ripe_atlas" | "perfsonar" | "iperf3":
            return result_mapping(table, form)
    raise AssertionError(form)
