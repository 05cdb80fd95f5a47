"""An alert rule of Grafana: a table of one number per row, a limit, and what is said when it is passed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from dashboards.grafana.field import JsonObject
from dashboards.grafana.sql import refuse_unsafe

SOURCE_UID = "p2i"
"""Rules know no variables: they name the data source itself, whose uid is the same in every organisation."""

_EXPRESSION = {"type": "__expr__", "uid": "__expr__"}


class Said(NamedTuple):
    """What an alert says, in both languages; `{{ $labels.name }}` and values are filled in by Grafana."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule. Its `name` is the label `alertname`: the same word as that of `p2i alert` for the same trouble.

    `sql` returns one numeric column and, of each row, texts that tell it from the others: they become its labels.
    It fires for each row above `limit`. No row at all is `on_nothing`; a query that fails always fires.
    """

    name: str
    sql: str
    limit: float
    severity: Literal["page", "ticket"]
    summary: Said
    description: Said
    lasts: str = "0s"
    keeps_firing: str = "0s"
    on_nothing: Literal["OK", "Alerting"] = "OK"
    is_of_the_way: bool = False
    """What it says is that Alertmanager takes no alerts: told another way where there is one."""

    def __post_init__(self) -> None:
        refuse_unsafe(self.sql, frozenset())

    @property
    def uid(self) -> str:
        """Stable; at most 40 letters, as Grafana wants it."""
        return f"p2i-{self.name.replace('_', '-')}"

    def json(self, *, is_paused: bool, told: JsonObject | None) -> JsonObject:
        """The rule as Grafana's files have it; `told` says who and how often, past the policies, or they decide."""
        rule: JsonObject = {
            "uid": self.uid,
            "title": self.name,
            "condition": "C",
            "data": [self._query(), self._threshold()],
            "for": self.lasts,
            "keepFiringFor": self.keeps_firing,
            "noDataState": self.on_nothing,
            "execErrState": "Alerting",
            "isPaused": is_paused,
            "labels": {"severity": self.severity, "audience": "on_call", "source": "grafana"},
            "annotations": {
                "summary": self.summary.fr,
                "summary_en": self.summary.en,
                "description": self.description.fr,
                "description_en": self.description.en,
                "runbook": f"docs/runbooks/{self.name}.md",
            },
        }
        return rule if told is None else rule | {"notification_settings": told}

    def _query(self) -> JsonObject:
        return {
            "refId": "A",
            "datasourceUid": SOURCE_UID,
            "relativeTimeRange": {"from": 3600, "to": 0},
            "model": {
                "refId": "A",
                "datasource": {"type": "grafana-postgresql-datasource", "uid": SOURCE_UID},
                "editorMode": "code",
                "rawQuery": True,
                "format": "table",
                "rawSql": self.sql,
                "intervalMs": 60000,
                "maxDataPoints": 43200,
            },
        }

    def _threshold(self) -> JsonObject:
        condition = {"evaluator": {"type": "gt", "params": [self.limit]}}
        return {
            "refId": "C",
            "datasourceUid": "__expr__",
            "relativeTimeRange": {"from": 0, "to": 0},
            "model": {
                "refId": "C",
                "datasource": _EXPRESSION,
                "type": "threshold",
                "expression": "A",
                "conditions": [condition],
            },
        }
