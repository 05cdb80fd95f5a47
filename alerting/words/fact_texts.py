"""What the figures of an alert say, and what they are called, as (French, English). Pure."""

from __future__ import annotations

from collections.abc import Mapping

FACTS: Mapping[str, tuple[str, str]] = {
    # ---------------------------------------------------------------- what facts say
    "fact.flaps": ("{n} rechute|{n} rechutes", "{n} relapse|{n} relapses"),
    "fact.outages_day": (
        "{n} interruption en 24 h|{n} interruptions en 24 h",
        "{n} outage in 24 h|{n} outages in 24 h",
    ),
    "fact.bad": (
        "{bad} de mesures mauvaises en {span} de service",
        "{bad} of bad readings in {span} of service",
    ),
    "fact.share": ("(seuil : {share} du budget du mois)", "(threshold: {share} of the month's budget)"),
    "fact.consumed": ("{consumed} du budget du mois consommés", "{consumed} of the month's budget used"),
    "fact.restore": (
        "ticket {ticket} : {elapsed} écoulés sur {allowed}",
        "ticket {ticket}: {elapsed} elapsed of {allowed}",
    ),
    "fact.deadline": ("échéance {at}", "due {at}"),
    "fact.month": ("période {month}", "period {month}"),
    "fact.credit": ("avoir proposé : {amount} HT", "credit proposed: {amount} (ex VAT)"),
    "fact.people": (
        "{n} personne pour {capacity} places|{n} personnes pour {capacity} places",
        "{n} person for {capacity} places|{n} people for {capacity} places",
    ),
    "fact.environment": ("{quantity} : {value}", "{quantity}: {value}"),
    "fact.at_least": ("minimum {limit}", "at least {limit}"),
    "fact.at_most": ("maximum {limit}", "at most {limit}"),
    "fact.seen_at": ("vu pour la dernière fois le {at}", "last seen on {at}"),
    "fact.received_at": ("dernière mesure reçue le {at}", "last reading received on {at}"),
    "fact.passed_at": ("dernière passe du moteur : {at}", "the engine's last pass: {at}"),
    "fact.ahead": ("horloge en avance de {span}", "clock ahead by {span}"),
    "fact.behind": ("horloge en retard de {span}", "clock behind by {span}"),
    "fact.zone_rules": (
        "règles horaires de {zone} : {n} mois diffère|règles horaires de {zone} : {n} mois diffèrent",
        "zone rules of {zone}: {n} month differs|zone rules of {zone}: {n} months differ",
    ),
    "fact.statement": ("relevé de {month}, version {version}", "statement of {month}, version {version}"),
    "fact.source": ("muet : {source}", "silent: {source}"),
    "fact.why": ("motif rapporté : {why}", "reason reported: {why}"),
    "fact.members": (
        "{n} liaison touchée sur {of}|{n} liaisons touchées sur {of}",
        "{n} circuit affected of {of}|{n} circuits affected of {of}",
    ),
    "fact.parks": ("parcs : {parks}", "parks: {parks}"),
    # ---------------------------------------------------------------- other words
    "indicator.availability": ("disponibilité", "availability"),
    "indicator.loss": ("perte de paquets", "packet loss"),
    "indicator.round_trip": ("temps d'aller-retour", "round trip"),
    "indicator.time_to_restore": ("GTR", "time to restore"),
    "quantity.temperature_celsius": ("température", "temperature"),
    "quantity.humidity_ratio": ("humidité", "humidity"),
    "quantity.co2_ratio": ("CO2", "CO2"),
}  # fmt: skip
