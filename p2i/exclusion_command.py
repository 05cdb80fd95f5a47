"""`p2i exclusion`: proposes, decides and shows what is not held against the service, in the name of one's login."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from facilities.process import run
from p2i.checked_file import Texts
from p2i.exclusion_file import exclusion_lines, proposal, read_proposals, wrong_to_decide, wrong_to_propose
from p2i.exclusion_lines import announcement, as_json, json_text, list_lines, show_lines
from p2i.exclusion_options import exclusion_parser
from p2i.exclusion_weekly import weekly_lines
from store.connection import Connection, connect, server
from store.errors import InputError
from store.exclusion_rows import Decided, Key, Proposal
from store.exclusions import decide_exclusions, own_login, propose_exclusions, read_decided, read_exclusion_events
from store.migrations import require_current_schema
from store.registry import circuit_numbers
from store.rows import Decision

OPTION_OF = {"starts_at": "--from", "ends_at": "--to", "announced_at": "--announced"}


def main(argv: Sequence[str]) -> int:
    """Runs `p2i exclusion` and returns its exit code: 0, or 2 after one line per mistake with nothing written."""
    return run("exclusion", partial(_exclusion, exclusion_parser().parse_args(argv)))


def _exclusion(options: argparse.Namespace) -> int:
    actions = {
        "list": _list, "show": _show, "propose": _propose, "accept": _decide, "reject": _decide, "import": _import,
        "export": _export,
    }  # fmt: skip
    if options.action in ("accept", "reject") and bool(options.exclusion) == (options.file is not None):
        raise InputError(f"exclusion {options.action}: name exclusions by their IDs, or many by --file")
    if options.action == "weekly":  # a calculation: needs no store
        sys.stdout.write("".join(weekly_lines(options)))
        return 0
    with server() as dsn, connect(dsn, "exclusion") as connection:
        require_current_schema(connection)
        actions[options.action](connection, options)
    return 0


def _list(connection: Connection, options: argparse.Namespace) -> None:
    rows = _chosen(connection, options)
    if options.json:
        print(json_text([as_json(row) for row in rows]))
    else:
        print("\n".join(list_lines(rows)) if rows else "no exclusion is like that")


def _export(connection: Connection, options: argparse.Namespace) -> None:
    sys.stdout.write(exclusion_lines(_chosen(connection, options)))


def _chosen(connection: Connection, options: argparse.Namespace) -> list[Decided]:
    circuits = None
    if options.circuit is not None:
        circuits = [_known_circuit(options.circuit, circuit_numbers(connection))]
    return read_decided(connection, circuits=circuits, decision=options.decision)


def _show(connection: Connection, options: argparse.Namespace) -> None:
    rows = _named(connection, options.exclusion, None)
    events = read_exclusion_events(connection, options.exclusion)
    of = [(row, [event for event in events if event.circuit == row.circuit]) for row in rows]
    if options.json:
        print(json_text([as_json(row, acts) for row, acts in of]))
    else:
        print("\n\n".join("\n".join(show_lines(row, acts)) for row, acts in of))


def _propose(connection: Connection, options: argparse.Namespace) -> None:
    given = {
        "id": options.exclusion, "kind": options.kind, "starts_at": options.starts_at, "ends_at": options.ends_at,
        "announced_at": options.announced, "reason": options.reason, "evidence": options.evidence,
    }  # fmt: skip
    circuits = circuit_numbers(connection)
    codes = [_known_circuit(code, circuits) for code in dict.fromkeys(options.circuit)]
    try:
        rows = [proposal(Texts(given | {"circuit": code})) for code in codes]
    except InputError as error:
        name, _, what = str(error).partition(": ")
        raise InputError(f"{OPTION_OF.get(name, f'--{name}')}: {what.replace('starts_at', '--from')}") from None
    propose_exclusions(connection, rows, circuits)
    for row in read_decided(connection, exclusions=[options.exclusion]):
        print(f"{row.exclusion} on {row.circuit}: {row.decision}; {announcement(row)}")
    connection.commit()


def _import(connection: Connection, options: argparse.Namespace) -> None:
    found = read_proposals(options.file)
    circuits = circuit_numbers(connection)
    known = _known(connection, found.rows)
    found.check(wrong_to_propose(known, circuits, own_login(connection)))
    found.refuse_mistakes()
    if options.dry_run:
        connection.rollback()
        print("dry run, nothing is written")
    else:
        propose_exclusions(connection, found.rows, circuits)
        connection.commit()
    print(_outcome(found.rows, known))


def _outcome(rows: Sequence[Proposal], known: dict[Key, Decided]) -> str:
    became: Counter[str] = Counter()
    for row in rows:
        before = known.get(row[:2])
        if before is None:
            became["new"] += 1
        elif before.terms == row.terms:
            became[f"known before ({before.decision})"] += 1
        elif before.decision == "accepted":
            became["changed after they were accepted: they wait for a decision again"] += 1
        else:
            became["changed"] += 1
    return "\n".join(f"{count} {what}" for what, count in sorted(became.items())) or "no row"


def _decide(connection: Connection, options: argparse.Namespace) -> None:
    decision: Decision = "accepted" if options.action == "accept" else "rejected"
    named: list[Decided] = []
    if options.file is None:
        for one in dict.fromkeys(options.exclusion):
            rows = _named(connection, one, options.circuit, for_change=True)
            if decision == "accepted":
                _refuse_what_moved(connection, one, rows)
            named += rows
        keys = [row.key for row in named]
    else:
        if options.circuit is not None:
            raise InputError("--circuit: not with --file, which names the circuits")
        found = read_proposals(options.file)
        known = _known(connection, found.rows, for_change=True)
        found.check(wrong_to_decide(known, decision, own_login(connection), _clock(connection)))
        found.refuse_mistakes()
        keys = [row[:2] for row in found.rows]
    changed = decide_exclusions(connection, keys, decision, options.reason)
    connection.commit()
    same = "" if changed == len(keys) else f", {len(keys) - changed} were {decision} before"
    print(f"{changed} {decision}{same}")
    for row in named:
        print(
            f"  {row.exclusion} on {row.circuit}: {row.kind}, {row.starts_at:%Y-%m-%dT%H:%M:%SZ} to"
            f" {row.ends_at:%Y-%m-%dT%H:%M:%SZ}"
        )
        print(f"    {announcement(row)}")


def _refuse_what_moved(connection: Connection, exclusion: str, rows: Sequence[Decided]) -> None:
    """Refuses to accept by an id what says something else than when it was proposed.

    An id does not say which of the two the approver looked at, and a span may have grown in between. A file says it,
    and is refused where it differs.
    """
    moved = {
        event.circuit
        for event in read_exclusion_events(connection, exclusion)
        if event.from_terms is not None and event.from_terms != event.terms
    }
    for row in rows:
        if row.circuit in moved and row.decision != "accepted":
            raise InputError(
                f'exclusion "{exclusion}" on {row.circuit}: was changed after it was proposed and now says {row.kind},'
                f" {row.starts_at:%Y-%m-%dT%H:%M:%SZ} to {row.ends_at:%Y-%m-%dT%H:%M:%SZ}: accept what you saw, by"
                f" p2i exclusion export --circuit {row.circuit} --decision {row.decision} > FILE; keep its lines;"
                " accept --file FILE"
            )


def _named(connection: Connection, exclusion: str, circuit: str | None, *, for_change: bool = False) -> list[Decided]:
    """The exclusion of this id on the circuit or on all; there must be one."""
    circuits = None if circuit is None else [circuit]
    rows = read_decided(connection, exclusions=[exclusion], circuits=circuits, for_change=for_change)
    if not rows:
        raise InputError(f'exclusion: there is no "{exclusion}"' + ("" if circuit is None else f" on {circuit}"))
    return rows


def _known(connection: Connection, rows: Sequence[Proposal], *, for_change: bool = False) -> dict[Key, Decided]:
    ids = {row.exclusion for row in rows}
    return {row.key: row for row in read_decided(connection, exclusions=ids, for_change=for_change)}


def _known_circuit(code: str, circuits: dict[str, int]) -> str:
    if code not in circuits:
        raise InputError(f'--circuit: no circuit "{code}" in the store')
    return code


def _clock(connection: Connection) -> datetime:
    """The database's clock, which decides what has begun."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    at: datetime = row[0]
    return at
