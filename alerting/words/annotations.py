"""What the messages about an alert are written from: its figures, and the names of what it is of, as short texts. Pure.

Annotations travel with the alert through Alertmanager, so that whoever receives it can put it into words in either
language. A tenant's hold nothing that is not the tenant's to know.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from alerting.announcements import Context
from alerting.words.headline import Audience, headline
from alerting.words.names import indicator, names, names_for_tenants, period_month, subject_name
from alerting.words.page import is_link
from alerting.words.plain import clean
from alerting.words.said import Said
from alerting.words.spelling import Language
from alerting.words.tongue import TONGUES, texts_of
from facilities.inventory import Inventory
from store.alert_rows import AlertRow, Announcement, Trouble

_NAMED = 12
"""Of the alerts it explains; how many there are is said besides."""

_FACTS_FOR_TENANTS = frozenset(
    {
        "at_most_seconds", "breach_at", "budget_left_seconds", "budget_seconds", "capacity_people", "consumed_percent",
        "credit", "currency", "due_at", "elapsed_seconds", "payable", "payable_if_breached", "people", "ticket",
        "version",
    }
)  # fmt: skip
"""Figures of the tenant's own agreement, ticket or zone."""

_CAUSE_FOR_TENANTS = {
    "site_cut": "park",
    "duct_cut": "network",
    "carrier_down": "carrier",
    "infrastructure_carrier_down": "carrier",
    "cable_down": "network",
    "probe_fault": "measurement",
}

_IN_URLS = re.compile(r"[A-Za-z0-9._-]")


def annotator(inventory: Inventory, base_urls: Mapping[str, str]) -> Callable[[AlertRow, Context], dict[str, str]]:
    """`annotations` as `alerting.announcements` calls it."""

    def annotate(alert: AlertRow, context: Context) -> dict[str, str]:
        language: Language = "en" if context.language == "en" else "fr"
        return annotations(
            alert,
            inventory,
            language,
            audience=context.audience,
            cause=context.cause,
            members=context.members,
            base_urls=base_urls,
        )

    return annotate


def annotations(
    alert: AlertRow,
    inventory: Inventory,
    language: Language,
    *,
    audience: Audience = "on_call",
    cause: AlertRow | None = None,
    members: Sequence[AlertRow] = (),
    base_urls: Mapping[str, str] = {},
) -> dict[str, str]:
    """Figures and names as text, and `summary`: the alert in one line of `language`, for screens that show one.

    `cause` is the alert that explains this one, `members` are those that this one explains. `base_urls` may have
    `runbooks` and `grafana`; without them there are no links. What is unknown is absent.
    """
    trouble = alert.trouble
    made: dict[str, Any] = {
        "since": trouble.since_at,
        "reason": trouble.reason,
        "indicator": indicator(alert, inventory),
        "month": period_month(alert),
    }
    if audience == "tenant":
        made |= {name: value for name, value in trouble.facts.items() if name in _FACTS_FOR_TENANTS}
        made |= names_for_tenants(alert, inventory)
        made["cause_kind"] = _cause_for_tenants((cause or alert).trouble)
    else:
        made |= trouble.facts
        made |= names(alert, inventory)
        if isinstance(parks := trouble.facts.get("parks"), list):
            made["parks"] = [inventory.parks[code].title if code in inventory.parks else code for code in parks]
        if cause is not None:
            made |= {"cause_rule": cause.trouble.rule, "cause_name": subject_name(cause, inventory)}
            made["cause_seen_as"] = cause.trouble.facts.get("seen_as")
        if members:
            made |= {"explains": _listed(alert, members, language), "explains_count": len(members)}
        if alert.muted_by is not None:
            made["muted_by"] = alert.muted_by
        if runbooks := base_urls.get("runbooks"):
            made["runbook_url"] = f"{runbooks.rstrip('/')}/{trouble.rule}.md"
    if grafana := base_urls.get("grafana"):
        made["dashboard_url"] = grafana.rstrip("/") + _dashboard(alert, language, audience)
    texts = {name: _text(value) for name, value in made.items() if value is not None}
    texts = {name: text for name, text in texts.items() if text and (not name.endswith("_url") or is_link(text))}
    labels = {
        "alertname": trouble.rule,
        "circuit": trouble.circuit,
        "zone": trouble.zone,
        "agreement": trouble.agreement,
    }
    said = Said(Announcement({name: text for name, text in labels.items() if text}, texts, trouble.since_at, None))
    return texts | {"summary": headline(said, TONGUES[language], audience)}


def _cause_for_tenants(cause: Trouble) -> str | None:
    """What kind of thing it is; where all that is known is silence it is the measurement, and nothing of the park's."""
    if cause.rule in _CAUSE_FOR_TENANTS and cause.facts.get("seen_as") == "silence":
        return "measurement"
    return _CAUSE_FOR_TENANTS.get(cause.rule)


def _listed(alert: AlertRow, members: Sequence[AlertRow], language: Language) -> str:
    """What the members are of; those of the alert's own circuit by what they are called: it does not explain itself."""

    def called(member: AlertRow) -> str:
        trouble = member.trouble
        if trouble.circuit and trouble.circuit == alert.trouble.circuit:
            return TONGUES[language].one_of(texts_of(trouble.rule).name)
        return trouble.circuit or trouble.subject.partition(":")[2]

    names = sorted({called(member) for member in members})
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


def _dashboard(alert: AlertRow, language: Language, audience: Audience) -> str:
    """The dashboard that shows most of it; an organisation of a tenant has no other than its own."""
    if audience == "tenant":
        return f"/d/p2i-tenant-{language}"
    if audience == "owner":
        return f"/d/p2i-portfolio-{language}"
    if alert.trouble.circuit:
        return f"/d/p2i-circuit-{language}?var-circuit={_in_query(alert.trouble.circuit)}"
    if alert.trouble.zone:
        return f"/d/p2i-occupancy-{language}"
    return f"/d/p2i-on-call-{language}"


def _in_query(code: str) -> str:
    """Letters, digits and `-._` as they are, every other byte as `%XX`."""
    return "".join(chr(one) if _IN_URLS.fullmatch(chr(one)) else f"%{one:02X}" for one in code.encode())


def _text(value: Any) -> str:
    """A figure as text: instants with Z, numbers in their digits, lists of codes with commas."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float):
        return f"{Decimal(str(value)):f}"
    if isinstance(value, list | tuple):
        return clean(", ".join(str(one) for one in value[:_NAMED]) + (" …" if len(value) > _NAMED else ""), 300)
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(str(value), 300)
