"""The file that says who gets statements: what it may say, and one line for each mistake in it."""

from pathlib import Path
from typing import get_args

import pytest

from facilities.inventory import Inventory
from reports.forms import FORMS
from reports.recipients import Form, Recipient, read_recipients
from store.errors import InputError

GOOD = """
[[tenant]]
tenant = "locataire-a"
from = "2026-10"
language = "en"
to = ["Samira B. <samira@acme.example>", "dsi@acme.example", '"Ali, \\"le\\" DSI" <ali@dömäin.example>']
attach = ["xlsx", "pdf"]

[[tenant]]
tenant = "locataire-b"
from = "2027-01"
to = []
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipients.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_says(tmp_path: Path, demo: Inventory) -> None:
    found = read_recipients(written(tmp_path, GOOD), demo)
    one = found["locataire-a"]
    assert (one.tenant, one.language, one.from_month, one.attach) == ("locataire-a", "en", "2026-10", ("pdf", "xlsx"))
    assert [(box.display_name, box.addr_spec) for box in one.to] == [
        ("Samira B.", "samira@acme.example"),
        ("", "dsi@acme.example"),
        ('Ali, "le" DSI', "ali@xn--dmin-moa0i.example"),
    ]
    assert found["locataire-b"] == Recipient("locataire-b", "fr", "2027-01", (), ("pdf", "csv"))
    assert read_recipients(written(tmp_path, ""), demo) == {}


def test_every_form_may_be_attached() -> None:
    assert set(get_args(Form)) == set(FORMS)


ONE = '[[tenant]]\ntenant = "locataire-a"\nfrom = "2026-10"\nto = ["a@b.example"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE.replace("locataire-a", "acme"), 'tenant "acme": key "tenant": no tenant "acme" in the inventory'),
        (ONE + ONE, 'tenant "locataire-a": the tenant "locataire-a" is used twice'),
        (ONE + 'cc = "x"\n', 'tenant "locataire-a": unknown key "cc"'),
        (ONE + "[other]\n", 'unknown key "other"'),
        (ONE.replace("from", "since"), 'tenant "locataire-a": unknown key "since"'),
        (ONE.replace('from = "2026-10"\n', ""), 'tenant "locataire-a": missing key "from"'),
        (ONE.replace('to = ["a@b.example"]\n', ""), 'tenant "locataire-a": missing key "to"'),
        (ONE.replace("2026-10", "2026-13"), 'tenant "locataire-a": key "from": "2026-13" is not a month such as'),
        (ONE.replace('"2026-10"', "2026-10-01"), 'tenant "locataire-a": key "from": expected text, got a date'),
        (ONE.replace("a@b.example", "nobody"), 'key "to": "nobody" is not NAME <USER@DOMAIN>'),
        (ONE.replace("a@b.example", "a@b.example, c@d.example"), "is not NAME <USER@DOMAIN>"),
        (ONE.replace("a@b.example", "Sam\\u202ei <a@b.example>"), "cannot be seen (U+202E)"),
        (ONE.replace("a@b.example", "x\\r\\nBcc: y <a@b.example>"), "cannot be seen (U+000D)"),
        (ONE.replace("a@b.example", f"{'n' * 201} <a@b.example>"), "is longer than 200 signs"),
        (ONE.replace('"a@b.example"', '"a@b.example", "A@B.example"'), '"a@b.example" is there twice'),
        (ONE.replace('["a@b.example"]', '"a@b.example"'), 'key "to": expected a list, got text'),
        (ONE + 'attach = ["docx"]\n', 'key "attach": "docx" is not one of: json, html, pdf, ar.pdf, csv, xlsx'),
        (ONE + 'attach = ["pdf", "pdf"]\n', 'key "attach": "pdf" is there twice'),
        (ONE + 'language = "ar"\n', 'key "language": "ar" is not one of: fr, en'),
        ("[[tenant]\n", ":1: not TOML"),
    ],
)
def test_each_mistake_is_one_line_that_names_the_file_and_what_is_wrong(
    tmp_path: Path, demo: Inventory, text: str, said: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_recipients(path, demo)
    line = str(caught.value)
    assert line.startswith(str(path))
    assert said in line
    assert "\n" not in line


def test_a_file_that_is_not_there(tmp_path: Path, demo: Inventory) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_recipients(tmp_path / "none.toml", demo)
