"""`p2i grafana`: what people look at, made in Grafana from the logins of `p2i tenants apply` and our dashboards."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from dashboards.grafana.speech import Language
from dashboards.provisioning.address import address_of
from dashboards.provisioning.alert_files import Told
from dashboards.provisioning.assembly import wanted
from dashboards.provisioning.environment import ask, run_order
from dashboards.provisioning.export import files
from dashboards.provisioning.folder import write_folder
from dashboards.provisioning.wanted import MARK, Key, Wanted
from store.connection import secret_of_environment
from store.embedded import default_home
from store.errors import InputError, P2IError
from store.login_file import Handed, read_login_file

URL, USER, DATABASE = "http://127.0.0.1:3000", "admin", "postgresql://127.0.0.1:5432/p2i"

EPILOG = """\
apply       makes one organisation per login, with its data source, folders, dashboards, home, language and
            permissions; sets back what was changed by hand; says what it did. Safe to repeat and to kill
diff        says what `apply` would do, field by field, and which data sources that stay as they are do not
            answer; changes nothing. Whether logins have their rights: p2i tenants check
export DIR  writes data sources, dashboards and alert rules as files for Grafana's provisioning; organisations must be
            there. Rules that watch the engine and alerting are always on; those that find outages and breaches are
            paused unless Grafana is alone, so that nobody is told twice

An organisation whose login is gone is removed only with --yes: all that people made in it goes, too.
Organisations whose name does not end in [p2i:…] are never touched.
P2I_GRAFANA_PASSWORD (or …_FILE) is the password of a server administrator of Grafana. docs/grafana.md.

Exit code: 0 all is as it should be; 1 something is left to do (diff: there are changes); 2 after one
line about what stopped it, or when a data source does not answer.
"""


def main(argv: Sequence[str]) -> int:
    """Runs `p2i grafana` and returns its exit code."""
    options = _parser().parse_args(argv)
    try:
        shall_be = _wanted(options)
        if options.command == "export":
            return _export(options, shall_be)
        return run_order(_order(options, options.command, shall_be))
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # the other process has said so
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i grafana", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="apply|diff|export")
    added = {name: commands.add_parser(name) for name in ("apply", "diff", "export")}
    for each in added.values():
        each.add_argument("--url", help=f"default: P2I_GRAFANA_URL, else {URL}")
        each.add_argument("--user", help=f"server administrator; default: P2I_GRAFANA_USER, else {USER}")
        each.add_argument("--logins", metavar="FILE", help="default: P2I_LOGINS_FILE, else logins.json in P2I_HOME")
        each.add_argument(
            "--database", metavar="URI", help=f"as Grafana reaches it; default: P2I_GRAFANA_DATABASE, else {DATABASE}"
        )
        each.add_argument(
            "--operator-database",
            metavar="URI",
            help="for operator and auditor; default: P2I_GRAFANA_OPERATOR_DATABASE, else --database",
        )
        each.add_argument("--languages", metavar="LIST", help="default: P2I_GRAFANA_LANGUAGES, else fr,en")
        each.add_argument(
            "--language-of", action="append", default=[], metavar="READER=LANGUAGE", help="such as tenant:acme=en"
        )
        each.add_argument(
            "--alertmanager", metavar="URL", help="shown to operators, told by rules; default: P2I_ALERTMANAGER_URL"
        )
        each.add_argument("--mark", help="in names of organisations; default: P2I_GRAFANA_MARK, else p2i")
    for name in ("apply", "diff"):
        added[name].add_argument(
            "--rewrite-passwords", action="store_true", help="hand over every password, changed or not"
        )
    added["apply"].add_argument("--yes", action="store_true", help="remove organisations whose login is gone")
    added["export"].add_argument("folder", metavar="DIR", type=Path)
    added["export"].add_argument("--seen-at", metavar="PATH", help="the folder as Grafana sees it; default: DIR")
    added["export"].add_argument(
        "--alerts-mail",
        metavar="ADDRESS",
        help="told when Alertmanager takes nothing; default: P2I_GRAFANA_ALERTS_MAIL",
    )
    added["export"].add_argument(
        "--alone", action="store_true", help="no p2i alert runs: Grafana's rules find outages and breaches, too"
    )
    added["export"].add_argument("--reload", action="store_true", help="then let Grafana read its files again")
    return parser


def _wanted(options: argparse.Namespace) -> Wanted:
    file = Path(options.logins or os.environ.get("P2I_LOGINS_FILE") or default_home() / "logins.json")
    logins = list(read_login_file(file).values())
    if not logins:
        raise InputError(f"{file}: holds no login; first: p2i tenants apply")
    languages = _setting(options.languages, "P2I_GRAFANA_LANGUAGES", "fr,en").split(",")
    if unknown := [one for one in languages if one not in get_args(Language)]:
        raise InputError(f"--languages: {unknown[0]!r} is neither {' nor '.join(get_args(Language))}")
    mark = _setting(options.mark, "P2I_GRAFANA_MARK", "p2i")
    if not MARK.fullmatch(mark):
        raise InputError(f"--mark: {mark!r}: small letters, digits and single hyphens only")
    database = _setting(options.database, "P2I_GRAFANA_DATABASE", DATABASE)
    operators = _setting(options.operator_database, "P2I_GRAFANA_OPERATOR_DATABASE", database)
    return wanted(
        logins,
        mark=mark,
        languages=list(dict.fromkeys(languages)),
        language_of=_language_of(options.language_of, logins, languages),
        tenants=address_of(database),
        operators=address_of(operators),
        alertmanager=_alertmanager(options),
    )


def _language_of(given: Sequence[str], logins: Sequence[Handed], languages: Sequence[str]) -> dict[Key, str]:
    readers = {":".join(filter(None, login.key)): Key(*login.key) for login in logins}
    chosen = {}
    for one in given:
        reader, is_given, language = one.partition("=")
        if not is_given:
            raise InputError(f"--language-of {one}: not READER=LANGUAGE, such as {min(readers)}={languages[0]}")
        if reader not in readers:
            there = ", ".join(sorted(readers))
            raise InputError(f"--language-of {one}: there is no login of {reader!r}, only of {there}")
        if language not in languages:
            raise InputError(f"--language-of {one}: {language!r} is not among --languages {','.join(languages)}")
        chosen[readers[reader]] = language
    return chosen


def _order(options: argparse.Namespace, action: str, shall_be: Wanted) -> dict[str, Any]:
    url = _setting(options.url, "P2I_GRAFANA_URL", URL).rstrip("/")
    if not url.startswith(("http://", "https://")) or "@" in url:
        raise InputError("--url: not http[s]://HOST[:PORT][/PATH], without user and password")
    password = secret_of_environment("P2I_GRAFANA_PASSWORD")
    if password is None:
        raise InputError("P2I_GRAFANA_PASSWORD: not set; of a server administrator of Grafana (or …_FILE)")
    return {
        "action": action,
        "url": url,
        "user": _setting(options.user, "P2I_GRAFANA_USER", USER),
        "password": password,
        "yes": getattr(options, "yes", False),
        "rewrite_passwords": getattr(options, "rewrite_passwords", False),
        "wanted": shall_be.text(),
    }


def _export(options: argparse.Namespace, shall_be: Wanted) -> int:
    code, numbers = ask(_order(options, "numbers", shall_be))
    if code != 0:
        return code
    seen_at = (options.seen_at or str(options.folder.absolute())).rstrip("/")
    mail = options.alerts_mail or os.environ.get("P2I_GRAFANA_ALERTS_MAIL") or None
    told = Told(_alertmanager(options), mail, is_alone=options.alone)
    written, removed = write_folder(options.folder, files(shall_be, json.loads(numbers), seen_at, told))
    print(f"{options.folder}: {written} files written, {removed} removed")
    return run_order(_order(options, "reload", shall_be)) if options.reload else 0


def _alertmanager(options: argparse.Namespace) -> str | None:
    """Its address, or several with commas between; none when nobody names one."""
    urls: str = options.alertmanager or os.environ.get("P2I_ALERTMANAGER_URL") or ""
    for url in filter(None, (one.strip() for one in urls.split(","))):
        if not url.startswith(("http://", "https://")) or "@" in url:
            raise InputError(f'--alertmanager: "{url.rpartition("@")[2]}" is no address such as http://127.0.0.1:9093')
    return urls or None


def _setting(option: str | None, name: str, default: str) -> str:
    return option or os.environ.get(name) or default
