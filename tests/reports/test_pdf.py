"""The PDF: what it claims to be, what it holds, and that no text of a user breaks or changes it."""

import copy
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.font_coverage import covered, drawable
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.pages.whole import pages
from reports.pdf import arabic_pdf, drawn, pdf
from reports.statement import Scored, statement, statement_text
from store.errors import P2IError

Document = dict[str, Any]
MakeScored = Callable[..., Scored]
NAME = "DEMO-P2I-2026-10-locataire-a.json"


def made(demo: Inventory, *scored: Scored, words: Catalogue = FRENCH) -> Document:
    issued_at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return statement(
        demo.tenants["locataire-a"], "2026-10", scored, {}, inventory=demo, issued_at=issued_at, words=words
    )


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes) -> str:
    said = " ".join(page.extract_text() for page in read(content).pages)
    return re.sub(r"[\s\u00a0\u202f]+", " ", said.replace("\u200b", ""))


@pytest.fixture
def found(demo: Inventory, october: Document, scored: MakeScored) -> Document:
    return made(demo, scored(october))


def test_it_is_pdf_a_3a_and_pdf_ua_1_with_its_json_attached(found: Document) -> None:
    """Typst refuses to write what breaks either; this is what readers look at to believe it."""
    reader = read(pdf(found, FRENCH, NAME))
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    for claim in ("<pdfaid:part>3<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Data"
    assert {name: contents[0] for name, contents in reader.attachments.items()} == {
        NAME: statement_text(found).encode()
    }
    assert all(font["/Type"] == "/Font" and "+" in font["/BaseFont"] for font in fonts(reader)), "embedded subsets"


def fonts(reader: PdfReader) -> list[Any]:
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    return [font.get_object() for one in resources for font in one["/Font"].values()]


def test_a_signature_is_printed_beside_the_hashes(found: Document) -> None:
    found["signature"] = {"algorithm": "ed25519", "key": "0123456789abcdef", "value": "c2ln" * 8}
    text = text_of(pdf(found, FRENCH, NAME))
    assert "Signature ed25519, clé 0123456789abcdef (non qualifiée)" in text
    assert "c2ln" * 8 in text.replace(" ", "")


def test_the_same_statement_gives_the_same_bytes(found: Document) -> None:
    assert pdf(found, FRENCH, NAME) == pdf(copy.deepcopy(found), FRENCH, NAME)


def test_every_page_says_what_it_is_of(found: Document) -> None:
    reader = read(pdf(found, FRENCH, NAME))
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = re.sub(r"[\s\u00a0]+", " ", page.extract_text())
        assert found["number"] in text
        assert "DÉMO · Document provisoire" in text
        assert f"page {number} / {total}" in text
        assert found["sha256"][:16] in text
        assert float(page.mediabox.width) == pytest.approx(595.28, abs=0.1)


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
def test_it_says_what_the_pages_say(words: Catalogue, demo: Inventory, october: Document, scored: MakeScored) -> None:
    """Every cell of every table is in the PDF as it is in the pages, of which the HTML is made too."""
    one = made(demo, scored(october), words=words)
    text = text_of(pdf(one, words, NAME))
    squeezed = text.replace(" ", "")
    for block in pages(one, words)["blocks"]:
        if block["block"] == "table":
            for said in (line["text"] for row in block["rows"] for cell in row for line in cell):
                assert re.sub(r"\s", "", covered(said)) in squeezed, said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('#import "x": *', '#import "x": *'),
        ("*a* _b_ `c` $x$ <l> @r \\u{41} [#] // c", "*a* _b_ `c` $x$ <l> @r \\u{41} [#] // c"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("<script>alert(1)</script> &amp;", "<script>alert(1)</script> &amp;"),
        ("Locataire \u202eelbisiv\u202c", "Locataire [U+202E]elbisiv[U+202C]"),
        ("Centre 📞 24h", "Centre [U+1F4DE] 24h"),
        ("漢字\x07", "[U+6F22][U+5B57][U+0007]"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_users_text_is_shown_as_it_stands(
    name: str, shown: str, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    one = scored(october)
    one.registers["exclusions"][0]["reason"] = name
    found = made(demo, one)
    found["tenant"]["name"] = name
    assert text_of(pdf(found, FRENCH, NAME)).replace(" ", "").count(shown.replace(" ", "")) == 2


def test_a_name_of_three_hundred_letters_stays_inside_its_column(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    one = scored(october)
    one.registers["exclusions"][0]["reason"] = "x" * 300
    reader = read(pdf(made(demo, one), FRENCH, NAME))
    rightmost = []

    def visit(text: str, _: Any, matrix: list[float], __: Any, size: float) -> None:
        if set(text.strip("\u200b\n ")) == {"x"}:
            rightmost.append((matrix[4], len(text.strip("\u200b\n ")), size))

    for page in reader.pages:
        page.extract_text(visitor_text=visit)
    assert rightmost
    assert max(length for _, length, _ in rightmost) < 60


def boxes_of(content: bytes) -> list[list[tuple[str, float, float]]]:
    """Of each page, what is written where: text, x, y from the foot."""
    found: list[list[tuple[str, float, float]]] = []
    for page in read(content).pages:
        found.append([])
        page.extract_text(visitor_text=lambda text, matrix, *_: found[-1].append((text.strip(), matrix[4], matrix[5])))
    return found


def test_a_long_ticket_leaves_the_other_columns_their_room(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    october["objectives"][3]["tickets"][0]["ticket"] = "T" * 90
    one = scored(october)
    one.registers["tickets"][0]["ticket"] = "T" * 90
    content = pdf(made(demo, one), FRENCH, NAME)
    places = [(text.replace("\u00a0", " "), x) for page in boxes_of(content) for text, x, _ in page]
    [opened] = [x for text, x in places if text == "07/10/2026 09:15:00 +00:00"]
    [elapsed] = [x for text, x in places if text == "4 h 40 min 00 s"]
    assert elapsed - opened > 42 / 25.4 * 72, "an instant is 42 mm wide"


def test_what_is_copied_out_of_the_page_has_no_sign_more(
    demo: Inventory, october: Document, scored: MakeScored
) -> None:
    """Whoever gives a hash to `p2i verify --sha256` copies it; a sign to break at, inside it, would be copied too."""
    one = scored(october)
    one.registers["exclusions"][0]["exclusion"] = "DEMO-MX-casa-a1-1"
    one.registers["exclusions"][0]["decided_by"] = "youssef.elidrissi"
    found = made(demo, one)
    said = "".join(page.extract_text() for page in read(pdf(found, FRENCH, NAME)).pages)
    assert "Exclusions\u00a0: DEMO-MX-casa-a1-1" in said
    assert "DEMO-MX-casa-" in said.replace("Exclusions\u00a0: DEMO-MX-casa-a1-1", "")
    assert "par youssef.elidrissi" in said
    assert found["sha256"] in said
    assert found["parts_sha256"]["DEMO-CASA-A"]["score"] in said


@pytest.mark.parametrize("outages", [1, 2, 8, 9, 10, 13, 14, 16, 22])
def test_no_page_ends_in_a_heading_or_begins_with_a_sum(
    outages: int, demo: Inventory, october: Document, scored: MakeScored
) -> None:
    """Wherever the table of outages ends: what is said below a heading keeps to it, a sum to a row of its table."""
    october["objectives"][0]["outages"] = [october["objectives"][0]["outages"][0]] * outages
    for page in boxes_of(pdf(made(demo, scored(october)), FRENCH, NAME)):
        body = [(text.replace("\u00a0", " "), y) for text, _, y in page if text not in ("", "DÉMO") and 56 < y < 786]
        foot, head = min(y for _, y in body), max(y for _, y in body)
        last = " ".join(text for text, y in body if y < foot + 3)
        assert not re.match(r"Casanearshore|Interruptions|Disponibilité –|GTR|Tel qu’|Chiffres|Selon", last), last
        first = {text for text, y in body if y > head - 25}
        assert not first & {"Total", "Total des lignes", "Écrêté par le plafond", "Proposition d’avoir HT"}, first


def test_arabic_reads_from_right_to_left_with_latin_digits(found: Document) -> None:
    reader = read(arabic_pdf(found, NAME))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "ar-MA"
    assert list(reader.attachments) == [NAME]
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "99,9434" in text
    assert not re.search("[\u0660-\u0669\u06f0-\u06f9]", text)


def test_a_month_without_figures_is_a_document_too(demo: Inventory, october: Document, scored: MakeScored) -> None:
    for objective in october["objectives"]:
        objective |= {"verdict": "not_measurable", "credit_percent": "0", "credit": "0.00"}
        if objective["indicator"] == "availability":
            objective["seconds"] = dict.fromkeys(objective["seconds"], 0) | {"unknown": 2_678_400}
            objective["outages"] = []
            objective |= dict.fromkeys(("value_percent", "coverage_percent", "lowest_percent", "highest_percent"))
        if objective["indicator"] == "time_to_restore":
            objective["tickets"] = []
        if objective["indicator"] == "loss":
            objective |= {"value_percent": None, "sent": 0, "lost": 0}
    october["credits"] |= {"total": "0.00", "payable": "0.00"}
    text = text_of(pdf(made(demo, scored(october)), FRENCH, NAME))
    assert "sans valeur" in text
    assert "Aucune interruption n’a été constatée dans le temps mesuré." in text


def test_the_fonts_hold_what_the_languages_write() -> None:
    for words in (FRENCH, ENGLISH):
        assert {sign for text in words.texts.values() for sign in text if ord(sign) not in drawable()} == set()
    assert {ord(sign) for sign in "ماييوليوزغشتشتنبرنونبردجنبر"} <= drawable()
    assert {ord(sign) for sign in "ⵜⴰⵎⴰⵣⵉⵖⵜ"} <= drawable()
    assert ord("📞") not in drawable()


def test_what_cannot_be_drawn_is_one_line(found: Document) -> None:
    broken = pages(found, FRENCH)
    broken["blocks"][0]["block"] = "heading"
    broken["blocks"][0] |= {"level": 3, "text": "first of level 3", "page": None, "chip": None}
    with pytest.raises(P2IError, match=r"PDF of DÉMO-P2I-2026-10-locataire-a: .*heading"):
        drawn(broken, attachment=json.dumps({}), name=NAME)
