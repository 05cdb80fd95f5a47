"""Reads one class of service of a `carrierEthernetSls` document, strictly: what an agreement cannot say is refused."""

from __future__ import annotations

import json
from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from facilities.mef_lso import (
    AVAILABILITY,
    DELAY,
    LEGATO,
    LOSS,
    ROUND_TRIP_KEY,
    SONATA,
    UNTAKEN,
    Delay,
    Json,
    Pair,
    Sls,
    Spelling,
)
from facilities.toml_table import TomlTable
from store.errors import InputError

_MOST_PLACES = 1000  # as in an agreement file; an exponent must not make a figure longer than that


def read_sls(content: bytes, source: str, *, cos_name: str | None = None, without: Collection[str] = ()) -> Sls:
    """The class of service `cos_name` (None: the only one) of the document `content`; `source` names it in errors.

    Either SDK's spelling, told by the key of the period. Metrics in `without` are skipped on purpose; any other that
    we have no objective for is refused, because a contract must not lose a promise unseen.
    """
    document = _table(source, "", _json(content, source))
    if document.has("carrierEthernetSls") and not document.has("slsCosNameEntry"):
        inner = document.value("carrierEthernetSls")
        document.close()
        document = _table(source, "carrierEthernetSls", inner)
    spelling = SONATA if document.has(SONATA.period) else LEGATO
    start_time = document.text("startTime") if document.has("startTime") else None
    period = _inner(document, spelling.period)
    if _number(period, spelling.number) != 1 or period.value(spelling.unit) != spelling.month:
        document.refuse(spelling.period, f"must be 1 {spelling.month}: an agreement is scored by the month")
    period.close()
    entry = _Entry(_chosen(document, cos_name), spelling, without)
    document.close()
    return entry.sls(start_time)


class _Entry:
    """One class of service; every metric in it must speak of the same ordered pairs, those of one circuit."""

    def __init__(self, table: TomlTable, spelling: Spelling, without: Collection[str]) -> None:
        self._table, self._spelling, self._without = table, spelling, without
        self._pairs: frozenset[Pair] | None = None

    def sls(self, start_time: str | None) -> Sls:
        """The values of the entry, in our units."""
        table, spelling = self._table, self._spelling
        interval_seconds = table.integer("deltaT", 1)
        if 3600 % interval_seconds:
            table.refuse("deltaT", "must divide 3600 s")
        threshold = _number(table, "thresholdC")
        if threshold > 1:
            table.refuse("thresholdC", "must be a ratio in [0, 1], not a percentage")
        n = table.integer("consecutiveIntervalN", 1)
        availabilities = self._metrics(AVAILABILITY, spelling.availability_pairs)
        if len(availabilities) != 1:
            table.refuse(
                AVAILABILITY, f"must hold one objective, which loss and delay follow, not {len(availabilities)}"
            )
        target = _only_ratio(availabilities[0], "oneWayAvailabilityObjective")
        losses = [_only_ratio(one, spelling.loss) for one in self._metrics(LOSS, spelling.loss_pairs)]
        one_way = self._delays(DELAY, "oneWayFdPercentile", "oneWayFdObjective")
        round_trips = self._delays(ROUND_TRIP_KEY, "roundTripPercentile", "roundTripObjective")
        for name in UNTAKEN:
            if table.has(name) and table.value(name) != [] and name not in self._without:
                table.refuse(name, f"no objective of ours says it; --without {name} leaves it out")
        cos_name = table.text("cosName")
        table.close()
        assert self._pairs is not None  # availability has some
        return Sls(
            start_time=start_time,
            cos_name=cos_name,
            pairs=self._pairs,
            interval_seconds=interval_seconds,
            loss_threshold=threshold,
            consecutive_intervals=n,
            availability_ratio=target,
            loss_ratios=tuple(losses),
            one_way_delays=one_way,
            round_trips=round_trips,
        )

    def _delays(self, name: str, percentile: str, bound: str) -> tuple[Delay, ...]:
        found = []
        for one in self._metrics(name, self._spelling.delay_pairs):
            time = _inner(one, bound)
            unit = time.choice(self._spelling.unit, tuple(self._spelling.milliseconds))
            milliseconds = _number(time, self._spelling.number) * self._spelling.milliseconds[unit]
            time.close()
            found.append(Delay(_ratio(one, percentile), milliseconds))
            one.close()
        return tuple(found)

    def _metrics(self, name: str, pairs_key: str) -> list[TomlTable]:
        """The objectives listed at `name`; none when they are left out on purpose."""
        path = f"{self._table.path}.{name}"
        listed = self._table.tables(name)
        if name in self._without:
            return []
        found = []
        for number, values in enumerate(listed, start=1):
            one = _table(self._table.source, f"{path}[{number}]", values)
            pairs = self._pairs_of(one, pairs_key)
            if self._pairs not in (None, pairs):
                one.refuse(pairs_key, "differ from those of the availability: an objective of ours is on one circuit")
            self._pairs = pairs
            found.append(one)
        return found

    def _pairs_of(self, one: TomlTable, key: str) -> frozenset[Pair]:
        pairs = set()
        for number, values in enumerate(one.tables(key), start=1):
            pair = _table(one.source, f"{one.path}.{key}[{number}]", values)
            pairs.add(Pair(pair.text(self._spelling.from_end), pair.text(self._spelling.to_end)))
            pair.close()
        ends = {end for pair in pairs for end in pair}
        if not pairs or len(ends) != 2 or any(pair.from_end == pair.to_end for pair in pairs):
            one.refuse(key, f"must be one or both directions between two end points, not {len(ends)}")
        return frozenset(pairs)


def _chosen(document: TomlTable, cos_name: str | None) -> TomlTable:
    entries = document.tables("slsCosNameEntry")
    names = [str(entry.get("cosName")) for entry in entries]
    if cos_name is None and len(entries) != 1:
        document.refuse(
            "slsCosNameEntry", f"holds {len(entries)} classes of service ({', '.join(names)}); --cos-name chooses one"
        )
    if cos_name is not None and names.count(cos_name) != 1:
        document.refuse("slsCosNameEntry", f'holds "{cos_name}" {names.count(cos_name)} times')
    place = 0 if cos_name is None else names.index(cos_name)
    return _table(document.source, f"slsCosNameEntry[{place + 1}]", entries[place])


def _only_ratio(table: TomlTable, key: str) -> Fraction:
    """The percentage of an objective that says nothing else."""
    ratio = _ratio(table, key)
    table.close()
    return ratio


def _ratio(table: TomlTable, key: str) -> Fraction:
    """A percentage in (0, 100] as a ratio."""
    percentage = _number(table, key)
    if not 0 < percentage <= 100:
        table.refuse(key, "must be a percentage in (0, 100]")
    return percentage / 100


def _number(table: TomlTable, key: str) -> Fraction:
    value = table.value(key)
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or value < 0:
        table.refuse(key, "must be a number, at least 0")
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or abs(exponent) > _MOST_PLACES or len(value.as_tuple().digits) > _MOST_PLACES:
            table.refuse(key, f"has more than {_MOST_PLACES} digits")
    return Fraction(value)


def _inner(table: TomlTable, key: str) -> TomlTable:
    value = table.value(key)
    if not isinstance(value, dict):
        table.refuse(key, "must be an object")
    return _table(table.source, f"{table.path}.{key}" if table.path else key, value)


def _table(source: str, path: str, value: Any) -> TomlTable:
    """An object whose keys are asked for one by one; keys with an @ belong to the API around it and are let through."""
    if not isinstance(value, dict):
        raise InputError(f"{source}: {path}: must be an object" if path else f"{source}: must be an object")
    return TomlTable(source, path, {key: item for key, item in value.items() if not key.startswith("@")})


def _json(content: bytes, source: str) -> Any:
    def no_constant(name: str) -> NoReturn:
        raise InputError(f"{source}: {name} is not a number")

    def once(pairs: list[tuple[str, Any]]) -> Json:
        found: Json = {}
        for key, value in pairs:
            if key in found:
                raise InputError(f'{source}: the key "{key}" is there twice')
            found[key] = value
        return found

    try:
        text = content.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=no_constant, object_pairs_hook=once)
    except UnicodeDecodeError:
        raise InputError(f"{source}: not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{source}:{error.lineno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError, ArithmeticError):  # a number or a nesting too long to read
        raise InputError(f"{source}: not JSON that can be read: a number or a nesting is too long") from None
