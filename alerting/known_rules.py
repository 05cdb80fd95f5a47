"""Every name an alert of ours can have, wherever it is found: what a route may name. Pure."""

from __future__ import annotations

from alerting.words.rule_texts import RULES

WATCHED_FROM_OUTSIDE = frozenset(
    {
        "alertmanager_refuses",
        "broker_lost",
        "closing_held",
        "closing_late",
        "database_lost",
        "escalator_stalled",
        "facts_unread",
        "hooks_behind",
        "look_late",
        "messages_dropped",
        "notice_unanswered",
        "outbox_old",
        "process_unreachable",
        "quarantine_rising",
        "queue_filling",
        "upkeep_late",
    }
)
"""The rules by which Prometheus and Grafana watch our processes, besides those of `p2i alert` that they share."""

OF_GRAFANA = frozenset({"DatasourceError", "DatasourceNoData"})
"""What Grafana calls an alert of a rule that it could not look at."""

KNOWN_RULES = frozenset(RULES) | WATCHED_FROM_OUTSIDE | OF_GRAFANA
"""Rules of `p2i alert`, the causes they have in common, the escalator's own, and those of Prometheus and Grafana."""
