"""SQL of panels, variables and annotations: the canonical queries with Grafana's places filled in, and what is refused.

Grafana puts the values of variables into the text in the browser and expands macros in its server, so the rules here
are about correctness; what a viewer may read is decided by the database role. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

FROM = "$__timeFrom()::timestamptz"
TO = "$__timeTo()::timestamptz"
NOW = f"least(now(), {TO})"
"""The end of the range shown, or the present where that lies ahead: a dashboard can be looked at as of the past."""

SOME_TIME_LATER = f"greatest({NOW}, {FROM} + INTERVAL '1 second')"
"""The end of what is shown, also of a range that has not begun."""

MACROS_WITH_COLUMN = frozenset({"__timeFilter", "__timeGroup", "__timeGroupAlias"})
MACROS_WITHOUT = frozenset({"__timeFrom", "__timeTo"})
GLOBALS = frozenset({"__interval", "__interval_ms"})

_PLACE = re.compile(r"%(?:%|\((\w+)\)s)")
_DOLLAR = re.compile(r"\$(?:\{(?P<variable>[^}]*)\}|(?P<name>\w+)(?P<call>\((?P<arguments>[^)]*)\))?)?")
_VARIABLE = re.compile(r"[a-z_]+:sqlstring")
_RELATION = re.compile(r"\b(?:FROM|JOIN)\s+(?:LATERAL\s+)?(?P<name>[\w.\"]+|\()", re.IGNORECASE)
_NOT_A_RELATION = re.compile(r"\bextract\(epoch FROM\b|\bIS (?:NOT )?DISTINCT FROM\b", re.IGNORECASE)
_COMMON_TABLE = re.compile(r"(?:\bWITH|,)\s+(\w+) AS (?:MATERIALIZED )?\(", re.IGNORECASE)
_SET_FUNCTIONS = frozenset({"unnest", "generate_series", "date_bin", "jsonb_array_elements", "jsonb_each_text"})
_FORBIDDEN = re.compile(r";|--|/\*|\[\[|\bpg_\w+|\b(?:current_setting|set_config|current_user|p2i\.)\b", re.IGNORECASE)


def variable(name: str) -> str:
    """The value of a variable as SQL text, quoted in every version of Grafana; of several, a comma list."""
    return f"${{{name}:sqlstring}}"


def is_chosen(column: str, name: str) -> str:
    """The condition that `column` is among the chosen values of a variable; none chosen is nothing, not an error."""
    return f"{column} = ANY (ARRAY[{variable(name)}]::text[])"


def bucket(least_seconds: int = 300) -> str:
    """The width of a point on the panel as an interval of seconds, never below that of the sums that are read."""
    return f"make_interval(secs => greatest({least_seconds}, $__interval_ms / 1000.0))"


@cache
def _canonical_text(name: str) -> str:
    text = (files("store") / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    lines = (re.sub(r"\s*--.*", "", line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def canonical(name: str, **places: str) -> str:
    """A query of store/queries in which Grafana fills the places: `from`, `to` and `now` by the range shown.

    Other places must be given, as SQL; one that the query does not have is an error, as is one left open.
    """
    given = {"from": FROM, "to": TO, "now": NOW}
    text = _canonical_text(name)
    named = set(_PLACE.findall(text)) - {""}
    if open_places := named - given.keys() - places.keys():
        raise ValueError(f"{name}.sql: not filled in: {sorted(open_places)}")
    if unknown := places.keys() - named:
        raise ValueError(f"{name}.sql has no place {sorted(unknown)}")
    return _PLACE.sub(lambda found: (given | places)[found[1]] if found[1] else "%", text)


def with_gaps(rows: str, columns: Sequence[str], width: str) -> str:
    """Every bucket of the range, NULL where `rows` (with `starts_at`) has none, so that a line breaks there.

    Nothing at all where there are no rows: then the panel says so, instead of an empty grid.
    """
    listed = ", ".join(columns)
    return (
        f'WITH measured AS MATERIALIZED (\n{rows}\n)\nSELECT bucket_at AS "time", {listed}\n'
        f"FROM generate_series(date_bin({width}, {FROM}, '2000-01-03Z'), {NOW}, {width}) AS bucket_at\n"
        "LEFT JOIN measured ON measured.starts_at = bucket_at\n"
        "WHERE EXISTS (SELECT FROM measured) ORDER BY bucket_at"
    )


def or_nothing(spans: str, code: str = "'none'") -> str:
    """Spans with `time`, `timeend`, a bar and a code; where there is none, one bar `—` over the range with this code.

    Of no row at all Grafana says that the data have no time, whatever the panel says of an empty result.
    """
    return (
        f"WITH spans AS MATERIALIZED (\n{spans}\n)\nSELECT * FROM spans\nUNION ALL\n"
        f"SELECT {FROM}, {SOME_TIME_LATER}, '—', {code} WHERE NOT EXISTS (SELECT FROM spans)\nORDER BY 1, 3"
    )


def refuse_unsafe(text: str, variables: frozenset[str] | None = None) -> None:
    """Raises ValueError for SQL that breaks a rule: see docs/decisions/0007.

    Variables only as `${name:sqlstring}` (among `variables` where given), known macros only and no parenthesis in their
    arguments, relations of the schema `reporting` only, one statement, no comments, no session settings.
    """
    for found in _DOLLAR.finditer(text):
        _refuse_dollar(found, variables)
    if forbidden := _FORBIDDEN.search(text):
        raise ValueError(f"not allowed in a dashboard's SQL: {forbidden[0]!r}")
    own = set(_COMMON_TABLE.findall(text)) | _SET_FUNCTIONS
    for relation in _RELATION.finditer(_NOT_A_RELATION.sub("", text)):
        name = relation["name"]
        if name != "(" and name not in own and not re.fullmatch(r"reporting\.[a-z0-9_]+", name):
            raise ValueError(f"not in the schema reporting: {name}")


def _refuse_dollar(found: re.Match[str], variables: frozenset[str] | None) -> None:
    if (named := found["variable"]) is not None:
        if not _VARIABLE.fullmatch(named):
            raise ValueError(f"write ${{name:sqlstring}}, not {found[0]}")
        if variables is not None and named.partition(":")[0] not in variables:
            raise ValueError(f"no such variable on this dashboard: {found[0]}")
        return
    name, is_call, arguments = found["name"], found["call"] is not None, found["arguments"] or ""
    if "(" in arguments:
        raise ValueError(f"a macro's argument ends at its first ')': {found[0]}")
    is_known = (
        (name in MACROS_WITHOUT and is_call and not arguments)
        or (name in MACROS_WITH_COLUMN and is_call and bool(arguments.strip()))
        or (name in GLOBALS and not is_call)
    )
    if not is_known:
        raise ValueError(f"not a variable or macro that is known here: {found[0]}")
