"""The pages of one agreement: its period, what changed, its objectives, credits, exclusions, last months and rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.pages.availability import availability
from reports.pages.blocks import Block, Line, cell, column, facts, heading, line, rules, table, text
from reports.pages.changes import changes
from reports.pages.money import money
from reports.pages.months import months
from reports.pages.objectives import loss, restore, round_trip
from reports.pages.wording import Wording

Json = dict[str, Any]


def agreement_pages(say: Wording, agreement: Json, place: int) -> Iterator[Block]:
    """The blocks of one agreement; `place` is its number on the statement and tells its drawings apart."""
    name = say.agreement_name(agreement)
    title = f"{name} – {agreement['facility']['name']}"
    yield heading(1, title, page=say.head(agreement["agreement"]))
    yield _period(say, agreement)
    yield from changes(say, agreement)
    for number, found in enumerate(agreement["score"]["objectives"]):
        promised = agreement["objectives"][number]
        circuit = agreement["circuits"][found["circuit"]]
        yield heading(
            2,
            f"{say.say('indicator.' + found['indicator'])} – {found['circuit']} ({found['id']})",
            chip=say.verdict(found["verdict"], to_date=say.is_running(agreement)),
        )
        said = [circuit["label"], f"{say.say('carrier')}{say.say('colon')}{circuit['carrier']}"]
        said.append(f"{say.say('promise')}{say.say('colon')}{promised['promise']}")
        yield text(line(" · ".join(said), "small"))
        if found["indicator"] == "availability":
            yield from availability(say, agreement, found, promised, f"t{place}-{number}")
        elif found["indicator"] == "time_to_restore":
            yield from restore(say, agreement, promised)
        else:
            yield from (loss if found["indicator"] == "loss" else round_trip)(say, found, promised)
    yield from money(say, agreement)
    yield from _exclusions(say, agreement)
    yield from months(say, agreement, f"m{place}")
    yield from _rules(say, agreement)


def _period(say: Wording, agreement: Json) -> Block:
    period = agreement["score"]["period"]
    zone = period["time_zone"]
    span = say.say(
        "period_span", start=say.local(period["starts_at"], zone), end=say.local(period["ends_at"], zone), zone=zone
    )
    in_utc = say.small(
        "period_utc", start=period["starts_at"], end=period["ends_at"], seconds=say.number(period["seconds"]),
        duration=say.seconds(period["seconds"]), tzdb=period["tzdb"],
    )  # fmt: skip
    rows = [(say.say("period"), cell(span, in_utc))]
    published = agreement.get("published")
    if published is not None:
        state = say.say(f"state.{published['state']}")
        at = say.local(published["issued_at"], zone)
        lines: list[Any] = [say.say("published.version", version=published["version"], state=state, at=at)]
        if published["reason"]:
            lines.append(say.say("published.reason", reason=published["reason"]))
        entry = say.say("published.entry", entry=published["entry"], sha256=published["sha256"])
        rows.append((say.say("published"), cell(*lines, line(entry, "mono"))))
    rows.append((say.say("scored_to_at"), cell(say.local(agreement["scored_to_at"], zone))))
    rows.append((say.say("fee"), cell(say.money(agreement["credits"]["fee"], agreement["currency"]))))
    return facts(rows)


def _exclusions(say: Wording, agreement: Json) -> Iterator[Block]:
    yield heading(2, say.say("exclusions"))
    found = agreement["registers"]["exclusions"]
    if not found:
        yield text(say.say("exclusions.none"))
        return
    zone = agreement["score"]["period"]["time_zone"]
    rows = []
    for row in found:
        announced = say.local(row["announced_at"], zone) if row["announced_at"] else say.say("exclusion.not_announced")
        rows.append(
            [
                cell(line(row["exclusion"], "strong"), line(row["circuit"], "small"), say.say(f"kind.{row['kind']}")),
                cell(say.local(row["starts_at"], zone), f"→ {say.local(row['ends_at'], zone)}",
                     say.small("exclusion.announced", at=announced)),
                cell(row["reason"] or say.say("none"),
                     say.small("exclusion.evidence", evidence=row["evidence"]) if row["evidence"] else ""),
                cell(_by(say, row["proposed_by"]), line(say.local(row["proposed_at"], zone), "small")),
                cell(line(say.say(f"decision.{row['decision']}"), "strong"), *_decided(say, row, zone)),
            ]
        )  # fmt: skip
    yield table(
        [
            column(say.say("exclusion"), 1),
            column(say.say("exclusion.span"), 2.1),
            column(say.say("exclusion.reason"), 1.4),
            column(say.say("exclusion.author"), 1.1),
            column(say.say("exclusion.decision"), 1.1),
        ],
        rows,
        summary=say.say("exclusions"),
    )
    yield text(say.small(f"exclusions.note.{agreement['registers_as_of']}"))


def _by(say: Wording, login: str | None) -> str:
    return say.say("exclusion.not_recorded") if login is None else login


def _decided(say: Wording, row: Json, zone: str) -> list[Any]:
    """Who decided and when; nobody has, while it is only proposed."""
    if row["decision"] == "proposed":
        return []
    counted: Line | str = ""
    if row["decision"] == "accepted" and row.get("counted_seconds") is not None:
        counted = say.small("exclusion.counts_not")
        if row["counted_seconds"]:
            counted = say.small("exclusion.counts", duration=say.seconds(row["counted_seconds"]))
    return [_by(say, row["decided_by"]), line(say.local(row["decided_at"], zone), "small"), counted]


def _rules(say: Wording, agreement: Json) -> Iterator[Block]:
    yield heading(2, say.say("rules"))
    yield heading(3, say.say("rules.common"))
    yield rules(agreement["rules"]["common"])
    alike: dict[tuple[str, ...], list[Json]] = {}
    for found in agreement["score"]["objectives"]:
        alike.setdefault((found["indicator"], *agreement["rules"]["objectives"][found["id"]]), []).append(found)
    for (indicator, *said), members in alike.items():
        names = ", ".join(f"{found['circuit']} ({found['id']})" for found in members)
        yield heading(3, f"{say.say('indicator.' + indicator)} – {names}")
        yield rules(said)
