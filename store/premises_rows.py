"""A month of a zone in few numbers, as rows. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class OccupancyMonth(NamedTuple):
    """The counts of one zone: `quarters` are those of an hour with a count, `people_mean` the mean of their means.

    `peak_at` is the first instant of `people_most`; all None without a count.
    """

    zone: str
    quarters: int
    people_mean: Decimal | None
    people_most: int | None
    peak_at: datetime | None


class ComfortMonth(NamedTuple):
    """What the sensors of one zone measured of one quantity: least, median (a value measured), most."""

    zone: str
    quantity: str
    readings: int
    quarters: int
    least: float
    median: float
    most: float
