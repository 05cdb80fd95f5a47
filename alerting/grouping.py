"""What makes several alerts one notice: the labels that each audience's alerts are grouped by. Pure.

Alertmanager's `group_by` and the notices of the escalator both come from here, so that it makes no difference to
people which of the two groups.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal, get_args

Audience = Literal["on_call", "tenant", "owner"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

GROUPED_BY: Mapping[Audience, tuple[str, ...]] = {
    "on_call": ("alertname", "facility"),
    "tenant": ("tenant", "alertname"),
    "owner": ("audience", "alertname"),
}
"""One page per kind of trouble and park; one message per tenant and kind; one running notice per kind for
the owner, so that a breach has its own route and its own beginning."""


def audience_of(labels: Mapping[str, str]) -> Audience:
    """Who is told. What names no audience (a rule of Grafana or Prometheus) is for those on call."""
    return next((one for one in AUDIENCES if labels.get("audience") == one), "on_call")


def group_key(labels: Mapping[str, str]) -> str:
    """The notice an alert belongs to, as `on_call:{alertname="outage",facility="fes-shore"}`.

    A label that is absent or empty is left out, as Alertmanager does. Quotes in values are escaped: two groups never
    share a key. Severity is not in it: what was a ticket and becomes a page stays one notice.
    """
    audience = audience_of(labels)
    parts = [
        f"{name}={json.dumps(labels[name], ensure_ascii=False)}" for name in GROUPED_BY[audience] if labels.get(name)
    ]
    return f"{audience}:{{{','.join(parts)}}}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """What names one alert of one audience: 16 hexadecimal digits of its labels, empty ones left out."""
    named = sorted((name, value) for name, value in labels.items() if value)
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]
