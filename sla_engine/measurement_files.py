"""Measurements from whatever form their file has: CSV, or Parquet by the name of the file or as a folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sla_engine import csv_measurements
from sla_engine.facts import IntervalRows, ProbeRows, StateRows
from sla_engine.spans import Axis


def is_parquet(path: str) -> bool:
    """Whether a path names Parquet: a folder, or a name that ends in `.parquet`.

    The name decides, not the content: a CSV file may come through a pipe, which can be read only once.
    """
    return path.endswith(".parquet") or Path(path).is_dir()


# Parquet is imported only where it is used: it would double the time a score from CSV files takes to start.


def read_intervals(path: str, circuits: Collection[str], grids: Mapping[str, Axis]) -> dict[str, IntervalRows]:
    """The interval rows of the file or folder, at least those of the named circuits."""
    if not is_parquet(path):
        return csv_measurements.read_intervals(path, grids)
    from sla_engine import parquet_measurements

    return parquet_measurements.read_intervals(path, circuits, grids)


def read_probes(path: str, circuits: Collection[str]) -> dict[str, ProbeRows]:
    """The probes of the file or folder, at least those of the named circuits."""
    if not is_parquet(path):
        return csv_measurements.read_probes(path)
    from sla_engine import parquet_measurements

    return parquet_measurements.read_probes(path, circuits)


def read_states(path: str, circuits: Collection[str]) -> dict[str, StateRows]:
    """The states of the file or folder, at least those of the named circuits."""
    if not is_parquet(path):
        return csv_measurements.read_states(path)
    from sla_engine import parquet_measurements

    return parquet_measurements.read_states(path, circuits)
