"""Facts as the files that `p2i score` reads, and the note that says how to run it on them. Pure: text only, exact."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from facilities.instants import instant_text
from sla_engine.due import epoch_seconds_of
from sla_engine.facts import DOWN, UNKNOWN, UP, CircuitFacts, Facts, ProbeRows
from store.rows import ExclusionRow, FreezeRow, ScoreRow, TicketRow

_ROWS = 1 << 14  # per piece of text: a month of probes need never be one string
_RowsOf: TypeAlias = Callable[[str, CircuitFacts], Iterator[str]]
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
        files["intervals"] = _file("starts_at,circuit,sent,lost", _each(circuits, _intervals))
    if any(circuit.probes is not None for _, circuit in circuits):
        files["probes"] = _file("sent_at,circuit,round_trip_ms", _each(circuits, _probes))
    if any(circuit.states is not None for _, circuit in circuits):
        files["states"] = _file("at,circuit,state", _each(circuits, _states))
    if tickets:
        rows = [(row.ticket, row.circuit, _text(row.opened_at), _text(row.restored_at)) for row in tickets]
        files["tickets"] = _file("ticket,circuit,opened_at,restored_at", map(_line, rows))
    if freezes:
        rows = [(row.ticket, _text(row.starts_at), _text(row.ends_at), row.reason) for row in freezes]
        files["freezes"] = _file("ticket,starts_at,ends_at,reason", map(_line, rows))
    if exclusions:
        header = "id,circuit,kind,starts_at,ends_at,announced_at,decision"
        files["exclusions"] = _file(header, map(_line, map(_exclusion, exclusions)))
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


def _each(circuits: Iterable[tuple[str, CircuitFacts]], rows_of: _RowsOf) -> Iterator[str]:
    for name, facts in circuits:
        yield from rows_of(_line([name])[:-1], facts)


def _intervals(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    rows = facts.intervals
    for part in _parts(0 if rows is None else rows.starts_at.size):
        assert rows is not None
        columns = (_seconds(rows.starts_at[part]), rows.sent[part].tolist(), rows.lost[part].tolist())
        yield "".join([f"{at},{circuit},{sent},{lost}\n" for at, sent, lost in zip(*columns, strict=True)])


def _probes(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    rows = facts.probes
    for part in _parts(0 if rows is None else rows.sent_at.size):
        assert rows is not None
        columns = (_microseconds(rows.sent_at[part]), _milliseconds(rows, part))
        yield "".join([f"{at},{circuit},{round_trip}\n" for at, round_trip in zip(*columns, strict=True)])


def _states(circuit: str, facts: CircuitFacts) -> Iterator[str]:
    rows = facts.states
    for part in _parts(0 if rows is None else rows.at.size):
        assert rows is not None
        columns = (_seconds(rows.at[part]), rows.states[part].tolist())
        yield "".join([f"{at},{circuit},{_STATES[state]}\n" for at, state in zip(*columns, strict=True)])


def _exclusion(row: ExclusionRow) -> tuple[str, ...]:
    spans = (_text(row.starts_at), _text(row.ends_at), _text(row.announced_at))
    return (row.exclusion, row.circuit, row.kind, *spans, row.decision)


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _ROWS):
        yield slice(start, start + _ROWS)


def _seconds(at: npt.NDArray[np.int64]) -> list[str]:
    texts: list[str] = np.datetime_as_string(at.astype("datetime64[s]"), timezone="UTC").tolist()
    return texts


def _microseconds(at: npt.NDArray[np.int64]) -> list[str]:
    """Instants with the fraction they have, if they have one."""
    texts, rests = _seconds(at // 1_000_000), at % 1_000_000
    if not rests.any():
        return texts
    return [f"{text[:-1]}.{rest:06d}Z" if rest else text for text, rest in zip(texts, rests.tolist(), strict=True)]


def _milliseconds(rows: ProbeRows, part: slice) -> list[str]:
    """Round trips in milliseconds with all their decimals; empty for a lost probe. Units are a power of ten."""
    unit, decimals = rows.units_per_ms, len(str(rows.units_per_ms)) - 1
    pairs = zip(rows.round_trip[part].tolist(), rows.answered[part].tolist(), strict=True)
    texts = [f"{value // unit}.{value % unit:0{decimals}d}" if answered else "" for value, answered in pairs]
    return [text.rstrip("0").rstrip(".") for text in texts]


def _text(at: datetime | None) -> str:
    return "" if at is None else instant_text(epoch_seconds_of(at))


def _line(fields: Iterable[str]) -> str:
    r"""One row of CSV. Written with \r\n, which makes every Python quote a field that holds either of the two."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(fields)
    return text.getvalue()[:-2] + "\n"
