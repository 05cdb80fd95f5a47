"""Reads an agreement from TOML, strictly: typed, exact, one line for the first mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

from facilities.agreement import Agreement, Maintenance
from facilities.amendment import Amendment
from facilities.calendar import ServiceHours, zone
from facilities.calendar_days import DayKind
from facilities.civil_calendar import CalendarVersion, CivilCalendar
from facilities.closing import Closing, IssueDays
from facilities.hours_toml import read_service_hours
from facilities.objective_toml import read_objectives
from facilities.toml_document import toml_document
from facilities.toml_table import TomlTable
from store.errors import InputError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_ISSUE_DAYS = 366
"""More than a year after a month nobody waits for its verdict; most likely a digit is mistyped."""


def read_agreement(path: str | Path, calendars: Mapping[str, CivilCalendar] | None = None) -> Agreement:
    """The agreement written in the file `path`; `calendars` are those it may name, by id."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return agreement_from_toml(content, str(path), calendars)


def agreement_from_toml(content: bytes, source: str, calendars: Mapping[str, CivilCalendar] | None = None) -> Agreement:
    """The agreement that TOML text writes; `source` names it in errors.

    They read `source: key: what is wrong`, or `source:line: what is wrong` where it is no TOML and has no keys.
    Without `calendars`, those of an inventory, a file that names one is refused: it does not hold its days.
    """
    top = toml_document(content, source)
    table = top.table("agreement")
    time_zone = table.text("time_zone")
    maintenance = table.optional_table("maintenance")
    amended = table.optional_table("amendment")
    service_hours = table.optional_table("service_hours")
    closing = table.optional_table("closing")
    try:
        in_zone = zone(time_zone)
    except InputError as error:
        table.refuse("time_zone", str(error))
    starts_on = table.day("starts_on")
    if starts_on == date.min:  # east of Greenwich its midnight lies in no year that can be printed
        table.refuse("starts_on", "must be later than 0001-01-01")
    ends_on = table.optional_day("ends_on")
    if ends_on is not None and ends_on < starts_on:
        table.refuse("ends_on", "is before starts_on")
    hours, calendar = (None, None) if service_hours is None else _service_hours(service_hours, in_zone, calendars)
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
        calendar=calendar,
        amendment=None if amended is None else _amendment(amended, starts_on, ends_on),
        superseded_on=table.optional_day("superseded_on"),
        scored_from=table.optional_day("scored_from"),
        closing=Closing() if closing is None else _closing(closing, calendars),
        vat_percent_text=table.percent_text("vat_percent") if table.has("vat_percent") else None,
    )
    _refuse_no_days(table, agreement)
    table.close()
    top.close()
    return agreement


def _maintenance(table: TomlTable) -> Maintenance:
    maintenance = Maintenance(
        notice_hours=table.integer("notice_hours", 0) if table.has("notice_hours") else None,
        monthly_quota_hours=table.integer("monthly_quota_hours", 0) if table.has("monthly_quota_hours") else None,
    )
    table.close()
    return maintenance


def _amendment(table: TomlTable, starts_on: date, ends_on: date | None) -> Amendment:
    """An amendment takes effect after the first day, which anchors the grid, and before the agreement has ended."""
    number, effective_on = table.integer("number", 1), table.day("effective_on")
    if effective_on <= starts_on:
        table.refuse("effective_on", f"must be after starts_on ({starts_on}), from which the original is in force")
    if ends_on is not None and effective_on > ends_on:
        table.refuse("effective_on", f"is after ends_on ({ends_on})")
    title = table.text("title") if table.has("title") else ""
    amendment = Amendment(number, effective_on, table.optional_day("signed_on"), title)
    table.close()
    return amendment


def _closing(table: TomlTable, calendars: Mapping[str, CivilCalendar] | None) -> Closing:
    usual = Closing()
    closing = Closing(
        table.integer("lateness_hours", 0, usual.lateness_hours),
        table.integer("contest_days", 0, usual.contest_days),
        _issue_days(table, calendars) if table.has("issue_days") else None,
    )
    for key in ("issue_day_kind", "calendar"):
        if closing.issue is None and table.has(key):
            table.refuse(key, "says of which days issue_days are, which is not there")
    table.close()
    return closing


def _issue_days(table: TomlTable, calendars: Mapping[str, CivilCalendar] | None) -> IssueDays:
    """The calendar stays a name, also in a text that stands alone: it decides a day of publication and no figure."""
    days = IssueDays(
        table.integer("issue_days", 0),
        table.choice("issue_day_kind", get_args(DayKind)),
        table.text("calendar"),
    )
    if days.count > _MOST_ISSUE_DAYS:
        table.refuse("issue_days", f"must be at most {_MOST_ISSUE_DAYS}")
    if calendars is not None and days.calendar not in calendars:
        table.refuse("calendar", f'no calendar "{days.calendar}" in calendars/*.toml')
    return days


def _refuse_no_days(table: TomlTable, agreement: Agreement) -> None:
    """A text that is cut off at either end still has its first day."""
    if agreement.superseded_on is not None and agreement.superseded_on <= agreement.first_on:
        table.refuse("superseded_on", f"must be after the first day in force ({agreement.first_on})")
    until_on = agreement.until_on
    if agreement.scored_from is not None and until_on is not None and agreement.scored_from >= until_on:
        table.refuse("scored_from", f"must be before {until_on}, from which this text is no longer in force")


def _service_hours(
    table: TomlTable, in_zone: ZoneInfo, calendars: Mapping[str, CivilCalendar] | None
) -> tuple[ServiceHours, CalendarVersion | None]:
    """The hours, and the calendar they come from: named here, or written out with its identity beside them."""
    if not table.has("calendar"):
        return read_service_hours(table), None
    if isinstance(table.value("calendar"), dict):
        origin = _origin(table.table("calendar"))
        return read_service_hours(table), origin
    name = table.text("calendar")
    table.close("has no place beside the name of a calendar, which gives the hours")
    if calendars is None:
        what = 'is a calendar of an inventory; "p2i inventory agreement ID" writes this file with its days'
        table.refuse("calendar", f'"{name}" {what}')
    calendar = calendars.get(name)
    if calendar is None:
        table.refuse("calendar", f'no calendar "{name}" in calendars/*.toml')
    hours = calendar.service_hours(in_zone)
    if hours is None:
        table.refuse("calendar", f'"{name}" has no weekly hours')
    return hours, calendar.identity


def _origin(table: TomlTable) -> CalendarVersion:
    version = CalendarVersion(table.text("id"), table.integer("version", 1), table.text("sha256"))
    if not _SHA256.fullmatch(version.sha256):
        table.refuse("sha256", "must be 64 hexadecimal digits")
    table.close()
    return version
