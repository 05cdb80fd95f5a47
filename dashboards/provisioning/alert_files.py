"""Grafana's alert rules as a file of its provisioning, for the organisations of operators. Pure."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from dashboards.grafana.alert_rule import AlertRule
from dashboards.grafana.breach_rules import BREACHES
from dashboards.grafana.watchdog_rules import WATCHDOGS
from dashboards.provisioning.wanted import JsonObject

RECEIVER, MAIL = "P2I astreinte", "P2I courriel"
FOLDER = "P2I alertes"
_INTERVAL = "1m"

_SENT_AGAIN = {"group_wait": "10s", "group_interval": "1m", "repeat_interval": "2m"}
"""To Alertmanager, which takes for over what it has not heard of for four minutes, and tells people more seldom."""
_TO_PEOPLE = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}


class Told(NamedTuple):
    """Who is told by these rules: Alertmanagers (with commas between), a mail address, or whom Grafana's policies name.

    With both, mail is for what says that Alertmanager takes nothing. `is_alone`: Grafana finds outages and breaches
    as well, because no `p2i alert` does.
    """

    alertmanager: str | None = None
    mail: str | None = None
    is_alone: bool = False


def alert_rules(organisations: Sequence[int], told: Told) -> str:
    """The text of `provisioning/alerting/…`: contact points, then both sets of rules in each organisation.

    The watchdogs are always on. The rules of circuits and objectives are written paused unless Grafana is alone: the
    same outage would else be told by two.
    """
    points = _contact_points(told)
    groups = [
        {
            "orgId": number,
            "name": name,
            "folder": FOLDER,
            "interval": _INTERVAL,
            "rules": [rule.json(is_paused=is_paused, told=_told_by(rule, told)) for rule in rules],
        }
        for number in organisations
        for name, rules, is_paused in (
            ("p2i-watchdog", WATCHDOGS, False),
            ("p2i-breach", BREACHES, not told.is_alone),
        )
    ]
    contacts = [
        {"orgId": number, "name": name, "receivers": [{"uid": f"p2i-{number}-{one['type'][:10]}", **one}]}
        for number in organisations
        for name, one in points.items()
    ]
    lines = ["# Written by `p2i grafana export`; the next one writes it anew.", "apiVersion: 1"]
    for key, values in (("contactPoints", contacts), ("groups", groups)):
        lines.append(f"{key}:" if values else f"{key}: []")
        lines += [f"  - {json.dumps(one, ensure_ascii=False)}" for one in values]
    return "\n".join(lines) + "\n"


def _contact_points(told: Told) -> dict[str, JsonObject]:
    """By name. Settings are texts in which Grafana fills in its environment: a `$` of ours is doubled."""
    made: dict[str, JsonObject] = {}
    if told.alertmanager is not None:
        made[RECEIVER] = {
            "type": "prometheus-alertmanager",
            "settings": {"url": told.alertmanager.replace("$", "$$")},
            "disableResolveMessage": False,
        }
    if told.mail is not None:
        made[MAIL] = {
            "type": "email",
            "settings": {"addresses": told.mail.replace("$", "$$"), "singleEmail": True},
            "disableResolveMessage": False,
        }
    return made


def _told_by(rule: AlertRule, told: Told) -> JsonObject | None:
    """Alertmanager, except of its own absence; mail where there is none."""
    if told.mail is not None and (rule.is_of_the_way or told.alertmanager is None):
        return {"receiver": MAIL, **_TO_PEOPLE}
    return None if told.alertmanager is None else {"receiver": RECEIVER, **_SENT_AGAIN}
