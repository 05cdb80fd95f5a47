"""The settings of the closing job, checked before anything is done."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from facilities.inventory import Inventory, inventory_path, read_inventory
from facilities.mail_server import MailServer, mail_server
from reports.forms import FORMS
from reports.recipients import Recipient, read_recipients
from reports.sealing import Sealing, sealing_of
from sla_engine.promised import Promised
from store.errors import InputError

USUAL_FORMS = ("json", "html", "pdf", "ar.pdf", "csv")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the job works with: a folder with a folder per tenant, who gets what, and how it is signed and sent."""

    folder: Path
    forms: tuple[str, ...]
    keys: Path | None
    sealing: Sealing | None
    server: MailServer | None
    recipients: Mapping[str, Recipient]
    promised: Promised

    @property
    def inventory(self) -> Inventory:
        """The inventory that statements are made by."""
        return self.promised.inventory

    def agreements(self, tenant: str) -> list[str]:
        """The codes of the tenant's agreements."""
        return [code for code, versions in self.inventory.versions.items() if versions[0].tenant == tenant]


def read_settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    """The settings that options and environment name; InputError in one line for the first mistake."""
    inventory = read_inventory(inventory_path(options.inventory, environment))
    recipients = read_recipients(Path(_named("--recipients", options.recipients)), inventory)
    server = mail_server(environment)
    if server is None:
        for one in recipients.values():
            if one.to:
                raise InputError(f"{options.recipients}: {one.tenant}: has addresses; mail needs P2I_SMTP_HOST")
    sealing = sealing_of(environment)
    if sealing is not None and importlib.util.find_spec("pyhanko") is None:
        raise InputError("P2I_SEAL_KEY_FILE, P2I_TIMESTAMP_URL: sealing needs the extra: pip install 'p2i[seal]'")
    chosen = dict.fromkeys((*options.forms, *(form for one in recipients.values() for form in one.attach)))
    keys = environment.get("P2I_KEYS")
    return Settings(
        folder=Path(_named("--out", options.out)),
        forms=tuple(form for form in FORMS if form in chosen),
        keys=Path(keys) if keys else None,
        sealing=sealing,
        server=server,
        recipients=recipients,
        promised=Promised.of(inventory),
    )


def _named(option: str, value: str | None) -> str:
    if not value:
        raise InputError(f"{option}: is required")
    return value
