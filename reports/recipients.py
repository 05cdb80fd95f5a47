"""Who gets a tenant's statements: `recipients.toml`, read strictly against the inventory. Pure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from facilities.inventory import Inventory
from facilities.inventory_toml import mistake, read_entries
from facilities.mailbox import Mailbox, mailbox
from reports.forms import FORMS

Language = Literal["fr", "en"]
Form = Literal["json", "html", "pdf", "ar.pdf", "csv", "xlsx"]
Text = Annotated[str, msgspec.Meta(min_length=1)]
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
LONGEST_NAME = 200


class Recipient(NamedTuple):
    """How one tenant gets its statements. `from_month` (YYYY-MM) is the first that goes out by itself; without
    addresses a statement is put into the tenant's folder only. `attach` are the forms that the mail carries."""

    tenant: str
    language: Language
    from_month: str
    to: tuple[Mailbox, ...]
    attach: tuple[str, ...]


class _Tenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[tenant]]` of the file, each key checked alone."""

    tenant: Text
    from_month: str = msgspec.field(name="from")
    language: Language = "fr"
    to: tuple[str, ...]
    attach: tuple[Form, ...] = ("pdf", "csv")

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.from_month):
            raise ValueError(f'key "from": "{self.from_month}" is not a month such as "2026-10"')
        boxes = self.boxes()
        addresses = [box.addr_spec.casefold() for box in boxes]
        for box in boxes:
            if addresses.count(box.addr_spec.casefold()) > 1:
                raise ValueError(f'key "to": "{box.addr_spec}" is there twice')
            if len(box.display_name) > LONGEST_NAME:
                raise ValueError(f'key "to": the name of "{box.addr_spec}" is longer than {LONGEST_NAME} signs')
        for form in self.attach:
            if self.attach.count(form) > 1:
                raise ValueError(f'key "attach": "{form}" is there twice')

    def boxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes of `to`."""
        found = []
        for written in self.to:
            try:
                found.append(mailbox(written))
            except ValueError as error:
                raise ValueError(f'key "to": "{written}" {error}') from None
        return tuple(found)


def read_recipients(path: Path, inventory: Inventory) -> dict[str, Recipient]:
    """The recipients of the file by tenant, in its order; a file without any is legal.

    InputError in one line for the first mistake: an unknown, missing or ill-typed key, a tenant that is not in the
    inventory or is there twice, what is no address or no form.
    """
    found = {}
    for code, one in read_entries(path, "tenant", _Tenant, key="tenant").items():
        if code not in inventory.tenants:
            raise mistake(path, f'tenant "{code}": key "tenant": no tenant "{code}" in the inventory')
        attach = tuple(form for form in FORMS if form in one.attach)
        found[code] = Recipient(code, one.language, one.from_month, one.boxes(), attach)
    return found
