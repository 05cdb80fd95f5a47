"""What each rule is called and means, as (French, English): for who is on call, and plainly for who is served. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

Pair: TypeAlias = tuple[str, str]


class RuleTexts(NamedTuple):
    """`name` and `what` are for on call and the owner; `cause` is where to look first; `plain` ones are for tenants."""

    name: Pair
    what: Pair
    cause: Pair
    plain_name: Pair
    plain_what: Pair


_STUDIED = (
    "Nos équipes sont informées et s'en occupent.",
    "Our staff know of it and are working on it.",
)

RULES: Mapping[str, RuleTexts] = {
    "outage": RuleTexts(
        ("Interruption", "Outage"),
        ("Indisponible au sens du contrat.", "Unavailable as the contract defines it."),
        (
            "liaison, équipement d'extrémité ou opérateur ; vérifier les deux bouts",
            "the circuit, an end device or the carrier; check both ends",
        ),
        ("Interruption de service", "Service outage"),
        (
            "Votre liaison est interrompue. Nos équipes sont informées et s'en occupent.",
            "Your circuit is interrupted. Our staff know of it and are working on it.",
        ),
    ),
    "burn_fast": RuleTexts(
        ("Budget consommé très vite", "Budget burning fast"),
        (
            "À ce rythme, l'engagement de disponibilité du mois ne tiendra pas.",
            "At this pace the month's availability objective will not be kept.",
        ),
        (
            "coupures répétées ou pertes fortes depuis moins de six heures",
            "repeated outages or heavy loss within the last six hours",
        ),
        ("Service dégradé", "Service degraded"),
        _STUDIED,
    ),
    "burn_slow": RuleTexts(
        ("Budget consommé trop vite", "Budget burning too fast"),
        (
            "L'engagement de disponibilité s'use plus vite que le mois n'avance.",
            "The availability objective is used up faster than the month goes by.",
        ),
        (
            "défaut intermittent : équipement, liaison ou heure chargée",
            "an intermittent fault: a device, the line or a busy hour",
        ),
        ("Service irrégulier", "Service irregular"),
        _STUDIED,
    ),
    "budget": RuleTexts(
        ("Budget d'indisponibilité entamé", "Outage budget used"),
        (
            "Une part fixée du temps d'interruption admis pour le mois est consommée.",
            "A set share of the outage time allowed for the month is used.",
        ),
        ("les interruptions du mois, au tableau de la liaison", "this month's outages, on the circuit's dashboard"),
        ("Temps d'interruption admis entamé", "Allowed outage time used"),
        (
            "Une part du temps d'interruption prévu à votre convention est consommée.",
            "A share of the outage time your agreement allows is used.",
        ),
    ),
    "breach_foreseen": RuleTexts(
        ("Non-respect prévu", "Breach foreseen"),
        (
            "Si rien ne change, l'engagement ne sera pas tenu à la fin de la période.",
            "If nothing changes, the objective will not be kept by the end of the period.",
        ),
        ("les interruptions des sept derniers jours", "the outages of the last seven days"),
        ("Engagement menacé", "Objective at risk"),
        (
            "Si la tendance se poursuit, un engagement de votre convention ne sera pas tenu ce mois-ci.",
            "If the trend goes on, an objective of your agreement will not be kept this month.",
        ),
    ),
    "restore_deadline": RuleTexts(
        ("Délai de rétablissement (GTR)", "Time to restore"),
        ("Le délai de rétablissement garanti d'un ticket court.", "The time to restore guaranteed for a ticket runs."),
        (
            "ticket resté ouvert : intervention non commencée, ou gel non saisi",
            "a ticket left open: work not begun, or a clock stop not entered",
        ),
        ("Rétablissement en cours", "Service being restored"),
        (
            "Le délai de rétablissement de votre ticket court. Nos équipes s'en occupent.",
            "The time to restore of your ticket is running. Our staff are working on it.",
        ),
    ),
    "objective_breached": RuleTexts(
        ("Engagement non respecté", "Objective breached"),
        ("La promesse du contrat n'est pas tenue.", "The contract's promise is not kept."),
        ("les interruptions de la période, au relevé", "the outages of the period, in the statement"),
        ("Engagement non respecté", "Objective breached"),
        (
            "Un engagement de votre convention n'est pas tenu. L'avoir prévu au contrat figure au relevé du mois.",
            "An objective of your agreement is not kept. The credit the contract provides is in the month's statement.",
        ),
    ),
    "occupancy_over": RuleTexts(
        ("Affluence au-delà de la capacité", "Occupancy over capacity"),
        ("Plus de personnes présentes que la zone n'en admet.", "More people are present than the zone may hold."),
        (
            "affluence réelle, ou compteur d'une porte décalé",
            "a real crowd, or a door counter that has drifted",
        ),
        ("Affluence au-delà de la capacité", "Occupancy over capacity"),
        ("Plus de personnes présentes que la zone n'en admet.", "More people are present than the zone may hold."),
    ),
    "environment": RuleTexts(
        ("Ambiance hors plage", "Environment out of range"),
        ("Une grandeur d'ambiance est sortie de sa plage.", "A quantity of the environment left its range."),
        ("climatisation, alimentation ou capteur", "cooling, power or the sensor"),
        ("Ambiance hors plage", "Environment out of range"),
        _STUDIED,
    ),
    "no_data": RuleTexts(
        ("Mesures absentes", "No readings"),
        (
            "Rien n'est reçu : l'état est inconnu, ce n'est pas une interruption constatée.",
            "Nothing is received: the state is unknown, this is no observed outage.",
        ),
        ("sonde, passerelle ou réseau de mesure", "the probe, the gateway or the measuring network"),
        ("Mesure interrompue", "Measurement interrupted"),
        (
            "Nous ne recevons plus de mesures. Votre service n'est pas forcément touché.",
            "We receive no readings. Your service is not necessarily affected.",
        ),
    ),
    "collector_dead": RuleTexts(
        ("Collecte arrêtée", "Collection stopped"),
        ("Plus aucune mesure n'est enregistrée.", "No reading is stored any more."),
        ("processus de collecte, courtier de messages ou base", "the collecting process, the broker or the database"),
        ("Mesure interrompue", "Measurement interrupted"),
        _STUDIED,
    ),
    "engine_late": RuleTexts(
        ("Évaluation en retard", "Scoring late"),
        (
            "Le moteur n'a pas terminé de passe : interruptions et verdicts ne sont plus à jour.",
            "The engine has completed no pass: outages and verdicts are no longer current.",
        ),
        ("processus du moteur arrêté, ou base lente", "the engine's process stopped, or the database slow"),
        ("Surveillance en retard", "Monitoring late"),
        _STUDIED,
    ),
    "clock_stale": RuleTexts(
        ("Horloge fausse", "Clock wrong"),
        (
            "Des mesures sont datées par une horloge décalée, ou par des règles horaires périmées.",
            "Readings are dated by a clock that is off, or by zone rules that are stale.",
        ),
        ("synchronisation horaire (NTP) de la source", "the source's time synchronisation (NTP)"),
        ("Mesure à vérifier", "Measurement to be checked"),
        _STUDIED,
    ),
    "statement_ready": RuleTexts(
        ("Relevé disponible", "Statement available"),
        ("Un relevé de niveau de service est publié.", "A service level statement is published."),
        ("sans objet", "not applicable"),
        ("Relevé disponible", "Statement available"),
        (
            "Votre relevé de niveau de service est disponible.",
            "Your service level statement is available.",
        ),
    ),
    "unscored": RuleTexts(
        ("Période non évaluée", "Period not scored"),
        ("Une convention n'a pas pu être évaluée.", "An agreement could not be scored."),
        ("texte de la convention, calendrier ou mesures manquantes", "the agreement's text, a calendar or readings"),
        ("Évaluation en attente", "Scoring pending"),
        _STUDIED,
    ),
    "watchdog_silent": RuleTexts(
        ("Surveillance muette", "Monitoring silent"),
        (
            "Le signe de vie n'arrive plus. Tant que cela dure, aucune alerte n'est sûre d'arriver.",
            "The sign of life has stopped. While this lasts, no alert is certain to arrive.",
        ),
        (
            "Prometheus, Alertmanager ou le processus d'alerte arrêté, ou le réseau entre eux",
            "Prometheus, Alertmanager or the alerting process stopped, or the network between them",
        ),
        ("Surveillance", "Monitoring"),
        _STUDIED,
    ),
    "site_cut": RuleTexts(
        ("Site coupé", "Site cut off"),
        (
            "Les liaisons du site sont perdues ensemble : une seule cause, une seule alerte.",
            "The site's circuits were lost together: one cause, one alert.",
        ),
        ("adduction, énergie ou cœur de réseau du parc", "the park's entry, power or core network"),
        ("Panne du parc", "Outage at the park"),
        (
            "Une panne touche le parc, dont votre liaison. Nos équipes s'en occupent.",
            "An outage affects the park and your circuit. Our staff are working on it.",
        ),
    ),
    "duct_cut": RuleTexts(
        ("Fourreau coupé", "Duct cut"),
        (
            "Les liaisons d'un même fourreau sont perdues ensemble.",
            "The circuits of one duct were lost together.",
        ),
        ("travaux de voirie sur le parcours", "works along the route"),
        ("Panne du réseau", "Network outage"),
        (
            "Une panne du réseau touche votre liaison. Nos équipes s'en occupent.",
            "A network outage affects your circuit. Our staff are working on it.",
        ),
    ),
    "carrier_down": RuleTexts(
        ("Panne d'opérateur", "Carrier outage"),
        (
            "Les liaisons d'un même opérateur sont perdues ensemble, dans plusieurs parcs.",
            "The circuits of one carrier were lost together, in several parks.",
        ),
        ("réseau de l'opérateur : appeler son centre de supervision", "the carrier's network: call its NOC"),
        ("Panne de l'opérateur", "Carrier outage"),
        (
            "Une panne de l'opérateur touche votre liaison. Nos équipes sont en contact avec lui.",
            "A carrier's outage affects your circuit. Our staff are in contact with it.",
        ),
    ),
    "infrastructure_carrier_down": RuleTexts(
        ("Panne de l'opérateur d'infrastructure", "Infrastructure carrier outage"),
        (
            "Les liaisons portées par une même infrastructure sont perdues ensemble.",
            "The circuits carried by one infrastructure were lost together.",
        ),
        ("réseau de l'opérateur d'infrastructure", "the infrastructure carrier's network"),
        ("Panne de l'opérateur", "Carrier outage"),
        (
            "Une panne de l'opérateur touche votre liaison. Nos équipes sont en contact avec lui.",
            "A carrier's outage affects your circuit. Our staff are in contact with it.",
        ),
    ),
    "cable_down": RuleTexts(
        ("Câble coupé", "Cable cut"),
        ("Les liaisons d'un même câble sont perdues ensemble.", "The circuits of one cable were lost together."),
        ("système de câble : avis de l'opérateur", "the cable system: the carrier's notice"),
        ("Panne du réseau", "Network outage"),
        (
            "Une panne du réseau touche votre liaison. Nos équipes s'en occupent.",
            "A network outage affects your circuit. Our staff are working on it.",
        ),
    ),
    "probe_fault": RuleTexts(
        ("Panne de sonde", "Probe fault"),
        (
            "La sonde n'atteint plus rien : c'est elle qui est en défaut, pas les liaisons.",
            "The probe reaches nothing: it is at fault, not the circuits.",
        ),
        ("machine de la sonde, ou son accès au réseau", "the probe's machine, or its access to the network"),
        ("Mesure interrompue", "Measurement interrupted"),
        (
            "Nous ne recevons plus de mesures. Votre service n'est pas forcément touché.",
            "We receive no readings. Your service is not necessarily affected.",
        ),
    ),
}  # fmt: skip
"""By the name of the rule, which is Alertmanager's label `alertname`."""

PARENTS = frozenset(
    {"site_cut", "duct_cut", "carrier_down", "infrastructure_carrier_down", "cable_down", "probe_fault"}
)
"""Rules whose alert explains others."""

OBSERVED = PARENTS - {"probe_fault"}
"""Those that say of circuits that they failed: a probe at fault is silence by its nature."""

SILENCE = RuleTexts(
    ("Plus de mesures", "No more readings"),
    (
        "Plus rien n'est reçu de ces liaisons : leur état est inconnu, aucune coupure n'est constatée.",
        "Nothing is received of these circuits: their state is unknown, no cut was observed.",
    ),
    (
        "sonde, passerelle ou réseau de mesure sur place ; sinon l'énergie ou l'adduction",
        "the probe, the gateway or the measuring network there; else the power or the entry",
    ),
    *RULES["no_data"][3:],
)
"""Of a common cause that is seen only by what no longer reports."""

GOOD_NEWS = frozenset({"statement_ready"})
"""What is no trouble: nothing is restored when it ends."""

FOREIGN = RuleTexts(
    ("Alerte de surveillance", "Monitoring alert"),
    ("Signalée par un système de surveillance extérieur au moteur.", "Raised by a system that watches the engine."),
    ("voir la conduite à tenir", "see the runbook"),
    ("Surveillance", "Monitoring"),
    _STUDIED,
)
"""Of an alert that is none of these: a rule of Prometheus or Grafana, which brings its own words."""
