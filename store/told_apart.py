"""Rows of a batch against what is stored under their keys, (series, instant): new, there already or contradicting."""

from collections.abc import Sequence

import numpy as np

from store.binary_copy import Column


def spans(series: Column, instants: Column) -> tuple[Column, Column, Column, Column]:
    """Per series, by its number: the number, the first and the last instant, and how many rows."""
    order = np.argsort(series, kind="stable")
    numbers, starts, counts = np.unique(series[order], return_index=True, return_counts=True)
    sorted_instants = instants[order]
    return (
        numbers,
        np.minimum.reduceat(sorted_instants, starts),
        np.maximum.reduceat(sorted_instants, starts),
        counts,
    )


def told_apart(stored: Sequence[Column], given: Sequence[Column]) -> tuple[Column, list[int]]:
    """Positions of the given rows that are new, in the order of their keys, and of those that contradict.

    `stored` are columns of rows with distinct keys: all that share a key with a given row must be among them. Of given
    rows with one key that is not stored the first is new, and the others repeat or contradict it.
    """
    held = len(stored[0])
    both = [np.concatenate([left, right]) for left, right in zip(stored, given, strict=True)]
    series, instants, *values = both
    order = np.lexsort((instants, series))  # stable: within a key the stored row comes first, then those given in turn
    is_first = np.ones(order.size, np.bool_)
    sorted_series, sorted_instants = series[order], instants[order]
    is_first[1:] = (sorted_series[1:] != sorted_series[:-1]) | (sorted_instants[1:] != sorted_instants[:-1])
    first = order[is_first][np.cumsum(is_first) - 1]
    differs = np.logical_or.reduce([column[order] != column[first] for column in values])
    positions = order - held
    conflicts = np.sort(positions[~is_first & differs])
    return positions[is_first & (positions >= 0)], conflicts.tolist()
