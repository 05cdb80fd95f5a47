"""Texts of one company's dashboard, as (French, English). Plain words: its reader runs no network. Pure."""

TENANT: dict[str, tuple[str, str]] = {
    "title": ("Mon contrat", "My contract"),
    "description": (
        "Ce qui a été promis, ce qui a été mesuré, ce qui ne compte pas et pourquoi, et l'avoir proposé. Les chiffres "
        "sont ceux du relevé mensuel, au chiffre près. Heures en UTC, qui est l'heure du Maroc depuis le 20 septembre "
        "2026.",
        "What was promised, what was measured, what does not count and why, and the credit proposed. The figures are "
        "those of the monthly statement, to the digit. Times are UTC, which is Morocco's time since 20 September 2026.",
    ),
    "variable.tenant": ("Entreprise", "Company"),
    "none": ("rien n'est encore évalué", "nothing scored yet"),
    "nothing": ("rien d'évalué", "nothing scored"),
    "standing": ("Le mois en un mot", "The month in a word"),
    "minutes": ("Il reste", "Left"),
    "minutes.none": ("pas de budget", "no budget"),
    "minutes.description": (
        "Minutes d'interruption encore admises ce mois, sur la liaison où il en reste le moins. En dessous de zéro, "
        "l'engagement ne peut plus être tenu.",
        "Minutes of outage that the month still allows, on the circuit with the least of them. Below zero the "
        "objective can no longer be met.",
    ),
    "credit": ("Proposition d'avoir (HT)", "Credit proposed (ex VAT)"),
    "coverage": ("Temps mesuré", "Time measured"),
    "coverage.description": (
        "Part du mois qui a été mesurée, sur la liaison la moins mesurée. Ce qui n'a pas été mesuré n'est ni "
        "disponible ni interrompu.",
        "Share of the month that was measured, on the circuit measured least. What was not measured is neither "
        "available nor out.",
    ),
    "objectives": ("Vos engagements ce mois", "Your objectives this month"),
    "objectives.description": (
        "Une ligne par engagement. « Au moins » et « au plus » encadrent le résultat : tout le temps non mesuré compté "
        "interrompu, puis disponible. Les chiffres sont coupés, jamais arrondis vers le haut. Un mois partagé par un "
        "avenant a une ligne par partie.",
        "A row per objective. “At worst” and “at best” bound the result: all unmeasured time counted as out, then as "
        "available. Figures are cut, never rounded up. A month divided by an amendment has a row per part.",
    ),
    "promised": ("Promis", "Promised"),
    "lowest": ("Au moins", "At worst"),
    "highest": ("Au plus", "At best"),
    "excluded": ("Temps exclu", "Time excluded"),
    "credit.column": ("Avoir HT", "Credit (ex VAT)"),
    "part": ("Partie", "Part"),
    "credits": ("Proposition d'avoir, ligne par ligne (HT)", "Credit proposed, line by line (ex VAT)"),
    "credits.description": (
        "En dirhams hors taxes ; la TVA s'ajoute à la facture d'avoir. C'est une proposition calculée selon la "
        "convention, pas une pièce comptable. Tant que le mois court, rien n'est arrêté. Part : part de la redevance.",
        "In the agreement's currency, before VAT. A proposal computed by the agreement, not an accounting document. "
        "While the month runs nothing is settled. Share: share of the fee.",
    ),
    "line": ("Ligne", "Line"),
    "credit_percent": ("Part", "Share"),
    "amount": ("Montant HT", "Amount (ex VAT)"),
    "agreements": ("Vos conventions ce mois", "Your agreements this month"),
    "agreements.description": (
        "La partie du mois que couvre chaque convention, jusqu'où elle est évaluée, et si le résultat est publié.",
        "The part of the month that each agreement covers, how far it is scored, and whether the result is published.",
    ),
    "scored_to": ("Évaluée jusqu'au (UTC)", "Scored to (UTC)"),
    "version": ("Version", "Version"),
    "time_zone": ("Fuseau du contrat", "Contract's time zone"),
    "events": ("Ce qui s'est passé ce mois", "What happened this month"),
    "outages": ("Interruptions du mois", "Outages of the month"),
    "outages.none": ("aucune constatée", "none observed"),
    "outages.description": (
        "Toutes les interruptions constatées, y compris pendant une exclusion.",
        "All outages observed, also those during an exclusion.",
    ),
    "tickets": ("Tickets du mois et délai de rétablissement", "Tickets of the month and time to restore"),
    "tickets.none": ("aucun ticket", "no ticket"),
    "tickets.description": (
        "Durée retenue : de l'ouverture au rétablissement, sans les gels et, si la convention le dit, en heures de "
        "service seulement.",
        "Time counted: from opening to restoration, without freezes and, where the agreement says so, in service hours "
        "only.",
    ),
    "ticket": ("Ticket", "Ticket"),
    "opened_at": ("Ouvert le (UTC)", "Opened at (UTC)"),
    "restored_at": ("Rétabli le (UTC)", "Restored at (UTC)"),
    "elapsed": ("Durée retenue", "Time counted"),
    "frozen": ("Gelée", "Frozen"),
    "exclusions": ("Exclusions du mois, une par une", "Exclusions of the month, one by one"),
    "exclusions.none": ("aucune demandée", "none asked for"),
    "exclusions.description": (
        "Demandé : ce que l'exclusion couvre de la période. Non reproché : ce que la convention en retient, comme dans "
        "le relevé. Seule une exclusion acceptée compte, et des travaux seulement s'ils ont été annoncés à temps et "
        "dans le quota. Un tiret : la période court encore, a été évaluée sans ce détail, ou l'exclusion a changé "
        "depuis. Le temps exclu d'un engagement peut être moindre : hors de ses heures de service, deux exclusions à "
        "la fois, ou des travaux que la convention compte comme disponibles.",
        "Asked for: what the exclusion covers of the period. Not held against: what the agreement lets count of it, as "
        "in the statement. Only an accepted one counts, and works only if announced in time and within the quota. A "
        "dash: the period is running, was scored without this detail, or the exclusion has changed since. The time "
        "excluded of an objective may be less: outside its service hours, two exclusions at once, or works that the "
        "agreement counts as available.",
    ),
    "reason": ("Motif", "Reason"),
    "asked": ("Demandé", "Asked for"),
    "counted": ("Non reproché", "Not held against"),
    "past": ("Les douze derniers mois", "The last twelve months"),
    "history": ("Engagements, mois par mois", "Objectives, month by month"),
    "versions": ("Résultats publiés et rectificatifs", "Published results and corrections"),
    "versions.none": ("non publié", "unpublished"),
    "versions.description": (
        "Un résultat publié ne change jamais ; une correction est une version de plus, avec son motif. L'empreinte "
        "permet de le vérifier sans nous.",
        "A published result never changes; a correction is a further version, with its reason. The fingerprint lets "
        "you verify it without us.",
    ),
    "published_at": ("Publié le (UTC)", "Published at (UTC)"),
    "payable": ("Avoir HT", "Credit (ex VAT)"),
    "adjustment": ("Écart à régler", "Still to settle"),
    "sha256": ("Empreinte (SHA-256)", "Fingerprint (SHA-256)"),
    "premises": ("Vos locaux", "Your premises"),
    "people.curve": ("Personnes par plateau", "People per zone"),
    "people.none": ("aucun comptage sur la plage affichée", "no count in the range shown"),
    "people.description": (
        "Moyenne des comptages sur la plage affichée. La ligne s'interrompt où rien n'a été compté. Des nombres, "
        "jamais des personnes.",
        "Mean of the counts over the range shown. The line breaks where nothing was counted. Numbers, never persons.",
    ),
    "zones": ("Vos plateaux à la fin de la plage affichée", "Your zones at the end of the range shown"),
    "zones.none": ("aucun plateau", "no zone"),
    "zones.description": (
        "Présence : personnes ÷ capacité. Dernier comptage d'un jour au plus ; température, humidité et CO₂ de trois "
        "heures au plus. CO₂ : à surveiller dès 1000 ppm, mauvais dès 1500 ppm. Les capteurs ne reconnaissent "
        "personne.",
        "Presence: people ÷ capacity. Last count, a day old at most; temperature, humidity and CO₂ three hours old at "
        "most. CO₂: to watch from 1000 ppm, bad from 1500 ppm. The sensors recognise nobody.",
    ),
    "zone": ("Plateau", "Zone"),
    "people": ("Personnes", "People"),
    "capacity": ("Capacité", "Capacity"),
    "occupancy": ("Présence", "Presence"),
    "temperature": ("Température", "Temperature"),
    "humidity": ("Humidité", "Humidity"),
    "co2": ("CO₂", "CO₂"),
    "notes.title": ("Comment lire, comment vérifier", "How to read it, how to verify it"),
    "notes": (
        "- **Respecté / non respecté** : le mois est fini et le résultat est comparé à la promesse, sans arrondi. "
        "**En bonne voie** : le mois court encore. **Insuffisant** : trop peu de temps mesuré pour juger.\n"
        "- **Interruption** : coupure constatée et non prévue. **Travaux programmés** : prévus ; ils ne comptent pas "
        "s'ils sont acceptés, annoncés à temps et dans le quota.\n"
        "- **Vérifier** : le gestionnaire du parc remet sur demande les mesures du mois avec la commande qui refait le "
        "calcul ; elle donne les mêmes chiffres.\n"
        "- **Contester** : un résultat publié peut être contesté dans le délai de la convention ; la réponse est "
        "publiée avec son motif.",
        "- **Met / breached**: the month is over and the result is compared with the promise, without rounding. "
        "**On track**: the month is still running. **Insufficient**: too little time was measured to judge.\n"
        "- **Outage**: observed and not planned. **Planned works**: they do not count if accepted, announced in time "
        "and within the quota.\n"
        "- **Verify**: the park's manager hands out the month's readings on request, with the command that computes "
        "them again; it gives the same figures.\n"
        "- **Contest**: a published result may be contested within the agreement's time; the answer is published with "
        "its reason.",
    ),
}
