import io
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from alerting.messages import ENGLISH
from alerting.telling import place, tell_changes
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from store.connection import Connection, connect
from store.errors import P2IError
from store.rows import TransitionRow
from store.transitions import LEASE, write_transitions

NOW = datetime(2026, 11, 22, 8, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return read_inventory(DEMO_INVENTORY)


def outage(circuit: str, *, is_demo: bool = True) -> TransitionRow:
    changed_at = NOW - timedelta(seconds=20)
    return TransitionRow("circuit", "DEMO-CASA-F", "a", circuit, is_demo, "up", "down", changed_at, NOW, "")


def tell(connection: Connection, inventory: Inventory, out: io.StringIO, *, by: str = "one", at: datetime = NOW) -> int:
    return tell_changes(connection, by, lambda: at, inventory=inventory, words=ENGLISH, out=out)


def test_each_change_is_told_once_and_oldest_first(connection: Connection, inventory: Inventory) -> None:
    write_transitions(connection, [outage("live-1"), outage("live-2")])
    out = io.StringIO()
    assert tell(connection, inventory, out) == 2
    lines = out.getvalue().splitlines()
    assert "DÉMO PAGE firing live-1 (Casanearshore, Locataire F (fictif)) OUTAGE" in lines[0]
    assert "live-2" in lines[1]
    assert tell(connection, inventory, out, by="two", at=NOW + 10 * LEASE) == 0


def test_an_outage_that_was_over_when_it_was_noticed_pages_nobody(connection: Connection, inventory: Inventory) -> None:
    """Readings of two days ago came in late: somebody has mended it since. One that still goes on is paged."""
    began = outage("live-1")._replace(changed_at=NOW - timedelta(days=2))
    ended = began._replace(from_state="down", to_state="up", changed_at=NOW - timedelta(days=2) + timedelta(hours=1))
    ended_now = outage("live-3")._replace(from_state="down", to_state="up")  # told as firing by an earlier pass
    write_transitions(connection, [began, ended, outage("live-2"), ended_now])
    out = io.StringIO()
    assert tell(connection, inventory, out) == 4
    lines = out.getvalue().splitlines()
    assert "DÉMO for information live-1 (Casanearshore, Locataire F (fictif)) OUTAGE" in lines[0]
    assert "DÉMO for information live-1 (Casanearshore, Locataire F (fictif)) AVAILABLE" in lines[1]
    assert "DÉMO PAGE firing live-2" in lines[2]
    assert "DÉMO PAGE resolved live-3" in lines[3]


class Broken(io.StringIO):
    """A standard output whose reader goes away after so many lines."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines

    def write(self, text: str) -> int:
        if self._lines == 0:
            self._fail()
        self._lines -= 1
        return super().write(text)

    def _fail(self) -> NoReturn:
        raise BrokenPipeError(32, "Broken pipe")


def test_what_could_not_be_written_is_told_again_and_says_so(
    connection: Connection, dsn: str, inventory: Inventory
) -> None:
    write_transitions(connection, [outage("live-1"), outage("live-2")])
    with pytest.raises(P2IError, match=r"^standard output: Broken pipe$"):
        tell(connection, inventory, Broken(1))
    with connect(dsn, "tests") as another:
        out = io.StringIO()
        assert tell(another, inventory, out, by="two") == 0  # the lease still holds
        assert tell(another, inventory, out, by="two", at=NOW + LEASE) == 1
    assert "live-2" in out.getvalue()
    assert "may have been told before" in out.getvalue()


def test_a_change_of_a_real_inventory_has_no_label(connection: Connection, inventory: Inventory) -> None:
    write_transitions(connection, [outage("live-1", is_demo=False)])
    out = io.StringIO()
    tell(connection, inventory, out)
    assert "DÉMO" not in out.getvalue()


def test_a_circuit_that_left_the_inventory_is_told_all_the_same(connection: Connection, inventory: Inventory) -> None:
    assert place(inventory, outage("gone")) == "?"
    write_transitions(connection, [outage("gone")])
    out = io.StringIO()
    assert tell(connection, inventory, out) == 1
    assert "gone (?) OUTAGE" in out.getvalue()
