"""An operator's office: issues statements of a published month of a real store, signed by its key, with all files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from p2i.evidence_bundle import write_bundle
from p2i.verify_command import main
from reports.composing import compose
from reports.files import write_statement
from reports.key_folder import signing_key, write_new_key
from reports.keys import SigningKey
from reports.manifest import write_manifest
from reports.signing import hashed, signed
from store.canonical import canonical_sha256, text_sha256
from store.connection import Connection
from tests.sla_engine.ledger_cases import (
    AMENDED,
    DAY,
    OCTOBER,
    OUTAGE,
    SEPTEMBER,
    Months,
    agreement_text,
    promise,
)

Json = dict[str, Any]
ISSUED, LATER = OCTOBER + 5 * DAY, OCTOBER + 8 * DAY


def september(connection: Connection, folder: Path) -> Months:
    """September 2025 in two segments with an outage in the first, scored after its end."""
    texts = (
        agreement_text("casa-a1", starts_on="2025-09-01"),
        agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
    )
    found = Months(connection, promise(folder, *texts))
    found.register()
    found.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    found.engine(OCTOBER + DAY)
    return found


class Office:
    """Issues statements of the month into one folder, signed by one key."""

    def __init__(self, months: Months, root: Path) -> None:
        self.months, self.root, self.out = months, root, root / "out"
        write_new_key(root / "keys", ISSUED)
        self.ring = root / "keys" / "keys.json"

    def key(self, at: datetime) -> SigningKey:
        """The key in force."""
        found = signing_key(self.root / "keys", at)
        assert found is not None
        return found

    def issue(
        self, at: datetime, change: Callable[[Json], object] | None = None, forms: Collection[str] = ("json",)
    ) -> Path:
        """The statement as of now, and its manifest; `change` is what a dishonest operator does before signing."""
        self.months.connection.commit()
        inventory = self.months.promised.inventory
        made = compose(self.months.connection, inventory, "locataire-a", "2025-09", language="fr", issued_at=at)
        if change is not None:
            change(made)
            made = resealed(made)
        made = signed(made, self.key(at))
        files = write_statement(made, self.out, forms)
        if change is None:
            files.append(write_bundle(self.months.connection, inventory, made, self.out, at))
        return write_manifest(self.out, made, files, self.key(at))

    def verify(self, file: Path, *more: str | Path) -> int:
        """What `p2i verify` says with this office's keys."""
        return main([str(file), "--keys", str(self.ring), *map(str, more)])


def resealed(made: Json) -> Json:
    """With every hash made anew, so that only other evidence can show the change."""
    for part, hashes in zip(made["agreements"], made["parts_sha256"].values(), strict=True):
        hashes["score"] = text_sha256(json.dumps(part["score"], indent=2, ensure_ascii=False) + "\n")
        hashes["rules"] = canonical_sha256(part["rules"])
        hashes["registers"] = canonical_sha256(part["registers"])
    return hashed(made)
