"""Texts of the dashboard of trust in the data, as (French, English). Pure."""

TRUST: dict[str, tuple[str, str]] = {
    "title": ("Confiance dans les données", "Trust in the data"),
    "description": (
        "Ce que valent les chiffres des autres tableaux : l'âge des mesures, ce qui manque, ce qui a été refusé, les "
        "horloges, les règles et la dernière passe du moteur.",
        "What the figures of the other dashboards are worth: the age of readings, what is missing, what was refused, "
        "clocks, rules, and the engine's last pass.",
    ),
    "engine": ("Dernière passe du moteur", "Engine's last pass"),
    "engine.none": ("aucune passe", "no pass yet"),
    "rollup": ("Sommes", "Sums"),
    "rollup.none": ("inconnu", "unknown"),
    "rollup.policies": ("tenues par TimescaleDB (p2i doctor)", "kept by TimescaleDB (p2i doctor)"),
    "rollup.never": ("jamais tenues : p2i upkeep", "never kept up: p2i upkeep"),
    "rollup.fresh": ("à jour", "up to date"),
    "rollup.stale": ("en retard : p2i upkeep", "late: p2i upkeep"),
    "rollup.description": (
        "Les chiffres sont justes dans tous les cas ; en retard, les longues plages sont lentes.",
        "Figures are right in any case; when late, long ranges are slow.",
    ),
    "rules": ("Règles horaires", "Zone rules"),
    "rules.none": ("aucune période", "no period"),
    "rules.current": ("à jour", "current"),
    "rules.stale": ("périmées", "stale"),
    "rules.description": (
        "Comparées aux mois du calendrier contractuel, qui ne dépend pas du serveur. Périmées : les scores restent "
        "justes, une requête à la main en heure locale ne l'est pas.",
        "Compared with the months of the contractual calendar, which does not depend on the server. When stale, scores "
        "stay right, a query by hand in local time does not.",
    ),
    "counts": ("À traiter", "To be dealt with"),
    "counts.quarantined": ("refus ouverts", "open refusals"),
    "counts.gaps": ("trous", "gaps"),
    "counts.unscored": ("non évaluées", "not scored"),
    "ages_counted": ("Dernières mesures", "Last readings"),
    "ages.none": ("rien n'est suivi", "nothing is watched"),
    "trust": ("Mesure", "Reading"),
    "trust.fresh": ("récente", "recent"),
    "trust.old": ("ancienne", "old"),
    "trust.never": ("jamais reçue", "never received"),
    "trust.ahead": ("en avance", "clock ahead"),
    "ages": ("Âge des mesures", "Age of readings"),
    "ages.description": (
        "« Ancienne » : plus de 5 minutes pour une liaison, d'une heure pour une zone, d'un jour pour un capteur.",
        "“Old”: over 5 minutes for a circuit, one hour for a zone, a day for a sensor.",
    ),
    "subject": ("De quoi", "Of what"),
    "subject.circuit": ("liaison", "circuit"),
    "subject.zone": ("zone", "zone"),
    "subject.sensor": ("capteur", "sensor"),
    "code": ("Code", "Code"),
    "row.readings": ("Mesures", "Readings"),
    "row.refused": ("Refus, trous, horloges", "Refusals, gaps, clocks"),
    "row.scores": ("Scores, conservation, règles", "Scores, retention, rules"),
    "coverage": ("Les moins mesurées de toute la plage", "Least measured of the whole range"),
    "coverage.description": (
        "Part mesurée de toute la plage affichée, aussi avant la première mesure d'une liaison : ce qui manque au "
        "contrat manque ici. Ailleurs (mur, liaisons), elle compte depuis la première mesure.",
        "Measured share of the whole range shown, also before a circuit's first reading: what an agreement lacks is "
        "lacking here. Elsewhere (wall, circuits) it counts from the first reading.",
    ),
    "not_covered": ("Liaisons dont on ne sait rien à l'instant", "Circuits of which nothing is known now"),
    "not_covered.none": ("aucune", "none"),
    "arrivals": ("Mesures reçues par heure", "Readings received per hour"),
    "arrivals.none": (
        "rien n'est arrivé, ou n'est visible pour ce compte",
        "nothing came, or may be seen by this login",
    ),
    "arrivals.description": (
        "Du journal des arrivées, gardé quelques jours ; au-delà il n'en reste que la dernière de chaque série.",
        "From the log of arrivals, which is kept for days; beyond, only the last of each series is left.",
    ),
    "quarantine": ("Entrées refusées, par motif", "Refused input by reason"),
    "quarantine.none": ("aucun visible", "none visible"),
    "quarantine.description": (
        "Visibles des exploitants et de l'auditeur. Ouvertes et arrivées sur la plage affichée ; que faire : "
        "p2i quarantine list. Les motifs sont ceux de la documentation de la quarantaine.",
        "Seen by operators and the auditor. Open and come in the range shown; what to do about each: p2i quarantine "
        "list. Reasons are those of the documentation of the quarantine.",
    ),
    "reason": ("Motif", "Reason"),
    "source": ("Voie", "Way"),
    "arrivals_counted": ("Arrivées", "Arrivals"),
    "different": ("Contenus différents", "Different contents"),
    "last_received_at": ("Dernière (UTC)", "Last (UTC)"),
    "resolved": ("Refus levés sur la plage", "Refusals dealt with in the range"),
    "resolved.none": ("aucun", "none"),
    "resolved_at": ("Levé le (UTC)", "Dealt with at (UTC)"),
    "rows": ("Lignes", "Rows"),
    "gaps": ("Messages jamais arrivés", "Messages that never came"),
    "gaps.none": ("aucun trou visible", "no gap visible"),
    "gaps.description": (
        "Visibles des exploitants et de l'auditeur. Vus seulement chez les émetteurs qui numérotent leurs messages, et "
        "quand une session du courtier se perd.",
        "Shown to operators and the auditor. Seen only of senders that number their messages, and when a session of "
        "the broker is lost.",
    ),
    "gap.session_lost": ("session perdue", "session lost"),
    "gap.sequence": ("numéros manquants", "numbers missing"),
    "gap.restart": ("l'émetteur a recommencé", "the sender began anew"),
    "series": ("Émetteur", "Sender"),
    "messages": ("Manquants", "Missing"),
    "came_late": ("Arrivés depuis", "Came since"),
    "clocks": ("Horloges et retards", "Clocks and delays"),
    "clocks.none": ("aucune", "none"),
    "clocks.description": (
        "Reçue moins mesurée, pour la dernière mesure. Négatif : l'horloge de la source avance. Au-delà d'une minute : "
        "elle retarde, ou le chemin est lent ; d'ici on ne les distingue pas.",
        "Received less measured, of the last reading. Negative: the clock of the source is ahead. Beyond a minute: it "
        "is behind, or the way is slow; from here they look alike.",
    ),
    "ignored": ("Champs ignorés", "Ignored fields"),
    "ignored.text": (
        "Ce que les flux envoient et que rien ne lit est compté, pas conservé : métrique "
        "`collectors_ignored_total` (par flux et par champ) du collecteur, hors de la base. Un nom mal écrit dans une "
        "correspondance s'y voit.",
        "What feeds send and nothing reads is counted, not kept: the collector's metric `collectors_ignored_total` (by "
        "feed and field), outside the database. A name misspelt in a mapping shows there.",
    ),
    "unscored": ("Périodes dues et non évaluées", "Periods due and not scored"),
    "unscored.none": ("aucune", "none"),
    "month_starts_at": ("Période du (UTC)", "Period from (UTC)"),
    "failed_at": ("Depuis (UTC)", "Since (UTC)"),
    "restatements": ("Corrections à publier", "Corrections to publish"),
    "restatements.none": ("aucune", "none"),
    "version": ("Version", "Version"),
    "state.issued": ("publiée", "issued"),
    "state.contested": ("contestée", "contested"),
    "state.final": ("définitive", "final"),
    "state.superseded": ("remplacée", "superseded"),
    "published_at": ("Publiée le (UTC)", "Published at (UTC)"),
    "retention": ("Conservation", "Retention"),
    "retention.none": ("aucune règle", "no rule"),
    "retention.description": (
        "Une durée vide : pour toujours. Pourquoi cette durée, et ce qu'elle était : p2i retention.",
        "An empty time: for ever. Why that long, and what it was before: p2i retention.",
    ),
    "relation": ("Quoi", "What"),
    "kept_days": ("Gardé", "Kept"),
    "days": ("j", "d"),
    "dropped_before": ("Peut manquer avant (UTC)", "May be gone before (UTC)"),
    "changed_at": ("Règle du (UTC)", "Rule of (UTC)"),
    "software": ("Par quoi les scores sont faits", "What scores were made by"),
    "software.none": ("aucun score", "no score"),
    "software_version": ("Logiciel", "Software"),
    "tzdb_version": ("Règles horaires", "Zone rules"),
    "scores": ("Scores", "Scores"),
    "scored_at": ("Dernier (UTC)", "Last (UTC)"),
    "zones": ("Règles horaires par fuseau", "Zone rules by time zone"),
    "time_zone": ("Fuseau", "Time zone"),
    "months": ("Mois comparés", "Months compared"),
    "months_apart": ("dont différents", "of which different"),
}
