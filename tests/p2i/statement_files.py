"""A statement's files as they are issued, without a database: written by hand, signed by a key made for the test."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from facilities.inventory import DEMO_INVENTORY, read_inventory
from reports.bundle import write_bundle_file
from reports.files import stem, write_statement
from reports.key_folder import signing_key, write_new_key
from reports.keys import SigningKey
from reports.language_fr import FRENCH
from reports.manifest import write_manifest
from reports.signing import hashed, signed
from reports.statement import Scored, statement
from store.verdict_rows import ScoreRow
from tests.reports.conftest import OCTOBER, REGISTERS, SCORED_TO, text_of

Json = dict[str, Any]
KEY_FROM, ISSUED = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 3, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """The folder of one statement's files, the operator's keys, and what was written."""

    folder: Path
    keys: Path
    made: Json
    manifest: Path

    @property
    def json(self) -> Path:
        return self.folder / f"{stem(self.made)}.json"

    @property
    def ring(self) -> Path:
        return self.keys / "keys.json"


def made_statement(issued_at: datetime = ISSUED) -> Json:
    """A provisional statement of one agreement."""
    demo = read_inventory(DEMO_INVENTORY)
    row = ScoreRow(
        "DEMO-CASA-A", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), "locataire-a",
        "casanearshore", True, text_of(OCTOBER),
        hashlib.sha256(demo.agreement_files["DEMO-CASA-A"].read_bytes()).hexdigest(), "0.1.0", "2026f",
        SCORED_TO, SCORED_TO,
    )  # fmt: skip
    one = Scored(demo.agreements["DEMO-CASA-A"], row, copy.deepcopy(REGISTERS))
    return statement(
        demo.tenants["locataire-a"], "2026-10", [one], {}, inventory=demo, issued_at=issued_at, words=FRENCH
    )


def issue(root: Path, made: Json | None = None, *, is_signed: bool = True) -> Issued:
    """Writes all files of a statement below `root`."""
    keys, folder = root / "keys", root / "out"
    key: SigningKey | None = None
    if is_signed:
        if not keys.exists():
            write_new_key(keys, KEY_FROM)
        key = signing_key(keys, ISSUED)
    made = made_statement() if made is None else made
    final = hashed(made) if key is None else signed(made, key)
    files = write_statement(final, folder, sign=None if key is None else partial(signed, key=key))
    facts = root / "facts" / "DEMO-CASA-A" / "2026-10-01"
    facts.mkdir(parents=True, exist_ok=True)
    (facts / "agreement.toml").write_text("as it was\n")
    (facts / "intervals.csv").write_text("starts_at,circuit,sent,lost\n" + "2026-10-01T00:00:00Z,casa-a1,10,0\n" * 40)
    bundle = folder / f"{stem(final)}.evidence.zip"
    write_bundle_file(root / "facts", bundle)
    return Issued(folder, keys, final, write_manifest(folder, final, [*files, bundle], key))


def rewritten(path: Path, change: Any, *, is_rehashed: bool = True) -> None:
    """A document changed by somebody who knows the format: written as we write it, hashed anew, the signature kept."""
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    signature = said.pop("signature", None)
    said = hashed(said) if is_rehashed else said
    if signature is not None:
        said["signature"] = signature
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
