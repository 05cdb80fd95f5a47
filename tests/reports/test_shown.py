import pytest

from reports.shown import shown, shown_text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Locataire A", "Locataire A"),
        ("été 1\u202f234\u00a0%", "été 1\u202f234\u00a0%"),  # blanks of our own typography stay
        ("شركة البيضاء", "شركة البيضاء"),
        ("a\u202eb\u200fc", "a[U+202E]b[U+200F]c"),
        ("a\x00b\x1bc", "a[U+0000]b[U+001B]c"),
        ("a\r\nb\tc", "a b c"),
        ("\ud800", "[U+D800]"),
        ("zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"),
        ("a\u3164b\u115fc", "a[U+3164]b[U+115F]c"),  # letters that are drawn as a blank
        ("a\uffff\ufdd0", "a[U+FFFF][U+FDD0]"),  # XML has no place for them
        ("e\u0301 a\u0302\u0301 Z\u0351\u036b\u0343\u036a", "e\u0301 a\u0302\u0301 Z\u0351\u036b\u0343\u036a"),
        (
            "Z\u0351\u036b\u0343\u036a\u0351!",
            "Z\u0351\u036b\u0343\u036a[U+0351]!",
        ),  # would be drawn over the line above
    ],
)
def test_what_cannot_be_seen_is_written_as_its_number(text: str, seen: str) -> None:
    assert shown_text(text) == seen


def test_every_text_of_a_value_and_nothing_else() -> None:
    assert shown({"a\u200e": ["b\u200e", 1, None, {"c": "\u200e"}]}) == {
        "a\u200e": ["b[U+200E]", 1, None, {"c": "[U+200E]"}]
    }
