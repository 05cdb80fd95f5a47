"""Texts of the dashboard of data centres, as (French, English). Pure."""

CENTRE: dict[str, tuple[str, str]] = {
    "title": ("Centre de données", "Data centre"),
    "description": (
        "L'air des salles face à l'enveloppe recommandée par l'ASHRAE, et l'énergie par ses compteurs. Un site en "
        "projet n'a pas de mesure, et n'en montre pas. Au plus les 31 derniers jours de la plage affichée.",
        "The air of rooms against the envelope that ASHRAE recommends, and energy by its meters. A site that is a "
        "project has no readings, and shows none. At most the last 31 days of the range shown.",
    ),
    "site": ("Site", "Site"),
    "total_meter": ("Compteurs : énergie totale", "Meters: all energy"),
    "it_meter": ("Compteurs : informatique", "Meters: IT equipment"),
    "situation": ("Situation", "Situation"),
    "situation.announced": ("annoncé : rien n'y est mesuré", "announced: nothing is measured there"),
    "situation.project": ("projet : rien n'y est mesuré", "project: nothing is measured there"),
    "situation.no_sensors": ("aucun capteur de température", "no temperature sensor"),
    "situation.no_reading": ("capteurs muets", "sensors silent"),
    "situation.outside": ("hors enveloppe", "outside the envelope"),
    "situation.partly_silent": ("dans l'enveloppe où c'est mesuré", "within, where it is measured"),
    "situation.temperature_only": ("dans l'enveloppe, humidité inconnue", "within, humidity unknown"),
    "situation.within": ("dans l'enveloppe", "within the envelope"),
    "situation.none": ("site inconnu", "unknown site"),
    "hottest": ("Le capteur le plus chaud", "The hottest sensor"),
    "hottest.none": ("aucune température actuelle", "no current temperature"),
    "least_within": ("Temps dedans, le pire", "Time within, the worst"),
    "least_within.description": (
        "Du capteur qui fut le moins dans l'enveloppe : part du temps mesuré ; ce qui ne l'est pas est dans la liste.",
        "Of the sensor that was least within the envelope: share of the measured time; what is not is in the list.",
    ),
    "pue": ("PUE", "PUE"),
    "pue.none": ("aucun compteur choisi en haut", "no meter chosen above"),
    "pue.description": (
        "Sur la plage affichée, énergie totale ÷ énergie de l'informatique : deux sommes, sur les heures où tous les "
        "compteurs choisis sont connus, puis une division ; jamais une moyenne de rapports. Le total comprend "
        "l'informatique : moins de 1 signale des compteurs inversés ou un total incomplet. L'inventaire ne dit pas ce "
        "que mesure un compteur : il se choisit en haut, et un même compteur ne peut être des deux côtés.",
        "Over the range shown, all energy ÷ energy of the IT equipment: two sums over the hours in which all chosen "
        "meters are known, then one division; never a mean of ratios. All energy includes that of the equipment: below "
        "1 means meters the wrong way round, or a total that is not one. The inventory does not say what a meter "
        "measures: it is chosen above, and one meter cannot be on both sides.",
    ),
    "pue_known": ("PUE connu", "PUE known"),
    "air": ("Air des salles", "Air of the rooms"),
    "energy": ("Énergie", "Energy"),
    "list": ("Capteurs, le pire d'abord", "Sensors, the worst first"),
    "list.none": ("aucun capteur de température", "no temperature sensor"),
    "list.description": (
        "Enveloppe recommandée, ASHRAE TC 9.9, 5ᵉ édition (2021), classes A1 à A4 : 18 à 27 °C, point de rosée de −9 à "
        "15 °C, humidité relative de 70 % au plus (50 % en air corrosif, par exemple près de la mer). Elle vaut à "
        "l'entrée d'air des équipements : un capteur posé ailleurs ne la juge pas. Une mesure vaut 30 minutes au plus.",
        "Recommended envelope, ASHRAE TC 9.9, 5th edition (2021), classes A1 to A4: 18 to 27 °C, dew point −9 to "
        "15 °C, relative humidity at most 70% (50% in corrosive air, as near the sea). It is meant at the air inlet "
        "of the equipment: a sensor elsewhere does not judge it. A reading holds for 30 minutes at most.",
    ),
    "envelope": ("Enveloppe", "Envelope"),
    "envelope.within": ("dedans", "within"),
    "envelope.temperature_only": ("température dedans, humidité inconnue", "temperature within, humidity unknown"),
    "envelope.too_hot": ("trop chaud", "too hot"),
    "envelope.too_cold": ("trop froid", "too cold"),
    "envelope.too_damp": ("trop humide", "too damp"),
    "envelope.too_dry": ("trop sec", "too dry"),
    "envelope.silent": ("muet", "silent"),
    "envelope.never": ("jamais mesuré", "never measured"),
    "envelope.none": ("aucun capteur de température", "no temperature sensor"),
    "envelope.unknown": ("inconnu", "unknown"),
    "point": ("Capteur", "Sensor"),
    "celsius": ("Température", "Temperature"),
    "humidity": ("Humidité relative", "Relative humidity"),
    "dew": ("Point de rosée", "Dew point"),
    "measured_at": ("Mesuré le (UTC)", "Measured at (UTC)"),
    "within_ratio": ("Temps dedans", "Time within"),
    "known_ratio": ("Temps mesuré", "Time measured"),
    "timeline": ("Par capteur : dans l'enveloppe, dehors, inconnu", "Per sensor: within, outside, unknown"),
    "most": ("le plus élevé", "highest"),
    "least": ("le plus bas", "lowest"),
    "limit_most": ("limite haute", "upper limit"),
    "limit_least": ("limite basse", "lower limit"),
    "curve.none": ("aucune mesure sur la plage affichée", "no reading in the range shown"),
    "dew.description": (
        "Calculé par capteur où température et humidité arrivent dans les mêmes cinq minutes (formule de Magnus).",
        "Computed per sensor where temperature and humidity come within the same five minutes (Magnus formula).",
    ),
    "pue_curve": ("PUE par point (ΣE ÷ ΣE)", "PUE per point (ΣE ÷ ΣE)"),
    "meters": ("Énergie par compteur", "Energy per meter"),
    "meters.none": ("aucun compteur d'énergie sur ce site", "no energy meter on this site"),
    "meters.description": (
        "Accroissement du compteur par point ; aucun point où il a recommencé à zéro ou n'a pas été lu tout du long.",
        "Growth of the meter per point; no point where it began anew or was not read throughout.",
    ),
    "not_there": ("Ce que ce tableau ne montre pas", "What this dashboard does not show"),
    "not_there.text": (
        "Le système ne tient aucune grandeur pour : la charge informatique par baie, l'occupation des baies, le débit "
        "et la consommation d'eau (WUE), la part d'énergie renouvelable, l'état des onduleurs, des groupes et des "
        "voies d'alimentation. Il tient : température, humidité relative, puissance active et énergie par compteur.",
        "The system has no quantity for: IT load per rack, occupancy of racks, flow and use of water (WUE), the share "
        "of renewable energy, the state of UPS, generators and power paths. It has: temperature, relative humidity, "
        "active power, and energy by meter.",
    ),
}
