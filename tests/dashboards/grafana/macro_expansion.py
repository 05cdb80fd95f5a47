"""What Grafana 12.4 makes of a dashboard's SQL: variables in the browser, then globals and macros in its server.

Restated from Grafana's behaviour, so that every query can be run by tests as a viewer would run it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Value: TypeAlias = str | Sequence[str]

_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
_UNITS = (("y", 365 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_SECONDS = dict(_UNITS) | {"w": 7 * 86_400}
_ROUND = (  # above this many seconds per point, this interval
    (0, 1), (1.5, 2), (3.5, 5), (7.5, 10), (12.5, 15), (17.5, 20), (25, 30), (45, 60), (90, 120), (210, 300),
    (450, 600), (750, 900), (1_050, 1_200), (1_500, 1_800), (2_700, 3_600), (5_400, 7_200), (9_000, 10_800),
    (16_200, 21_600), (32_400, 43_200), (86_400, 86_400), (604_800, 604_800), (1_814_400, 2_592_000),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What a viewer looks at: the range, the chosen values, the width of a point, and a switch of the data source."""

    from_at: datetime
    to_at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
    interval_seconds: int = 60
    timescaledb: bool = False

    def with_least_interval(self, least: str | None, points: int = 1000) -> "Shown":
        """The same with the interval of a panel: the range over its points, rounded, never below its least one."""
        seconds = (self.to_at - self.from_at) / timedelta(seconds=1) / points
        rounded = next(interval for above, interval in reversed(_ROUND) if seconds >= above)
        return replace(self, interval_seconds=max(rounded, 60, 0 if least is None else seconds_of(least)))


def seconds_of(interval: str) -> int:
    """Seconds of an interval such as `5m`."""
    return int(interval[:-1]) * _SECONDS[interval[-1]]


def expanded(sql: str, shown: Shown) -> str:
    """The text that reaches the database. An unknown variable, format or macro is a ValueError, as in Grafana."""
    text = _VARIABLE.sub(lambda found: _variable(found, shown.values), sql)
    text = text.replace("$__interval_ms", str(shown.interval_seconds * 1000))
    text = text.replace("$__interval", _interval_text(shown.interval_seconds))
    text = text.replace("$__unixEpochFrom()", str(int(shown.from_at.timestamp())))
    text = text.replace("$__unixEpochTo()", str(int(shown.to_at.timestamp())))
    return _MACRO.sub(lambda found: _macro(found, text, shown), text)


def _variable(found: re.Match[str], values: Mapping[str, Value]) -> str:
    name, wanted = found[1], found[2]
    if wanted != "sqlstring" or name not in values:
        raise ValueError(f"cannot interpolate {found[0]}")
    value = values[name]
    return ",".join(_sql_string(each) for each in ([value] if isinstance(value, str) else value))


def _sql_string(value: str) -> str:
    """Grafana doubles single quotes, and puts a backslash before double ones, which PostgreSQL keeps as it is."""
    escaped = value.replace("'", "''").replace('"', '\\"')
    return f"'{escaped}'"


def _macro(found: re.Match[str], text: str, shown: Shown) -> str:
    name, arguments = found[1], [argument.strip(" ") for argument in found[2].split(",")]
    if name == "__timeGroup" and text[found.end() : found.end() + 1] == ",":
        name = "__timeGroupAlias"
    column = arguments[0]
    from_at, to_at = (f"'{_rfc3339(each)}'" for each in (shown.from_at, shown.to_at))
    from_epoch, to_epoch = int(shown.from_at.timestamp()), int(shown.to_at.timestamp())
    match name:
        case "__time":
            return f'{column} AS "time"'
        case "__timeEpoch":
            return f'extract(epoch from {column}) as "time"'
        case "__timeFilter":
            return f"{column} BETWEEN {from_at} AND {to_at}"
        case "__timeFrom":
            return from_at
        case "__timeTo":
            return to_at
        case "__timeGroup" | "__timeGroupAlias":
            return _group(column, arguments, shown) + (' AS "time"' if name.endswith("Alias") else "")
        case "__unixEpochFilter":
            return f"{column} >= {from_epoch} AND {column} <= {to_epoch}"
        case "__unixEpochGroup" | "__unixEpochGroupAlias":
            seconds = seconds_of(arguments[1].strip("'"))
            return f"floor(({column})/{seconds})*{seconds}" + (' AS "time"' if name.endswith("Alias") else "")
        case _:
            raise ValueError(f"unknown macro {name!r}")


def _group(column: str, arguments: Sequence[str], shown: Shown) -> str:
    if len(arguments) < 2:
        raise ValueError("macro __timeGroup needs time column and interval and optional fill value")
    seconds = seconds_of(arguments[1].strip("'"))
    if shown.timescaledb:
        return f"time_bucket('{seconds:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{seconds})*{seconds}"


def _interval_text(seconds: int) -> str:
    return next(f"{seconds // size}{unit}" for unit, size in _UNITS if seconds >= size)


def _rfc3339(at: datetime) -> str:
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return f"{text}{fraction}Z"
