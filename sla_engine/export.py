"""Facts as the files that `p2i score` reads, and the note that says how to run it on them. Pure: text only, exact."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from facilities.instants import instant_text
from sla_engine.due import epoch_seconds_of
from sla_engine.facts import DOWN, UNKNOWN, UP, CircuitFacts, Facts
from store.reading_text import csv_line, millisecond_texts, reading_lines
from store.rows import ExclusionRow, FreezeRow, TicketRow
from store.verdict_rows import ScoreRow

_MICROSECONDS = 1_000_000
_LinesOf: TypeAlias = Callable[[str, CircuitFacts], Iterator[str]]
_STATES = {UP: "up", DOWN: "down", UNKNOWN: "unknown"}


def fact_files(
    facts: Facts, tickets: Sequence[TicketRow], freezes: Sequence[FreezeRow], exclusions: Sequence[ExclusionRow]
) -> dict[str, Iterator[str]]:
    """The CSV files of the contract by the word of their option, each as pieces of text; those without rows left out.

    Readings come from `facts`. Tickets, freezes and exclusions come as rows, because facts carry neither the id of an
    exclusion nor the reason of a freeze; their instants are cut to the second, as the engine cuts them. Where
    intervals were given there is a file of them even without rows: without it probes would stand in for them.
    """
    circuits = facts.circuits.items()
    files: dict[str, Iterator[str]] = {}
    if facts.intervals_given:
        files["intervals"] = _file("starts_at,circuit,sent,lost", _each(circuits, interval_lines))
    if any(circuit.probes is not None for _, circuit in circuits):
        files["probes"] = _file("sent_at,circuit,round_trip_ms", _each(circuits, probe_lines))
    if any(circuit.states is not None for _, circuit in circuits):
        files["states"] = _file("at,circuit,state", _each(circuits, state_lines))
    if tickets:
        rows = [(row.ticket, row.circuit, _text(row.opened_at), _text(row.restored_at)) for row in tickets]
        files["tickets"] = _file("ticket,circuit,opened_at,restored_at", map(csv_line, rows))
    if freezes:
        rows = [(row.ticket, _text(row.starts_at), _text(row.ends_at), row.reason) for row in freezes]
        files["freezes"] = _file("ticket,starts_at,ends_at,reason", map(csv_line, rows))
    if exclusions:
        header = "id,circuit,kind,starts_at,ends_at,announced_at,decision"
        files["exclusions"] = _file(header, map(csv_line, map(_exclusion, exclusions)))
    return files


def command_line(month: str, files: Iterable[str], as_of: int | None) -> str:
    """The command that scores the files where they lie; `as_of` in epoch seconds."""
    words = ["p2i", "score", "--agreement", "agreement.toml", "--period", month]
    for name in files:
        words += [f"--{name}", f"{name}.csv"]
    return shlex.join(words if as_of is None else [*words, "--as-of", instant_text(as_of)])


def readme(
    title: str,
    command: str,
    stored: ScoreRow | None,
    *,
    made_with: str,
    document_sha256: str,
    agreement_sha256: str,
    gone: str = "",
) -> str:
    """The note beside the files: what they are, the one command, and which stored score it gives again.

    `made_with` names this release and its zone data, the hashes are those of the stored document and of the
    agreement's file written here. `gone` says which readings of the month the store no longer has.
    """
    lines = [title, "", f"Everything this score is made of, as {made_with} read it. In this folder run:", "", command]
    if gone:
        lines = [title, "", f"NOT COMPLETE: {gone}.", "", "What is left of it, with the command that would read it:"]
        lines += ["", command]
    if stored is not None and gone:
        lines += ["", "The stored score was made when all of it was there. The SHA-256 of its document:", ""]
        lines += [document_sha256]
    elif stored is None:
        lines += ["", "Nothing was scored yet for this month when these files were written."]
    else:
        lines += [
            "",
            "When these files were written, the stored score was that of",
            f"{_text(stored.scored_at)}, by version {stored.software_version} with zone data {stored.tzdb_version}.",
            "Unless facts arrived after it was made, the command prints the same bytes. Their SHA-256:",
            "",
            document_sha256,
        ]
        if stored.agreement_sha256 != agreement_sha256:
            lines += [
                "",
                "The stored score was made by another text of the agreement than agreement.toml, with the SHA-256",
                stored.agreement_sha256,
            ]
    return "\n".join(lines) + "\n"


def _file(header: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{header}\n"
    yield from lines


def _each(circuits: Iterable[tuple[str, CircuitFacts]], lines_of: _LinesOf) -> Iterator[str]:
    for name, facts in circuits:
        yield from lines_of(name, facts)


def interval_lines(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    """The lines of the intervals file for one circuit, as pieces of text; none without rows."""
    if (rows := facts.intervals) is not None:
        starts_at = rows.starts_at * _MICROSECONDS
        yield from reading_lines(circuit, starts_at, lambda part: [rows.sent[part].tolist(), rows.lost[part].tolist()])


def probe_lines(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    """The lines of the probes file for one circuit, as pieces of text; none without rows."""
    if (rows := facts.probes) is not None:
        yield from reading_lines(
            circuit,
            rows.sent_at,
            lambda part: [millisecond_texts(rows.round_trip[part], rows.answered[part], rows.units_per_ms)],
        )


def state_lines(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    """The lines of the states file for one circuit, as pieces of text; none without rows."""
    if (rows := facts.states) is not None:
        at = rows.at * _MICROSECONDS
        yield from reading_lines(circuit, at, lambda part: [[_STATES[state] for state in rows.states[part].tolist()]])


def _exclusion(row: ExclusionRow) -> tuple[str, ...]:
    spans = (_text(row.starts_at), _text(row.ends_at), _text(row.announced_at))
    return (row.exclusion, row.circuit, row.kind, *spans, row.decision)


def _text(at: datetime | None) -> str:
    return "" if at is None else instant_text(epoch_seconds_of(at))
