"""A tenant's auditor has the files of a month and the operator's keys, and no database: every figure comes again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from facilities.inventory import Inventory
from p2i.evidence_bundle import write_bundle
from reports.composing import compose
from reports.files import write_statement
from reports.key_folder import signing_key, write_new_key
from reports.manifest import write_manifest
from reports.signing import signed
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from store.connection import Connection
from tests.acceptance.months import CLOSED, RUNNING, ScoreMonth, StoreMonth

Json = dict[str, Any]
AGREEMENT, TENANT = "DEMO-CASA-A", "locataire-a"
ISSUED = CLOSED + timedelta(days=10)


def issue(connection: Connection, inventory: Inventory, root: Path, at: datetime) -> Path:
    """All files of the statement of September, signed; returns its manifest."""
    connection.commit()
    made = compose(connection, inventory, TENANT, "2026-09", language="fr", issued_at=at)
    write_new_key(root / "keys", at)
    key = signing_key(root / "keys", at)
    assert key is not None
    made = signed(made, key)
    files = write_statement(made, root / "out", sign=partial(signed, key=key))
    files.append(write_bundle(connection, inventory, made, root / "out", at))
    return write_manifest(root / "out", made, files, key)


def verify(manifest: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """As on the auditor's machine: another process, no setting of ours, no database to be found."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("P2I_")}
    keys = manifest.parent.parent / "keys" / "keys.json"
    words = [str(manifest), "--keys", str(keys), "--recompute", str(manifest.parent), *more]
    program = "import sys; from p2i.verify_command import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=120, check=False,
        env={**environment, "P2I_DSN": "host=/nowhere", "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_the_auditor_computes_every_figure_of_a_published_month(
    store_month: StoreMonth,
    score_month: ScoreMonth,
    connection: Connection,
    demo: Inventory,
    tmp_path: Path,
) -> None:
    store_month(AGREEMENT)
    score_month(AGREEMENT, CLOSED)
    Desk(connection, Promised.of(demo), ISSUED).issue(AGREEMENT, "2026-09")
    manifest = issue(connection, demo, tmp_path, ISSUED)
    done = verify(manifest)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"recompute   {AGREEMENT}: the same document, byte for byte, raw figures" in done.stdout
    made: Json = json.loads(next((tmp_path / "out").glob(f"*{TENANT}*.manifest.json")).read_text(encoding="utf-8"))
    (bundle,) = (one for one in made["files"] if one["name"].endswith(".evidence.zip"))
    inside = {one["name"].rpartition("/")[2] for one in bundle["members"]}
    assert {"agreement.toml", "intervals.csv", "probes.csv", "tickets.csv", "exclusions.csv"} <= inside


def test_a_running_month_is_verified_up_to_where_it_was_scored(
    store_month: StoreMonth, score_month: ScoreMonth, connection: Connection, demo: Inventory, tmp_path: Path
) -> None:
    store_month(AGREEMENT)
    score_month(AGREEMENT, RUNNING)
    done = verify(issue(connection, demo, tmp_path, RUNNING))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"recompute   {AGREEMENT}: the same document, byte for byte (no raw figures on record)" in done.stdout
