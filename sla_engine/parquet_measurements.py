"""Reads interval, probe and state files in Parquet, as `p2i archive` writes them, with the strictness of CSV files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from sla_engine.csv_measurements import STATES
from sla_engine.facts import IntervalRows, ProbeRows, StateRows
from sla_engine.keyed_rows import each_key_once
from sla_engine.parquet_rows import ParquetFiles
from sla_engine.spans import Axis
from store.parquet_form import ABSENT

_MICROSECONDS = 1_000_000
_NANOSECONDS_PER_MS = 1_000_000


def read_intervals(path: str | Path, circuits: Collection[str], grids: Mapping[str, Axis]) -> dict[str, IntervalRows]:
    """The interval rows of the named circuits, by start, each key once; `grids` as for CSV files."""
    files = ParquetFiles(path, "interval")
    found: dict[str, IntervalRows] = {}
    for circuit, (numbers, instants, (sent, lost)) in files.read(set(circuits)).items():
        starts_at = instants // _MICROSECONDS
        files.mistakes.note(numbers[lost > sent], "lost is more than sent")
        files.mistakes.note_off_grid(numbers, starts_at, circuit, grids.get(circuit))
        kept, contradicting = each_key_once([starts_at], [sent, lost])
        files.mistakes.note_contradicting(numbers[contradicting], "starts_at", circuit)
        found[circuit] = IntervalRows(starts_at[kept], sent[kept], lost[kept])
    files.mistakes.raise_first()
    return found


def read_probes(path: str | Path, circuits: Collection[str]) -> dict[str, ProbeRows]:
    """The probes of the named circuits, each key once; round trips in nanoseconds, a null is a lost probe."""
    files = ParquetFiles(path, "probe")
    found: dict[str, ProbeRows] = {}
    for circuit, (numbers, sent_at, (round_trip,)) in files.read(set(circuits)).items():
        kept, contradicting = each_key_once([sent_at], [round_trip])
        files.mistakes.note_contradicting(numbers[contradicting], "sent_at", circuit)
        found[circuit] = ProbeRows(sent_at[kept], round_trip[kept] != ABSENT, round_trip[kept], _NANOSECONDS_PER_MS)
    files.mistakes.raise_first()
    return found


def read_states(path: str | Path, circuits: Collection[str]) -> dict[str, StateRows]:
    """The states of the named circuits, by instant, each key once."""
    files = ParquetFiles(path, "state", STATES)
    found: dict[str, StateRows] = {}
    for circuit, (numbers, instants, (states,)) in files.read(set(circuits)).items():
        at = instants // _MICROSECONDS
        kept, contradicting = each_key_once([at], [states])
        files.mistakes.note_contradicting(numbers[contradicting], "changed_at", circuit)
        found[circuit] = StateRows(at[kept], states[kept].astype(np.int8))
    files.mistakes.raise_first()
    return found
