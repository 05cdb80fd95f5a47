import pytest

from facilities.agreement import Agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.rules import agreement_rules, objective_rules, promise


def plain(text: str) -> str:
    """With ordinary spaces, which is what a person would type."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def of_objective(agreement: Agreement, name: str, words: Catalogue = FRENCH) -> list[str]:
    [objective] = [one for one in agreement.objectives if one.id == name]
    return [plain(rule) for rule in objective_rules(agreement, objective, words)]


HEAD = """
[agreement]
id = "A"
tenant = "t"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
ends_on = 2027-01-01
monthly_fee = "1000"
currency = "MAD"
"""
AVAILABILITY = """
[[objective]]
id = "a"
circuit = "c"
indicator = "availability"
target_percent = "99.9"
"""


def agreement(text: str) -> Agreement:
    return agreement_from_toml(text.encode(), "test.toml")


def test_the_promises_of_an_agreement(demo: Inventory) -> None:
    promised = [plain(promise(objective, FRENCH)) for objective in demo.agreements["DEMO-CASA-A"].objectives]
    assert promised == [
        "99,95 % au moins",
        "0,1 % au plus",
        "30 ms au plus pour 95 % des réponses",
        "4 h 00 min 00 s au plus par ticket",
    ]


def test_the_rules_of_availability_in_french(demo: Inventory) -> None:
    rules = of_objective(demo.agreements["DEMO-CASA-A"], "availability")
    assert rules[0] == (
        "On compte les paquets émis et perdus par intervalle Δt = 10 s, sur une grille qui part du 01/01/2026 à 00:00"
        " (heure locale) et ne repart pas chaque mois."
    )
    assert rules[1] == (
        "Un intervalle est mauvais si la perte dépasse le seuil C = 50 % ; bon sinon ; indéterminé si rien n’a été émis"
        " ou reçu."
    )
    assert "après n = 10 intervalles mauvais de suite (100 s)" in rules[2]
    assert rules[-1] == (
        "Avoir selon la disponibilité : de 99,9 % (inclus) à 99,95 % (exclu), 5 % de la redevance ; de 99,5 % (inclus)"
        " à 99,9 % (exclu), 10 % de la redevance ; de 0 % (inclus) à 99,5 % (exclu), 25 % de la redevance."
    )
    assert "Si moins de 95 % du temps qui compte a été mesuré" in rules[-2]


def test_the_rules_of_the_agreement_in_english(demo: Inventory) -> None:
    rules = [plain(rule) for rule in agreement_rules(demo.agreements["DEMO-TECH-C"], ENGLISH)]
    assert rules[0].startswith("The period is the civil month in the zone Africa/Casablanca,")
    assert rules[1].startswith("The agreement runs from 2026-01-01 without end;")
    assert rules[3] == (
        "Service hours: Monday, Tuesday, Wednesday, Thursday, Friday, 08:00 to 18:00 (local time), except on"
        " 2026-01-01, 2026-01-11, 2026-01-14, 2026-05-01, 2026-07-30, 2026-08-14, 2026-08-20, 2026-08-21, 2026-10-31,"
        " 2026-11-06, 2026-11-18."
    )
    assert rules[4].startswith("The credits of breached objectives add up, up to 30% of the monthly fee.")


VARIANTS = {
    'method = "states"': "Availability follows the reported states (up, down, unknown), to the second.",
    'profile = "g826"': "An interval is bad if its loss is at least the threshold C = 30%; good otherwise;",
    'profile = "y1540"': "n = 1: each interval is judged alone; bad, the circuit is unavailable in it; good,",
    'maintenance = "up"': "An interval touched by an exclusion that counts is available if it was measured,",
    'maintenance_window = "splice"': "Excluded intervals are taken out before the state machine.",
    'unknown = "up"': "Unknown time counts as available.",
    'unknown = "down"': "Unknown time counts as unavailable.",
    'unknown_window = "break"': "An unknown interval interrupts any run.",
    'high_loss_counting = "intervals"': "“in runs”: the intervals in runs of at least p = 5 in a row.",
    'min_coverage_percent = "80"': "If less than 80% of the time that counts was measured,",
}


@pytest.mark.parametrize("key", VARIANTS)
def test_every_choice_of_the_contract_is_said(key: str) -> None:
    """Each makes a sentence of its own that the default does not have."""
    default = of_objective(agreement(HEAD + AVAILABILITY), "a", ENGLISH)
    varied = of_objective(agreement(HEAD + AVAILABILITY + key), "a", ENGLISH)
    assert any(VARIANTS[key] in rule for rule in varied)
    assert not any(VARIANTS[key] in rule for rule in default)


def test_without_credits_it_says_so() -> None:
    assert of_objective(agreement(HEAD + AVAILABILITY), "a")[-1] == "Cet engagement ne donne pas lieu à avoir."


def test_one_interval_alone_has_no_window_to_interrupt() -> None:
    rules = of_objective(agreement(HEAD + AVAILABILITY + 'profile = "y1540"'), "a")
    assert not any("de suite" in rule for rule in rules)


AGREEMENT_VARIANTS = {
    'credit_combination = "max"': "Of all breached objectives only the largest credit counts, up to 100%",
    'credit_cap_percent = "30"': "up to 30% of the monthly fee",
    "[agreement.maintenance]\nnotice_hours = 120": "only if accepted and announced at least 120 h before their start.",
    "[agreement.maintenance]\nmonthly_quota_hours = 8": "only if accepted, up to 8 h per circuit and period,",
    '[agreement.service_hours]\ndays = ["sat"]\nfrom = "22:00"\nto = "24:00"': "Saturday, 22:00 to 24:00",
}


@pytest.mark.parametrize("key", AGREEMENT_VARIANTS)
def test_every_choice_of_the_whole_agreement_is_said(key: str) -> None:
    default = [plain(rule) for rule in agreement_rules(agreement(HEAD + AVAILABILITY), ENGLISH)]
    varied = [plain(rule) for rule in agreement_rules(agreement(HEAD + key + AVAILABILITY), ENGLISH)]
    assert any(AGREEMENT_VARIANTS[key] in rule for rule in varied)
    assert not any(AGREEMENT_VARIANTS[key] in rule for rule in default)


SEVERAL_WINDOWS = """
[agreement.service_hours]
days = ["mon", "tue"]
from = "08:00"
to = "18:00"
holidays = [2026-11-18]
more_windows = [{ days = ["sat"], from = "09:00", to = "13:00" }]
time_zone = "Europe/Paris"
starts_on = 2026-01-01
ends_on = 2027-01-01
forecasts = [2026-03-20]
calendar = { id = "ma", version = 3, sha256 = "%s" }
seasons = [
  { name = "Ramadan", starts_on = 2026-02-18, ends_on = 2026-03-20, windows = [
    { days = ["mon"], from = "09:00", to = "15:00" }, { days = ["fri"], from = "09:00", to = "12:00" } ] },
  { name = "fermeture", starts_on = 2026-08-01, ends_on = 2026-08-15, windows = [] },
]
""" % ("0" * 64)


def test_every_window_and_season_is_said() -> None:
    """A rule that decides a figure and stands nowhere on the statement would be one the tenant cannot check."""
    text = agreement(HEAD + SEVERAL_WINDOWS + AVAILABILITY)
    rules = [plain(rule) for rule in agreement_rules(text, ENGLISH)]
    assert rules[3:8] == [
        "Service hours: Monday, Tuesday, 08:00 to 18:00 ; Saturday, 09:00 to 13:00 (local time of Europe/Paris),"
        " except on 2026-11-18.",
        "Other service hours from 2026-02-18 to 2026-03-19 included (Ramadan): Monday, 09:00 to 15:00 ; Friday, 09:00"
        " to 12:00.",
        "Other service hours from 2026-08-01 to 2026-08-14 included (fermeture): none.",
        "Only forecast, until they are announced: 2026-03-20. They may still move by a day.",
        "These days and hours are those of the calendar ma, version 3.",
    ]


def test_which_text_was_applied_is_said() -> None:
    amended = HEAD + "superseded_on = 2026-09-01\n[agreement.amendment]\nnumber = 2\neffective_on = 2026-06-01\n"
    rules = [plain(rule) for rule in agreement_rules(agreement(amended + AVAILABILITY), ENGLISH)]
    assert rules[2].startswith("Scored by amendment 2, in force from 2026-06-01 to 2026-09-01 excluded;")
    original = HEAD + "superseded_on = 2026-06-01\n"
    rules = [plain(rule) for rule in agreement_rules(agreement(original + AVAILABILITY), ENGLISH)]
    assert rules[2].startswith("Scored by the original text, in force from 2026-01-01 to 2026-06-01 excluded;")


def test_an_end_is_said() -> None:
    assert "du 01/01/2026 au 01/01/2027 exclu" in agreement_rules(agreement(HEAD + AVAILABILITY), FRENCH)[1]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("loss", "Avoir en cas de défaut : 5 % de la redevance."),
        ("rtt-p95", "Cet engagement ne donne pas lieu à avoir."),
        ("gtr", "Avoir : 10 % de la redevance par ticket hors délai."),
    ],
)
def test_flat_credits(name: str, last: str, demo: Inventory) -> None:
    assert of_objective(demo.agreements["DEMO-CASA-A"], name)[-1] == last


def test_service_hours_of_the_other_indicators(demo: Inventory) -> None:
    assert "et seul le temps de service compte" in of_objective(demo.agreements["DEMO-TECH-C"], "gtr")[0]


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_every_agreement_of_the_demo_can_be_said(words: Catalogue, demo: Inventory) -> None:
    for one in demo.agreements.values():
        said = agreement_rules(one, words)
        for objective in one.objectives:
            said += [promise(objective, words), *objective_rules(one, objective, words)]
        assert all(text and "{" not in text for text in said)
