"""The one line of `p2i doctor` about statements: whose mail failed and whose files are late, and nobody's address."""

from datetime import UTC, datetime, timedelta

from store.connection import Connection
from store.dispatch_rows import NewDispatch, State
from store.dispatches import read_dispatches, set_state, write_dispatch
from store.doctor import findings
from store.doctor_statements import LATE_FILES, statements_findings
from store.finding import Finding
from store.statement_rows import IssuedStatement, StatementFiles
from store.statements import write_files, write_statement_row

AT = datetime(2026, 11, 9, 7, tzinfo=UTC)
RESEND = "(p2i closing show NUMBER, p2i closing resend)"
LATE = "(is p2i closing running? Its log says why)"


def issue(connection: Connection, number: str, version: int, *, has_files: bool = True, minutes: int = 0) -> None:
    at = AT + timedelta(minutes=minutes)
    one = IssuedStatement(number, "acme", "2026-10", version, False, "fr", "[]", "sha", "{}", at)
    assert write_statement_row(connection, one)
    if has_files:
        write_files(connection, StatementFiles(number, "{}", "sha", None, at))


def send(connection: Connection, number: str, *states: State) -> None:
    new = NewDispatch(
        number=number,
        kind="statement",
        agreement=None,
        entry=None,
        file="x.eml",
        message_id=f"<{number}>",
        message_sha256="sha",
        message_bytes=1,
        written_at=AT,
    )
    assert write_dispatch(connection, new, [f"person{place}@acme.example" for place in range(len(states))], AT)
    (one,) = read_dispatches(connection, [number])
    for place, state in enumerate(states):
        address = f"person{place}@acme.example"
        set_state(connection, one.dispatch_id, address, state, AT if state == "waiting" else None)


def test_nothing_is_said_where_none_is_issued(connection: Connection) -> None:
    assert statements_findings(connection, AT) == []
    connection.execute("DROP TABLE dispatch_event, dispatch_recipient CASCADE")
    assert statements_findings(connection, AT) == []
    assert "statements" not in {finding.question for finding in findings(connection, AT)}


def test_all_is_well(connection: Connection) -> None:
    issue(connection, "P2I-1", 1)
    issue(connection, "P2I-2", 2)
    send(connection, "P2I-1", "waiting", "handed_over", "delivered", "replaced")
    said = Finding("ok", "statements", "2 issued; nobody's mail failed, and no files are late")
    assert statements_findings(connection, AT) == [said]
    assert said in findings(connection, AT)


def test_recipients_that_a_person_has_to_look_after(connection: Connection) -> None:
    issue(connection, "P2I-1", 1)
    send(connection, "P2I-1", "bounced", "delivered")
    text = f"mail did not reach 1 recipient: P2I-1 1 bounced {RESEND}"
    assert statements_findings(connection, AT) == [Finding("warning", "statements", text)]
    issue(connection, "P2I-2", 2)
    send(connection, "P2I-2", "refused", "given_up", "refused")
    text = f"mail did not reach 4 recipients: P2I-2 2 refused, P2I-2 1 given up, P2I-1 1 bounced {RESEND}"
    assert statements_findings(connection, AT) == [Finding("warning", "statements", text)]
    issue(connection, "P2I-3", 3)
    send(connection, "P2I-3", "refused")
    (found,) = statements_findings(connection, AT)
    assert "5 recipients: P2I-3 1 refused, P2I-2 2 refused, P2I-2 1 given up and 1 more (" in found.text
    assert "@" not in found.text


def test_files_are_late_after_an_hour(connection: Connection) -> None:
    issue(connection, "P2I-1", 1, has_files=False)
    assert [one.level for one in statements_findings(connection, AT + LATE_FILES)] == ["ok"]
    late = AT + LATE_FILES + timedelta(seconds=1)
    text = f"1 without files for over an hour: P2I-1 {LATE}"
    assert statements_findings(connection, late) == [Finding("warning", "statements", text)]


def test_both_are_one_line(connection: Connection) -> None:
    for version in range(1, 6):
        issue(connection, f"P2I-{version}", version, has_files=False, minutes=version)
    send(connection, "P2I-1", "given_up")
    text = (
        f"mail did not reach 1 recipient: P2I-1 1 given up {RESEND};"
        f" 5 without files for over an hour: P2I-5, P2I-4, P2I-3 and 2 more {LATE}"
    )
    assert statements_findings(connection, AT + timedelta(days=1)) == [Finding("warning", "statements", text)]
