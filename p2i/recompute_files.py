"""Which files of a folder of evidence hold its facts, in whatever form `p2i score` reads them. Pure: looks at names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from facilities.agreement import Agreement, AvailabilityObjective, Objective, RoundTripObjective, TimeToRestoreObjective
from sla_engine.csv_files import FactFiles
from sla_engine.fact_options import FILES
from sla_engine.measurement_files import is_parquet
from store.errors import InputError

KINDS = {"intervals": "interval", "probes": "probe", "states": "state"}
"""The facts that are readings, by the word of their option: their kind as an archive's folders name it."""
MOST_ROWS = 100_000_000
"""Ten circuits at a probe a second have 27 million a month. Rows that are all the same pack to nothing."""


def fact_files(folder: Path, circuits: Collection[str]) -> FactFiles:
    """The files of facts that lie in a folder, None for each that does not.

    Readings lie in NAME.csv, NAME.parquet, a folder NAME of Parquet files, or a folder `kind=…` of an archive, in the
    folder itself or in `archive` below it. InputError where one kind is there in two forms: nothing says which of them
    counts; and for more rows of these circuits than any evidence has.
    """
    found = {name: place for name in FILES if (place := _place(folder, name)) is not None}
    for name, place in found.items():
        if name in KINDS and is_parquet(str(place)):
            _refuse_bomb(place, circuits)
    return FactFiles(**{name: str(place) for name, place in found.items()})


def missing(agreement: Agreement, files: FactFiles) -> dict[str, str]:
    """What of readings the folder lacks, in words, for each objective that cannot be computed without them.

    Loss and round trip count in available time only: without what availability needs they cannot be computed either.
    """
    lacking: dict[str, str] = {}
    for objective in agreement.objectives:
        needed = [objective, agreement.availability_of(objective.circuit)]
        for one in needed:
            ways = _needs(one) if one is not None and not isinstance(objective, TimeToRestoreObjective) else ()
            if ways and all(getattr(files, way) is None for way in ways):
                lacking.setdefault(objective.id, " or ".join(ways))
    return lacking


def _needs(objective: Objective) -> tuple[str, ...]:
    """The kinds of readings of which one at least must be there."""
    if isinstance(objective, TimeToRestoreObjective):
        return ()
    if isinstance(objective, RoundTripObjective):
        return ("probes",)
    is_of_states = isinstance(objective, AvailabilityObjective) and objective.method == "states"
    return ("states",) if is_of_states else ("intervals", "probes")


def _place(folder: Path, name: str) -> Path | None:
    places = [place for place in _places(folder, name) if _is_there(place)]
    if len(places) > 1:
        names = " and ".join(place.relative_to(folder).as_posix() for place in places)
        raise InputError(f"{folder}: holds {names}: nothing says which of them counts")
    return places[0] if places else None


def _places(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.csv"
    if name in KINDS:
        yield folder / f"{name}.parquet"
        yield folder / name
        yield folder / f"kind={KINDS[name]}"
        yield folder / "archive" / f"kind={KINDS[name]}"


def _is_there(place: Path) -> bool:
    """A folder is, once a Parquet file lies in it."""
    return next(place.rglob("*.parquet"), None) is not None if place.is_dir() else place.exists()


def _refuse_bomb(place: Path, circuits: Collection[str]) -> None:
    import pyarrow as pa  # loaded only for Parquet: it doubles the time that a verification takes to start
    import pyarrow.parquet as pq

    from store.parquet_form import may_hold

    rows = 0
    for file in place.rglob("*.parquet") if place.is_dir() else (place,):
        try:
            stated = pq.read_metadata(file)
            groups = [stated.row_group(number) for number in range(stated.num_row_groups)]
            rows += sum(group.num_rows for group in groups if may_hold(group, "circuit", set(circuits)))
        except (OSError, TypeError, pa.ArrowException):
            continue  # whoever reads it says what is wrong with it
        if rows > MOST_ROWS:
            raise InputError(f"{place}: holds more than {MOST_ROWS} rows of these circuits")
