"""Archived readings beside stored ones: which of them only one side has, and where both disagree. Pure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from store.parquet_form import Column, Piece

Flags = npt.NDArray[np.bool_]


class Difference(NamedTuple):
    """Per row: `late` stored ones that are not archived, `gone` archived ones that are not stored, and `contradicted`
    archived ones that are stored with another value."""

    late: Flags
    gone: Flags
    contradicted: Flags


def difference(archived: Piece, stored: Piece) -> Difference:
    """The difference of two pieces of one series, in time order. When a reading arrived makes none."""
    late, _ = _missing(stored.instants, archived.instants)
    gone, at = _missing(archived.instants, stored.instants)
    differs = np.zeros(archived.instants.size, np.bool_)
    for ours, theirs in zip(archived.values, stored.values, strict=True):
        differs[~gone] |= ours[~gone] != theirs[at[~gone]]
    return Difference(late, gone, differs)


def selected(piece: Piece, rows: Flags) -> Piece:
    """The rows of the piece that are flagged."""
    return Piece(piece.series, piece.instants[rows], tuple(v[rows] for v in piece.values), piece.received[rows])


def in_time_order(piece: Piece) -> Piece:
    """The piece with its rows by instant: those of a later file lie among those of the first."""
    order = np.argsort(piece.instants, kind="stable")
    return Piece(piece.series, piece.instants[order], tuple(v[order] for v in piece.values), piece.received[order])


def _missing(instants: Column, among: Column) -> tuple[Flags, Column]:
    """Which instants are not among the others, and at which position each would be."""
    at: Column = np.searchsorted(among, instants)
    missing = at == among.size
    missing[~missing] = among[at[~missing]] != instants[~missing]
    return missing, at
