"""The words of the phone page, in French and English: buttons, states, what happened, why a link does nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from alerting.escalation.entries import Language

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Avis d’astreinte", "On-call notice"),
    "for": ("Pour {name}", "For {name}"),
    "demo": ("DÉMO – données fictives", "DEMO – fictional data"),
    "number": ("n° {number}", "no. {number}"),
    "page": ("ASTREINTE", "PAGE"),
    "ticket": ("TICKET", "TICKET"),
    "state.open": ("Personne ne l’a pris en charge", "Nobody has taken it"),
    "state.open.held": (
        "Confié à {holder}, qui n’a pas encore répondu",
        "Handed over to {holder}, who has not answered yet",
    ),
    "state.acknowledged": ("Pris en charge par {holder}", "Taken by {holder}"),
    "state.snoozed": ("Mis en veille par {holder} jusqu’à {until}", "Put off by {holder} until {until}"),
    "state.resolved": ("Clos", "Closed"),
    "state.resolved.person": ("Clos par {holder}", "Closed by {holder}"),
    "state.resolved.explained": ("Expliqué par une autre alerte", "Explained by another alert"),
    "state.resolved.muted": ("En maintenance acceptée", "In accepted maintenance"),
    "next": ("Palier suivant à {at}", "Next level at {at}"),
    "acknowledge": ("Prendre en charge", "Acknowledge"),
    "snooze.30": ("Veille 30 min", "Snooze 30 min"),
    "snooze.120": ("Veille 2 h", "Snooze 2 h"),
    "hand_over": ("Passer à", "Hand over to"),
    "hand_over.do": ("Passer", "Hand over"),
    "resolve": ("Clore", "Resolve"),
    "resolve.lasting": (
        "Cela dure encore. Une fois clos, plus rien n’en sera dit avant que cela ne cesse puis revienne.",
        "It still lasts. Once closed, nothing more is said of it until it ends and comes again.",
    ),
    "alerts": ("Ce qui est en cause", "What is wrong"),
    "more": ("et {n} de plus", "and {n} more"),
    "steps": ("Ce qui s’est passé", "What happened"),
    "step.opened": ("Ouvert", "Opened"),
    "step.joined": ("Une alerte s’ajoute", "An alert joined"),
    "step.left": ("Une alerte a cessé", "An alert left"),
    "step.told": ("Annoncé à {to}", "Told {to}"),
    "step.escalated": ("Escaladé à {to}", "Escalated to {to}"),
    "step.exhausted": ("Tous ont été prévenus, personne n’a répondu", "Everybody was told, nobody answered"),
    "step.undelivered": ("N’a pu être remis à {to}", "Could not be delivered to {to}"),
    "step.acknowledged": ("Pris en charge par {actor}", "Taken by {actor}"),
    "step.snoozed": ("Mis en veille par {actor}", "Put off by {actor}"),
    "step.woken": ("Toujours ouvert : relancé", "Still open: begun again"),
    "step.handed_over": ("Passé par {actor} à {to}", "Handed over by {actor} to {to}"),
    "step.resolved": ("Clos", "Closed"),
    "step.resolved.person": ("Clos par {actor}", "Closed by {actor}"),
    "step.reopened": ("Rouvert", "Reopened"),
    "step.refused": ("Lien déjà utilisé, refusé", "Used link refused"),
    "step.digested": ("Annoncé dans un récapitulatif", "Told in a digest"),
    "step.unrouted": ("Aucune route : personne n’est prévenu", "No route: nobody is told"),
    "refused.used": (
        "Ce lien a déjà servi : rien n’a été changé. Le message suivant en apporte un nouveau.",
        "This link has been used: nothing was changed. The next message brings a new one.",
    ),
    "refused.expired": ("Ce lien a expiré : rien n’a été changé.", "This link has run out: nothing was changed."),
    "refused.unknown": ("Ce lien n’est pas valable.", "This link is not valid."),
    "refused.over": (
        "L’avis est déjà clos : rien n’a été changé.",
        "The notice is closed already: nothing was changed.",
    ),
    "refused.nobody": ("Choisissez une personne de l’astreinte.", "Choose somebody on call."),
    "refused.minutes": ("Cette durée n’est pas possible.", "That span is not possible."),
    "refused.away": (
        "La base ne répond pas : rien n’a été changé. Réessayez dans une minute.",
        "The database does not answer: nothing was changed. Try again in a minute.",
    ),
    "dead": (
        "Lien utilisé ou expiré : lecture seule.",
        "Link used or run out: for reading only.",
    ),
    "privacy": (
        "Vos actes sont consignés avec votre nom (loi 09-08) : voir la page d’aide de l’astreinte.",
        "What you do is recorded with your name (law 09-08): see the on-call help page.",
    ),
}

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "fr": MappingProxyType({key: pair[0] for key, pair in _TEXTS.items()}),
        "en": MappingProxyType({key: pair[1] for key, pair in _TEXTS.items()}),
    }
)
