"""What a reader chooses at the top of a dashboard. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.grafana.field import JsonObject
from dashboards.grafana.panel import SOURCE

ALL = "$__all"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable by its name in SQL; `sql` is its query, empty where it has none."""

    name: str
    model: JsonObject
    sql: str = ""

    def json(self) -> JsonObject:
        return {"name": self.name, **self.model}


def source_variable() -> Variable:
    """Which data source: hidden, since an organisation has one. Every query names it, by its uid."""
    return Variable(
        "source",
        {
            "type": "datasource",
            "query": SOURCE["type"],
            "hide": 2,
            "current": {"text": "P2I", "value": "p2i"},
            "includeAll": False,
            "multi": False,
            "refresh": 1,
            "regex": "",
        },
    )


def query_variable(
    name: str, label: str, sql: str, *, is_many: bool, all_label: str = "", first: str | None = None
) -> Variable:
    """Values from a query with `__value` and `__text`; of many, all are chosen at first.

    No value stands for all: Grafana lists them, so that SQL needs no case of its own. With `first` that one value is
    chosen at first and nothing stands for all: for what the reader has to know.
    """
    at_first = {"text": [all_label], "value": [ALL]} if first is None else {"text": [first], "value": [first]}
    return Variable(
        name,
        {
            "type": "query",
            "label": label,
            "datasource": SOURCE,
            "query": sql,
            "definition": sql,
            "refresh": 1,
            "sort": 0,
            "regex": "",
            "multi": is_many,
            "includeAll": is_many and first is None,
            "allowCustomValue": False,
            "current": at_first if is_many else {"text": "", "value": ""},
        },
        sql,
    )


def custom_variable(name: str, label: str, choices: Mapping[str, str], *, all_label: str) -> Variable:
    """A fixed choice of codes, each with its words; several may be chosen, at first all are."""
    return Variable(
        name,
        {
            "type": "custom",
            "label": label,
            "query": ", ".join(f"{text.replace(',', chr(92) + ',')} : {code}" for code, text in choices.items()),
            "multi": True,
            "includeAll": True,
            "allowCustomValue": False,
            "current": {"text": [all_label], "value": [ALL]},
            "options": [{"text": text, "value": code, "selected": False} for code, text in choices.items()],
        },
    )


def text_variable(name: str, label: str) -> Variable:
    """Free text, empty at first."""
    return Variable(
        name, {"type": "textbox", "label": label, "query": "", "current": {"text": "", "value": ""}, "options": []}
    )
