"""Which text of an agreement speaks of a period that somebody asks for; a period of two texts is never one answer."""

from dataclasses import replace

from facilities.agreement import Agreement
from facilities.instants import instant_text
from sla_engine.due import Contract
from sla_engine.segments import Segment, whole_contract
from store.errors import InputError
from store.intervals import Interval


def chosen_text(contract: Contract, requested: Interval[int]) -> Agreement:
    """The one text that scores `requested`, in epoch seconds: that of its closed periods, else the inventory's.

    InputError where an amendment cuts the period, with its parts: each has a score of its own, and a figure over both
    would be that of neither. Where no text is in force the last one is returned, which says so when it is scored.
    """
    found = _segments(contract, requested)
    if not found:
        return whole_contract(contract.versions)
    texts = {_meant(one.agreement) for one in found}
    if len(texts) > 1:
        parts = [one.period.clipped(requested) or requested for one in found]
        spans = " or ".join(f"{instant_text(one.starts_at)}/{instant_text(one.ends_at)}" for one in parts)
        raise InputError(f"an amendment cuts it, and each part is judged by its own text; name one: {spans}")
    return replace(found[0].agreement, superseded_on=found[-1].agreement.superseded_on)


def _segments(contract: Contract, requested: Interval[int]) -> list[Segment]:
    """The segments that share time with the period, in order of time."""
    found: list[Segment] = []
    span = contract.month_of(requested.starts_at)
    while span.starts_at < requested.ends_at:
        found += [one for one in contract.segments(span) if one.period.clipped(requested) is not None]
        span = contract.month_of(span.ends_at)
    return found


def _meant(agreement: Agreement) -> Agreement:
    """The text without the days that cut it: those follow from other texts."""
    return replace(agreement, superseded_on=None, scored_from=None)
