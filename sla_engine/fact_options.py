"""The options that name an agreement, a period and the files of its facts, and what was asked with them. Pure."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from facilities.agreement import Agreement
from facilities.agreement_toml import read_agreement
from facilities.calendar import period
from facilities.instants import epoch_seconds, instant
from sla_engine.csv_files import FactFiles
from sla_engine.scoring import scored_period
from store.errors import InputError
from store.intervals import Interval

PERIOD = "a civil month of the agreement's time zone, YYYY-MM, or START/END with offset"
_FORMS = {
    **dict.fromkeys(("intervals", "probes", "states"), "CSV, .parquet, or a folder of an archive"),
    **dict.fromkeys(("tickets", "freezes", "exclusions"), "CSV"),
}
FILES = tuple(_FORMS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of files: `period` and `as_of` in epoch seconds, `whole_fee` when it is no month."""

    agreement: Agreement
    period: Interval[int]
    as_of: int | None
    files: FactFiles
    whole_fee: bool


def add_fact_options(parser: argparse.ArgumentParser, *, as_for: str = "") -> None:
    """Adds an option for each file, and `--as-of`. `as_for` names the command whose help says what forms they take."""
    for name, forms in _FORMS.items():
        shown = f"{name}, as for {as_for}" if as_for else f"{name} ({forms})"
        parser.add_argument(f"--{name}", metavar="FILE", help=shown)
    parser.add_argument("--as-of", metavar="INSTANT", help="hide everything later, except exclusions")


def asked_of_files(options: argparse.Namespace) -> Asked:
    """Reads the agreement's file, the period and `--as-of`; the files of facts are named and not read yet."""
    agreement = read_agreement(options.agreement)
    requested = requested_period(options.period, agreement)
    require_scorable(agreement, requested)
    files = FactFiles(**{name: getattr(options, name) for name in FILES})
    return Asked(agreement, requested, asked_as_of(options), files, is_whole_fee(options))


def requested_period(text: str, agreement: Agreement) -> Interval[int]:
    """The period of `--period` in the agreement's time zone, in epoch seconds."""
    try:
        return period(text, agreement.time_zone)
    except InputError as error:
        raise InputError(f"--period: {error}") from None


def require_scorable(agreement: Agreement, requested: Interval[int]) -> None:
    """Refuses a period that the agreement is not in force in, or that a document could not show."""
    try:
        scored = scored_period(agreement, requested)
        for at in (scored.starts_at, scored.ends_at):
            instant(at)
    except InputError as error:
        raise InputError(f"--period: {error}") from None


def asked_as_of(options: argparse.Namespace) -> int | None:
    """The instant of `--as-of` in epoch seconds, None without one."""
    try:
        return None if options.as_of is None else epoch_seconds(options.as_of)
    except InputError as error:
        raise InputError(f"--as-of: {error}") from None


def is_whole_fee(options: argparse.Namespace) -> bool:
    """Whether the monthly fee counts whole: of START/END, which is no month to pay a part of."""
    return "/" in options.period
