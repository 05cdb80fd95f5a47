"""The tables of a statement that are of the whole: its head, the last months, premises, rules and hashes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reports.catalogue import Catalogue
from reports.owed_tables import of
from reports.table_model import Row, figure, moment
from reports.table_words import item

Json = dict[str, Any]
UNITS = {"temperature_celsius": "°C", "humidity_ratio": "0–1", "co2_ratio": "0–1", "sound_decibels": "dB",
         "illuminance_lux": "lx"}  # fmt: skip


def statement(made: Json, words: Catalogue) -> Iterator[Row]:
    """What the statement is, for whom, where it stands and what is owed in all."""
    if made["label"]:
        yield item(words, "label"), words.say("demo", label=made["label"])
    yield item(words, "number"), made["number"]
    if made["replaces"]:
        yield item(words, "replaces"), made["replaces"]
    yield item(words, "status"), words.say(f"status.{made['status']}")
    for reason in made["reasons"]:
        yield item(words, "reason"), reason
    yield item(words, "issued_at"), moment(made["issued_at"])
    yield item(words, "tenant"), made["tenant"]["name"]
    yield item(words, "tenant_code"), made["tenant"]["code"]
    yield item(words, "month"), moment(made["month"])
    for name in ("payable", "adjustment"):
        for one in made[name]:
            yield item(words, name, currency=one["currency"]), figure(one["amount"])


def history(made: Json, words: Catalogue) -> Iterator[Row]:
    """The last twelve months of each agreement as published; a month without a version says so."""
    for agreement, months in made["history"].items():
        for month in months:
            blank: Row = (None,) * 12
            if not month["versions"]:
                yield agreement, moment(month["month"]), words.say("months.none"), *blank
            for version in month["versions"]:
                state = version["state"]
                for place, one in enumerate(version["objectives"]):
                    yield (
                        agreement,
                        moment(month["month"]),
                        words.say("months.draft") if state is None else figure(version["version"]),
                        None if state is None else words.say(f"state.{state}"),
                        moment(version["starts_at"]),
                        one["circuit"],
                        one["id"],
                        words.say(f"indicator.{one['indicator']}"),
                        words.say(f"verdict.{one['verdict']}"),
                        figure(one.get("value_percent")),
                        figure(one.get("value_ms")),
                        figure(one.get("down_seconds")),
                        figure(one.get("late_tickets")),
                        figure(one.get("tickets")),
                        figure(version["payable"] if place == 0 else None),  # once: people add columns up
                    )


def occupancy(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each of the tenant's own zones."""
    del words
    for one in made["premises"]["zones"]:
        people = [figure(one[name]) for name in ("capacity_people", "people_most")]
        yield (*_zone(one), *people, moment(one["peak_at"]), figure(one["people_mean"]), figure(one["mean_percent"]),
               *_covered(one))  # fmt: skip


def comfort(made: Json, words: Catalogue) -> Iterator[Row]:
    """One row for each quantity measured in each of these zones."""
    for one in made["premises"]["comfort"]:
        name = one["quantity"]
        measured = [figure(one[key]) for key in ("least", "median", "most", "readings")]
        yield *_zone(one), words.say(f"quantity.{name}"), UNITS[name], *measured, *_covered(one)


def rules(made: Json, words: Catalogue) -> Iterator[Row]:
    """The rules in words, in their order."""
    for agreement in made["agreements"]:
        rules = agreement["rules"]
        for name, texts in ((item(words, "common"), rules["common"]), *rules["objectives"].items()):
            for number, text in enumerate(texts, start=1):
                yield *of(agreement), name, figure(number), text


def check(made: Json, words: Catalogue) -> Iterator[Row]:
    """The hashes: of each part, of each ledger's last entry, of the whole, and its signature."""
    for name, parts in made["parts_sha256"].items():
        for part, sha256 in parts.items():
            yield name, item(words, part), sha256
    for name, head in made["chain"].items():
        if head is not None:
            yield name, item(words, "chain", entry=head["entry"]), head["sha256"]
    yield None, item(words, "whole"), made["sha256"]
    signature = made.get("signature")
    if signature is not None:
        said = item(words, "signature", algorithm=signature["algorithm"], key=signature["key"])
        yield None, said, signature["value"]


def _zone(one: Json) -> Row:
    return one["facility"], one["building"], one["floor"], one["zone"], one["label"]


def _covered(one: Json) -> Row:
    return tuple(figure(one[name]) for name in ("quarters_measured", "quarters", "coverage_percent"))
