"""Texts of the portfolio, as (French, English). Pure."""

PORTFOLIO: dict[str, tuple[str, str]] = {
    "title": ("Portefeuille", "Portfolio"),
    "description": (
        "Tous les parcs, y compris annoncés et sans mesure : engagements tenus ou non, avoirs, liaisons les plus "
        "touchées, opérateurs à règle égale. Chacun y voit ce que son accès permet.",
        "All parks, announced ones and those without readings too: objectives met or not, credits, worst circuits, "
        "carriers by the same rule. Everybody sees what their access allows.",
    ),
    "none": ("rien de visible", "nothing visible"),
    "rows": ("réservé", "reserved"),
    "scope": ("Parcs", "Parks"),
    "scope.description": (
        "« Suivis » : les parcs dont ce mois a des engagements évalués que votre accès montre.",
        "“Followed”: the parks with objectives scored this month that your access shows.",
    ),
    "scope.operational": ("en service", "operating"),
    "scope.announced": ("annoncés", "announced"),
    "scope.scored": ("suivis", "followed"),
    "agreements": ("Conventions", "Agreements"),
    "outcomes": ("Engagements du mois", "Objectives of the month"),
    "outcomes.description": (
        "D'un mois qui court, rien n'est encore respecté : « en bonne voie ». « Ticket ouvert » : pas encore rétabli, "
        "et encore dans le délai. « Trop peu mesurés » : pas assez pour juger. « Sans mesure » : rien n'est "
        "venu. « Sans objet » : rien n'était à mesurer, comme un délai sans ticket. Pour un accès aux seules sommes, "
        "rien n'est montré sous trois locataires.",
        "Of a month that runs nothing is met yet: “on track”. “Ticket open”: not restored yet, and still within its "
        "time. “Too little measured”: not enough to judge. “Unmeasured”: nothing came. “Not applicable”: there "
        "was nothing to measure, as a time to restore without a ticket. For an access to sums only, nothing is shown "
        "below three tenants.",
    ),
    "breached": ("Non respectés", "Breached"),
    "met": ("Respectés", "Met"),
    "on_track": ("En bonne voie", "On track"),
    "open": ("Ticket ouvert", "Ticket open"),
    "insufficient": ("Trop peu mesurés", "Too little measured"),
    "unmeasured": ("Sans mesure", "Unmeasured"),
    "not_measurable": ("Sans objet", "Not applicable"),
    "undecided": ("Sans verdict", "Undecided"),
    "credit": ("Avoirs proposés (HT)", "Credits (ex VAT)"),
    "credit.description": (
        "Somme des avoirs proposés du mois, chaque convention plafonnée à part ; avant TVA. Pour un accès aux seules "
        "sommes : parc par parc, une fois le mois évalué jusqu'au bout, et seulement si trois locataires au moins ont "
        "un avoir, dont aucun 85 % de la somme ; un total seulement si aucun parc n'est masqué.",
        "Sum of the month's proposed credits, each agreement capped by itself; before VAT. For an access to sums only: "
        "park by park, once the month is scored to its end, and only if three tenants at least have a credit, none of "
        "them 85% of the sum; a total only if no park is hidden.",
    ),
    "credit.hidden": ("non montré", "not shown"),
    "map": ("Les parcs ce mois", "Parks this month"),
    "map.description": (
        "Contour schématique. Un parc sans coordonnées publiées est placé près de sa ville.",
        "Schematic outline. A park without published coordinates is placed near its town.",
    ),
    "parks": ("Parc par parc", "Park by park"),
    "parks.description": (
        "Nombre d'engagements par résultat. Les parcs annoncés et en projet sont montrés pour ce qu'ils sont ; un parc "
        "sans convention suivie n'a pas de résultat, ni bon ni mauvais.",
        "Number of objectives by outcome. Announced and planned parks are shown as what they are; a park without a "
        "followed agreement has no outcome, neither good nor bad.",
    ),
    "monthly": ("Parc et mois, douze derniers mois", "Park and month, last twelve months"),
    "compared": ("Liaisons et opérateurs", "Circuits and carriers"),
    "worst": ("Liaisons les moins disponibles du mois", "Least available circuits of the month"),
    "worst.description": (
        "Pour qui voit le détail de ces parcs ; un accès aux seules sommes n'y voit aucune ligne.",
        "For those who see these parks in detail; an access to sums only sees no row here.",
    ),
    "promised": ("Promis", "Promised"),
    "down": ("Interrompue", "Out"),
    "coverage": ("Temps mesuré", "Time measured"),
    "carriers": ("Opérateurs comparés à règle égale", "Carriers compared by the same rule"),
    "carriers.description": (
        "Comparer seulement des lignes de même pas de mesure : une règle de 10 s voit des coupures qu'une règle de "
        "300 s ne voit pas. Disponibilité : Σ temps disponible ÷ Σ (disponible + interrompu) sur toutes les liaisons, "
        "exclusions retirées, temps non mesuré laissé de côté et montré à part. Perte : Σ perdus ÷ Σ émis. "
        "Pour qui voit le détail de ces parcs.",
        "Compare rows of the same measuring step only: a rule of 10 s sees outages that one of 300 s does not. "
        "Availability: Σ time available ÷ Σ (available + out) over all circuits, exclusions taken out, unmeasured time "
        "left aside and shown by itself. Loss: Σ lost ÷ Σ sent. For those who see these parks in detail.",
    ),
    "step": ("Pas de mesure", "Measuring step"),
    "down_each": ("Interruption par liaison", "Outage per circuit"),
    "outages": ("Interruptions", "Outages"),
    "people": ("Occupation", "Occupancy"),
    "occupancy": ("Personnes dans les plateaux loués, sept derniers jours", "People in let zones, last seven days"),
    "occupancy.description": (
        "Heure la plus chargée de chaque parc, arrondie. Une heure n'est montrée que si elle additionne assez de "
        "locataires et de personnes ; les autres sont comptées comme masquées.",
        "The fullest hour of each park, rounded. An hour is shown only if it adds up enough tenants and people; the "
        "others are counted as hidden.",
    ),
    "zones": ("Plateaux loués", "Let zones"),
    "capacity": ("Capacité", "Capacity"),
    "peak": ("Pointe", "Peak"),
    "peak_ratio": ("Pointe ÷ capacité", "Peak ÷ capacity"),
    "peak_at": ("Heure de pointe (UTC)", "Peak hour (UTC)"),
    "hours": ("Heures comptées", "Hours counted"),
    "hidden_hours": ("dont masquées", "of which hidden"),
    "definitions.title": ("De quelle occupation parle-t-on", "Which occupancy is meant"),
    "definitions": (
        "- **Taux de présence** (ici) : personnes comptées ÷ capacité du plateau, à une heure donnée. La capacité est "
        "celle de l'inventaire : postes installés ou sécurité incendie.\n"
        "- **Taux d'occupation physique** : m² loués ÷ m² locatifs, à une date. Compte comme occupé un plateau loué et "
        "vide. Non mesuré ici.\n"
        "- **Taux de commercialisation** : m² loués ou réservés ÷ m² livrés. Non mesuré ici.\n"
        "- **Emplois hébergés** : effectifs déclarés par les locataires ; ni des postes, ni une présence.\n\n"
        "Une moyenne sur 24 h ne dit rien d'un plateau de jour : la pointe est montrée, avec son heure.",
        "- **Presence** (here): people counted ÷ capacity of the zone, at an hour. The capacity is the inventory's: "
        "installed seats or fire safety.\n"
        "- **Physical occupancy**: m² let ÷ m² lettable, at a date. Counts a zone that is let and empty as occupied. "
        "Not measured here.\n"
        "- **Commercialisation**: m² let or reserved ÷ m² delivered. Not measured here.\n"
        "- **Jobs hosted**: staff that tenants declare; neither seats nor presence.\n\n"
        "A mean over 24 h says nothing of a day office: the peak is shown, with its hour.",
    ),
}
