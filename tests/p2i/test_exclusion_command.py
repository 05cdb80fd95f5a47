"""`p2i exclusion` as two people use it, each with a LOGIN role: files whole or not at all, one line per mistake."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import conninfo

from p2i.exclusion_command import main
from store.connection import Connection
from store.exclusions import own_login, read_decided
from store.registry import register_circuits
from store.rows import CircuitRow

HEADER = "id,circuit,kind,starts_at,ends_at,announced_at,decision,reason,evidence\n"
SPAN = "2020-02-03T10:00:00Z,2020-02-03T12:00:00Z"
ROW = f"X-1,a,maintenance,{SPAN},2020-01-20T08:00:00Z,proposed,fibre moved,letter 12\n"
PROPOSE = ["propose", "X-1", "--circuit", "a", "--kind", "maintenance", "--from", "2020-02-03T10:00:00Z", "--to",
           "2020-02-03T12:00:00Z", "--reason", "fibre moved"]  # fmt: skip


class Desk:
    """A person at a terminal, logged in."""

    def __init__(self, connection: Connection, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.login, self._patch, self._capsys = own_login(connection), patch, capsys
        self._dsn = conninfo.make_conninfo(connection.info.dsn, password=connection.info.password)
        connection.commit()

    def does(self, *words: str) -> str:
        """What the command prints, when it is done."""
        code, out, err = self._run(*words)
        assert (code, err) == (0, "")
        return out

    def fails(self, *words: str) -> list[str]:
        """The lines of its mistakes; nothing else is printed."""
        code, out, err = self._run(*words)
        assert (code, out) == (2, "")
        return err.splitlines()

    def _run(self, *words: str) -> tuple[int, str, str]:
        self._patch.setenv("P2I_DSN", self._dsn)
        return (main(words), *self._capsys.readouterr())


NewDesk = Callable[[str], Desk]


@pytest.fixture
def desk(
    connection: Connection,
    log_in: Callable[[str], Connection],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> NewDesk:
    register_circuits(connection, [CircuitRow(code, "park", "t", False) for code in ("a", "b")])
    connection.commit()
    return lambda person: Desk(log_in(person), monkeypatch, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def written(rows: str) -> str:
        (tmp_path / "x.csv").write_text(HEADER + rows)
        return str(tmp_path / "x.csv")

    return written


def test_one_proposes_another_accepts_and_everything_shows(desk: NewDesk) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    said = amina.does(*PROPOSE, "--announced", "2020-01-20T08:00:00Z", "--evidence", "letter 12", "--circuit", "b")
    assert said.splitlines()[0].startswith(
        "X-1 on a: proposed; announced 2020-01-20T08:00:00Z, so its proposer says; proposed here only 20"
    )
    (line,) = amina.fails("accept", "X-1")
    assert line == f'exclusion "X-1": proposed by {amina.login} (you), and it has begun: another login must accept it'
    assert brahim.does("accept", "X-1", "--circuit", "a").splitlines()[0] == "1 accepted"
    assert amina.does("list", "--decision", "proposed").split()[:4] == ["proposed", "X-1", "b", "maintenance"]
    lines = amina.does("show", "X-1").splitlines()
    assert lines[0] == "X-1 on a: accepted"
    assert lines[3:5] == ["  reason    fibre moved", "  evidence  letter 12"]
    assert lines[5].endswith(
        f"{amina.login} proposed: maintenance, 2020-02-03T10:00:00Z to 2020-02-03T12:00:00Z, announced"
        " 2020-01-20T08:00:00Z (fibre moved; letter 12)"
    )
    assert lines[6].endswith(f"{brahim.login} accepted (fibre moved; letter 12)")
    (shown, _) = json.loads(amina.does("show", "X-1", "--json"))
    assert (shown["decided_by"], shown["is_announced_before_proposed"]) == (brahim.login, True)
    assert [event["to_decision"] for event in shown["events"]] == ["proposed", "accepted"]
    assert brahim.does("reject", "X-1", "--circuit", "a", "--reason", "the letter speaks of b").startswith("1 rejected")
    assert amina.does("list").splitlines()[0].endswith(f"rejected by {brahim.login}  the letter speaks of b")


def test_several_are_decided_at_once_or_none(desk: NewDesk) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    amina.does(*PROPOSE)
    amina.does(*("X-2" if word == "X-1" else word for word in PROPOSE))
    (line,) = brahim.fails("accept", "X-1", "X-9", "X-2")
    assert line == 'exclusion: there is no "X-9"'
    said = brahim.does("accept", "X-1", "X-2").splitlines()
    assert said[0] == "2 accepted"
    assert [line.split()[0] for line in said if " on a: " in line] == ["X-1", "X-2"]


def test_what_was_changed_meanwhile_is_accepted_by_what_it_says_and_not_by_its_id(
    desk: NewDesk, tmp_path: Path
) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    amina.does(*PROPOSE)
    seen = tmp_path / "seen.csv"
    seen.write_text(brahim.does("export"))
    amina.does(*(word.replace("2020-02-03T12:", "2020-02-13T12:") for word in PROPOSE))  # ten days longer
    (line,) = brahim.fails("accept", "X-1")
    assert line == (
        'exclusion "X-1" on a: was changed after it was proposed and now says maintenance, 2020-02-03T10:00:00Z to'
        " 2020-02-13T12:00:00Z: accept what you saw, by p2i exclusion export --circuit a --decision proposed > FILE;"
        " keep its lines; accept --file FILE"
    )
    assert brahim.fails("accept", "--file", str(seen))[0].endswith("ends_at: the store says 2020-02-13T12:00:00Z")
    seen.write_text(brahim.does("export", "--circuit", "a", "--decision", "proposed"))
    assert brahim.does("accept", "--file", str(seen)) == "1 accepted\n"
    assert brahim.does("accept", "X-1").startswith("0 accepted, 1 were accepted before")


def test_changing_it_asks_again_and_says_so(desk: NewDesk) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    amina.does(*PROPOSE)
    brahim.does("accept", "X-1")
    later = [word.replace("T12:", "T13:") for word in PROPOSE]
    assert amina.does(*later) == "X-1 on a: proposed; not announced\n"
    assert "changed, so it is proposed anew: maintenance, 2020-02-03T10:00:00Z to 2020-02-03T13" in amina.does(
        "show", "X-1"
    )


def test_a_file_is_imported_by_one_and_accepted_by_another(
    desk: NewDesk, file: Callable[[str], str], connection: Connection
) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    rows = ROW + ROW.replace("X-1", "X-2").replace("proposed", "accepted") + ROW.replace(",a,", ",b,")
    path = file(rows + ROW)
    assert amina.does("import", path, "--dry-run") == "dry run, nothing is written\n3 new\n"
    assert amina.does("list") == "no exclusion is like that\n"
    assert amina.does("import", path) == "3 new\n"
    assert amina.does("list", "--decision", "accepted") == "no exclusion is like that\n", "a file decides nothing"
    own = amina.fails("accept", "--file", path)
    assert own[:2] == [
        f"{path}:2: id: proposed by {amina.login} (you), and it has begun: another login must accept it",
        f"{path}:3: id: proposed by {amina.login} (you), and it has begun: another login must accept it",
    ]
    assert own[-1] == f"{path}: nothing was written"
    assert brahim.does("accept", "--file", path) == "3 accepted\n"
    assert brahim.does("accept", "--file", path) == "0 accepted, 3 were accepted before\n"
    assert amina.does("import", path) == "3 known before (accepted)\n"
    changed = file(rows.replace("T12:", "T13:", 1))
    assert brahim.fails("accept", "--file", changed)[0] == f"{changed}:2: ends_at: the store says 2020-02-03T12:00:00Z"
    assert amina.does("import", changed).splitlines() == [
        "1 changed after they were accepted: they wait for a decision again", "2 known before (accepted)",
    ]  # fmt: skip
    exported = amina.does("export")
    assert exported.startswith(HEADER)
    assert exported.count("\n") == 4
    assert amina.does("import", file(exported.removeprefix(HEADER))).splitlines() == [
        "2 known before (accepted)", "1 known before (proposed)",
    ]  # fmt: skip
    assert len(read_decided(connection)) == 3


def test_every_mistake_of_a_file_has_its_line_and_nothing_is_written(desk: NewDesk, file: Callable[[str], str]) -> None:
    amina = desk("amina")
    path = file(
        ROW
        + ROW.replace("X-1,a", "X-2,nowhere")
        + ROW.replace("X-1", "")
        + ROW.replace("X-1", "X-3").replace("T12", "T10")
        + ROW.replace("X-1", "X-4").replace("T12", "T09")
        + ROW.replace("X-1", "X-5").replace("12:00:00Z", "12:00:00")
        + ROW.replace("X-1", "X-6").replace("maintenance", "works")
        + ROW.replace("X-1", "X-7").replace("fibre moved", '" "')
        + ROW.replace("X-1", "X-8").replace("proposed", "agreed")
        + ROW.replace("fibre", "cable")
    )
    assert amina.fails("import", path) == [
        f'{path}:3: circuit: no circuit "nowhere" in the store',
        f"{path}:4: id: is empty",
        f"{path}:5: ends_at: equals starts_at: an empty span excludes nothing",
        f"{path}:6: ends_at: is before starts_at",
        f'{path}:7: ends_at: "2020-02-03T12:00:00" has no offset from UTC',
        f'{path}:8: kind: "works" is none of maintenance, customer, force_majeure',
        f"{path}:9: reason: is empty",
        f'{path}:10: decision: "agreed" is none of proposed, accepted, rejected',
        f"{path}:11: another row has the same key and other values",
        f"{path}: nothing was written",
    ]
    assert amina.does("list") == "no exclusion is like that\n"
    assert amina.fails("accept", "--file", file(ROW))[0] == f"{path}:2: id: nobody has proposed it"


def test_a_proposal_is_reworded_by_its_author_alone(desk: NewDesk, file: Callable[[str], str]) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    amina.does("import", file(ROW))
    path = file(ROW.replace("fibre moved", "cable moved"))
    assert brahim.fails("import", path)[0] == f"{path}:2: reason: proposed by {amina.login}, who alone may reword it"
    amina.does("import", path)
    assert "reworded (cable moved; letter 12)" in amina.does("show", "X-1")


def test_five_thousand_come_and_are_accepted_within_seconds(desk: NewDesk, file: Callable[[str], str]) -> None:
    amina, brahim = desk("amina"), desk("brahim")
    day = datetime(2020, 1, 1, tzinfo=UTC)
    path = file(
        "".join(
            f"X-{number},a,customer,{day + timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ},"
            f"{day + timedelta(hours=number + 1):%Y-%m-%dT%H:%M:%SZ},,proposed,access refused,\n"
            for number in range(5000)
        )
    )
    began = datetime.now(UTC)
    assert amina.does("import", path) == "5000 new\n"
    assert brahim.does("accept", "--file", path) == "5000 accepted\n"
    assert datetime.now(UTC) - began < timedelta(seconds=30)
    path = file("".join(f"X-{number},a,customer,,,,proposed,,\n" for number in range(5000)))
    wrong = amina.fails("accept", "--file", path)
    assert len(wrong) == 101
    assert wrong[-1] == f"{path}: 4900 more mistakes; nothing was written"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("accept",), "exclusion accept: name exclusions by their IDs, or many by --file"),
        (("accept", "X-9"), 'exclusion: there is no "X-9"'),
        (("show", "X-9"), 'exclusion: there is no "X-9"'),
        (("list", "--circuit", "z"), '--circuit: no circuit "z" in the store'),
        ((*PROPOSE, "--circuit", "z"), '--circuit: no circuit "z" in the store'),
        ((*PROPOSE, "--from", "today"), '--from: "today" is not an ISO 8601 instant such as 2026-09-01T00:00:00Z'),
        ((*PROPOSE, "--to", "2020-02-03T09:00:00Z"), "--to: is before --from"),
        ((*PROPOSE, "--reason", " "), "--reason: is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(desk: NewDesk, words: tuple[str, ...], line: str) -> None:
    assert desk("amina").fails(*words) == [line]
