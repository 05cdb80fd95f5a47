"""The `p2i` command: one word per process, each mounted only when it is used."""

import difflib
import importlib
import importlib.metadata
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

CLOSED_PIPE = 141  # 128 + SIGPIPE, what a shell expects
INTERRUPTED = 130  # 128 + SIGINT


class Word(NamedTuple):
    """A word after `p2i`: the module whose `main(argv)` it runs, and what it does in one line."""

    module: str
    does: str


WORDS = {
    "demo": Word("p2i.demo", "start everything on this machine, feed it, and compare score and truth"),
    "collect": Word("collectors.command", "take in readings over MQTT and store them"),
    "hooks": Word("collectors.hooks_command", "take in webhooks over HTTP and store them"),
    "probe": Word("collectors.probe_command", "measure circuits actively and publish the readings"),
    "reflect": Word("collectors.reflect_command", "answer probes: the far end of a measured circuit"),
    "import": Word("collectors.import_command", "take in readings from a file"),
    "sensors": Word("collectors.sensors_command", "show what each sensor said last"),
    "quarantine": Word("collectors.quarantine_command", "show input that was refused, try it again, or close it"),
    "engine": Word("sla_engine.command", "score what is due, every minute"),
    "score": Word("sla_engine.score", "recompute one period of one agreement from files"),
    "readings": Word(
        "sla_engine.other_readings_command", "your contract's rules, and what the other readings would have said"
    ),
    "what-if": Word("sla_engine.what_if_command", "figure and credit before and after an exclusion"),
    "exclusion": Word("p2i.exclusion_command", "propose, decide and show what is not held against the service"),
    "ticket": Word("p2i.ticket_command", "enter, restore, freeze, correct and show fault reports"),
    "verdict": Word("sla_engine.verdict_command", "publish verdicts, restate or close them, and verify their ledger"),
    "export": Word("sla_engine.export_command", "write the files with which anyone recomputes a month"),
    "archive": Word("store.archive_command", "write closed months to Parquet files, or verify them"),
    "board": Word("dashboards.command", "show circuits and zones in the terminal, worst first"),
    "alert": Word("alerting.command", "tell about every change, at least once"),
    "page": Word("alerting.escalation.command", "tell who is on call, until somebody takes it"),
    "statement": Word("reports.command", "write tenants' statements as JSON, HTML, PDF, CSV and XLSX"),
    "closing": Word("p2i.closing.command", "publish what is due, issue tenants' statements, and send them"),
    "verify": Word("p2i.verify_command", "verify a statement's files, signature, ledger and figures; no database"),
    "keys": Word("reports.keys_command", "make, end and publish the keys that statements are signed with"),
    "inventory": Word("p2i.inventory_command", "check or show what exists and what was promised"),
    "mef": Word("facilities.mef_command", "exchange objectives in the carrierEthernetSls shape of MEF LSO"),
    "tenants": Word("facilities.tenants_command", "make, list or check the logins by which tenants and others read"),
    "grafana": Word("dashboards.provisioning.command", "make organisations, data sources and dashboards in Grafana"),
    "migrate": Word("store.migrate_command", "bring the database schema up to this release"),
    "upkeep": Word("p2i.upkeep", "keep sums up to date and drop rows past their time"),
    "retention": Word("store.retention_command", "show or change how long each kind of row is kept"),
    "backup": Word("store.backup_command", "dump the database while everything goes on"),
    "restore": Word("store.restore_command", "restore a dump into an empty database and verify it"),
    "doctor": Word("store.doctor_command", "say what the database offers and what is wrong with it"),
}


def usage() -> str:
    """The list of words, for people."""
    lines = [f"  {word:<10} {meaning.does}" for word, meaning in WORDS.items()]
    return "\n".join(
        ["usage: p2i WORD [option ...]      (p2i WORD --help tells its options; p2i --version)", "", *lines]
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one word and returns its exit code; 2 for an unknown word."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if words else 2
    if words[0] in ("--version", "version"):
        print(f"p2i {importlib.metadata.version('p2i')}")
        return 0
    if words[0] not in WORDS:
        nearest = difflib.get_close_matches(words[0], WORDS, 1)
        meant = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        print(f"p2i: unknown word {words[0]!r}{meant}; `p2i --help` lists them", file=sys.stderr)
        return 2
    run = _loaded(WORDS[words[0]].module)
    try:
        code = run(words[1:])
        if sys.stdout is not None:  # closed by the caller: `p2i … >&-`
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: `p2i inventory show | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except KeyboardInterrupt:  # before the word's own handling of it, or after
        return INTERRUPTED
    return code


def _loaded(module: str) -> Callable[[Sequence[str]], int]:
    """The module's `main`. While it loads Ctrl-C ends the process at once: half-loaded modules print tracebacks."""
    is_ours = (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )  # else somebody chose, or nobody can stop us
    if is_ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        main: Callable[[Sequence[str]], int] = importlib.import_module(module).main
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
    return main
