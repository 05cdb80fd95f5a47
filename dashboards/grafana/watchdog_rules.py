"""Rules that watch the watchers: by the database alone, whatever becomes of engine, alerting, Alertmanager. Pure."""

from __future__ import annotations

from dashboards.grafana.alert_rule import AlertRule, Said
from dashboards.grafana.sql import canonical

_NEVER = "1e9"
"""Seconds, where there is no instant to count from."""

_ENGINE = f"""SELECT 'sla_engine'::text AS job,
       coalesce(extract(epoch FROM now() - max(passed_at)), {_NEVER})::double precision AS age_seconds
FROM reporting.engine_pass"""

_PARKS = f"""SELECT facility::text AS facility,
       coalesce(min(greatest(0, age_seconds)), 0)::double precision AS age_seconds
FROM (
{canonical("freshness", now="now()")}
) AS newest
WHERE subject = 'circuit' AND newest_at IS NOT NULL
GROUP BY facility"""
"""By park the age of its newest reading of a circuit; one that was never measured is none that fell silent."""


def _heartbeat(process: str) -> str:
    return f"""SELECT process::text AS job,
       extract(epoch FROM now() - beat_at)::double precision AS age_seconds
FROM reporting.heartbeat WHERE process = '{process}'"""


_AGE = '{{ humanizeDuration (index $values "A").Value }}'
"""By `index`, because `$values.A` fails where the query did: then the age is said to be 0s, and the error besides."""

WATCHDOGS = (
    AlertRule(
        "engine_late",
        _ENGINE,
        300,
        "page",
        Said("Le moteur ne termine plus de passe", "The engine completes no pass"),
        Said(
            f"Dernière passe il y a {_AGE} : interruptions et verdicts ne sont plus à jour.",
            f"Last pass {_AGE} ago: outages and verdicts are no longer current.",
        ),
        lasts="2m",
        on_nothing="Alerting",
    ),
    AlertRule(
        "no_data",
        _PARKS,
        900,
        "page",
        Said("Aucune mesure du parc {{ $labels.facility }}", "No reading of park {{ $labels.facility }}"),
        Said(
            f"La plus récente a {_AGE}. L'état des liaisons y est inconnu.",
            f"The newest is {_AGE} old. The state of its circuits is unknown.",
        ),
        lasts="2m",
    ),
    AlertRule(
        "process_unreachable",
        _heartbeat("alerting"),
        300,
        "page",
        Said("Le processus d'alerte ne donne plus signe de vie", "The alerting process gives no sign of life"),
        Said(
            f"Dernier signe il y a {_AGE} : personne n'est prévenu des interruptions.",
            f"Last sign {_AGE} ago: nobody is told of outages.",
        ),
        lasts="2m",
    ),
    AlertRule(
        "escalator_stalled",
        _heartbeat("escalator"),
        300,
        "page",
        Said("L'escalade ne donne plus signe de vie", "The escalator gives no sign of life"),
        Said(
            f"Dernier signe il y a {_AGE} : personne n'est rappelé.",
            f"Last sign {_AGE} ago: nobody is reminded.",
        ),
        lasts="2m",
    ),
    AlertRule(
        "alertmanager_refuses",
        _heartbeat("alertmanager"),
        300,
        "page",
        Said("Alertmanager ne prend plus les alertes", "Alertmanager takes no alerts"),
        Said(
            f"Dernier envoi accepté il y a {_AGE}.",
            f"The last one it took was {_AGE} ago.",
        ),
        lasts="2m",
        is_of_the_way=True,
    ),
)
"""Always on. A process that has never beaten is none that stopped: who does not run it is not woken for it."""
