"""The configuration of Alertmanager, made from the inventory: routes, inhibition, time intervals, receivers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from alerting.alertmanager.destinations import NOBODY, Destinations
from alerting.alertmanager.inhibition import inhibit_rules
from alerting.alertmanager.intervals import Piece, holidays, service_hours, worked_days
from alerting.alertmanager.receivers import mail, webhook
from alerting.alertmanager.rhythm import rhythm
from alerting.alertmanager.routes import routes
from alerting.alertmanager.yaml_text import yaml_text
from alerting.grouping import AUDIENCES, GROUPED_BY
from facilities.inventory import Inventory
from store.errors import InputError


def config_text(inventory: Inventory, destinations: Destinations, today: date) -> str:
    """`alertmanager.yml`: byte for byte the same for the same inventory, destinations and day.

    Understood by Alertmanager 0.25 and later. Holidays and seasons are those known `today` and ahead.
    """
    name = "".join(one if one.isprintable() else " " for one in inventory.name)
    head = (
        f"# Made by `p2i alert config` from the inventory « {name} », hours as of {today}. Do not edit: make it anew.\n"
        "# Names of labels and what they mean: docs/alertmanager.md\n\n"
    )
    return head + yaml_text(config(inventory, destinations, today))


def config(inventory: Inventory, destinations: Destinations, today: date) -> dict[str, Any]:
    """The configuration as a value."""
    intervals = _intervals(inventory, today) if destinations.tickets_in_hours else {}
    found: dict[str, Any] = {"global": _global(destinations)}
    found["route"] = {
        "receiver": "on_call",  # what no route below takes: rules of Grafana and Prometheus
        "group_by": list(GROUPED_BY["on_call"]),
        **rhythm(destinations.rhythms, "page", "on_call").settings(),
        "routes": routes(inventory, destinations, intervals),
    }
    found["inhibit_rules"] = inhibit_rules()
    found["receivers"] = _receivers(inventory, destinations)
    used = set(_named_intervals(found["route"]))
    if used:
        found["time_intervals"] = [
            {"name": name, "time_intervals": pieces} for name, pieces in intervals.items() if name in used
        ]
    return found


def _named_intervals(route: Mapping[str, Any]) -> Iterator[str]:
    yield from route.get("active_time_intervals", ())
    yield from route.get("mute_time_intervals", ())
    for child in route.get("routes", ()):
        yield from _named_intervals(child)


def _global(destinations: Destinations) -> dict[str, Any]:
    found: dict[str, Any] = {"resolve_timeout": "5m"}
    if destinations.mail is None:
        if any(one.kind == "email" for one in destinations.receivers):
            raise InputError("a receiver of kind email needs --mail-host and --mail-from")
        return found
    found["smtp_smarthost"] = destinations.mail.smarthost
    found["smtp_from"] = destinations.mail.sender
    found["smtp_require_tls"] = destinations.mail.require_tls
    if destinations.mail.user is not None:
        found["smtp_auth_username"] = destinations.mail.user
    if destinations.mail.password_file is not None:
        found["smtp_auth_password_file"] = destinations.mail.password_file
    return found


def _intervals(inventory: Inventory, today: date) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for calendar in inventory.calendars.values():
        if calendar.worked_days:
            found[f"worked_days_{calendar.id}"] = worked_days(calendar, today)
        found[f"holidays_{calendar.id}"] = holidays(calendar.days_off, calendar.time_zone, today)
    for agreement in inventory.agreements.values():
        if (hours := agreement.service_hours) is not None:
            found[f"hours_{agreement.id}"] = service_hours(hours, agreement.time_zone, today)
            found[f"days_off_{agreement.id}"] = holidays(hours.holidays, hours.time_zone or agreement.time_zone, today)
    return {name: pieces for name, pieces in found.items() if pieces}


def _receivers(inventory: Inventory, destinations: Destinations) -> list[dict[str, Any]]:
    base = f"{destinations.escalator_url.rstrip('/')}/hooks/alertmanager"
    found: list[dict[str, Any]] = [
        {"name": name, "webhook_configs": [webhook(f"{base}/{name}", destinations.token_file)]}
        for name in (*AUDIENCES, "watchdog")
    ]
    found.append({"name": NOBODY})
    if destinations.mail is not None:
        for language, to in destinations.mail.to.items():
            told = mail(to, language, inventory.label, send_resolved=False, why="dead")
            found.append({"name": f"mail_{language}", "email_configs": [told]})
    found.extend({"name": one.receiver, **one.config(inventory.label)} for one in destinations.receivers)
    return found
