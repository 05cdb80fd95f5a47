"""Reads an agreement from TOML, strictly: typed, exact, one line for the first mistake."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from facilities.agreement import Agreement, Maintenance
from facilities.calendar import ServiceHours, zone
from facilities.objective_toml import read_objectives
from facilities.toml_table import TomlTable
from store.errors import InputError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(\d{2}):(\d{2})", re.ASCII)


def read_agreement(path: str | Path) -> Agreement:
    """The agreement written in the file `path`."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return agreement_from_toml(content, str(path))


def agreement_from_toml(content: bytes, source: str) -> Agreement:
    """The agreement that TOML text writes; `source` names it in errors.

    They read `source: key: what is wrong`, or `source:line: what is wrong` where it is no TOML and has no keys.
    """
    try:
        document = tomllib.loads(content.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line = len((content[: error.start] + b"?").splitlines())
        raise InputError(f"{source}:{line}: not UTF-8") from None
    except (ValueError, RecursionError) as error:  # a number or a nesting beyond limits is not a TOMLDecodeError
        raise InputError(_syntax_error(source, content, str(error))) from None
    top = TomlTable(source, "", document)
    table = top.table("agreement")
    time_zone = table.text("time_zone")
    maintenance = table.optional_table("maintenance")
    service_hours = table.optional_table("service_hours")
    try:
        in_zone = zone(time_zone)
    except InputError as error:
        table.refuse("time_zone", str(error))
    starts_on = table.day("starts_on")
    if starts_on == date.min:  # east of Greenwich its midnight lies in no year that can be printed
        table.refuse("starts_on", "must be later than 0001-01-01")
    ends_on = table.day("ends_on") if table.has("ends_on") else None
    if ends_on is not None and ends_on < starts_on:
        table.refuse("ends_on", "is before starts_on")
    hours = None if service_hours is None else _service_hours(service_hours)
    agreement = Agreement(
        id=table.text("id"),
        tenant=table.text("tenant"),
        facility=table.text("facility"),
        time_zone=in_zone,
        starts_on=starts_on,
        ends_on=ends_on,
        monthly_fee=Fraction(table.decimal("monthly_fee")),
        currency=table.text("currency"),
        credit_combination=cast(Any, table.choice("credit_combination", ("sum", "max"), "sum")),
        credit_cap_ratio=table.ratio("credit_cap_percent", "100"),
        maintenance=Maintenance() if maintenance is None else _maintenance(maintenance),
        service_hours=hours,
        objectives=tuple(read_objectives(top, hours is not None)),
    )
    table.close()
    top.close()
    return agreement


def _syntax_error(source: str, content: bytes, message: str) -> str:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if found is None:  # a number or a nesting too long to read
        return f"{source}: not TOML: {message}"
    line = found[1] or max(1, len(content.splitlines()))
    return f"{source}:{line}: not TOML: {message[: found.start()]}"


def _maintenance(table: TomlTable) -> Maintenance:
    maintenance = Maintenance(
        notice_hours=table.integer("notice_hours", 0) if table.has("notice_hours") else None,
        monthly_quota_hours=table.integer("monthly_quota_hours", 0) if table.has("monthly_quota_hours") else None,
    )
    table.close()
    return maintenance


def _service_hours(table: TomlTable) -> ServiceHours:
    days = table.value("days")
    if not isinstance(days, list) or any(day not in DAYS for day in days):
        table.refuse("days", f"must be a list of {', '.join(DAYS)}")
    from_minute, to_minute = _minute(table, "from"), _minute(table, "to")
    if from_minute == 1440:
        table.refuse("from", 'must be a time of day such as "08:00"')
    if to_minute <= from_minute:
        table.refuse("to", "must be later than from")
    hours = ServiceHours(
        days=frozenset(DAYS.index(day) for day in days),
        from_minute=from_minute,
        to_minute=to_minute,
        holidays=table.days("holidays"),
    )
    table.close()
    return hours


def _minute(table: TomlTable, key: str) -> int:
    found = _CLOCK.fullmatch(table.text(key))
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if found is None or int(found[2]) > 59 or minute > 1440:
        table.refuse(key, 'must be a time of day such as "08:00", or "24:00" for the midnight that ends it')
    return minute
