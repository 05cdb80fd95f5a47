"""What the GSM alphabet has stays, what it has not is written without its accent, and a part is never exceeded."""

import pytest

from alerting.words.sms import fitted, in_alphabet, is_sayable, places


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("DÉMO à é è ù", "DÉMO à é è ù"),
        ("être, ça, île, dû, Ç, È", "etre, ca, ile, du, Ç, E"),
        ("l’œuvre « x » – 1\u202f234\u00a0h…", 'l\'oeuvre " x " - 1 234 h...'),
        ("\u0645\u0631", "??"),
        ("e\u0301", "e"),
        ("🙂", "?"),
    ],
)
def test_letters(written: str, sent: str) -> None:
    assert in_alphabet(written) == sent


def test_brackets_braces_and_the_euro_take_two_places() -> None:
    assert places("[a]{b}€") == 12


def test_a_link_is_whole_or_not_there() -> None:
    link = "https://p2i.example/" + "x" * 40
    assert fitted("n" * 30, [], link) == "n" * 30 + " " + link
    assert fitted("n" * 120, [], link) == "n" * 120
    assert fitted("n", [], "https://p2i.example/é\u0645") == "n"


def test_what_is_needed_comes_before_the_link_and_the_link_before_the_rest() -> None:
    text = fitted("n" * 100, [(1, " b" * 20), (0, " a")], "https://p2i.example/1234567890123456")
    assert text == "n" * 100 + " a https://p2i.example/1234567890123456"
    assert places(fitted("[" * 200, [(0, " a")], "")) <= 160


def test_is_sayable() -> None:
    assert is_sayable("Réseau ?")
    assert not is_sayable("\u0645")
