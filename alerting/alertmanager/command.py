"""`p2i alert config`: writes the configuration of Alertmanager from the inventory."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alerting.alertmanager.config import config_text
from alerting.alertmanager.destinations import Destinations, Mail
from alerting.alertmanager.receivers import read_receivers
from alerting.alertmanager.rhythm import NAMES, Rhythm, rhythm_option
from facilities.inventory import inventory_path, read_inventory
from facilities.process import run
from store.errors import InputError

ESCALATOR_URL = "http://127.0.0.1:8490"
_HOST = re.compile(r"[A-Za-z0-9._\[\]:-]+:\d{1,5}")
_ADDRESS = re.compile(r"[^\s,{}<>\"]+@[^\s,{}<>\"]+")


def main(argv: Sequence[str]) -> int:
    """Runs `p2i alert config` and returns its exit code: 0 when written, 2 after one line of error."""
    arguments = _parser().parse_args(argv)
    return run("alerting", partial(_config, arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i alert config",
        description="Writes alertmanager.yml: routes, inhibition, time intervals and receivers, from the inventory.",
        epilog="Then: amtool check-config FILE, and let Alertmanager read it anew (SIGHUP). Files are as it sees them.",
    )
    parser.add_argument("--out", metavar="FILE", required=True, help='where to; "-" is standard output')
    parser.add_argument("--inventory", metavar="DIR", help="inventory folder (P2I_INVENTORY; default: the real parks)")
    parser.add_argument(
        "--escalator-url",
        metavar="URL",
        default=os.environ.get("P2I_ESCALATOR_URL") or ESCALATOR_URL,
        help=f"where p2i page is for Alertmanager (P2I_ESCALATOR_URL; default {ESCALATOR_URL})",
    )
    parser.add_argument("--token-file", metavar="FILE", help="file with the bearer token that the escalator demands")
    parser.add_argument("--receivers", metavar="FILE", type=Path, help="receivers of your own, in TOML")
    parser.add_argument(
        "--tickets-in-hours", action="store_true", help="tickets wait for worked days and service hours; pages never do"
    )
    parser.add_argument(
        "--rhythm",
        metavar="NAME=WAIT,INTERVAL,REPEAT",
        action="append",
        default=[],
        type=_rhythm,
        help="page=5s,15s,1h and so on: how soon a new group is sent, then its changes, then again;"
        f" may be repeated; NAME is one of {', '.join(NAMES)}",
    )
    parser.add_argument("--mail-host", metavar="HOST:PORT", help="Alertmanager's own mail: where it is handed in")
    parser.add_argument("--mail-from", metavar="ADDRESS", help="its sender")
    parser.add_argument("--mail-user", metavar="NAME", help="user there")
    parser.add_argument("--mail-password-file", metavar="FILE", help="file with the password")
    parser.add_argument("--mail-plain", action="store_true", help="without TLS; on this machine only")
    for language in ("fr", "en"):
        parser.add_argument(
            f"--mail-{language}",
            metavar="ADDRESS,…",
            help=f"who gets pages, in {language}, while the escalator gives no sign of life",
        )
    return parser


def _config(arguments: argparse.Namespace) -> int:
    inventory = read_inventory(inventory_path(arguments.inventory, os.environ))
    url = arguments.escalator_url
    if not re.fullmatch(r"https?://[^\s{}@?#]+", url):
        raise InputError(f'--escalator-url: "{url}" is not an address such as {ESCALATOR_URL}')
    destinations = Destinations(
        escalator_url=url,
        token_file=arguments.token_file,
        mail=_mail(arguments),
        receivers=read_receivers(arguments.receivers, inventory) if arguments.receivers else (),
        tickets_in_hours=arguments.tickets_in_hours,
        rhythms=dict(arguments.rhythm),
    )
    text = config_text(inventory, destinations, datetime.now(UTC).date())
    if arguments.out == "-":
        sys.stdout.write(text)
        return 0
    out = Path(arguments.out)
    new = out.with_name(out.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(out)  # Alertmanager never reads half of it
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}") from error
    return 0


def _rhythm(text: str) -> tuple[str, Rhythm]:
    try:
        return rhythm_option(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _mail(arguments: argparse.Namespace) -> Mail | None:
    to = {language: _addresses(language, getattr(arguments, f"mail_{language}")) for language in ("fr", "en")}
    readers = {language: found for language, found in to.items() if found}
    if arguments.mail_host is None and arguments.mail_from is None:
        if readers:
            raise InputError("--mail-fr, --mail-en: need --mail-host and --mail-from")
        return None
    if not _HOST.fullmatch(arguments.mail_host or ""):
        raise InputError(f'--mail-host: "{arguments.mail_host or ""}" is not HOST:PORT')
    if not _ADDRESS.fullmatch(arguments.mail_from or ""):
        raise InputError(f'--mail-from: "{arguments.mail_from or ""}" is not an address')
    return Mail(
        arguments.mail_host,
        arguments.mail_from,
        readers,
        arguments.mail_user,
        arguments.mail_password_file,
        not arguments.mail_plain,
    )


def _addresses(language: str, text: str | None) -> tuple[str, ...]:
    found = tuple(one.strip() for one in (text or "").split(",") if one.strip())
    for one in found:
        if not _ADDRESS.fullmatch(one):
            raise InputError(f'--mail-{language}: "{one}" is not an address')
    return found
