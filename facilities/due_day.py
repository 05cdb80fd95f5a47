"""`p2i inventory due`: the day a delay in *jours ouvrés* or *jours ouvrables* ends, by a calendar, for people."""

from collections.abc import Iterator

from facilities.calendar import local_day
from facilities.calendar_days import DayKind, add_days, due_at, movable_days
from facilities.civil_calendar import CivilCalendar
from facilities.instants import epoch_seconds, instant_text
from store.errors import InputError

FRENCH: dict[DayKind, str] = {"ouvres": "jours ouvrés", "ouvrables": "jours ouvrables"}


def due_lines(calendar: CivilCalendar, kind: DayKind, count: int, filed: str) -> Iterator[str]:
    """When an answer to what was filed at `filed`, an instant with offset, is due; and the days that may still move it.

    A forecast counts as it stands; it is named where the announcement could move the due day.
    """
    try:
        filed_at = epoch_seconds(filed)
    except InputError as error:
        raise InputError(f"--filed: {error}") from None
    filed_on = local_day(filed_at, calendar.time_zone)
    last_on, due = add_days(calendar, kind, filed_on, count), due_at(calendar, kind, filed_at, count)
    yield f"{count} {FRENCH[kind]} after {filed_on}: {last_on}, until {instant_text(due)} (not included)"
    yield f"calendar {calendar.id} version {calendar.identity.version}, {calendar.time_zone.key}"
    for day in movable_days(calendar, filed_on, last_on):
        yield f"{day} is only forecast: the announcement may move this"
