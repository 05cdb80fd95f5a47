"""Which receiver an alert goes to, in which rhythm and at which hours. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerting.alertmanager.destinations import NOBODY, Destinations
from alerting.alertmanager.intervals import Piece
from alerting.alertmanager.matchers import matchers, one_of
from alerting.alertmanager.rhythm import Rhythm, rhythm
from alerting.grouping import AUDIENCES, GROUPED_BY, Audience
from facilities.inventory import Inventory


def routes(
    inventory: Inventory, destinations: Destinations, intervals: Mapping[str, Sequence[Piece]]
) -> list[dict[str, Any]]:
    """In order; the first that matches takes the alert, but for those that let it go on."""
    rhythms = destinations.rhythms
    found: list[dict[str, Any]] = [
        {
            "receiver": "watchdog",
            "matchers": matchers({"alertname": "Watchdog"}),
            "group_by": ["source"],
            **rhythm(rhythms, "watchdog").settings(),
        },
        # Seen, never told. Not left to inhibition and silences: they may come a moment later than the alert.
        {"receiver": NOBODY, "matchers": matchers({"explained": "true"})},
        {"receiver": NOBODY, "matchers": matchers({"muted": "true"})},
        _mail_route(destinations),
    ]
    for one in destinations.receivers:
        group_by = list(GROUPED_BY[one.audience])
        found.append(
            {"receiver": one.receiver, "matchers": matchers(one.labels), "group_by": group_by, "continue": True}
        )
    tickets = {
        "tenant": _tenant_tickets(inventory, intervals, rhythms),
        "on_call": _park_tickets(inventory, intervals, rhythms),
    }
    for audience in AUDIENCES:
        found.append(_audience_route(audience, tickets.get(audience, []), rhythms))
    return found


def _audience_route(
    audience: Audience, in_hours: Sequence[dict[str, Any]], rhythms: Mapping[str, Rhythm]
) -> dict[str, Any]:
    return {
        "receiver": audience,
        "matchers": matchers({"audience": audience}),
        "group_by": list(GROUPED_BY[audience]),
        "routes": [
            *in_hours,
            *(
                {
                    "receiver": audience,
                    "matchers": matchers({"severity": severity}),
                    **rhythm(rhythms, severity, audience).settings(),
                }
                for severity in ("page", "ticket")
            ),
        ],
    }


def _mail_route(destinations: Destinations) -> dict[str, Any]:
    """Pages while the escalator is dead: mail in the reader's language, or nobody where no mail is set up."""
    languages = list(destinations.mail.to) if destinations.mail is not None else []
    if not languages:
        return {"receiver": NOBODY, "matchers": matchers({"audience": "mail"})}
    return {
        "receiver": f"mail_{languages[0]}",
        "matchers": matchers({"audience": "mail"}),
        "group_by": list(GROUPED_BY["on_call"]),
        **rhythm(destinations.rhythms, "mail").settings(),
        "routes": [{"receiver": f"mail_{one}", "matchers": matchers({"language": one})} for one in languages],
    }


def _park_tickets(
    inventory: Inventory, intervals: Mapping[str, Sequence[Piece]], rhythms: Mapping[str, Rhythm]
) -> list[dict[str, Any]]:
    """Tickets for those on call wait for the park's worked days, where a calendar of its clock says which they are."""
    found = []
    for calendar in inventory.calendars.values():
        parks = [one.code for one in inventory.parks.values() if one.time_zone == calendar.time_zone.key]
        if calendar.tenant is None and parks and f"worked_days_{calendar.id}" in intervals:
            chosen = [*matchers({"severity": "ticket"}), one_of("facility", parks)]
            hours = _told_in(f"worked_days_{calendar.id}", f"holidays_{calendar.id}", intervals)
            found.append(
                {"receiver": "on_call", "matchers": chosen, **rhythm(rhythms, "ticket", "on_call").settings(), **hours}
            )
    return found


def _tenant_tickets(
    inventory: Inventory, intervals: Mapping[str, Sequence[Piece]], rhythms: Mapping[str, Rhythm]
) -> list[dict[str, Any]]:
    """A breach that is foreseen only is told a tenant within its service hours; what has happened is told at once."""
    found = []
    for agreement in inventory.agreements.values():
        if f"hours_{agreement.id}" in intervals:
            labels = {"alertname": "breach_foreseen", "severity": "ticket"}
            labels |= {"tenant": agreement.tenant, "agreement": agreement.id}
            hours = _told_in(f"hours_{agreement.id}", f"days_off_{agreement.id}", intervals)
            found.append(
                {
                    "receiver": "tenant",
                    "matchers": matchers(labels),
                    **rhythm(rhythms, "ticket", "tenant").settings(),
                    **hours,
                }
            )
    return found


def _told_in(active: str, muted: str, intervals: Mapping[str, Sequence[Piece]]) -> dict[str, list[str]]:
    found = {"active_time_intervals": [active]}
    return found | ({"mute_time_intervals": [muted]} if muted in intervals else {})
