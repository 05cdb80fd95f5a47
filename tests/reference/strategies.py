"""Hypothesis strategies of whole cases: a small random agreement with its files, drawn towards the edges.

A case is text only (an agreement, a period, CSV files, an instant), so that two implementations which share
nothing can be given the same bytes. Nothing here knows how a case is scored.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.reference.case_agreements import Promise, promises
from tests.reference.case_decisions import exclusion_files, ticket_files
from tests.reference.case_measurements import interval_files, probe_files, state_files
from tests.reference.case_settings import HEADERS, OFFSETS, Case, Setting, settings_of_a_case, show, toml_document


def csv_text(draw: st.DrawFn, name: str, rows: list[str]) -> str:
    """Header and rows in some order, some written twice, perhaps blank lines, a BOM, quotes or columns moved."""
    how = draw(st.integers(0, 11))
    rows, columns = list(rows), HEADERS[name].split(",")
    if how > 2:
        if rows:
            rows += [rows[how % len(rows)], rows[-1]]
        random.Random(how).shuffle(rows)
    lines = [",".join(columns), *rows]
    if how in (4, 5):  # the columns in another order
        lines = [",".join(line.split(",")[::-1]) for line in lines]
    if how in (5, 9):  # every field in quotes
        lines = ['"' + line.replace(",", '","') + '"' for line in lines]
    end = "\r\n" if how == 6 else "\n"
    text = end.join(lines) + end
    if how in (9, 10):
        text = draw(st.sampled_from(["\n", "\r\n", " \n"])) * draw(st.sampled_from([1, 511, 512, 600, 1500])) + text
    if how == 8:
        text = text.replace("\n", "\n  \n", 1)
    if how == 7:
        text = "\ufeff" + text.replace("\n", "\n\n", 2) + "\n"
    return text


@dataclass
class Draft:
    """A valid case before its agreement is written out, so that bad input can be made of it."""

    setting: Setting
    promise: Promise
    files: dict[str, str]
    as_of: str | None

    def case(self) -> Case:
        text = toml_document(self.promise.table, self.promise.objectives)
        return Case(text, self.setting.period, self.files, self.as_of)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    setting = draw(settings_of_a_case())
    promise = draw(promises(setting))
    files: dict[str, str] = {}
    indicators = {str(objective["indicator"]) for objective in promise.objectives}
    methods = {str(objective.get("method", "")) for objective in promise.objectives}
    feed = draw(st.sampled_from(["intervals", "intervals", "intervals", "probes", "probes", "both", "both", "neither"]))
    if setting.crowded:
        feed = draw(st.sampled_from(["intervals", "both"]))
    if feed in ("intervals", "both"):
        files["intervals"] = csv_text(draw, "intervals", draw(interval_files(setting, promise)))
    if feed in ("probes", "both"):
        files["probes"] = csv_text(draw, "probes", draw(probe_files(setting, promise)))
    if "states" in methods or draw(st.integers(0, 9)) == 0:
        files["states"] = csv_text(draw, "states", draw(state_files(setting, promise)))
    if setting.crowded or "maintenance" in promise.table or draw(st.booleans()):
        files["exclusions"] = csv_text(draw, "exclusions", draw(exclusion_files(setting, promise)))
    if "time_to_restore" in indicators or draw(st.integers(0, 9)) == 0:
        tickets, freezes = draw(ticket_files(setting, promise))
        files["tickets"] = csv_text(draw, "tickets", tickets)
        empty_file_too = draw(st.booleans())
        if freezes or empty_file_too:
            files["freezes"] = csv_text(draw, "freezes", freezes)
    as_of = None
    if draw(st.integers(0, 3)) == 0:
        later = setting.end + draw(st.sampled_from([1, setting.delta, 3600]))
        instant = draw(st.sampled_from([setting.near(draw), setting.near(draw), later]))
        as_of = show(instant, draw(st.sampled_from(OFFSETS)))
    return Draft(setting, promise, files, as_of)


def cases() -> st.SearchStrategy[Case]:
    """Cases of valid input (but for a period that the agreement may not cover at all)."""
    return drafts().map(Draft.case)
