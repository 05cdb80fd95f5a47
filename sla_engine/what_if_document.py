"""A comparison as a JSON document and as text for a person: the figures of the contract's document, twice. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction

from facilities.agreement import AvailabilityObjective
from facilities.instants import instant_text
from sla_engine.document import Document, document
from sla_engine.results import AvailabilityResult, LossResult
from sla_engine.what_if import Change, Comparison
from sla_engine.what_if_notes import allowed_seconds, notes, seconds_text

ROWS = {
    "verdict": "verdict",
    "value_percent": "value, %",
    "value_ms": "value, ms",
    "coverage_percent": "measured, %",
    "sent": "sent",
    "lost": "lost",
    "answered": "answered",
    "within": "within",
    "credit": "credit",
}


def what_if_document(comparisons: Sequence[tuple[Comparison, int]]) -> Document:
    """The segments of one agreement's period (one, unless an amendment cuts the month), each with its `as_of`.

    `before` and `after` of an objective are its part of the contract's document, to the digit.
    """
    first = comparisons[0][0]
    segments = [_segment(comparison, as_of) for comparison, as_of in comparisons]
    payable = [[_cents(each["credits"][side]["payable"]) for each in segments] for side in ("before", "after")]
    before, after = sum(payable[0]), sum(payable[1])
    return {
        "agreement": first.before.agreement.id,
        "currency": first.before.agreement.currency,
        "changes": [_change(change) for change in first.changes],
        "segments": segments,
        "payable": {"before": _amount(before), "after": _amount(after), "difference": _amount(after - before)},
    }


def what_if_json(comparisons: Sequence[tuple[Comparison, int]]) -> str:
    """The document as indented JSON with one newline at the end."""
    return json.dumps(what_if_document(comparisons), indent=2, ensure_ascii=False) + "\n"


def what_if_text(comparisons: Sequence[tuple[Comparison, int]]) -> str:
    """The same for a terminal: per objective a table of before, after and difference, and the sentences."""
    found = what_if_document(comparisons)
    lines = [f"Agreement {found['agreement']}, amounts in {found['currency']}"]
    lines += [f"What if   {_change_text(change)}" for change in found["changes"]]
    for segment in found["segments"]:
        lines += ["", f"Period    {segment['period']['starts_at']} to {segment['period']['ends_at']}"]
        for objective in segment["objectives"]:
            lines += ["", f"{objective['id']} (circuit {objective['circuit']})", *_table(objective)]
            lines += [f"  * {note['text']}" for note in objective["notes"]]
    money = found["payable"]
    lines += ["", f"Credit payable: {money['before']} before, {money['after']} after, difference {money['difference']}"]
    return "\n".join(lines) + "\n"


def _segment(comparison: Comparison, as_of: int) -> Document:
    before, after = document(comparison.before), document(comparison.after)
    objectives = []
    for number, (old, new) in enumerate(zip(before["objectives"], after["objectives"], strict=True)):
        shown: Document = {name: old[name] for name in ("id", "circuit", "indicator")}
        shown |= {"before": old, "after": new, "difference": _difference(comparison, number, old, new)}
        if isinstance(comparison.before.results[number].objective, AvailabilityObjective):
            shown["budget"] = _budget(comparison, number, as_of)
        shown["notes"] = [note._asdict() for note in notes(comparison, number, as_of)]
        objectives.append(shown)
    return {
        "period": before["period"],
        "objectives": objectives,
        "credits": {"before": before["credits"], "after": after["credits"]},
    }


def _difference(comparison: Comparison, number: int, old: Document, new: Document) -> Document:
    """After less before, of what is a number: the value in percent points or ms, seconds, and the credit."""
    found: Document = {}
    one, other = comparison.before.results[number], comparison.after.results[number]
    if isinstance(one, AvailabilityResult | LossResult) and isinstance(other, AvailabilityResult | LossResult):
        ratios = one.ratio, other.ratio
        found["value_percent"] = None
        if ratios[0] is not None and ratios[1] is not None:
            found["value_percent"] = _signed((ratios[1] - ratios[0]) * 100, 4)
    if old.get("value_ms") is not None and new.get("value_ms") is not None:
        found["value_ms"] = _signed(Fraction(new["value_ms"]) - Fraction(old["value_ms"]), 3)
    if "seconds" in old:
        found["seconds"] = {name: new["seconds"][name] - seconds for name, seconds in old["seconds"].items()}
    counts = ("sent", "lost", "answered", "within")
    found |= {name: new[name] - old[name] for name in counts if name in old}
    return found | {"credit": _amount(_cents(new["credit"]) - _cents(old["credit"]))}


def _budget(comparison: Comparison, number: int, as_of: int) -> Document:
    """The outage seconds the target allows and those left, before and after, exact in thousandths."""
    sides = {}
    for name, score in (("before", comparison.before), ("after", comparison.after)):
        found = allowed_seconds(score, score.results[number], as_of)
        texts = (None, None) if found is None else tuple(seconds_text(each).removesuffix(" s") for each in found)
        sides[name] = dict(zip(("allowed_seconds", "left_seconds"), texts, strict=True))
    return sides


def _table(objective: Document) -> Iterator[str]:
    old, new, gap = objective["before"], objective["after"], objective["difference"]
    rows = [("", "before", "after", "difference")]
    for name, title in ROWS.items():
        if name in old:
            rows.append((title, _cell(old[name]), _cell(new[name]), _cell(gap.get(name, ""))))
    for name, seconds in old.get("seconds", {}).items():
        if seconds or new["seconds"][name]:
            title = f"{name.replace('_', ' ')}, s"
            rows.append((title, str(seconds), str(new["seconds"][name]), _signed(Fraction(gap["seconds"][name]), 0)))
    for name in ("allowed", "left") if "budget" in objective else ():
        sides = [objective["budget"][side][f"{name}_seconds"] for side in ("before", "after")]
        rows.append((f"outage {name}, s", _cell(sides[0]), _cell(sides[1]), ""))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for title, *cells in rows:
        shown = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {title:<{widths[0]}}  {shown}".rstrip()


def _change(change: Change) -> Document:
    shown = change.after
    return {
        "id": change.id or None,
        "circuit": change.circuit,
        "kind": shown.kind,
        "starts_at": instant_text(shown.span.starts_at),
        "ends_at": instant_text(shown.span.ends_at),
        "announced_at": None if shown.announced_at is None else instant_text(shown.announced_at),
        "decision_before": None if change.before is None else change.before.decision,
        "decision_after": shown.decision,
    }


def _change_text(change: Document) -> str:
    announced = f"announced {change['announced_at']}" if change["announced_at"] else "not announced"
    what = f"{change['kind']} on {change['circuit']}, {change['starts_at']} to {change['ends_at']}, {announced}"
    verb = "were accepted" if change["decision_after"] == "accepted" else "were not accepted"
    return f"{change['id']} ({what}) {verb}" if change["id"] else f"{what}, {verb}"


def _cell(value: object) -> str:
    return "none" if value is None else str(value)


def _signed(value: Fraction, decimals: int) -> str:
    """A value with so many decimals, cut towards zero, with its sign."""
    whole, rest = divmod(abs(value.numerator) * 10**decimals // value.denominator, 10**decimals)
    sign = "-" if value < 0 else "+" if value > 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}d}" if decimals else f"{sign}{whole}"


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
