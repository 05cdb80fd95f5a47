"""`p2i ticket`: fault reports entered by hand or by file, whole or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from p2i.ticket_command import main
from store.changes import read_touched, snapshot_xid
from store.connection import Connection
from store.promises import read_freezes, read_tickets, write_tickets
from store.registry import register_circuits
from store.rows import CircuitRow, FreezeRow, TicketRow, Touched

TEN, NOON = datetime(2026, 9, 3, 10, tzinfo=UTC), datetime(2026, 9, 3, 12, tzinfo=UTC)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    connection: Connection,
    log_in: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs the command as a person with an operator's rights."""
    register_circuits(connection, [CircuitRow(code, "park", "t", False) for code in ("a", "b")])
    connection.commit()
    person = log_in("amina")
    monkeypatch.setenv("P2I_DSN", conninfo.make_conninfo(person.info.dsn, password=person.info.password))
    return lambda *words: (main(words), *capsys.readouterr())


def test_opened_frozen_restored_and_shown(connection: Connection, run: Run) -> None:
    opened = ("open", "T-1", "--circuit", "a", "--circuit", "b", "--at", "2026-09-03T11:00:00+01:00")
    assert run(*opened) == (0, "T-1 on a, b: opened 2026-09-03T10:00:00Z\n", "")
    assert run(*opened) == (0, "T-1 on a, b: known before, nothing changed\n", "")
    assert read_tickets(connection, ["a", "b"]) == [TicketRow("T-1", each, TEN, None) for each in "ab"]
    span = ("--from", "2026-09-03T10:30:00Z", "--to", "2026-09-03T11:00:00Z")
    frozen = "T-1: frozen 2026-09-03T10:30:00Z to 2026-09-03T11:00:00Z, on all its circuits\n"
    assert run("freeze", "T-1", *span, "--reason", "no access") == (0, frozen, "")
    restored = ("restore", "T-1", "--circuit", "a", "--at", "2026-09-03T12:00:00Z")
    assert run(*restored) == (0, "T-1 on a: restored 2026-09-03T12:00:00Z\n", "")
    assert run("list") == (
        0,
        "T-1  a  opened 2026-09-03T10:00:00Z  restored 2026-09-03T12:00:00Z\n"
        "  frozen 2026-09-03T10:30:00Z to 2026-09-03T11:00:00Z: no access\n"
        "T-1  b  opened 2026-09-03T10:00:00Z  open\n"
        "  frozen 2026-09-03T10:30:00Z to 2026-09-03T11:00:00Z: no access\n",
        "",
    )
    assert run("list", "--open", "--circuit", "a")[1] == "no ticket is like that\n"
    assert run(*opened)[0] == 0, "said again, it takes no restoration back"
    assert read_tickets(connection, ["a"]) == [TicketRow("T-1", "a", TEN, NOON)]


def test_files_come_whole_and_go_out_the_same(connection: Connection, run: Run, tmp_path: Path) -> None:
    tickets, freezes = tmp_path / "tickets.csv", tmp_path / "freezes.csv"
    tickets.write_text(
        "ticket,circuit,opened_at,restored_at\nT-1,a,2026-09-03T10:00:00Z,2026-09-03T12:00:00Z\n"
        "T-2,b,2026-09-03T12:00:00Z,\n"
    )
    freezes.write_text("ticket,starts_at,ends_at,reason\nT-1,2026-09-03T10:00:00Z,2026-09-03T12:00:00Z,no access\n")
    words = ("import", "--tickets", str(tickets), "--freezes", str(freezes))
    assert run(*words) == run(*words) == (0, "2 tickets, 1 freezes\n", "")
    assert read_freezes(connection, ["T-1"]) == [FreezeRow("T-1", TEN, NOON, "no access")]
    assert run("export", "tickets")[1] == tickets.read_text()
    assert run("export", "freezes")[1] == freezes.read_text()
    tickets.write_text(
        "ticket,circuit,opened_at,restored_at\nT-3,a,2026-09-03T10:00:00Z,\nT-1,a,2026-09-03T11:00:00Z,\n"
        "T-4,z,2026-09-03T10:00:00Z,\nT-5,a,2026-09-03T10:00:00Z,2026-09-03T09:00:00Z\n"
    )
    assert run("import", "--tickets", str(tickets)) == (
        2, "", f"{tickets}:3: opened_at: the store says 2026-09-03T10:00:00Z; p2i ticket correct changes it,"
        " with a reason\n"
        f'{tickets}:4: circuit: no circuit "z" in the store\n'
        f"{tickets}:5: restored_at: is before opened_at\n{tickets}: nothing was written\n",
    )  # fmt: skip
    assert len(read_tickets(connection, ["a", "b"])) == 2


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("open", "T", "--circuit", "z", "--at", "2026-09-03T10:00:00Z"),
         'ticket T: circuit: no circuit "z" in the store'),
        (("open", "T", "--circuit", "a", "--at", "2026-09-03T10:00:00"),
         '--at: "2026-09-03T10:00:00" has no offset from UTC'),
        (("restore", "T", "--at", "2026-09-03T10:00:00Z"), 'ticket: there is no "T"'),
        (("freeze", "T", "--from", "2026-09-03T10:00:00Z", "--to", "2026-09-03T11:00:00Z", "--reason", "r"),
         'ticket: there is no "T"'),
        (("freeze", "T", "--from", "2026-09-03T10:00:00Z", "--to", "2026-09-03T09:00:00Z", "--reason", "r"),
         "--to: is before --from"),
        (("list", "--circuit", "z"), '--circuit: no circuit "z" in the store'),
        (("import",), "ticket import: name --tickets, --freezes or both"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(run: Run, words: tuple[str, ...], line: str) -> None:
    assert run(*words) == (2, "", f"{line}\n")


def test_what_has_not_happened_yet_is_not_reported(connection: Connection, run: Run, tmp_path: Path) -> None:
    year = datetime.now(UTC).year + 1
    code, out, error = run("open", "T-1", "--circuit", "a", "--at", f"{year}-01-01T00:00:00Z")
    assert (code, out) == (2, "")
    assert error.startswith(f"ticket T-1: opened_at: {year}-01-01T00:00:00Z has not come yet; it is ")
    soon = f"{datetime.now(UTC) + timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
    assert run("open", "T-1", "--circuit", "a", "--at", soon)[0] == 0, "clocks differ by a little"
    assert run("restore", "T-1", "--at", f"{year}-01-01T00:00:00Z")[0] == 2
    assert run("correct", "T-1", "--at", f"{year}-01-01T00:00:00Z", "--reason", "r")[0] == 2
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(f"ticket,circuit,opened_at,restored_at\nT-2,a,{year}-01-01T00:00:00Z,\n")
    assert "has not come yet" in run("import", "--tickets", str(tickets))[2]
    assert [row.ticket for row in read_tickets(connection, ["a"])] == ["T-1"]


def test_a_mistyped_ticket_is_withdrawn_and_its_month_scored_anew(connection: Connection, run: Run) -> None:
    run("open", "T-1", "--circuit", "a", "--circuit", "b", "--at", "2026-09-03T10:00:00Z")
    began = snapshot_xid(connection)
    connection.rollback()
    said = run("withdraw", "T-1", "--circuit", "a", "--reason", "it was circuit b alone")
    assert said == (0, "T-1 on a: withdrawn; it counts nowhere\n", "")
    assert read_tickets(connection, ["a", "b"]) == [TicketRow("T-1", "b", TEN, None)]
    assert read_touched(connection, began) == [Touched("a", TEN, TEN)]
    assert connection.execute("SELECT circuit FROM reporting.ticket").fetchall() == [("b",)]
    connection.rollback()
    assert run("withdraw", "T-1", "--circuit", "a", "--reason", "r")[1] == "T-1: withdrawn before, nothing changed\n"
    assert run("restore", "T-1", "--circuit", "a", "--at", "2026-09-03T12:00:00Z") == (
        2, "", 'ticket: "T-1" was withdrawn; p2i ticket correct takes it up again\n',
    )  # fmt: skip
    assert "it was withdrawn on a (it was circuit b alone)" in run(
        "open", "T-1", "--circuit", "a", "--at", "2026-09-03T10:00:00Z"
    )[2]  # fmt: skip
    assert run("restore", "T-1", "--at", "2026-09-03T12:00:00Z")[1] == "T-1 on b: restored 2026-09-03T12:00:00Z\n"
    assert "on a" not in run("export", "tickets")[1]
    assert run("list", "--circuit", "a")[1] == "no ticket is like that\n"
    assert ": it was circuit b alone\n" in run("list", "--circuit", "a", "--withdrawn")[1]
    assert run("withdraw", "T-9", "--reason", "r") == (2, "", 'ticket: there is no "T-9"\n')


def test_an_opening_is_corrected_with_a_reason_and_a_trace(connection: Connection, run: Run) -> None:
    run("open", "T-1", "--circuit", "a", "--at", "2026-09-03T10:00:00Z")
    began = snapshot_xid(connection)
    connection.rollback()
    said = run("correct", "T-1", "--at", "2026-08-03T10:00:00Z", "--reason", "the month was mistyped")
    assert said == (0, "T-1 on a: opened 2026-08-03T10:00:00Z, before: 2026-09-03T10:00:00Z\n", "")
    assert read_touched(connection, began) == [Touched("a", TEN.replace(month=8), TEN)], "both months"
    assert run("correct", "T-1", "--at", "2026-09-03T10:00:00Z", "--reason", "the month was mistyped")[0] == 2
    run("withdraw", "T-1", "--reason", "no fault at all")
    taken_up = run("correct", "T-1", "--at", "2026-08-03T10:00:00Z", "--reason", "it was one")
    assert taken_up == (0, "T-1 on a: opened 2026-08-03T10:00:00Z, before: withdrawn\n", "")
    assert len(read_tickets(connection, ["a"])) == 1
    connection.rollback()
    shown = run("show", "T-1")[1].splitlines()
    assert [line.split("  ", 3)[3] for line in shown[1:]] == [
        "opened 2026-09-03T10:00:00Z",
        "opening corrected from 2026-09-03T10:00:00Z to 2026-08-03T10:00:00Z: the month was mistyped",
        "withdrawn: no fault at all",
        "opened 2026-08-03T10:00:00Z: it was one",
    ]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE ticket SET opened_at = opened_at - interval '1 day'", "needs a reason of its own"),
        ("UPDATE ticket SET withdrawn_at = now()", "needs a reason of its own"),
        ("UPDATE ticket SET ticket = 'T-2'", "its number and circuit stay"),
        ("DELETE FROM ticket", "never removed"),
        ("TRUNCATE ticket", "never removed"),
        ("UPDATE ticket_event SET acted_by = 'x'", "stays as it was written"),
        ("DELETE FROM ticket_event", "stays as it was written"),
        ("TRUNCATE ticket_event", "stays as it was written"),
    ],
)
def test_not_even_the_owner_goes_around_the_trace(connection: Connection, statement: str, why: str) -> None:
    circuits = register_circuits(connection, [CircuitRow("a", "park", "t", False)])
    write_tickets(connection, [TicketRow("T-1", "a", TEN, None)], circuits)
    connection.commit()
    with pytest.raises(psycopg.errors.RaiseException, match=why):
        connection.execute(statement.encode())
