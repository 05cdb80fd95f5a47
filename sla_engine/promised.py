"""The texts scores are made by: those of the inventory as it was read, and those that closed periods keep."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from facilities.agreement import Agreement
from facilities.agreement_standalone import standalone_agreement
from facilities.agreement_toml import agreement_from_toml
from facilities.civil_calendar import CalendarVersion
from facilities.inventory import Inventory
from sla_engine.due import Contract
from store.agreement_texts import (
    AgreementText,
    CalendarText,
    is_read_only,
    read_agreement_texts,
    write_agreement_text,
    write_calendar_text,
)
from store.connection import Connection
from store.errors import InputError
from store.verdict_rows import ScoredPeriod
from store.verdicts import read_scored_periods


@dataclass(frozen=True)
class Promised:
    """The inventory that passes score by, with the content of its files as it was read: they may be edited later.

    `contents` are by agreement and number of the amendment (0: the original), `calendars` by id.
    """

    inventory: Inventory
    contents: Mapping[tuple[str, int], bytes]
    calendars: Mapping[str, bytes] = field(default_factory=dict)
    _texts: dict[tuple[object, ...], AgreementText] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, inventory: Inventory) -> "Promised":
        """The inventory with the content of its files; call it when the inventory is read."""
        contents = {(one.id, one.number): file.read_bytes() for one, file in inventory.agreement_texts()}
        folder = inventory.path / "calendars"
        return cls(inventory, contents, {code: (folder / f"{code}.toml").read_bytes() for code in inventory.calendars})

    def text(self, agreement: Agreement) -> AgreementText:
        """One text of the inventory, standing alone and with its hash, the days that cut it written in."""
        key = (agreement.id, agreement.number, agreement.superseded_on, agreement.scored_from)
        known = self._texts.get(key)
        if known is None:
            content = standalone_agreement(self.contents[agreement.id, agreement.number], agreement)
            known = self._texts[key] = AgreementText(
                hashlib.sha256(content).hexdigest(),
                agreement.id,
                agreement.number,
                agreement.first_on,
                content.decode(),
            )
        return known

    def calendar(self, identity: CalendarVersion) -> CalendarText:
        """The text of a calendar version; without it where the inventory holds another version, or none."""
        content = self.calendars.get(identity.id, b"")
        text = content.decode() if hashlib.sha256(content).hexdigest() == identity.sha256 else None
        return CalendarText(identity.id, identity.version, identity.sha256, text)

    def before_amendments(self) -> Iterable[AgreementText]:
        """Every text as it stands now, and as it stood before the next one took over."""
        for agreement, _ in self.inventory.agreement_texts():
            yield self.text(agreement)
            yield self.text(replace(agreement, superseded_on=None))


@dataclass
class KeptTexts:
    """The agreements that scores in the store were made by, read back by the hash of their text, each once."""

    promised: Promised
    agreements: dict[str, Agreement] = field(default_factory=dict)
    _sought: set[str] = field(default_factory=set)

    def learn(self, connection: Connection, scored: Iterable[ScoredPeriod]) -> Mapping[str, Agreement]:
        """The agreements by hash, those of `scored` among them as far as their text is kept; the caller commits.

        A score of a release that kept hashes only gets its text where the inventory still has it; it is then kept,
        unless the transaction only reads.
        """
        wanted = {row.agreement_sha256 for row in scored} - self.agreements.keys() - self._sought
        if not wanted:
            return self.agreements
        found = read_agreement_texts(connection, wanted)
        if missing := wanted - found.keys():
            matching = [row for row in self.promised.before_amendments() if row.sha256 in missing]
            found |= {row.sha256: row for row in matching}
            if matching and not is_read_only(connection):
                for row in matching:
                    write_agreement_text(connection, row)
        self._sought |= wanted
        for sha256, row in found.items():
            self.agreements[sha256] = agreement_from_toml(row.text.encode(), f"agreement_text {sha256}")
        return self.agreements

    def read(self, connection: Connection, sha256: str) -> Agreement | None:
        """The agreement whose kept text has this hash; None where it is not kept."""
        if sha256 not in self.agreements:
            for row in read_agreement_texts(connection, [sha256]).values():
                self.agreements[sha256] = agreement_from_toml(row.text.encode(), f"agreement_text {sha256}")
        return self.agreements.get(sha256)

    def contract(self, connection: Connection, agreement: str, scored: Sequence[ScoredPeriod]) -> Contract:
        """One agreement of the inventory with its scores, `scored`, and the texts they keep; the caller commits."""
        versions, kept = self.promised.inventory.versions[agreement], self.learn(connection, scored)
        return Contract(versions, scored, kept, lambda text: self.promised.text(text).sha256)

    def keep(self, connection: Connection, agreement: Agreement, kept_sha256: str | None) -> str:
        """Keeps the text `agreement` is scored by, and that of its calendar, and returns its hash; the caller commits.

        `kept_sha256` is that of the text a closed period keeps. InputError where it is not kept, and for a calendar
        whose version is known with another text.
        """
        if kept_sha256 is not None:
            if kept_sha256 not in self.agreements:
                raise InputError(
                    f"the text of the agreement it was scored by is not kept (SHA-256 {kept_sha256}): its score stays"
                    " as it was; with that text back in the inventory for one pass it is kept and scored by"
                )
            return kept_sha256
        if agreement.calendar is not None:
            write_calendar_text(connection, self.promised.calendar(agreement.calendar))
        row = self.promised.text(agreement)
        write_agreement_text(connection, row)
        self.agreements.setdefault(row.sha256, agreement)
        return row.sha256


def read_contract(connection: Connection, inventory: Inventory, agreement: str) -> Contract:
    """One agreement of the inventory with its scores in the store and the texts they keep; the caller commits."""
    scored = [row for row in read_scored_periods(connection) if row.agreement == agreement]
    return KeptTexts(Promised.of(inventory)).contract(connection, agreement, scored)
