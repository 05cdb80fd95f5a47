"""What each audience is told of the alerts that last, and of those that have just ended: labels, annotations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from alerting.announcement_labels import labels_of, tenant_of
from alerting.grouping import Audience
from facilities.inventory import Inventory
from store.alert_rows import AlertRow, Announcement

ENDS_TOLD_FOR = timedelta(hours=1)
"""So long an alert that has closed is still announced, as ended: whoever was away meanwhile learns it."""

TENANT_RULES = frozenset({"outage", "objective_breached", "breach_foreseen", "occupancy_over", "statement_ready"})
NOT_FOR_ON_CALL = frozenset({"statement_ready"})
OWNER_RULES = frozenset(
    {"objective_breached", "site_cut", "duct_cut", "carrier_down", "infrastructure_carrier_down", "cable_down"}
)
_CAUSE_FOR_TENANTS = {
    "site_cut": "park",
    "duct_cut": "equipment",
    "carrier_down": "carrier",
    "infrastructure_carrier_down": "carrier",
    "cable_down": "carrier",
}
_FACTS_FOR_TENANTS = (
    "breach_at", "budget_left_seconds", "budget_seconds", "capacity_people", "consumed_percent", "currency",
    "indicator", "month", "payable", "payable_if_breached", "people", "state", "target", "value", "verdict_month",
    "version",
)  # fmt: skip


class Context(NamedTuple):
    """What the annotations of one alert are written from, besides itself; `members` are those it explains."""

    audience: Audience
    language: str
    cause: AlertRow | None
    members: Sequence[AlertRow]


class Languages(NamedTuple):
    """The language each audience reads: a tenant's own where one is named, else the common one."""

    common: str = "fr"
    tenants: Mapping[str, str] = {}

    def of(self, audience: Audience, tenant: str | None) -> str:
        return self.tenants.get(tenant or "", self.common) if audience == "tenant" else self.common


class Draft(NamedTuple):
    """An announcement whose annotations are not written yet: in a storm most of them need not be, at most looks."""

    labels: dict[str, str]
    starts_at: datetime
    ends_at: datetime | None
    row: AlertRow
    context: Context


Annotate = Callable[[AlertRow, Context], Mapping[str, str]]


def announcements(
    alerts: Sequence[AlertRow],
    inventory: Inventory,
    now: datetime,
    *,
    annotate: Annotate | None = None,
    languages: Languages = Languages(),  # noqa: B008 - immutable
) -> list[Announcement]:
    """What is to be told now, as of `drafts`, each with its annotations."""
    return [announced(one, annotate) for one in drafts(alerts, inventory, now, languages)]


def drafts(
    alerts: Sequence[AlertRow],
    inventory: Inventory,
    now: datetime,
    languages: Languages = Languages(),  # noqa: B008 - immutable
) -> list[Draft]:
    """What is to be told now, what matters first in front: what stands alone, pages, those on call.

    `alerts` are all that last; closed ones are told as ended for `ENDS_TOLD_FOR`. Who is told:

    - on call: everything but published statements. What another alert explains has the labels explained="true" and
      incident=<the cause>; what maintenance mutes has muted="true". Neither is told to anybody, both can be seen.
    - tenant: outages, breaches, foreseen breaches and statements of its own circuits, too many people in a zone let to
      it; an outage even where a parent explains it; without carriers, elements, incidents or anybody else's name.
    - owner: breached objectives, and incidents of a site or a carrier; labels of causes as for those on call. What is
      seen as silence only is no incident of theirs: it may be our own measuring.

    Labels are an alert's identity: one that is raised, explained or muted is another from then on. `starts_at` is when
    it was noticed, not since when it is: Alertmanager sends at once, and half a group, what began long ago.
    """
    rows = {row.alert_id: row for row in alerts if row.closed_at is None or row.closed_at > now - ENDS_TOLD_FOR}
    members: dict[int, list[AlertRow]] = {}
    for row in rows.values():
        if row.cause_id is not None:
            members.setdefault(row.cause_id, []).append(row)
    found = []
    for row in rows.values():
        incident, root = _root(row, rows)
        for audience in _audiences(row, inventory):
            labels = labels_of(row, incident, audience, inventory)
            language = languages.of(audience, labels.get("tenant"))
            ends_at = row.closed_at
            # Alertmanager refuses what does not start before it ends.
            starts_at = row.opened_at if ends_at is None else min(row.opened_at, ends_at - timedelta(milliseconds=1))
            context = Context(audience, language, root, members.get(row.alert_id, ()))
            found.append(Draft(_texts({**labels, "language": language}), starts_at, ends_at, row, context))
    found.sort(key=_importance)  # stable: the order of the alerts otherwise
    return found


def announced(draft: Draft, annotate: Annotate | None = None) -> Announcement:
    """The draft with its annotations, which `annotate` writes; without it they are the raw figures."""
    annotations = dict((annotate or raw_annotations)(draft.row, draft.context))
    well_since = draft.row.trouble.facts.get("well_since")
    if draft.ends_at is not None:
        annotations["ended"] = "closed"
    if well_since is not None:
        annotations["well_since" if draft.ends_at is None else "ended_at"] = well_since
    return Announcement(draft.labels, _texts(annotations), draft.starts_at, draft.ends_at)


def by_mail(told: Sequence[Draft]) -> list[Draft]:
    """The pages among `told` once more for audience "mail": what Alertmanager sends itself while the escalator is dead.

    They are alerts of their own, so that they end, and mails stop, as soon as the escalator lives again.
    """
    return [
        one._replace(labels=one.labels | {"audience": "mail"})
        for one in told
        if (one.labels["audience"], one.labels["severity"]) == ("on_call", "page")
        and "explained" not in one.labels
        and one.labels["muted"] == "false"
    ]


def raw_annotations(row: AlertRow, context: Context) -> dict[str, str]:
    """The figures of an alert as text; for a tenant only those that name nobody else."""
    trouble = row.trouble
    found = {"since": f"{trouble.since_at:%Y-%m-%dT%H:%M:%SZ}"}
    if context.audience == "tenant":
        facts = {name: trouble.facts[name] for name in _FACTS_FOR_TENANTS if name in trouble.facts}
        if context.cause is not None and (kind := _CAUSE_FOR_TENANTS.get(context.cause.trouble.rule)):
            found["cause"] = kind
    else:
        facts = trouble.facts
        found["reason"] = trouble.reason
        found["summary"] = f"{trouble.rule} {trouble.subject}"
        if context.cause is not None:
            found["cause"] = f"{context.cause.trouble.rule} {context.cause.trouble.subject}"
        if context.members:
            found["members"] = ", ".join(sorted(member.trouble.subject for member in context.members))
        if row.muted_by is not None:
            found["muted_by"] = row.muted_by
    return found | {name: str(value) for name, value in facts.items() if value is not None}


def _root(row: AlertRow, rows: Mapping[int, AlertRow]) -> tuple[int, AlertRow | None]:
    """The alert that explains this one in the end, as far as it is known: an outage may itself be part of a cut."""
    seen = {row.alert_id}
    root_id, root = row.alert_id, row
    while root.cause_id is not None and root.cause_id not in seen:
        root_id = root.cause_id
        seen.add(root_id)
        if root_id not in rows:
            return root_id, None if root is row else root
        root = rows[root_id]
    return root_id, None if root is row else root


def _importance(draft: Draft) -> tuple[bool, bool, bool]:
    return (
        draft.row.cause_id is not None,
        draft.labels["severity"] != "page",
        draft.context.audience != "on_call",
    )


def _audiences(row: AlertRow, inventory: Inventory) -> list[Audience]:
    rule = row.trouble.rule
    found: list[Audience] = []
    if rule not in NOT_FOR_ON_CALL:
        found.append("on_call")
    if rule in TENANT_RULES and tenant_of(row, inventory) is not None:
        found.append("tenant")
    if rule in OWNER_RULES and row.trouble.facts.get("seen_as") != "silence":
        found.append("owner")
    return found


def _texts(named: Mapping[str, str | None]) -> dict[str, str]:
    """Without what is absent or empty, and as valid UTF-8: half a surrogate pair would lose the whole request."""
    return {
        name: value if value.isascii() else value.encode("utf-8", "replace").decode()
        for name, value in named.items()
        if value
    }
