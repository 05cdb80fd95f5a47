"""`p2i mef`: objectives in the `carrierEthernetSls` shape of MEF LSO, out of an agreement and into a draft of one."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from facilities.inventory import inventory_path, read_inventory
from facilities.mef_lso import DELAY, SPELLINGS, UNTAKEN, json_text
from facilities.mef_lso_draft import REQUIRED, Known, drafted
from facilities.mef_lso_export import exported
from facilities.mef_lso_import import read_sls
from facilities.toml_table import plain_decimal
from store.errors import InputError


def main(argv: Sequence[str]) -> int:
    """Runs `p2i mef export` or `p2i mef import`. Returns 0, or 2 with one line on stderr and nothing on stdout.

    The result is on stdout; what the shape leaves out, and what a draft still lacks, is on stderr.
    """
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):  # JSON and TOML are UTF-8, whatever the locale
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        (_export if options.command == "export" else _import)(options)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i mef",
        description="Objectives in the carrierEthernetSls shape of MEF LSO: out of an agreement, into a draft of one.",
        epilog="docs/mef-lso.md says which unit every figure has, and what the two sides cannot say of each other.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="export|import")
    out = commands.add_parser("export", help="write an agreement's objectives on one circuit as JSON")
    out.add_argument("--agreement", metavar="ID", required=True, help="the agreement's id")
    out.add_argument("--circuit", metavar="CODE", help="needed when the agreement has objectives on several")
    out.add_argument("--spelling", choices=tuple(SPELLINGS), default="legato", help="the SDK whose keys are written")
    out.add_argument("--cos-name", metavar="NAME", default="default", help="name of the class of service")
    out.add_argument(
        "--one-way-ms", metavar="N", type=_milliseconds, help="the one-way delay agreed for the round trip"
    )
    out.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    into = commands.add_parser("import", help="draft an agreement from a JSON file")
    into.add_argument("file", metavar="FILE")
    into.add_argument("--cos-name", metavar="NAME", help="the class of service, when the file has several")
    into.add_argument("--circuit", metavar="CODE", help="the circuit between the two end points")
    for key in REQUIRED:
        into.add_argument(f"--{key.replace('_', '-')}", metavar="TEXT", help=f"{key} of the agreement")
    into.add_argument("--round-trip-ms", metavar="N", type=_milliseconds, help="the round trip agreed for the delay")
    into.add_argument(
        "--without", metavar="METRIC", action="append", default=[], choices=(*UNTAKEN, DELAY), help="leave a metric out"
    )
    return parser


def _export(options: argparse.Namespace) -> None:
    inventory = read_inventory(inventory_path(options.inventory, os.environ))
    if options.agreement not in inventory.agreements:
        raise InputError(f'--agreement: no agreement "{options.agreement}" in {inventory.path}')
    found = exported(
        inventory.agreements[options.agreement],
        options.circuit,
        SPELLINGS[options.spelling],
        cos_name=options.cos_name,
        one_way_ms=options.one_way_ms,
    )
    print(json_text(found.document))
    for line in found.left_out:
        print(f"not in the document: {line}", file=sys.stderr)


def _import(options: argparse.Namespace) -> None:
    try:
        content = Path(options.file).read_bytes()
    except OSError as error:
        raise InputError(f"{options.file}: cannot be read: {error.strerror}") from None
    sls = read_sls(content, options.file, cos_name=options.cos_name, without=options.without)
    given = {key: value for key in REQUIRED if (value := getattr(options, key)) is not None}
    for key, value in {**given, "circuit": options.circuit or "-"}.items():
        if not value.isprintable():
            raise InputError(f"--{key.replace('_', '-')}: must be one line of text")
    known = Known(given, options.circuit, options.round_trip_ms)
    draft = drafted(sls, options.file, known, without=options.without)
    sys.stdout.write(draft.text)
    for key in draft.missing:
        print(f"missing: {key}", file=sys.stderr)


def _milliseconds(text: str) -> Fraction:
    number = plain_decimal(text)
    if number is None or not 0 < number < 10**9:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of milliseconds such as 12.5')
    return Fraction(number)
