"""Texts of the dashboard of all circuits, as (French, English). Pure."""

CIRCUITS: dict[str, tuple[str, str]] = {
    "title": ("Exploitation : liaisons", "Operations: circuits"),
    "description": (
        "Toutes les liaisons choisies : leur état, leurs pertes, ce qui en est mesuré, les travaux et les changements. "
        "Le choix d'un état ne vaut que pour les liaisons à l'instant.",
        "All chosen circuits: their state, loss, what of them is measured, works and changes. A state is chosen among "
        "circuits as they are now.",
    ),
    "states": ("Liaisons par état", "Circuits by state"),
    "list": ("Liaisons", "Circuits"),
    "list.open": ("Ouvrir le détail de la liaison", "Open the circuit's detail"),
    "list.none": ("aucune liaison", "no circuit"),
    "list.description": (
        "Une ligne par liaison et par convention en vigueur. « Muette » : plus de mesure depuis trois intervalles "
        "(cinq minutes au moins) ; ce n'est pas une interruption.",
        "One row per circuit and agreement in force. “Silent”: no reading for three intervals (five minutes at least); "
        "that is not an outage.",
    ),
    "loss": ("Perte par liaison", "Loss per circuit"),
    "loss.description": (
        "Une case par heure au moins. Bleu : moins de 0,1 % de perte ; jaune : moins de 1 % ; orange : au-delà. "
        "Une case vide n'a pas été mesurée.",
        "A cell per hour at least. Blue: less than 0.1 % lost; yellow: less than 1 %; orange: more. "
        "An empty cell was not measured.",
    ),
    "coverage": ("Les moins mesurées", "Least measured"),
    "coverage.none": ("aucune", "none"),
    "coverage.description": (
        "Part mesurée de la plage affichée, depuis la première mesure de chaque liaison.",
        "Measured share of the range shown, since the first reading of each circuit.",
    ),
    "freshness": ("Mesures les plus anciennes", "Oldest readings"),
    "exclusions": ("Travaux et exclusions sur la plage affichée", "Works and exclusions in the range shown"),
    "exclusions.none": ("aucune exclusion", "no exclusion"),
    "changes": ("Changements des liaisons choisies", "Changes of the chosen circuits"),
    "changes.none": ("aucun", "none"),
    "notes": ("Main courante : annotations écrites dans Grafana", "Log: annotations written into Grafana"),
}
