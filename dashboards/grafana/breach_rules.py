"""The alerts of circuits and objectives for those who run Grafana alone, without `p2i alert`. Pure.

Paused wherever our own process tells: it knows causes, maintenance and flapping, and nobody is to be told twice.
"""

from __future__ import annotations

from dashboards.grafana.alert_rule import AlertRule, Said
from dashboards.grafana.standing_sql import circuits_now

_LEAST_MEASURED = 0.5
"""The share of a window that must have been measured before it says anything."""

_OF_WHAT = """coalesce(facility::text, '') AS facility, coalesce(circuit::text, '') AS circuit,
       agreement::text AS agreement, objective::text AS objective, CASE WHEN is_demo THEN 'true' ELSE '' END AS demo"""

_GROUPS = "GROUP BY 1, 2, 3, 4, 5"
"""Never two rows of one name, which Grafana makes an error of: an agreement amended this month has two periods."""

_OUTAGE = f"""SELECT facility::text AS facility, circuit::text AS circuit,
       max(CASE WHEN standing = 'down' AND NOT is_under_works THEN 1 ELSE 0 END)::double precision AS is_down
FROM (
{circuits_now()}
) AS standing
GROUP BY facility, circuit"""

_BREACHED = f"""SELECT {_OF_WHAT},
       max(CASE WHEN standing = 'breached' THEN 1 ELSE 0 END)::double precision AS is_breached
FROM reporting.verdict
WHERE is_listed AND period_starts_at <= now() AND now() < period_ends_at
{_GROUPS}"""

_BUDGET = f"""SELECT {_OF_WHAT},
       max(CASE WHEN budget_seconds > 0 THEN 1 - budget_left_seconds / budget_seconds
                WHEN budget_left_seconds < 0 THEN 1 ELSE 0 END)::double precision AS consumed_ratio
FROM reporting.outlook
WHERE is_listed AND period_starts_at <= now() AND now() < period_ends_at
{_GROUPS}"""


def _rate(seconds: str, least_bad: str = "0") -> str:
    """The bad share of the window that is so long; 0 where it was measured too little, or as bad as that, to say."""
    return f"""coalesce((
        SELECT (looked ->> 'bad_seconds')::double precision / nullif((looked ->> 'counted_seconds')::bigint, 0)
        FROM jsonb_array_elements(windows) AS looked
        WHERE (looked ->> 'seconds')::bigint = {seconds} AND (looked ->> 'bad_seconds')::bigint > {least_bad}
            AND (looked ->> 'counted_seconds')::bigint >= {_LEAST_MEASURED} * {seconds}
    ), 0)"""


def _burning(*rows: tuple[float, str, str]) -> str:
    """How many times faster than allowed the budget goes by the worst of the rows: (share of budget, long, short).

    One bad interval alone is none of them: where service is owed for few hours, a single one may be all of a share.
    """
    times = ",\n    ".join(
        f"least({_rate(long, 'interval_seconds')}, {_rate(short)})\n"
        f"        * {long} / nullif({share} * allowed_ratio * service_seconds, 0)"
        for share, long, short in rows
    )
    return f"""SELECT {_OF_WHAT}, coalesce(max(greatest(
    {times}
)), 0)::double precision AS times_too_fast
FROM reporting.outlook
WHERE is_listed AND period_starts_at <= now() AND now() < period_ends_at
{_GROUPS}"""


_PLACE = "{{ $labels.circuit }} ({{ $labels.facility }})"
_OBJECTIVE = "{{ $labels.agreement }}, {{ $labels.objective }}"

BREACHES = (
    AlertRule(
        "outage",
        _OUTAGE,
        0,
        "page",
        Said(f"Interruption – liaison {_PLACE}", f"Outage – circuit {_PLACE}"),
        Said("Indisponible au sens du contrat.", "Unavailable as the contract defines it."),
        keeps_firing="5m",
    ),
    AlertRule(
        "burn_fast",
        _burning((0.02, "3600", "300"), (0.05, "21600", "1800")),
        1,
        "page",
        Said(f"Budget consommé très vite – {_PLACE}", f"Budget burning fast – {_PLACE}"),
        Said(
            f"Convention {_OBJECTIVE} : à ce rythme l'engagement du mois ne tiendra pas.",
            f"Agreement {_OBJECTIVE}: at this pace the month's objective will not be kept.",
        ),
        keeps_firing="5m",
    ),
    AlertRule(
        "burn_slow",
        _burning(
            (0.1, "service_day_seconds", "(service_day_seconds / 12)"),
            (0.1, "(3 * service_day_seconds)", "(3 * service_day_seconds / 12)"),
        ),
        1,
        "ticket",
        Said(f"Budget consommé trop vite – {_PLACE}", f"Budget burning too fast – {_PLACE}"),
        Said(
            f"Convention {_OBJECTIVE} : le budget s'use plus vite que le mois n'avance.",
            f"Agreement {_OBJECTIVE}: the budget goes faster than the month.",
        ),
        keeps_firing="1h",
    ),
    AlertRule(
        "budget",
        _BUDGET,
        0.9,
        "ticket",
        Said(f"Budget d'indisponibilité presque épuisé – {_PLACE}", f"Outage budget nearly used – {_PLACE}"),
        Said(
            f"Convention {_OBJECTIVE} : plus de 90 % du budget du mois sont consommés.",
            f"Agreement {_OBJECTIVE}: more than 90 % of the month's budget is used.",
        ),
    ),
    AlertRule(
        "objective_breached",
        _BREACHED,
        0,
        "ticket",
        Said(f"Engagement non respecté – {_PLACE}", f"Objective breached – {_PLACE}"),
        Said(
            f"Convention {_OBJECTIVE} : la promesse du mois n'est plus tenue.",
            f"Agreement {_OBJECTIVE}: the month's promise is no longer kept.",
        ),
    ),
)
