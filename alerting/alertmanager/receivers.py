"""Receivers of the operator's own beside the escalator, from a strict TOML file: who gets what by label. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from alerting.alertmanager.mail import body, subject
from alerting.grouping import Audience
from facilities.inventory import Inventory
from facilities.inventory_toml import mistake, read_entries
from facilities.provenance import Text


class Receiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One receiver and the labels of what it gets; a label that is left out may be anything.

    What it gets goes to the escalator as well. Secrets are files that Alertmanager reads.
    """

    name: str
    kind: Literal["webhook", "email", "pagerduty"]
    audience: Audience = "on_call"
    severity: Literal["page", "ticket"] | None = None
    facility: str | None = None
    tenant: str | None = None
    language: Literal["fr", "en"] | None = None
    url: Text | None = None
    token_file: Text | None = None
    to: tuple[Text, ...] = ()
    routing_key_file: Text | None = None

    def __post_init__(self) -> None:
        needed = {"webhook": "url", "email": "to", "pagerduty": "routing_key_file"}[self.kind]
        if not getattr(self, needed):
            raise ValueError(f'missing key "{needed}" (kind "{self.kind}")')
        for key, kind in (
            ("url", "webhook"),
            ("token_file", "webhook"),
            ("to", "email"),
            ("routing_key_file", "pagerduty"),
        ):
            if kind != self.kind and getattr(self, key):
                raise ValueError(f'key "{key}": belongs to kind "{kind}"')
        if self.url is not None and (not self.url.startswith(("http://", "https://")) or "{{" in self.url):
            raise ValueError(f'key "url": "{self.url}" is not an address such as https://example.org/hook')

    @property
    def receiver(self) -> str:
        """Its name in Alertmanager, which none of ours can be."""
        return f"own_{self.name}"

    @property
    def labels(self) -> dict[str, str]:
        """What an alert must carry to get here."""
        found = {"audience": self.audience, "severity": self.severity, "facility": self.facility}
        found |= {"tenant": self.tenant, "language": self.language}
        return {name: value for name, value in found.items() if value is not None}

    def config(self, label: str) -> dict[str, Any]:
        """The receiver as Alertmanager's configuration has it; `label` is the inventory's ("DÉMO")."""
        if self.kind == "pagerduty":
            return {"pagerduty_configs": [{"routing_key_file": self.routing_key_file, "send_resolved": True}]}
        if self.kind == "email":
            return {"email_configs": [mail(self.to, self.language or "fr", label, send_resolved=True, why="direct")]}
        return {"webhook_configs": [webhook(self.url or "", self.token_file)]}


def webhook(url: str, token_file: str | None) -> dict[str, Any]:
    """A webhook that gets every alert of a group, and its end."""
    found: dict[str, Any] = {"url": url, "send_resolved": True}
    if token_file is not None:
        found["http_config"] = {"authorization": {"type": "Bearer", "credentials_file": token_file}}
    return found


def mail(
    to: tuple[str, ...], language: str, label: str, *, send_resolved: bool, why: Literal["direct", "dead"]
) -> dict[str, Any]:
    """Mail that Alertmanager sends itself, as plain text."""
    return {
        "to": ", ".join(to),
        "send_resolved": send_resolved,
        "headers": {"Subject": subject(language, label, why)},
        "html": "",
        "text": body(language, why),
    }


def read_receivers(path: Path, inventory: Inventory) -> tuple[Receiver, ...]:
    """The `[[receiver]]` entries of the file; InputError in one line for the first mistake."""
    found = read_entries(path, "receiver", Receiver, key="name")
    for name, one in found.items():
        for key, code, known in (
            ("facility", one.facility, inventory.parks),
            ("tenant", one.tenant, inventory.tenants),
        ):
            if code is not None and code not in known:
                raise mistake(path, f'receiver "{name}": key "{key}": "{code}" is not in the inventory')
    return tuple(found.values())
