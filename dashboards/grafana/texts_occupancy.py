"""Texts of the dashboard of occupancy, as (French, English). Pure."""

OCCUPANCY: dict[str, tuple[str, str]] = {
    "title": ("Occupation", "Occupancy"),
    "description": (
        "Combien de personnes sont comptées, où et avec quelle certitude. Le taux est personnes présentes ÷ capacité "
        "de la zone : ni surface louée, ni emplois. Ce qui n'est pas compté n'est pas zéro.",
        "How many people are counted, where, and how surely. The share is people present ÷ capacity of the zone: "
        "neither area let nor jobs. What is not counted is not zero.",
    ),
    "zone": ("Zone", "Zone"),
    "now": ("Présents à l'instant", "Present now"),
    "now.description": (
        "La capacité est celle des seules zones comptées : une zone muette ne compte ni en haut ni en bas.",
        "The capacity is that of the counted zones only: a silent zone counts neither above nor below.",
    ),
    "people": ("personnes", "people"),
    "capacity": ("capacité comptée", "counted capacity"),
    "zones_counted": ("zones comptées", "zones counted"),
    "zones_of": ("zones en tout", "zones in all"),
    "share": ("Taux de présence", "Share of capacity"),
    "share.none": ("non compté", "not counted"),
    "coverage": ("Temps compté", "Time counted"),
    "coverage.by_zone": ("Temps compté par zone", "Time counted per zone"),
    "coverage.description": (
        "Des zones dont les comptages sont montrés, sur la plage affichée : part des quarts d'heure (des heures, "
        "au-delà de huit jours) où il est arrivé un comptage au moins.",
        "Of the zones whose counts are shown, over the range shown: share of the quarters of an hour (of the hours, "
        "beyond eight days) in which at least one count came.",
    ),
    "list": ("Zones à l'instant", "Zones now"),
    "list.none": ("aucune zone dans ce parc", "no zone in this park"),
    "list.description": (
        "« Muette » : pas de comptage depuis une heure. « Masquée » : trop peu de personnes pour être montré à qui "
        "n'est pas le locataire.",
        "“Silent”: no count for an hour. “Suppressed”: too few people to be shown to anybody but the tenant.",
    ),
    "counting": ("Comptage", "Counting"),
    "counting.counted": ("comptée", "counted"),
    "counting.implausible": ("au-delà de 110 % de la capacité", "above 110% of capacity"),
    "counting.suppressed": ("masquée (trop peu de personnes)", "suppressed (too few people)"),
    "counting.hidden": ("montrée au seul locataire", "shown to its tenant only"),
    "counting.silent": ("muette", "silent"),
    "counting.never": ("jamais comptée", "never counted"),
    "counting.none": ("aucune zone", "no zone"),
    "counting.absent": ("sans comptage", "no count"),
    "capacity_people": ("Capacité", "Capacity"),
    "people_counted": ("Présents", "Present"),
    "measured_at": ("Comptée le (UTC)", "Counted at (UTC)"),
    "history": ("Personnes et capacité des zones comptées", "People, and the capacity of the zones counted"),
    "history.description": (
        "La capacité suit les zones comptées : quand elle baisse, c'est qu'une zone manque. Aucun point là où rien "
        "n'est compté, ni là où un comptage est masqué.",
        "The capacity follows the zones counted: where it falls, a zone is missing. No point where nothing was "
        "counted or a count is suppressed.",
    ),
    "history.none": ("aucun comptage sur la plage affichée", "no count in the range shown"),
    "history.people": ("personnes (moyenne)", "people (mean)"),
    "shares": ("Taux de présence par zone", "Share of capacity per zone"),
    "states": ("Ce qui est compté, masqué, absent", "What was counted, suppressed, absent"),
    "week": (
        "Taux moyen par heure (UTC) et jour de la semaine, en %",
        "Mean share by hour (UTC) and day of the week, in %",
    ),
    "week.description": (
        "Personnes ÷ capacité, additionnées sur les heures comptées de la plage, puis divisées une fois. Heures UTC : "
        "celle du Maroc depuis le 20 septembre 2026, une de moins auparavant. Une case vide n'a pas été comptée.",
        "People ÷ capacity, added up over the counted hours of the range, then divided once. Hours are UTC: Morocco's "
        "since 20 September 2026, one less before. An empty cell was not counted.",
    ),
    "weekday": ("Jour", "Day"),
    "weekday.1": ("lundi", "Monday"),
    "weekday.2": ("mardi", "Tuesday"),
    "weekday.3": ("mercredi", "Wednesday"),
    "weekday.4": ("jeudi", "Thursday"),
    "weekday.5": ("vendredi", "Friday"),
    "weekday.6": ("samedi", "Saturday"),
    "weekday.7": ("dimanche", "Sunday"),
    "days": ("Pointes par jour (UTC) et zone", "Peaks by day (UTC) and zone"),
    "days.description": (
        "Personnes-heures : du temps compté seulement, à lire avec la part du jour comptée.",
        "Person-hours: of the counted time only, to be read with the counted part of the day.",
    ),
    "day": ("Jour", "Day"),
    "people_most": ("Maximum", "Maximum"),
    "peak_ratio": ("Pointe", "Peak"),
    "peak_at": ("vers (UTC)", "about (UTC)"),
    "person_hours": ("Personnes-heures", "Person-hours"),
    "counted_ratio": ("Part du jour comptée", "Part of the day counted"),
    "doubts": ("Ce qui fragilise les comptages : zones", "What weakens the counts: zones"),
    "doubts.last_at": ("Dernier comptage (UTC)", "Last count (UTC)"),
    "doubts.suppressed": ("Masqué", "Suppressed"),
    "doubts.implausible": ("Au-delà de 110 %", "Above 110%"),
    "sensors": ("Ce qui fragilise les comptages : capteurs", "What weakens the counts: sensors"),
    "days.none": ("aucun comptage", "no count"),
    "sensors.none": ("aucun capteur", "no sensor"),
    "sensors.description": (
        "31 derniers jours de la plage au plus. L'écart entrées − sorties devrait être nul sur une journée qui "
        "commence et finit vide ; sinon le compteur dérive. Une remise à zéro du compteur interrompt le compte. Les "
        "motifs d'absence sont les mots des capteurs.",
        "At most the last 31 days of the range. Entries less exits should be nil over a day that begins and ends "
        "empty; if not, the counter drifts. A counter that begins anew interrupts the count. Reasons of absence are "
        "the words of the sensors.",
    ),
    "sensor": ("Capteur", "Sensor"),
    "people_in": ("Entrées", "Entries"),
    "people_out": ("Sorties", "Exits"),
    "drift": ("Écart", "Difference"),
    "breaks": ("Interruptions du compte", "Interruptions of the count"),
    "absences": ("Mesures sans valeur", "Readings without a value"),
    "reasons": ("Motifs", "Reasons"),
    "doubts.row": ("Confiance", "Confidence"),
    "history.row": ("Sur la plage affichée", "Over the range shown"),
}
