"""The agreement as one file that needs no inventory: what other files decide is written out. Pure: text only."""

from __future__ import annotations

import tomllib
from typing import Any

from facilities.agreement import Agreement
from facilities.calendar import ServiceHours, WeeklyWindow
from facilities.hours_toml import DAYS
from facilities.toml_text import toml_text


def standalone_agreement(content: bytes, agreement: Agreement) -> bytes:
    """The file that `p2i score --agreement` takes: `content`, of which `agreement` was read, byte for byte, unless that
    file alone does not say everything. A calendar it names is then written out, hours, holidays and seasons of that
    version; so are the days at which an amendment takes over or a closed period ends, which other texts decide.

    The same bytes for the same two texts. Reading it gives `agreement` again, its calendar's identity included. Its
    comments are lost, its keys and their order are not.
    """
    document = tomllib.loads(content.decode().removeprefix("\ufeff"))
    table, added = document["agreement"], []
    if agreement.service_hours is not None and isinstance(table["service_hours"].get("calendar"), str):
        identity = agreement.calendar
        assert identity is not None  # it was read from that name
        origin = {"id": identity.id, "version": identity.version, "sha256": identity.sha256}
        table["service_hours"] = {**_hours(agreement.service_hours), "calendar": origin}
        added.append(f"the days of the calendar {identity.id}, version {identity.version}")
    for key, day in (("superseded_on", agreement.superseded_on), ("scored_from", agreement.scored_from)):
        if day != table.get(key):
            table[key] = day
            added.append(f"{key} = {day}")
    if not added:
        return content
    lines = (
        f"# Written by p2i: agreement {agreement.id} with {' and '.join(added)}.",
        "# Complete: p2i score needs no other file of the inventory.",
        "",
        toml_text(document),
    )
    return "\n".join(lines).encode()


def _hours(hours: ServiceHours) -> dict[str, Any]:
    """`[agreement.service_hours]` as written: the keys of the contract, and others only where they are needed."""
    written: dict[str, Any] = _window(WeeklyWindow(hours.days, hours.from_minute, hours.to_minute))
    written["holidays"] = sorted(hours.holidays)
    if hours.more_windows:
        written["more_windows"] = [_window(window) for window in hours.more_windows]
    if hours.seasons:
        written["seasons"] = [
            {
                "name": season.name,
                "starts_on": season.starts_on,
                "ends_on": season.ends_on,
                "windows": [_window(window) for window in season.windows],
            }
            for season in hours.seasons
        ]
    if hours.time_zone is not None:
        written["time_zone"] = hours.time_zone.key
    if hours.starts_on is not None:
        written["starts_on"] = hours.starts_on
    if hours.ends_on is not None:
        written["ends_on"] = hours.ends_on
    if hours.forecasts:
        written["forecasts"] = sorted(hours.forecasts)
    return written


def _window(window: WeeklyWindow) -> dict[str, Any]:
    return {
        "days": [DAYS[day] for day in sorted(window.days)],
        "from": _clock(window.from_minute),
        "to": _clock(window.to_minute),
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
