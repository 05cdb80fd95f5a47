import re
from pathlib import Path
from string import Formatter

import pytest

import reports
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH

FOLDER = Path(reports.__file__).parent


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    assert FRENCH.texts.keys() == ENGLISH.texts.keys()


@pytest.mark.parametrize("key", sorted(FRENCH.texts))
def test_both_languages_fill_the_same_places(key: str) -> None:
    assert places(FRENCH.texts[key]) == places(ENGLISH.texts[key])


def test_every_text_is_used() -> None:
    """A text that nothing names would be translated in vain; a group is named by its beginning (`"kind." ~ …`)."""
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for file in [*FOLDER.glob("*.py"), *FOLDER.glob("templates/*.html")]
        if not file.name.startswith("language_")
    )
    named = set(re.findall(r'["\']([a-z_0-9.]+)["\'{]', source)) | set(re.findall(r'f"([a-z_.]+\.)\{', source))
    groups = tuple(name for name in named if name.endswith("."))
    assert [key for key in FRENCH.texts if key not in named and not key.startswith(groups)] == []


@pytest.mark.parametrize("key", sorted(FRENCH.texts))
def test_french_never_breaks_before_a_sign(key: str) -> None:
    text = FRENCH.texts[key]
    assert not re.search(r" [:;?!%»]|« ", text)
    assert "'" not in text


def test_a_place_that_is_not_filled_is_an_error() -> None:
    with pytest.raises(KeyError, match="target"):
        FRENCH.say("promise.availability")
