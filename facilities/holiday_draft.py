"""Drafts the holidays of a country and a year as TOML, from python-holidays: for a person to check, not for us."""

from __future__ import annotations

from importlib import import_module

from facilities.toml_text import toml_text
from store.errors import InputError


def holiday_draft(country: str, year: int, subdivision: str | None = None, language: str = "fr") -> str:
    """`[[holiday]]` tables of one year for a calendar file, in order of days; what the library estimates is a forecast.

    The library (extra `calendars`) is asked here and nowhere else, so no figure depends on its opinion or release.
    `language` is used where the library has it, else the country's own.
    """
    try:
        library = import_module("holidays")
    except ImportError:
        raise InputError('python-holidays is not installed; run: pip install "p2i[calendars]"') from None
    try:
        found = library.country_holidays(country, subdiv=subdivision, years=year)
        if language in found.supported_languages:
            found = library.country_holidays(country, subdiv=subdivision, years=year, language=language)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise InputError(f"python-holidays: {error}") from None
    if not found:
        raise InputError(f"python-holidays: knows no holiday of {country} in {year}")
    label = getattr(found, "estimated_label", None)
    estimated = "%s" if label is None else found.tr(label)
    head, _, tail = estimated.partition("%s")
    entries = []
    for on in sorted(found):
        for name in found.get_list(on):
            is_estimated = bool(head or tail) and name.startswith(head) and name.endswith(tail)
            plain = name[len(head) : len(name) - len(tail)] if is_estimated else name
            entries.append({"on": on, "name": plain, "status": "forecast" if is_estimated else "fixed"})
    place = country if subdivision is None else f"{country}-{subdivision}"
    release = f"python-holidays {library.__version__}"
    return (
        f"# Draft by {release}: {place}, {year}. Check every line against the official list.\n"
        '# "forecast" is an estimate of the library\'s. "fixed" means only that it does not call it one: a past lunar\n'
        '# holiday is "confirmed", with the day of its announcement in confirmed_on.\n\n'
    ) + toml_text({"holiday": entries})
