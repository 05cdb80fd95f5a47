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
        yield text(line(" · ".join(said), "small"), with_next=True)
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
    span = say.say("period_span", start=say.local(period["starts_at"], zone), end=say.local(period["ends_at"], zone))
    in_utc = say.small(
        "period_utc", start=period["starts_at"], end=period["ends_at"], seconds=say.number(period["seconds"]),
        duration=say.seconds(period["seconds"]),
    )  # fmt: skip
    clock = say.small("period_clock", zone=zone, tzdb=period["tzdb"])
    rows = [(say.say("period"), cell(span, in_utc, clock))]
    published = agreement.get("published")
    if published is not None:
        state = say.say(f"state.{published['state']}")
        at = say.local(published["issued_at"], zone)
        lines: list[Any] = [say.say("published.version", version=published["version"], state=state, at=at)]
        if published["reason"]:
            lines.append(say.say("published.reason", reason=published["reason"]))
        if published["state"] == "issued":
            lines.append(say.say("published.contest_until", at=say.local(published["contest_until"], zone)))
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
    yield text(say.small(f"exclusions.note.{agreement['registers_as_of']}"), with_next=True)
    rows = []
    for row in found:
        announced = say.small("exclusion.not_announced")
        if row["announced_at"]:
            announced = say.small("exclusion.announced", at=say.local(row["announced_at"], zone))
        rows.append(
            [
                cell(line(row["exclusion"], "strong"), line(row["circuit"], "small"), say.say(f"kind.{row['kind']}")),
                cell(say.local(row["starts_at"], zone), f"→ {say.local(row['ends_at'], zone)}", announced),
                cell(*_reasons(say, row),
                     say.small("exclusion.evidence", evidence=row["evidence"]) if row["evidence"] else ""),
                cell(line(say.say(f"decision.{row['decision']}"), "strong"), *_decided(say, row, zone),
                     _by(say, "exclusion.asked", row["proposed_by"], row["proposed_at"], zone)),
            ]
        )  # fmt: skip
    yield table(
        [
            column(say.say("exclusion"), 1.1),
            column(say.say("exclusion.span"), 1.75),
            column(say.say("exclusion.reason"), 1.25),
            column(say.say("exclusion.decision"), 1.5),
        ],
        rows,
        summary=say.say("exclusions"),
    )


def _reasons(say: Wording, row: Json) -> list[Any]:
    """Why it was asked for, and, where that says something else, why it was decided so."""
    asked = row.get("proposed_reason")
    if asked is None or asked == row["reason"] or row["decision"] == "proposed":
        return [row["reason"] or say.say("none")]
    return [asked, say.small("exclusion.decided_reason", reason=row["reason"] or say.say("none"))]


def _by(say: Wording, key: str, login: str | None, at: str | None, zone: str) -> Line:
    return say.small(key, by=say.say("exclusion.not_recorded") if login is None else login, at=say.local(at, zone))


def _decided(say: Wording, row: Json, zone: str) -> list[Any]:
    """Who decided and when; nobody has, while it is only proposed."""
    if row["decision"] == "proposed":
        return []
    counted = ""
    if row["decision"] == "accepted" and row.get("counted_seconds") is not None:
        counted = say.say("exclusion.counts_not")
        if row["counted_seconds"]:
            counted = say.say("exclusion.counts", duration=say.seconds(row["counted_seconds"]))
    return [counted, _by(say, "exclusion.decided", row["decided_by"], row["decided_at"], zone)]


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
