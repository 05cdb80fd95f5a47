"""The words of the board in French and English, and how each writes a number. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from dashboards.standing import Standing

NARROW_NO_BREAK = "\u202f"
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """One language: headings, one word per standing, state and missing figure, and the decimal sign."""

    decimal_sign: str
    percent_sign: str
    group_sign: str
    standing: Mapping[Standing, str]
    state: Mapping[str, str]
    why: Mapping[str, str]
    indicator: Mapping[str, str]
    columns: Mapping[str, str]
    period: str
    now: str
    local: str
    complete_to: str
    never_scored: str
    open_outages: str
    no_circuits: str
    occupancy: str
    unknown_capacity: str
    no_count: str
    hidden: str
    foreign: str
    failed: str
    away: str
    legend: Mapping[str, str]
    day: str

    def decimal(self, value: Fraction | Decimal, places: int) -> str:
        """A number cut downwards to so many decimals: what is left of a budget is never shown larger than it is."""
        exact = Fraction(value)
        unit = 10**places
        whole = exact.numerator * unit // exact.denominator
        text = f"{abs(whole) // unit}"
        if places:
            text += f"{self.decimal_sign}{abs(whole) % unit:0{places}d}"
        return f"-{text}" if whole < 0 else text

    def amount(self, value: Decimal) -> str:
        """An amount of money with grouped thousands and two decimals."""
        whole, _, cents = f"{value:,.2f}".partition(".")
        return f"{whole.replace(',', self.group_sign)}{self.decimal_sign}{cents}"

    def percent_text(self, text: str) -> str:
        """A percentage of the contract, digit for digit, with this language's decimal sign."""
        return text.replace(".", self.decimal_sign)

    def age(self, seconds: float) -> str:
        """How old something is, in its largest whole unit; a clock ahead of ours counts as now."""
        whole = max(0, int(Decimal(seconds).to_integral_value(ROUND_FLOOR)))
        for size, unit in ((86_400, self.day), (3_600, "h"), (60, "min")):
            if whole >= size:
                return f"{whole // size}{NO_BREAK}{unit}"
        return f"{whole}{NO_BREAK}s"


FRENCH = Words(
    decimal_sign=",",
    percent_sign=f"{NO_BREAK}%",
    group_sign=NARROW_NO_BREAK,
    standing={
        Standing.breached: "non respecté",
        Standing.open: "en cours",
        Standing.insufficient_data: "insuffisant",
        Standing.on_track: "en bonne voie",
        Standing.met: "respecté",
        Standing.not_measurable: "sans objet",
        Standing.unscored: "non évalué",
    },
    state={"up": "disponible", "down": "INTERROMPUE", "unknown": "indéterminé"},
    why={
        "no_agreement": "hors contrat",
        "not_scored": "pas évaluée",
        "no_availability": "pas promise",
        "no_measurement": "sans mesure",
    },
    indicator={"loss": "perte", "round_trip": "A/R", "time_to_restore": "GTR"},
    columns={
        "park": "Parc",
        "circuit": "Liaison",
        "tenant": "Locataire",
        "verdict": "Verdict",
        "objective": "Verdict de",
        "target": "Dispo.\ncible %",
        "availability": "Dispo.\n%",
        "left": "Dispo.\nreste min",
        "of": "Dispo.\nsur min",
        "coverage": "Dispo.\ncouv. %",
        "credit": "Avoir HT",
        "state": "État",
        "reading": "Mesure",
        "others": "Tous les engagements",
        "zone": "Plateau",
        "people": "Personnes",
        "occupancy": "Occupation",
        "counted": "Compté",
    },
    period="période {month} ({zone}, tzdb {tzdb})",
    now="maintenant",
    local="locale",
    complete_to="complet à {at}",
    never_scored="aucune période évaluée",
    open_outages="interrompues maintenant : {circuits}",
    no_circuits="Aucune liaison dans cet inventaire.",
    occupancy="Occupation par plateau (personnes / capacité)",
    unknown_capacity="à confirmer",
    no_count="aucun comptage",
    hidden="… {count} de plus",
    foreign="Évaluées mais absentes de cet inventaire : {agreements} (--inventory ?)",
    failed="Évaluation impossible : {agreement} ({reason})",
    away="base de données injoignable depuis {at} : dernier état connu",
    legend={
        "left": "Reste : minutes d'interruption encore admises sur la période.",
        "credit": "Avoir HT : dû en l'état ; (entre parenthèses) en jeu si le budget est épuisé.",
        "unknown": "« — » : inconnu, ni 0 ni 100.",
    },
    day="j",
)
ENGLISH = Words(
    decimal_sign=".",
    percent_sign="%",
    group_sign=",",
    standing={
        Standing.breached: "breached",
        Standing.open: "open",
        Standing.insufficient_data: "insufficient",
        Standing.on_track: "on track",
        Standing.met: "met",
        Standing.not_measurable: "not measurable",
        Standing.unscored: "not scored",
    },
    state={"up": "available", "down": "OUTAGE", "unknown": "unknown"},
    why={
        "no_agreement": "no agreement",
        "not_scored": "not scored",
        "no_availability": "not promised",
        "no_measurement": "no reading",
    },
    indicator={"loss": "loss", "round_trip": "RTT", "time_to_restore": "restore"},
    columns={
        "park": "Park",
        "circuit": "Circuit",
        "tenant": "Tenant",
        "verdict": "Verdict",
        "objective": "Verdict of",
        "target": "Avail.\ntarget %",
        "availability": "Avail.\n%",
        "left": "Avail.\nleft min",
        "of": "Avail.\nof min",
        "coverage": "Avail.\ncover. %",
        "credit": "Credit",
        "state": "State",
        "reading": "Read",
        "others": "All objectives",
        "zone": "Zone",
        "people": "People",
        "occupancy": "Occupancy",
        "counted": "Counted",
    },
    period="period {month} ({zone}, tzdb {tzdb})",
    now="now",
    local="local",
    complete_to="complete up to {at}",
    never_scored="no period scored yet",
    open_outages="out now: {circuits}",
    no_circuits="No circuits in this inventory.",
    occupancy="Occupancy per zone (people / capacity)",
    unknown_capacity="to be confirmed",
    no_count="no count",
    hidden="… {count} more",
    foreign="Scored but not in this inventory: {agreements} (--inventory?)",
    failed="Cannot be scored: {agreement} ({reason})",
    away="database out of reach since {at}: last known state",
    legend={
        "left": "Left: outage minutes the period still allows.",
        "credit": "Credit (ex VAT): due as things stand; (in brackets) at stake once the budget is spent.",
        "unknown": "“—”: unknown, neither 0 nor 100.",
    },
    day="d",
)
LANGUAGES: Mapping[str, Words] = {"fr": FRENCH, "en": ENGLISH}
