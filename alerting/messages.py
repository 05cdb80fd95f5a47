"""What a state change is worth and how it is said: severity, status and one line of text. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from store.rows import TransitionRow

Severity = Literal["page", "ticket"]
Status = Literal["firing", "resolved", "noted"]

_TROUBLE = {
    "circuit": frozenset({"down", "unknown"}),
    "objective": frozenset({"breached", "open"}),
}
"""States somebody has to act on. A verdict `open` is a ticket whose clock still runs. `insufficient_data` is none:
every running month begins with it, because its rest is unknown time."""

_SAID_BY_THE_STATE = frozenset({"outage began", "outage ended"})
_OF_A_PERIOD = re.compile(r"verdict of (?P<month>\d{4}-\d{2})")
_OF_A_PART = re.compile(r"verdict of (?P<first>\d{4}-\d{2}-\d{2}) to (?P<last>\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; `{…}` places are filled by `line`."""

    severity: Mapping[Severity, str]
    status: Mapping[Status, str]
    state: Mapping[tuple[str, str], str]
    since: str
    noticed: str
    agreement: str
    reason: str
    period: str
    part: str
    repeated: str


FRENCH = Words(
    severity={"page": "ASTREINTE", "ticket": "TICKET"},
    status={"firing": "déclenchée", "resolved": "résolue", "noted": "pour information"},
    state={
        ("circuit", "down"): "INTERRUPTION",
        ("circuit", "up"): "DISPONIBLE",
        ("circuit", "unknown"): "INDÉTERMINÉ",
        ("objective", "breached"): "NON RESPECTÉ",
        ("objective", "met"): "RESPECTÉ",
        ("objective", "open"): "TICKET EN COURS",
        ("objective", "insufficient_data"): "DONNÉES INSUFFISANTES",
        ("objective", "not_measurable"): "SANS OBJET",
    },
    since="depuis {at}",
    noticed="constaté à {at}",
    agreement="convention {agreement}, engagement {objective}",
    reason="motif : {reason}",
    period="période {month}",
    part="période du {first} au {last}",
    repeated="peut-être déjà annoncé",
)
ENGLISH = Words(
    severity={"page": "PAGE", "ticket": "TICKET"},
    status={"firing": "firing", "resolved": "resolved", "noted": "for information"},
    state={
        ("circuit", "down"): "OUTAGE",
        ("circuit", "up"): "AVAILABLE",
        ("circuit", "unknown"): "STATE UNKNOWN",
        ("objective", "breached"): "BREACHED",
        ("objective", "met"): "MET",
        ("objective", "open"): "OPEN",
        ("objective", "insufficient_data"): "INSUFFICIENT DATA",
        ("objective", "not_measurable"): "NOT MEASURABLE",
    },
    since="since {at}",
    noticed="noticed at {at}",
    agreement="agreement {agreement}, objective {objective}",
    reason="reason: {reason}",
    period="period {month}",
    part="period {first} to {last}",
    repeated="may have been told before",
)
LANGUAGES: Mapping[str, Words] = {"fr": FRENCH, "en": ENGLISH}


def already_over(changes: Sequence[tuple[int, TransitionRow]]) -> frozenset[int]:
    """The numbers of changes of a circuit that were noticed only when it was well again: nobody has to get up for them.

    `changes` in their order. Such are those noticed at one instant of one circuit and objective which begin and end
    without trouble: late readings told of an outage that somebody else has mended since.
    """
    groups: dict[tuple[object, ...], list[tuple[int, TransitionRow]]] = {}
    for number, row in changes:
        if row.subject == "circuit":
            key = (row.agreement, row.objective, row.circuit, row.noticed_at)
            groups.setdefault(key, []).append((number, row))
    trouble = _TROUBLE["circuit"]
    return frozenset(
        number
        for group in groups.values()
        if group[0][1].from_state not in trouble and group[-1][1].to_state not in trouble
        for number, _ in group
    )


def status(row: TransitionRow, *, is_over: bool = False) -> Status:
    """`firing` when the new state is trouble, `resolved` when only the old one was, else `noted` (a first verdict).

    What `is_over` already is noted, too.
    """
    if is_over:
        return "noted"
    trouble = _TROUBLE[row.subject]
    if row.to_state in trouble:
        return "firing"
    return "resolved" if row.from_state in trouble else "noted"


def severity(row: TransitionRow, *, is_over: bool = False) -> Severity:
    """`page` when a circuit is, or was until now, in an outage; anything else can wait for the morning.

    An outage that turns into an unknown state still pages: nobody has seen it end.
    """
    if is_over:
        return "ticket"
    return "page" if row.subject == "circuit" and "down" in (row.from_state, row.to_state) else "ticket"


def line(
    transition_id: int,
    row: TransitionRow,
    *,
    place: str,
    label: str = "",
    repeated: bool = False,
    is_over: bool = False,
    words: Words = FRENCH,
) -> str:
    """One change as one line: when noticed, label, severity and status, circuit, state, since when (or, of a verdict,
    when noticed), agreement, why.

    `place` is where the circuit is, for people; `label` ("DÉMO") must be given for demonstration data. Instants are
    UTC; of the instant of change only the time is written when it lies on the day it was noticed. The number at the
    end is the row's, so that a line told twice (`repeated`) can be recognised.
    """
    changed_at = row.changed_at
    at = _instant(changed_at) if changed_at.date() != row.noticed_at.date() else f"{changed_at:%H:%M:%S}Z"
    # A circuit's change is dated back to where it began; of a verdict's only the pass that noticed it is known.
    when = words.since if row.subject == "circuit" else words.noticed
    state = words.state.get((row.subject, row.to_state), row.to_state.upper())
    told = status(row, is_over=is_over)
    parts = [
        _instant(row.noticed_at),
        label,
        words.severity[severity(row)] if told != "noted" else "",
        words.status[told],
        f"{row.circuit} ({place})",
        state,
        when.format(at=at),
        "–",
        words.agreement.format(agreement=row.agreement, objective=row.objective),
    ]
    text = " ".join(part for part in parts if part)
    for more in (_reason(row, words), words.repeated if repeated else ""):
        text += f" – {more}" if more else ""
    return f"{text} [{transition_id}]".replace("\n", " ").replace("\r", " ")


def _reason(row: TransitionRow, words: Words) -> str:
    """The engine's reason in the reader's language; nothing where it only repeats the state."""
    if not row.reason or row.reason in _SAID_BY_THE_STATE:
        return ""
    if of_a_period := _OF_A_PERIOD.fullmatch(row.reason):
        return words.period.format(month=of_a_period["month"])
    if of_a_part := _OF_A_PART.fullmatch(row.reason):
        return words.part.format(first=of_a_part["first"], last=of_a_part["last"])
    return words.reason.format(reason=row.reason)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"
