"""The tile on every dashboard that says whether what is shown is real: fictional data are marked as such. Pure."""

from __future__ import annotations

from dashboards.grafana.field import FICTION, PLAIN, UNKNOWN, Meaning
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import stat
from dashboards.grafana.speech import Speech

_REAL_OR_NOT = """SELECT CASE WHEN bool_or(is_demo) THEN 'demo' WHEN count(*) > 0 THEN 'real' ELSE 'none' END AS data
FROM reporting.circuit WHERE is_listed"""


_REAL_OR_NOT_BY_PARK = """SELECT CASE WHEN bool_or(is_demo) THEN 'demo' WHEN count(*) > 0 THEN 'real'
            ELSE 'none' END AS data
FROM (
    SELECT is_demo FROM reporting.circuit WHERE is_listed UNION ALL SELECT is_demo FROM reporting.park
) AS shown"""


def demo_tile(say: Speech, id: int, at: Place, *, is_of_parks: bool = False) -> Panel:
    """`DÉMO` as soon as one circuit that the viewer may see is fictional; `is_of_parks`: or one park.

    Who sees sums only sees no circuit.
    """
    words = {
        code: Meaning(say(f"shared.data.{code}"), color)
        for code, color in (("demo", FICTION), ("real", PLAIN), ("none", UNKNOWN))
    }
    sql = _REAL_OR_NOT_BY_PARK if is_of_parks else _REAL_OR_NOT
    description = say("shared.data.description")
    return stat(id, say("shared.data"), at, Target(sql), meanings=words, description=description)
