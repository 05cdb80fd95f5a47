"""Every message there can be is rendered, and read as its reader would: whole, in one language, harmless."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import get_args

import msgspec
import pytest

from alerting.words.headline import Audience
from alerting.words.message import Words, message
from alerting.words.rule_texts import GOOD_NEWS, OBSERVED, PARENTS, RULES
from alerting.words.sms import _BASIC, _TWO_PLACES, places
from alerting.words.spelling import NARROW_NO_BREAK, Language
from alerting.words.told import Kind
from facilities.inventory import Inventory
from store.alert_rows import Announcement
from tests.alerting.words.spoken import AGREEMENT, CIRCUIT, DEMO, LINKS, NOW, SINCE, ZONE, alert, announcement, notice

AUDIENCES: tuple[Audience, ...] = get_args(Audience)
KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
DIFFERENT: tuple[Kind, ...] = ("firing", "resolved", "digest")
SPOKEN = [(audience, language, kind) for audience in AUDIENCES for language in LANGUAGES for kind in KINDS]

ENGLISH = re.compile(
    r"\b(the|and|of|is|are|was|not|since|until|outage|circuit|carrier|budget left|breach|page|digest|restored|"
    r"acknowledge|snooze|runbook|likely|cause is|readings?|alerts?|more|notice|over|with|from|your|agreement|objective|"
    r"availability|at risk|Monday|Sunday|November|casablanca time|ex vat)\b",
    re.IGNORECASE,
)
FRENCH = re.compile(
    r"\b(le|les|des|une?|est|depuis|jusqu|liaison|opérateur|panne|interruption|budget restant|votre|avis|relevé|"
    r"convention|engagement|heure|dimanche|novembre|prendre en charge|conduite|tableau)\b",
    re.IGNORECASE,
)
HOSTILE = (
    "<b>x</b> {{x}} {nom} %(x)s ${y} \u202egnol\u202c \u2067\u0645\u0631\u062d\u0628\u0627\u2069\r\nBcc: a@b.example"
)


def rendered(rule: str, audience: Audience, language: Language, kind: Kind, inventory: Inventory = DEMO) -> Words:
    ends_at = NOW - timedelta(minutes=2) if kind == "resolved" else None
    one = announcement(alert(rule), audience, language, inventory=inventory, ends_at=ends_at)
    state = "resolved" if kind == "resolved" else "open"
    told = notice(actor="Salma", level=2, next_step_at=NOW + timedelta(minutes=10), state=state)
    return message(audience, kind, language, [one], told, LINKS)


def named(name: str) -> Inventory:
    """The demonstration's inventory with this name for whatever an alert of ours can name."""
    circuit = msgspec.structs.replace(CIRCUIT, label=name)
    zone = msgspec.structs.replace(ZONE, label=name)
    tenants = {code: msgspec.structs.replace(one, name=name) for code, one in DEMO.tenants.items()}
    organisations = {code: msgspec.structs.replace(one, name=name) for code, one in DEMO.organisations.items()}
    parks = {code: msgspec.structs.replace(one, name=name) for code, one in DEMO.parks.items()}
    return replace(
        DEMO,
        circuits={CIRCUIT.code: circuit},
        zones={ZONE.code: zone},
        tenants=tenants,
        organisations=organisations,
        parks=parks,
    )


NAMED_LATIN = named("Réseau à ç ê")


class Elements(HTMLParser):
    """What a mail program would build of a body."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "background")]


def elements(html: str) -> Elements:
    parser = Elements()
    parser.feed(html)
    parser.close()
    return parser


def in_gsm(text: str) -> bool:
    return all(sign in _BASIC | _TWO_PLACES for sign in text)


@pytest.mark.parametrize("rule", RULES)
def test_every_message_is_whole_in_its_language_and_fits(rule: str) -> None:
    for audience, language, kind in SPOKEN:
        words = rendered(rule, audience, language, kind, NAMED_LATIN)
        where = f"{rule} {audience} {language} {kind}"
        whole = "\n".join((words.subject, words.text, re.sub("<[^>]*>", " ", words.html), words.short))
        assert not re.search(r"[{}]|\|[a-z]|\bNone\b|%\(", whole), where
        own = re.sub(r"https?://\S+|Réseau à ç ê|\bticket T-17|DEMO-CASA-A", "", whole)
        assert (ENGLISH if language == "fr" else FRENCH).findall(own) == [], where
        assert places(words.short) <= 160, where
        assert in_gsm(words.short), (where, words.short)
        assert len(words.subject) <= 160, where
        assert "\n" not in words.subject, where
        assert all("DÉMO" in part for part in words), where
        assert elements(words.html).addresses, where
        assert words.text.endswith("\n"), where


@pytest.mark.parametrize("rule", RULES)
def test_names_that_mean_harm_stay_text(rule: str) -> None:
    for name in (HOSTILE, "n" * 300, "\u0645\u0631\u062d\u0628\u0627 " * 40, "<script>" * 40, "\u202e" * 5 + "x"):
        inventory = named(name)
        for audience, kind in ((audience, kind) for audience in AUDIENCES for kind in DIFFERENT):
            words = rendered(rule, audience, "fr", kind, inventory)
            built = elements(words.html)
            assert set(built.seen) <= {
                "html", "head", "meta", "body", "p", "strong", "table", "tr", "th", "td", "h3", "ul", "li", "a"
            }  # fmt: skip
            assert all(one.startswith("https://") for one in built.addresses)
            for part in words:
                assert not set(part) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\r"), part
                assert part.count("\u2068") == part.count("\u2069")
            assert "Bcc: a@b.example" not in words.text.splitlines()
            assert "\n" not in words.subject
            assert len(words.subject) <= 160
            assert places(words.short) <= 160
            assert in_gsm(words.short)
            assert len(words.text) < 4000


def test_an_arabic_name_is_told_but_an_sms_has_the_code() -> None:
    words = rendered("outage", "on_call", "fr", "firing", named("\u0627\u0644\u0631\u0628\u0627\u0637"))
    assert "\u2068\u0627\u0644\u0631\u0628\u0627\u0637\u2069" in words.text
    assert CIRCUIT.code in words.short
    assert "?" not in words.short


@pytest.mark.parametrize("rule", RULES)
def test_a_tenant_reads_no_internal_name(rule: str) -> None:
    """Nothing that only the park operator may know, whatever labels and facts the announcement brings along."""
    secrets = ("secret-carrier", "secret-duct", "secret-probe", "secret-tenant", "secret-circuit", "secret-reason")
    cause = alert("duct_cut", 2, subject="duct:casanearshore/secret-duct", facts={"element_label": "secret-duct"})
    members = (alert("outage", 3, circuit="secret-circuit", subject="circuit:secret-circuit"),)
    facts = {
        "circuits": ["secret-circuit"],
        "element_label": "secret-probe",
        "why": "secret-reason",
        "also": ["secret-duct"],
    }
    one = announcement(
        alert(rule, facts=facts, carrier="secret-carrier"), "tenant", cause=cause, members=members,
        carrier="secret-carrier", duct="secret-duct", incident="secret-tenant",
    )  # fmt: skip
    for language in LANGUAGES:
        for kind in KINDS:
            words = message("tenant", kind, language, [one], notice(), LINKS)
            for part in (*words, *one.annotations.values()):
                assert not [secret for secret in secrets if secret in part], (kind, part)
            if CIRCUIT.label in words.text:  # a code says nothing to somebody who knows the name
                assert CIRCUIT.code not in words.text
            assert "/runbooks/" not in words.text
            assert "https://p2i.example/a/" not in words.text + words.html + words.short


def test_who_is_on_call_reads_everything_needed() -> None:
    words = rendered("outage", "on_call", "fr", "firing")
    text = words.text.replace(NARROW_NO_BREAK, " ").replace("\u00a0", " ")
    for said in (
        "Quoi : Indisponible au sens du contrat.",
        "Depuis : dimanche 22 novembre 2026 à 10 h 05 (heure de Casablanca, UTC+0), soit 11 min",
        "Cause probable : liaison, équipement d’extrémité ou opérateur",
        "Détail : 3 rechutes ; 4 interruptions en 24 h",
        f"Convention : {AGREEMENT.id}, engagement disponibilité",
        "Budget restant : 12 min sur 21 min",
        "Non-respect prévu : mardi 24 novembre 2026 à 03 h 00 (heure de Casablanca, UTC+0), si les sept derniers jours",
        "Avoir en jeu : 1 234,56 MAD HT",
        "Prendre en charge : https://p2i.example/a/abcdefghijklmnop",
        "Conduite à tenir : https://docs.example/runbooks/outage.md",
        f"Tableau de bord : https://grafana.example/d/p2i-circuit-fr?var-circuit={CIRCUIT.code}",
    ):
        assert said in text
    assert words.short == (
        f"DÉMO ASTREINTE: Interruption {CIRCUIT.code} Casanearshore depuis 10 h 05. Budget 12 min "
        "https://p2i.example/a/abcdefghijklmnop"
    )


def test_a_tenant_reads_plain_words_and_the_cause_as_a_kind() -> None:
    one = announcement(alert("outage"), "tenant", cause=alert("carrier_down", 2))
    text = message("tenant", "firing", "fr", [one], notice(), LINKS).text.replace("\u00a0", " ")
    assert "Votre liaison est interrompue." in text
    assert "Cause probable : une panne de l’opérateur" in text
    assert "opérateur-a" not in text


@pytest.mark.parametrize("rule", sorted(OBSERVED))
def test_a_common_cause_of_which_only_silence_is_seen_is_not_called_a_cut(rule: str) -> None:
    facts = alert(rule).trouble.facts
    silent = alert(rule, facts=facts | {"seen_as": "silence"})
    told = message("on_call", "firing", "fr", [announcement(silent)], notice(), LINKS)
    assert "Plus de mesures" in told.subject
    assert "Plus de mesures" in told.short
    assert "aucune coupure n’est constatée" in told.text
    called = RULES[rule].name[0].replace("'", "’")
    assert called not in told.subject + told.text
    explained = announcement(alert("no_data"), cause=silent)
    assert called not in message("on_call", "firing", "fr", [explained], notice(), LINKS).text
    seen = announcement(alert(rule, facts=facts | {"seen_as": "outage"}))
    assert called in message("on_call", "firing", "fr", [seen], notice(), LINKS).subject


def test_what_is_explained_is_not_called_over() -> None:
    one = announcement(alert("outage"), ends_at=NOW)
    put_aside = Announcement(one.labels, one.annotations | {"ended": "explained"}, one.starts_at, one.ends_at)
    words = message("on_call", "resolved", "fr", [put_aside], notice(), LINKS)
    assert words.subject.startswith("[DÉMO] Expliqué – Interruption")
    assert "Terminé" not in words.subject + words.text + words.short
    assert "Une autre alerte l’explique désormais" in words.text
    muted = message("on_call", "resolved", "en", [one], notice(reason="muted"), LINKS)
    assert muted.subject.startswith("[DÉMO] In maintenance – Outage")


def test_the_most_urgent_alert_is_named_first_and_the_rest_is_counted() -> None:
    many = [announcement(alert("outage", n, severity="ticket")) for n in range(1, 60)]
    parent = announcement(alert("site_cut", 99))
    words = message("on_call", "updated", "fr", [*many, parent], notice(), LINKS)
    assert words.subject == "[DÉMO] ASTREINTE – Mise à jour – Site coupé – site Casanearshore (et 59 autres)"
    assert words.text.replace("\u00a0", " ").count("Depuis : ") == 5
    assert "- et 40 autres" in words.text
    assert len(words.text) < 10_000


def test_a_digest_of_thousands_stays_short() -> None:
    many = [announcement(alert(rule, n)) for n in range(200) for rule in RULES]
    words = message("on_call", "digest", "en", many, notice(notices=40), LINKS)
    assert words.subject == f"[DÉMO] PAGE – Digest – {200 * len(RULES):,} alerts, 40 notices"
    assert len(words.text) < 12_000
    assert words.text.index("Site cut off") < words.text.index("Statement available")


def test_one_and_none_are_singular_in_french_and_only_one_in_english() -> None:
    one = [announcement(alert("occupancy_over", facts={"people": n, "capacity_people": 0})) for n in (0, 1, 2)]
    french = [message("on_call", "firing", "fr", [each], notice(), {}).text for each in one]
    english = [message("on_call", "firing", "en", [each], notice(), {}).text for each in one]
    assert [re.findall(r"\d\s(personnes?) pour", text) for text in french] == [
        ["personne"],
        ["personne"],
        ["personnes"],
    ]
    assert [re.findall(r"\d (people|person) ", text) for text in english] == [["people"], ["person"], ["people"]]


def test_figures_that_are_none_are_left_out_and_never_guessed() -> None:
    facts = {
        "flaps": "many", "budget_left_seconds": "NaN", "budget_seconds": "1e999", "breach_at": "tomorrow",
        "payable_if_breached": "x" * 500, "outages_day": "9" * 40, "due_at": "9999-12-31T23:59:59Z",
    }  # fmt: skip
    text = message("on_call", "firing", "fr", [announcement(alert("outage", facts=facts))], notice(), LINKS).text
    assert not re.search(r"Budget|Non-respect|Avoir|Détail|NaN|Infinity|9999", text)


def test_a_budget_that_is_gone_is_said_to_be() -> None:
    one = announcement(alert("budget", facts={"budget_left_seconds": "-185.5", "budget_seconds": "1296"}))
    words = message("on_call", "firing", "fr", [one], notice(), LINKS)
    assert "épuisé, dépassé de 3\u00a0min" in words.text
    assert "Budget" not in words.short.replace("Budget d'indisponibilité", "")


def test_an_alert_of_prometheus_is_told_in_its_own_words() -> None:
    labels = {"alertname": "outbox_old", "severity": "page", "job": "escalator"}
    notes = {"summary": "Des messages attendent", "summary_en": "Messages wait", "runbook_url": "https://r.example/x"}
    one = Announcement(labels, notes, SINCE, None)
    real = notice(is_demo=False)
    french, english = (message("on_call", "firing", language, [one], real, LINKS) for language in LANGUAGES)
    assert french.subject == "ASTREINTE – Des messages attendent"
    assert english.subject == "PAGE – Messages wait"
    assert "DÉMO" not in "".join(french + english)
    assert "https://r.example/x" in french.text
    assert message("tenant", "firing", "fr", [one], real, {}).subject == "Surveillance"


def test_before_the_change_of_clocks_the_zone_said_is_that_of_then() -> None:
    one = announcement(alert("outage", since_at=datetime(2026, 9, 20, 0, 30, tzinfo=UTC)))
    text = message("on_call", "firing", "en", [one], notice(), LINKS).text
    assert "Sunday 20 September 2026 at 01:30 (Casablanca time, UTC+1)" in text


def test_links_that_are_no_web_address_are_dropped() -> None:
    one = announcement(alert("outage"))
    bad = Announcement(one.labels, one.annotations | {"runbook_url": "javascript:alert(1)"}, one.starts_at, None)
    words = message("on_call", "firing", "fr", [bad], notice(), {"acknowledge": "data:text/html,x", "page": "/n/12"})
    assert [url for url in elements(words.html).addresses if "grafana.example" not in url] == []
    assert "javascript" not in words.text


def test_every_rule_has_texts_of_both_languages_that_differ() -> None:
    for rule, texts in RULES.items():
        for french, english in texts:
            assert french, rule
            assert english, rule
    assert set(RULES) > PARENTS | GOOD_NEWS
