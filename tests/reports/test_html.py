"""The page as text: complete, true to the statement, and in need of nothing but a browser."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.html import html
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.statement import Scored, statement

Document = dict[str, Any]
MakeScored = Callable[..., Scored]

ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)
VOID = {"meta", "br", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Checks that elements nest, and gathers the words a reader sees and the addresses the page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == [], f"left open: {self.open}"
        self.text = re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(self.words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)


def made(
    demo: Inventory,
    *scored: Scored,
    words: Catalogue = FRENCH,
    issued_at: datetime = ISSUED,
) -> Document:
    return statement(
        demo.tenants["locataire-a"], "2026-10", scored, {}, inventory=demo, issued_at=issued_at, words=words
    )


@pytest.fixture
def page(demo: Inventory, october: Document, scored: MakeScored) -> Page:
    return Page(html(made(demo, scored(october)), FRENCH))


def test_it_needs_no_network_and_no_script(demo: Inventory, october: Document, scored: MakeScored) -> None:
    text = html(made(demo, scored(october)), FRENCH)
    found = Page(text)
    assert found.addresses == []
    assert not {"script", "link", "img", "iframe", "object"} & found.tags
    assert not re.search(r"https?://|@import|url\((?!#)", text)


def test_the_heading(page: Page) -> None:
    assert "Relevé de niveau de service Octobre 2026 Document provisoire" in re.sub(r"[^\w’ .,-]+ ", "", page.text)
    assert (
        "Locataire Locataire A (fictif) Gestionnaire Gestionnaire A (fictif) Relevé n° DÉMO-P2I-2026-10-locataire-a"
        in page.text
    )
    assert "Établi le 03/11/2026 09:00:00 +00:00" in page.text


def test_a_demonstration_says_so_on_every_page(demo: Inventory, october: Document, scored: MakeScored) -> None:
    text = html(made(demo, scored(october)), FRENCH)
    assert "DÉMO – locataires, opérateurs et mesures fictifs." in Page(text).text
    assert '@top-right { content: "DÉMO · Document provisoire";' in text  # in the margin of every printed page
    assert '<div class="watermark" aria-hidden="true">DÉMO</div>' in text  # and across it


def test_a_real_statement_does_not(demo: Inventory, october: Document, scored: MakeScored) -> None:
    real = replace(demo, heading=replace_heading(demo))
    text = html(made(real, scored(october, is_demo=False)), FRENCH)
    assert "DÉMO" not in text.replace("DEMO-CASA-A", "")
    assert re.findall(r'class="watermark"[^>]*>([^<]*)', text) == ["PROVISOIRE"]  # nothing is published


def replace_heading(demo: Inventory) -> Any:
    return msgspec.structs.replace(demo.heading, demo=False, label="")


def test_a_provisional_one_says_why_on_every_page(demo: Inventory, october: Document, scored: MakeScored) -> None:
    now = datetime(2026, 10, 20, tzinfo=UTC)
    text = html(made(demo, scored(october, scored_to_at=now), issued_at=now), FRENCH)
    assert '@top-right { content: "DÉMO · Document provisoire";' in text
    found = Page(text)
    assert "Ce document est provisoire : la période de DEMO-CASA-A n’est pas terminée" in found.text
    assert "non encore évalué" in found.text
    assert "Budget d’indisponibilité" not in found.text
    assert "Le dossier de preuves accompagne le relevé une fois émis." in found.text


def test_the_essentials(page: Page) -> None:
    assert "Casanearshore casa-a1 Disponibilité 99,95 % au moins 99,9434 % ✗ non respecté 900,00 MAD" in page.text
    assert "Casanearshore casa-a1 Perte 0,1 % au plus 0,0197 % ✓ respecté 0,00 MAD" in page.text
    assert (
        "Aller-retour 30 ms au plus pour 95 % des réponses sans valeur – sans objet 0,00 MAD" in page.text
    )  # never 0 ms
    assert (
        "GTR 4 h 00 min 00 s au plus par ticket tickets hors délai : 1 sur 2 ✗ non respecté 1 800,00 MAD" in page.text
    )
    assert re.search(r"Proposition d’avoir Montants hors taxes \(HT\)\..* 2 700,00 MAD HT", page.text)


def test_the_seconds_visibly_add_up(page: Page) -> None:
    rows = {"Disponible": 2_669_690, "Indisponible": 1_510, "Indéterminé (non mesuré)": 3_600, "Exclu (accepté)": 3_600}
    for name, seconds in rows.items():
        assert f"{name} — {seconds:,} ".replace(",", " ") in page.text
    assert "Hors heures de service — 0 0 s" in page.text
    assert "Total = la période, à la seconde près — 2 678 400 744 h 00 min 00 s" in page.text
    assert sum(rows.values()) == 2_678_400


def test_figures_bounds_and_budget(page: Page) -> None:
    assert "Disponibilité 2 669 690 ÷ (2 669 690 + 1 510) — 99,9434 % Cible 99,95 % 99,95 %" in page.text
    assert "Couverture de la mesure minimum 95 % — 99,8654 %" in page.text
    assert "si le temps non mesuré était tout indisponible — 99,8089 %" in page.text
    assert "si le temps non mesuré était tout disponible — 99,9435 %" in page.text
    assert "consommé : 25 min 10 s (1 510 s) admis : 22 min 15,6 s (1 335,6 s)" in page.text
    assert "dépassement : 2 min 54,4 s (174,4 s)" in page.text
    assert "(100 % − 99,95 %) × (2 669 690 + 1 510) s." in page.text


def test_outages_are_itemised_in_local_time_and_in_utc_with_their_evidence(page: Page) -> None:
    assert (
        "1 07/10/2026 09:12:20 +00:00 → 07/10/2026 09:37:30 +00:00 2026-10-07T09:12:20Z → 2026-10-07T09:37:30Z"
        " 25 min 10 s 1 510 s — Tickets : T-1" in page.text
    )
    assert "10 min 40 s 640 s — Exclusions : TP-118 Tickets : T-2 Total 35 min 50 s 2 150 s" in page.text


def test_local_time_follows_moroccos_change_of_2026(demo: Inventory, october: Document, scored: MakeScored) -> None:
    october["objectives"][0]["outages"] = [
        {"starts_at": "2026-09-20T00:30:00Z", "ends_at": "2026-09-20T01:30:00Z", "seconds": 3_600}
    ]
    text = Page(html(made(demo, scored(october)), FRENCH)).text
    assert "20/09/2026 01:30:00 +01:00 → 20/09/2026 01:30:00 +00:00" in text


def test_tickets_and_registers(page: Page) -> None:
    assert (
        "T-1 07/10/2026 09:15:00 +00:00 → 07/10/2026 14:40:00 +00:00 4 h 40 min 00 s gel déduit : 45 min 00 s"
        " 4 h 00 min 00 s ✗ non respecté" in page.text
    )
    assert "T-2 19/10/2026 22:45:00 +00:00 → encore ouvert 20 min 00 s gel déduit : 0 s" in page.text
    assert "TP-118 casa-a1 travaux programmés" in page.text
    assert (
        "non annoncée fibre déplacée pièce : lettre CT-7 refusée décidée par bilal, le 20/10/2026 08:00:00 +00:00"
        " demandée par amina, le 12/10/2026 10:05:00 +00:00" in page.text
    )


def test_credits_line_by_line_with_the_cap(page: Page) -> None:
    assert (
        "Disponibilité – casa-a1 availability 5 % × 18 000,00 MAD palier de 99,9 % (inclus) à 99,95 % (exclu)"
        " 900 MAD 900,00 MAD" in page.text
    )
    assert (
        "Total des lignes 2 700,00 MAD Plafond : 30 % de la redevance 5 400,00 MAD Écrêté par le plafond 0,00 MAD"
        " Proposition d’avoir HT 2 700,00 MAD" in page.text
    )
    assert "TVA : selon la facture." in page.text


def test_every_rule_and_every_hash_is_printed(demo: Inventory, october: Document, scored: MakeScored) -> None:
    found = made(demo, scored(october))
    text = Page(html(found, FRENCH)).text
    [agreement] = found["agreements"]
    rules = [rule for rules in agreement["rules"]["objectives"].values() for rule in rules]
    rules += agreement["rules"]["common"]
    assert all(re.sub(r"[\s\u00a0\u202f]+", " ", rule) in text for rule in rules)
    for part in ("score", "agreement", "rules", "registers"):
        assert found["parts_sha256"]["DEMO-CASA-A"][part] in text
    assert found["sha256"] in text
    assert "p2i 0.1.0, tzdb 2026f, évalué le 2026-11-01T00:10:00Z" in text


def test_in_english(demo: Inventory, october: Document, scored: MakeScored) -> None:
    text = html(made(demo, scored(october), words=ENGLISH), ENGLISH)
    found = Page(text)
    assert '<html lang="en" dir="ltr">' in text
    assert "Service level statement October 2026" in found.text
    assert "casa-a1 Availability at least 99.95% 99.9434% ✗ breached 900.00 MAD" in found.text
    assert "2,700.00 MAD ex VAT" in found.text


def test_what_comes_from_outside_cannot_become_markup(demo: Inventory, october: Document, scored: MakeScored) -> None:
    hostile = scored(october)
    hostile.registers["exclusions"][0]["exclusion"] = '<script>alert("x")</script>'
    text = html(made(demo, hostile), FRENCH)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_what_stands_in_the_margins_of_a_printed_page_is_no_style_sheet(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    """A string of CSS decodes no entity, and ends at a quote: every sign that could is written as its number."""
    found = made(demo, scored(october))
    found["label"] = 'A & "B" \\ </style>\n'
    margin = re.search(r"@top-right \{ content: (.*?); font", html(found, FRENCH))
    assert margin is not None
    assert not set('&<>\n"') & set(margin[1][1:-1])
    decoded = re.sub(r"\\([0-9a-f]{6})", lambda sign: chr(int(sign[1], 16)), margin[1][1:-1])
    assert decoded == 'A & "B" \\ </style>  · Document provisoire'


def test_an_outage_is_drawn_where_it_was(demo: Inventory, october: Document, scored: MakeScored) -> None:
    text = html(made(demo, scored(october)), FRENCH)
    drawn = re.search(r'<svg [^>]*aria-label="casa-a1.*?</svg>', text)
    assert drawn is not None
    assert re.findall(r'<rect x="(\S+)" y="15" width="3.00"', drawn[0]) == ["205.92", "611.11"]
    assert len(re.findall(r'<path d="M[0-9.]+ 17V55"', drawn[0])) == 31


@pytest.mark.parametrize(
    ("words", "mark", "notice"),
    [
        (FRENCH, "à ce jour", "tous les verdicts (disponibilité, perte, aller-retour, GTR) sont à ce jour"),
        (ENGLISH, "to date", "every verdict (availability, loss, round trip, time to restore) are to date"),
    ],
    ids=["fr", "en"],
)
def test_every_verdict_of_a_running_period_is_to_date(
    words: Catalogue, mark: str, notice: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    now = datetime(2026, 10, 1, 0, 1, tzinfo=UTC)
    text = html(made(demo, scored(october, scored_to_at=now), issued_at=now, words=words), words)
    badges = re.findall(r'<span class="verdict [^>]*>.*?</span>', text)
    judged = [badge for badge in badges[1:] if "to-date" in badge]  # the first is the document's own status
    assert len(judged) == 4 + 4 + 2  # objectives at a glance and each in full, tickets
    assert all(f"({mark})" in badge for badge in judged)
    explained = 5  # how to read a verdict
    assert len(badges) == 1 + explained + len(judged) + 1  # and the contractual one in the figures of the availability
    assert notice in Page(text).text


def test_a_period_over_but_not_scored_to_its_end_is_to_date_too(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    text = html(made(demo, scored(october, scored_to_at=datetime(2026, 10, 20, tzinfo=UTC))), FRENCH)
    assert "respecté (à ce jour)" in text


def test_the_verdicts_of_a_period_over_are_plain(page: Page) -> None:
    assert "à ce jour" not in page.text.lower()
