"""Texts of one park's dashboard, as (French, English). Pure."""

PARK: dict[str, tuple[str, str]] = {
    "title": ("Parc", "Park"),
    "description": (
        "Un parc : ses liaisons, ses zones, ses capteurs et ce qui s'y est passé. Un parc annoncé ou sans mesure est "
        "montré comme tel.",
        "One park: its circuits, zones, sensors and what happened there. An announced park, or one without readings, "
        "is shown as that.",
    ),
    "situation": ("Situation", "Situation"),
    "situation.none": ("parc inconnu", "unknown park"),
    "circuits": ("Liaisons", "Circuits"),
    "circuits.none": ("aucune liaison suivie", "no circuit watched"),
    "people": ("Présents à l'instant", "Present now"),
    "sensors": ("Capteurs", "Sensors"),
    "sensors.none": ("aucun capteur", "no sensor"),
    "sensors.description": (
        "« Muet » : rien depuis un jour. Ce que chaque capteur sait mesurer est dans la langue du magasin, l'unité "
        "dans le nom.",
        "“Silent”: nothing for a day. What each sensor can measure is in the store's own words, with the unit in the "
        "name.",
    ),
    "hearing": ("État", "State"),
    "hearing.heard": ("entendu", "heard"),
    "hearing.silent": ("muet", "silent"),
    "hearing.never": ("jamais entendu", "never heard"),
    "sensors.heard": ("entendus", "heard"),
    "sensors.silent": ("muets", "silent"),
    "sensors.never": ("jamais entendus", "never heard"),
    "quantities": ("Grandeurs reçues", "Quantities received"),
    "identity": ("Le parc", "The park"),
    "name": ("Nom", "Name"),
    "type": ("Type", "Type"),
    "type.offshoring_park": ("plateforme d'offshoring (P2I)", "offshoring platform (P2I)"),
    "type.data_embassy": ("centre de données (ambassade de données)", "data centre (data embassy)"),
    "status": ("Statut", "Status"),
    "status.operational": ("en service", "operational"),
    "status.announced": ("annoncé : rien n'y est mesuré", "announced: nothing is measured there"),
    "status.project": ("projet : rien n'y est mesuré", "project: nothing is measured there"),
    "region": ("Région", "Region"),
    "manager": ("Gestionnaire", "Manager"),
    "time_zone": ("Fuseau des périodes", "Time zone of periods"),
    "telecom": ("Télécom", "Telecom"),
    "space": ("Occupation", "Occupancy"),
    "events": ("Incidents et travaux", "Incidents and works"),
    "zones.open": ("Ouvrir l'occupation de la zone", "Open the zone's occupancy"),
    "tickets": ("Tickets sur la plage affichée", "Tickets in the range shown"),
    "tickets.none": ("aucun ticket", "no ticket"),
    "changes": ("Derniers changements", "Newest changes"),
    "exclusions": ("Travaux et exclusions sur la plage affichée", "Works and exclusions in the range shown"),
    "exclusions.none": ("aucune exclusion", "no exclusion"),
}
