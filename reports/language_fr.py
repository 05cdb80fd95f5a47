"""The statement in French, in the words of a Moroccan tenant's contract (docs/glossary.md)."""

import re

from reports.catalogue import Catalogue
from reports.formats import NARROW_NO_BREAK, NO_BREAK, Formats

FORMATS = Formats(
    decimal_sign=",",
    group_sign=NARROW_NO_BREAK,
    percent_pattern=f"{{value}}{NO_BREAK}%",
    money_pattern=f"{{value}}{NO_BREAK}{{currency}}",
    date_pattern="%d/%m/%Y",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
)  # fmt: skip

TEXTS = {
    # ---------------------------------------------------------------- heading
    "title": "Relevé de niveau de service",
    "tenant": "Locataire",
    "period": "Période",
    "number": "Relevé n°",
    "issued_at": "Établi le",
    "scored_to_at": "Mesures arrêtées au",
    "status.final": "Document définitif",
    "status.issued": "Document émis",
    "status.contested": "Document émis, contesté",
    "status.provisional": "Document provisoire",
    "replaces": "Remplace le n°",
    "published": "Publication",
    "published.version": "version {version}, {state}, du {at}",
    "published.reason": "Motif : {reason}",
    "published.entry": "inscription {entry} au registre, SHA-256 {sha256}",
    "state.issued": "émise",
    "state.contested": "contestée",
    "state.final": "définitive",
    "adjustment": "Régularisation par rapport à la version précédente",
    "watermark.provisional": "PROVISOIRE",
    "colon": " : ",
    "status.because": "Ce document est provisoire :",
    "reason.running": "la période de {agreement} n'est pas terminée : le temps à venir y est indéterminé. La "
    "couverture, les avoirs et tous les verdicts (disponibilité, perte, aller-retour, GTR) sont à ce jour et ne valent "
    "pas encore pour la période entière.",
    "reason.not_complete": "la période n'a pas encore été évaluée jusqu'à sa fin ({agreement}).",
    "reason.provisional_seconds": "les {seconds} dernières secondes de {circuit} peuvent encore changer ({agreement}).",
    "reason.open_ticket": "un ticket de {circuit} est encore ouvert ({agreement}).",
    "reason.not_published": "aucun verdict de {agreement} n'est encore publié : tout chiffre peut encore changer.",
    "reason.not_scored": "la convention {agreement} n'a pas encore été évaluée pour ce mois.",
    "reason.cannot_be_scored": "l'évaluation de la convention {agreement} pour ce mois est impossible : {why}.",
    "demo": "{label} – locataires, opérateurs et mesures fictifs. Ce document n'engage personne.",
    "period_span": "du {start} au {end} exclu, heure locale ({zone})",
    "period_utc": "{start} – {end} (UTC), soit {seconds} s ({duration}) ; fuseaux horaires : tzdb {tzdb}",
    # ---------------------------------------------------------------- summary
    "summary": "L'essentiel",
    "park": "Parc",
    "circuit": "Liaison",
    "objective": "Engagement",
    "promise": "Promis",
    "measured": "Mesuré",
    "verdict": "Verdict",
    "credit": "Avoir HT",
    "total": "Proposition d'avoir",
    "total_note": "Montants hors taxes (HT). Un avoir proposé devient dû après la procédure contradictoire prévue au "
    "contrat.",
    "no_value": "sans valeur",
    "verdict.met": "respecté",
    "verdict.breached": "non respecté",
    "verdict.open": "en cours",
    "verdict.insufficient_data": "données insuffisantes",
    "verdict.not_measurable": "sans objet",
    "verdict.to_date": "à ce jour",
    "verdict.means.to_date": "À ce jour : selon les mesures arrêtées à l'instant indiqué ; la suite de la période peut "
    "encore changer le verdict.",
    "verdicts": "Comment lire un verdict",
    "verdict.means.met": "La promesse est tenue ; l'égalité avec la cible suffit.",
    "verdict.means.breached": "La promesse n'est pas tenue ; l'avoir prévu au contrat est proposé.",
    "verdict.means.open": "Un ticket est encore ouvert et dans les temps : rien n'est décidé.",
    "verdict.means.insufficient_data": "Trop peu de mesures pour juger : ni tenue, ni manquée, et aucun avoir.",
    "verdict.means.not_measurable": "Rien à juger dans la période : aucun temps décompté, aucune mesure, aucun ticket.",
    "indicator.availability": "Disponibilité",
    "indicator.loss": "Perte de paquets",
    "indicator.round_trip": "Temps d'aller-retour",
    "indicator.time_to_restore": "Garantie de temps de rétablissement (GTR)",
    "indicator.short.availability": "Disponibilité",
    "indicator.short.loss": "Perte",
    "indicator.short.round_trip": "Aller-retour",
    "indicator.short.time_to_restore": "GTR",
    "excluding_tax": "HT",
    "promise.availability": "{target} au moins",
    "promise.loss": "{most} au plus",
    "promise.round_trip": "{most} ms au plus pour {percentile} des réponses",
    "promise.time_to_restore": "{most} au plus par ticket",
    "measured.round_trip": "{value} ms",
    "measured.tickets": "tickets hors délai : {breached} sur {count}",
    "measured.no_ticket": "aucun ticket ouvert dans la période",
    # ---------------------------------------------------------------- one agreement
    "agreement": "Convention {agreement}",
    "segment": "du {first} au {last}",
    "fee": "Redevance de la période HT",
    "carrier": "Opérateur",
    "timeline": "Interruptions de la période (jours, heure locale)",
    "timeline.none": "aucune interruption",
    "timeline.ahead": "non encore évalué",
    "timeline.hatched": "Hachures : temps non encore évalué.",
    "timeline.note": "Chaque repère numéroté renvoie au tableau des interruptions ; une interruption brève est élargie "
    "pour rester visible. Le temps indéterminé ou exclu n'est pas situé ici : voir le décompte.",
    "time": "Décompte du temps",
    "seconds": "Secondes",
    "duration": "Durée",
    "time.up": "Disponible",
    "time.down": "Indisponible",
    "time.unknown": "Indéterminé (non mesuré)",
    "time.excluded": "Exclu (accepté)",
    "time.outside_service_hours": "Hors heures de service",
    "time.sum": "Total",
    "time.adds_up": "= la période, à la seconde près",
    "time.ahead": "Le temps qui suit l'arrêté des mesures est compté comme indéterminé.",
    "figures": "Chiffres",
    "availability": "Disponibilité",
    "availability.formula": "{up} ÷ ({up} + {down})",
    "target": "Cible",
    "coverage": "Couverture de la mesure",
    "coverage.minimum": "minimum {minimum}",
    "bounds": "Bornes de la disponibilité",
    "bounds.what": "si le temps non mesuré était tout indisponible, tout disponible",
    "budget": "Budget d'indisponibilité",
    "budget.allowed": "admis",
    "budget.used": "consommé",
    "budget.left": "reste",
    "budget.formula": "(100 % − {target}) × ({up} + {down}) s",
    "high_loss": "Intervalles à forte perte, liaison disponible",
    "consecutive_high_loss": "dont en séries (au sens du contrat)",
    "provisional": "Secondes encore provisoires",
    "outages": "Interruptions",
    "outages.none": "Aucune interruption n'a été constatée dans le temps mesuré.",
    "outage.start": "Début (heure locale)",
    "outage.end": "Fin (heure locale)",
    "outage.utc": "Début – fin (UTC)",
    "outages.sum": "Total",
    "outages.note": "Les interruptions sont listées qu'elles comptent ou non : seule la part décomptée figure sous "
    "« Indisponible ».",
    "sent": "Paquets émis en temps disponible",
    "lost": "dont perdus",
    "loss": "Taux de perte",
    "answered": "Réponses reçues en temps disponible",
    "within": "dont dans la limite",
    "value_ms": "Centile au rang le plus proche",
    "tickets.none": "Aucun ticket n'a été ouvert dans la période.",
    "ticket": "Ticket",
    "ticket.opened_at": "Ouvert le (heure locale)",
    "ticket.restored_at": "Rétabli le (heure locale)",
    "ticket.still_open": "encore ouvert",
    "ticket.elapsed": "Délai net",
    "ticket.frozen": "dont gel déduit",
    "credits": "Avoirs",
    "credit.rate": "Taux",
    "credit.amount": "Montant HT",
    "credit.none": "Aucun engagement n'est en défaut : aucun avoir n'est proposé.",
    "credit.total.sum": "Total des lignes",
    "credit.total.max": "Ligne la plus élevée",
    "credit.cap": "Plafond",
    "credit.capped": "Écrêté par le plafond",
    "credit.payable": "Proposition d'avoir HT",
    "exclusions": "Registre des exclusions",
    "exclusions.note": "Tel qu'enregistré au moment de l'établissement. Les règles ci-dessous disent ce qui, dans une "
    "exclusion acceptée, sort du décompte.",
    "exclusions.none": "Aucune exclusion n'est enregistrée pour ces liaisons dans la période.",
    "exclusion": "Exclusion",
    "exclusion.kind": "Nature",
    "exclusion.announced_at": "Annoncée le",
    "exclusion.not_announced": "non annoncée",
    "exclusion.decision": "Décision",
    "kind.maintenance": "travaux programmés",
    "kind.customer": "fait du client",
    "kind.force_majeure": "force majeure",
    "decision.proposed": "proposée",
    "decision.accepted": "acceptée",
    "decision.rejected": "refusée",
    # ---------------------------------------------------------------- rules
    "rules": "Règles appliquées",
    "rules.common": "Communes à la convention",
    "rule.period": "La période est le mois civil dans le fuseau {zone}, converti une seule fois en UTC, début "
    "compris et fin exclue.",
    "rule.covered": "La convention court du {starts_on}{until} ; au-delà, rien n'est évalué et la redevance est "
    "calculée au prorata des secondes.",
    "rule.until": " au {ends_on} exclu",
    "rule.no_end": " sans terme",
    "rule.maintenance": "Des travaux programmés ne sont exclus que s'ils sont acceptés{conditions}. Le fait du client "
    "et la force majeure sont exclus dès qu'ils sont acceptés. Les exclusions qui se recouvrent comptent une fois.",
    "rule.maintenance.notice": " et annoncés au moins {hours} h avant leur début",
    "rule.maintenance.quota": ", dans la limite de {hours} h par liaison et par période, les premiers d'abord ; le "
    "reste est du temps ordinaire",
    "rule.text": "Le texte appliqué est {which}, en vigueur du {first}{until} ; ce que disent les autres textes ne "
    "vaut pas pour cette période. La grille des intervalles ne repart pas avec un avenant.",
    "rule.original": "le texte d'origine",
    "rule.amendment": "l'avenant n° {number}{title}",
    "rule.service_hours": "Heures de service : {windows} (heure locale{zone}){holidays}.",
    "rule.window": "{days}, de {start} à {end}",
    "rule.hours_zone": " de {zone}",
    "rule.holidays": ", sauf les jours {days}",
    "rule.season": "Autres heures de service du {first} au {last} inclus ({name}) : {windows}.",
    "rule.closed": "aucune",
    "rule.forecasts": "Seulement prévus, jusqu'à leur annonce : {days}. Ils peuvent encore changer d'un jour.",
    "rule.calendar": "Ces jours et ces heures sont ceux du calendrier {id}, version {version}.",
    "rule.credits.sum": "Les avoirs des engagements en défaut s'additionnent",
    "rule.credits.max": "De tous les engagements en défaut, seul l'avoir le plus élevé est retenu",
    "rule.credits": "{combination}, dans la limite de {cap} de la redevance mensuelle. Chaque ligne est arrondie une "
    "fois au centime (demi-centime vers le haut) ; les montants s'entendent hors taxes.",
    "rule.exact": "Les verdicts comparent des nombres entiers de secondes et de paquets ; l'égalité avec la cible vaut "
    "respect. Les pourcentages affichés sont tronqués à quatre décimales, jamais arrondis vers le haut.",
    "rule.as_of": "Ce qui a été mesuré, ouvert ou rétabli après l'arrêté des mesures n'est pas pris en compte.",
    "rule.grid": "On compte les paquets émis et perdus par intervalle de {seconds} s, sur une grille qui part du "
    "{starts_on} à 00:00 (heure locale) et ne repart pas chaque mois.",
    "rule.bad": "Un intervalle est mauvais si la perte {comparison} {threshold} ; bon sinon ; indéterminé si rien n'a "
    "été émis ou reçu.",
    "rule.bad.above": "dépasse",
    "rule.bad.at_least": "atteint ou dépasse",
    "rule.machine": "La liaison devient indisponible après {n} intervalles mauvais de suite ({seconds} s) et de "
    "nouveau disponible après {n} bons de suite ; les deux changements sont datés du premier intervalle de la série "
    "(MEF 10.4 §8.8.7). L'état se poursuit d'un mois à l'autre.",
    "rule.machine.single": "Chaque intervalle est jugé seul : mauvais, la liaison y est indisponible ; bon, "
    "disponible.",
    "rule.high_loss": "En temps disponible, les intervalles mauvais sont comptés à part ; « en séries » : {what} d'au "
    "moins {p} de suite.",
    "rule.high_loss.runs": "le nombre de séries",
    "rule.high_loss.intervals": "les intervalles des séries",
    "rule.states": "La disponibilité suit la suite des états relevés (disponible, indisponible, indéterminé), à la "
    "seconde.",
    "rule.unknown.exclude": "Le temps indéterminé sort du décompte : il n'est compté ni disponible ni indisponible.",
    "rule.unknown.up": "Le temps indéterminé est compté comme disponible.",
    "rule.unknown.down": "Le temps indéterminé est compté comme indisponible.",
    "rule.unknown_window.skip": "Moins de {n} intervalles indéterminés de suite n'interrompent pas une série ; à "
    "partir de {n}, la liaison est réputée disponible à la reprise des mesures.",
    "rule.unknown_window.break": "Un intervalle indéterminé interrompt toute série.",
    "rule.excluded.exclude": "Un intervalle touché par une exclusion retenue sort du décompte en entier.",
    "rule.excluded.up": "Un intervalle touché par une exclusion retenue compte comme disponible s'il a été mesuré, "
    "comme indéterminé sinon.",
    "rule.window.run_through": "Les intervalles exclus continuent d'alimenter la machine d'état avec leur mesure.",
    "rule.window.splice": "Les intervalles exclus sont retirés avant la machine d'état.",
    "rule.in_service": "Seuls comptent les intervalles entièrement compris dans les heures de service.",
    "rule.availability": "Disponibilité = temps disponible ÷ (temps disponible + indisponible).",
    "rule.coverage": "Si moins de {minimum} du temps qui compte a été mesuré, aucun verdict n'est rendu et aucun avoir "
    "n'est dû pour cet engagement.",
    "rule.tiers": "Avoir selon la disponibilité : {tiers}.",
    "rule.tier": "de {low} (inclus) à {high} (exclu), {credit} de la redevance",
    "rule.no_credit": "Cet engagement ne donne pas lieu à avoir.",
    "rule.loss": "Perte = paquets perdus ÷ paquets émis, sur le temps décompté et disponible de la liaison, hors "
    "exclusions{hours}.",
    "rule.round_trip": "Respecté si au moins {percentile} des réponses reçues sont revenues en {most} ms au plus "
    "(centile au rang le plus proche), sur le temps décompté et disponible de la liaison{hours}. Un paquet perdu est "
    "une perte, pas un délai.",
    "rule.restricted": ", dans les heures de service",
    "rule.flat_credit": "Avoir en cas de défaut : {credit} de la redevance.",
    "rule.restore": "Chaque ticket ouvert dans la période doit être rétabli en {most} au plus ; les gels sont "
    "déduits{hours}. À l'égalité, l'engagement est tenu.",
    "rule.restore.hours": " et seul le temps de service compte",
    "rule.ticket_credit": "Avoir : {credit} de la redevance par ticket hors délai.",
    "days.0": "lundi", "days.1": "mardi", "days.2": "mercredi", "days.3": "jeudi",
    "days.4": "vendredi", "days.5": "samedi", "days.6": "dimanche",
    # ---------------------------------------------------------------- verification
    "verification": "Vérifier ce relevé",
    "verification.how": "Le fichier JSON qui accompagne ce relevé contient le document d'évaluation, tel que "
    "l'imprime la commande ci-dessous sur les mêmes mesures, octet pour octet.",
    "verification.command": "p2i score --agreement {agreement}.toml --period {month}{as_of} --intervals … --probes … "
    "--states … --tickets … --freezes … --exclusions …",
    "part": "Élément",
    "part.score": "évaluation",
    "part.agreement": "texte de la convention",
    "part.rules": "règles en toutes lettres",
    "part.registers": "registres",
    "part.statement": "Relevé complet (JSON canonique, sans cette empreinte)",
    "sha256": "Empreinte SHA-256",
    "software.version": "p2i {version}, tzdb {tzdb}, évalué le {scored_at}",
    "page": "page",
}  # fmt: skip


def _typographic(text: str) -> str:
    """French spacing: no line may break before a colon, a semicolon or inside guillemets."""
    for sign, space in (
        (":", NO_BREAK),
        ("%", NO_BREAK),
        (";", NARROW_NO_BREAK),
        ("?", NARROW_NO_BREAK),
        ("!", NARROW_NO_BREAK),
    ):
        text = text.replace(f" {sign}", f"{space}{sign}")
    text = re.sub(r"\} (s|ms|h)\b", rf"}}{NO_BREAK}\1", text)  # nor between a number and its unit
    return text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»").replace("'", "’")


FRENCH = Catalogue("fr", {key: _typographic(text) for key, text in TEXTS.items()}, FORMATS)
