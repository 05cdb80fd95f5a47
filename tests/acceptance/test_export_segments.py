"""A month cut by an amendment: each of its two scores is recomputed by anyone from the folder of its segment alone."""

import contextlib
import dataclasses
import io
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.export_command import main as export
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from store.connection import Connection
from store.verdicts import read_scores
from tests.acceptance.months import CLOSED, StoreMonth, export_words, printed_score

NAME = "DEMO-CASA-A"
FILE = "casanearshore-locataire-a.toml"
AMENDMENT = '\n[agreement.amendment]\nnumber = 1\neffective_on = 2026-09-16\ntitle = "avenant n° 1"\n\n[[objective]]'
RUNNING = datetime(2026, 9, 20, 12, 0, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo inventory with an amendment of one agreement that took effect in mid-September."""
    copied = tmp_path / "inventory"
    shutil.copytree(DEMO_INVENTORY, copied)
    text = (copied / "agreements" / FILE).read_text(encoding="utf-8")
    (copied / "agreements" / "amendment.toml").write_text(text.replace("\n[[objective]]", AMENDMENT, 1), "utf-8")
    return copied


def scored(connection: Connection, folder: Path, now: datetime) -> list[str]:
    """The stored documents of September, in order of time."""
    inventory = read_inventory(folder)
    only = dataclasses.replace(inventory, contracts=MappingProxyType({NAME: inventory.contracts[NAME]}))
    Scorer(Promised.of(only)).run_pass(connection, now)
    return [row.document for row in read_scores(connection) if row.period_starts_at < datetime(2026, 9, 30, tzinfo=UTC)]


def exported(inventory: Path, out: Path) -> list[str]:
    """The lines that `p2i export` prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert export(export_words(NAME, out, inventory=inventory)) == 0
    return printed.getvalue().splitlines()


def recomputed(line: str) -> str:
    """What a printed line prints when it is run as it is."""
    goes_to, command = line.split(" && ")
    return printed_score(shlex.split(command)[2:], Path(shlex.split(goes_to)[1]))


@pytest.mark.usefixtures("commands_use_this_store")
@pytest.mark.parametrize(("now", "as_of"), [(CLOSED, [False, False]), (RUNNING, [False, True])])
def test_each_segment_gives_its_stored_document_again(
    now: datetime,
    as_of: list[bool],
    connection: Connection,
    folder: Path,
    tmp_path: Path,
    store_month: StoreMonth,
) -> None:
    store_month(NAME)
    stored = scored(connection, folder, now)
    lines = exported(folder, tmp_path / "a dispute")
    assert [line.split(" && ")[0] for line in lines] == [
        f"cd '{tmp_path}/a dispute/2026-09-01'", f"cd '{tmp_path}/a dispute/2026-09-16'",
    ]  # fmt: skip
    assert ["--as-of" in line for line in lines] == as_of
    assert [recomputed(line) for line in lines] == stored
    notes = [(tmp_path / "a dispute" / day / "README.txt").read_text() for day in ("2026-09-01", "2026-09-16")]
    assert notes[0].startswith(f"DÉMO · Agreement {NAME}, 2026-09, 2026-09-01 to 2026-09-15\n")
    assert not any("another text" in note for note in notes)


@pytest.mark.usefixtures("commands_use_this_store")
def test_a_closed_segment_is_exported_with_the_text_it_keeps(
    connection: Connection, folder: Path, tmp_path: Path, store_month: StoreMonth
) -> None:
    """The inventory drops the amendment and changes a target after the fact: the two scores stay what they were."""
    store_month(NAME)
    stored = scored(connection, folder, CLOSED)
    (folder / "agreements" / "amendment.toml").unlink()
    file = folder / "agreements" / FILE
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('monthly_fee = "', 'monthly_fee = "9'), encoding="utf-8")
    assert scored(connection, folder, CLOSED) == stored
    lines = exported(folder, tmp_path / "out")
    assert len(lines) == 2
    assert [recomputed(line) for line in lines] == stored
