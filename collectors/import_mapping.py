"""Which format a file has and how it is read: the mapping file, the option, or the format's own defaults. Pure."""

from collections.abc import Sequence
from typing import TypeAlias

from collectors.mapping import FileMapping, table_mapping, toml_table
from collectors.native_topic import KIND_WORDS
from collectors.result_mapping import ResultMapping, result_mapping
from collectors.sensor_rows import SENSORS, SensorMapping, sensor_mapping
from store.errors import InputError

ImportMapping: TypeAlias = FileMapping | SensorMapping | ResultMapping

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
            kind = table.choice("kind", (*KIND_WORDS, SENSORS))
            return sensor_mapping(table, form) if kind == SENSORS else table_mapping(table, form)
        case "ripe_atlas" | "perfsonar" | "iperf3":
            return result_mapping(table, form)
    raise AssertionError(form)
