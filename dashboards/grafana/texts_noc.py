"""Texts of the NOC wall, as (French, English). Pure."""

NOC: dict[str, tuple[str, str]] = {
    "title": ("Mur de supervision", "NOC wall"),
    "description": (
        "L'état des parcs à l'instant : ce qui est interrompu, ce qui n'est plus mesuré, ce que cela coûtera. Heures "
        "en UTC, qui est l'heure du Maroc depuis le 20 septembre 2026. Inconnu n'est ni 0 % ni 100 %.",
        "The parks right now: what is out, what is no longer measured, what it will cost. Times are UTC, which is "
        "Morocco's time since 20 September 2026. Unknown is neither 0 % nor 100 %.",
    ),
    "wall": ("En un mot", "In a word"),
    "wall.quiet": ("RAS", "ALL QUIET"),
    "wall.outage": ("INTERRUPTION", "OUTAGE"),
    "wall.blind": ("MESURES MANQUANTES", "READINGS MISSING"),
    "wall.breached": ("ENGAGEMENT PERDU", "OBJECTIVE LOST"),
    "wall.nothing_watched": ("RIEN N'EST SUIVI", "NOTHING WATCHED"),
    "counts": ("Liaisons", "Circuits"),
    "count.down": ("interrompues", "out"),
    "count.works": ("en travaux", "under works"),
    "count.silent": ("muettes", "silent"),
    "count.no_data": ("jamais vues", "never seen"),
    "count.up": ("disponibles", "available"),
    "credit": ("Avoirs HT à ce jour", "Credits to date"),
    "credit.description": (
        "Avoirs hors taxes que doivent déjà les périodes en cours, par devise.",
        "Credits, excluding VAT, that running periods owe already, per currency.",
    ),
    "credit.none": ("aucun", "none"),
    "coverage": ("Temps mesuré", "Time measured"),
    "coverage.description": (
        "Part mesurée de la plage affichée, comptée pour chaque liaison depuis sa première mesure. Une liaison jamais "
        "mesurée n'y compte pas : elle est comptée à gauche.",
        "Measured share of the range shown, counted for each circuit since its first reading. A circuit that was never "
        "measured is not in it: it is counted to the left.",
    ),
    "worst": ("Les engagements les plus menacés", "Objectives most at risk"),
    "worst.none": ("aucun", "none"),
    "worst.description": (
        "Périodes en cours à la fin de la plage affichée : ce qui ne peut plus être respecté, les pannes ouvertes, "
        "puis le plus petit budget restant. Ce qui est sans objet n'y est pas. « Insuffisant » : trop peu mesuré pour "
        "juger. Avoirs hors taxes.",
        "Periods running at the end of the range shown: what can no longer be kept, open faults, then the least budget "
        "left. What is not applicable is left out. “Insufficient”: measured too little to judge. Credits exclude VAT.",
    ),
    "map": ("Parcs", "Parks"),
    "map.description": (
        "Contour schématique. Un parc sans coordonnées publiées est placé près de sa ville.",
        "Schematic outline. A park without published coordinates is placed near its town.",
    ),
    "parks": ("Tous les parcs", "All parks"),
    "parks.none": ("aucun", "none"),
    "outages": ("Interruptions sur la plage affichée", "Outages in the range shown"),
    "outages.none": ("aucune interruption constatée", "no outage observed"),
    "changes": ("Derniers changements", "Newest changes"),
    "changes.at": ("Le (UTC)", "At (UTC)"),
    "changes.none": ("aucun", "none"),
}
