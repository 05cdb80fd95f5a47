"""What each login reads of issued statements: its own, those of its parks alone, and nobody's address."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from store.connection import Connection
from store.dispatch_rows import Kind, NewDispatch, RecipientState, State
from store.dispatches import add_recipient, begin_attempt, read_dispatches, set_state, write_dispatch, write_happened
from store.login_plan import Key
from store.statement_rows import IssuedStatement, StatementFiles
from store.statements import write_files, write_statement_row
from tests.store.tenants_world import World, new_world

AT = datetime(2026, 4, 8, 7, tzinfo=UTC)
TENANT: Key = ("tenant", "zzmark")
OPERATOR: Key = ("operator", None)
STATES: dict[str, tuple[State, ...]] = {
    "none": (),
    "waiting": ("waiting", "handed_over", "delivered", "replaced"),
    "handed_over": ("handed_over", "delivered", "replaced"),
    "delivered": ("delivered", "delivered", "replaced"),
    "failed": ("waiting", "delivered", "refused"),
}
"""Of the recipients of a message, by the word that stands for all of them."""


@pytest.fixture(scope="module")
def known(server_dsn: str, template_database: str) -> Iterator[World]:
    """Tenant zzmark has an agreement in each of two parks, and statements of either, of both, and of none."""
    with new_world(server_dsn, template_database) as made:
        made.owner.execute(
            "INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, monthly_fee, currency, is_demo)"
            " VALUES ('zzmark-h', 'zzmark', 'tetouan', 'Africa/Casablanca', '2026-01-01', 1, 'MAD', false)"
        )
        issue(made.owner, "zzmark-casa", 10, ["zzmark-g"])
        issue(made.owner, "zzmark-tetouan", 11, ["zzmark-h"])
        issue(made.owner, "zzmark-both", 12, ["zzmark-g", "zzmark-h"])
        issue(made.owner, "zzmark-nothing", 13, [])
        dispatch(made.owner, "zzmark-casa", "statement", ("delivered",))
        dispatch(made.owner, "zzmark-casa", "answered", ("bounced",))
        made.owner.commit()
        yield made


def issue(connection: Connection, number: str, version: int, agreements: Sequence[str] = ("zzmark-g",)) -> None:
    states = "[" + ",".join(f'["{one}","2026-03-01T00:00:00Z",1]' for one in agreements) + "]"
    one = IssuedStatement(number, "zzmark", "2026-03", version, True, "fr", states, f"{number} sha", "{}", AT)
    assert write_statement_row(connection, one)


def dispatch(connection: Connection, number: str, kind: Kind, states: Sequence[State]) -> None:
    """A message with a recipient in each of these states; one about a contest is about the world's own entry."""
    agreement, entry = (None, None) if kind == "statement" else ("zzmark-g", 1)
    new = NewDispatch(
        number=number,
        kind=kind,
        agreement=agreement,
        entry=entry,
        file=f"{number}.eml",
        message_id=f"<{number}.{kind}>",
        message_sha256="sha",
        message_bytes=1,
        written_at=AT,
    )
    addresses = [f"person{place}@secret.example" for place in range(len(states))]
    assert write_dispatch(connection, new, addresses, AT)
    (one,) = [each for each in read_dispatches(connection, [number]) if each.kind == kind]
    for address, state in zip(addresses, states, strict=True):
        set_state(connection, one.dispatch_id, address, state, AT if state == "waiting" else None)


def numbers(known: World, key: Key) -> set[str]:
    with known.login(key) as login:
        return {number for (number,) in login.execute("SELECT number FROM reporting.statement").fetchall()}


def test_who_sees_which_statement(known: World) -> None:
    own = {"zzmark-v1", "zzmark-casa", "zzmark-tetouan", "zzmark-both", "zzmark-nothing"}
    assert numbers(known, TENANT) == own
    assert numbers(known, ("tenant", "aamark")) == {"aamark-v1"}
    assert numbers(known, ("organisation", "ewane")) == {"aamark-v1", "zzmark-v1", "zzmark-casa"}
    assert numbers(known, ("organisation", "tanger-med-zones")) == {"yymark-v1", "zzmark-tetouan"}
    assert numbers(known, ("authority", "ministry")) == set()
    for key in (OPERATOR, ("auditor", None)):
        assert numbers(known, key) == {"aamark-v1", "yymark-v1", *own}


def test_only_those_who_see_everything_read_what_happened_to_the_mail(known: World) -> None:
    for key in {*known_keys(known)} - {OPERATOR, ("auditor", None)}:
        with known.login(key) as login:
            assert login.execute("SELECT FROM reporting.statement_dispatch").fetchall() == [], key
    with known.login(OPERATOR) as operator:
        query = "SELECT number, kind, event, server, code FROM reporting.statement_dispatch WHERE number = 'aamark-v1'"
        assert operator.execute(query.encode()).fetchall() == [
            ("aamark-v1", "statement", "handed_over", "aamark.example:25", 231)
        ]


def known_keys(known: World) -> list[Key]:
    return [one.key for one in known.applied.handed]


def test_no_view_tells_an_address(known: World) -> None:
    """The mail server's words repeat it, so they are not shown either."""
    stored = known.owner.execute("SELECT address || detail::text FROM dispatch_event").fetchall()
    assert stored
    assert all(text.count("@example.com") == 2 for (text,) in stored)
    with known.login(OPERATOR) as operator:
        for view in ("statement", "statement_dispatch"):
            rows = str(operator.execute(f"SELECT seen::text FROM reporting.{view} AS seen".encode()).fetchall())
            assert "aamark" in rows
            assert "@" not in rows, view


@pytest.mark.parametrize(("word", "states"), STATES.items(), ids=STATES)
def test_one_word_stands_for_all_recipients(connection: Connection, word: str, states: tuple[State, ...]) -> None:
    fill_one(connection)
    issue(connection, "zzmark-1", 1)
    if states:
        dispatch(connection, "zzmark-1", "statement", states)
    assert seen(connection, "mail_state, contest_mail_state, handed_over_at") == (word, "none", None)


@pytest.mark.parametrize("state", ["refused", "given_up", "bounced"])
def test_each_way_of_failing_is_failed(connection: Connection, state: State) -> None:
    fill_one(connection)
    issue(connection, "zzmark-1", 1)
    dispatch(connection, "zzmark-1", "statement", ("delivered", state))
    assert seen(connection, "mail_state") == ("failed",)


def test_mail_about_a_contest_is_told_apart(known: World) -> None:
    with known.login(TENANT) as login:
        query = "SELECT mail_state, contest_mail_state FROM reporting.statement WHERE number = 'zzmark-casa'"
        assert login.execute(query.encode()).fetchall() == [("delivered", "failed")]


def test_it_was_handed_over_when_it_first_was(connection: Connection) -> None:
    fill_one(connection)
    issue(connection, "zzmark-1", 1)
    dispatch(connection, "zzmark-1", "statement", ("waiting", "waiting"))
    (one,) = read_dispatches(connection, ["zzmark-1"])
    for place, minutes in enumerate((7, 3)):
        address, at = f"person{place}@secret.example", AT + timedelta(minutes=minutes)
        begin_attempt(connection, RecipientState(one.dispatch_id, address, "waiting", AT, AT, 0), at, at)
        write_happened(connection, one.dispatch_id, address, at, "handed_over", server="mail:25", code=250)
    assert seen(connection, "handed_over_at") == (AT + timedelta(minutes=3),)
    add_recipient(connection, one.dispatch_id, "person0@secret.example", AT + timedelta(hours=1))
    assert seen(connection, "handed_over_at, mail_state") == (AT + timedelta(minutes=3), "waiting")


@pytest.mark.parametrize("why", [None, "facts came since"])
def test_files_and_the_evidence_they_lack(connection: Connection, why: str | None) -> None:
    fill_one(connection)
    issue(connection, "zzmark-1", 1)
    assert seen(connection, "files_at, manifest_sha256, lacks_evidence") == (None, None, None)
    write_files(connection, StatementFiles("zzmark-1", "{}", "sha of it", why, AT))
    assert seen(connection, "files_at, manifest_sha256, lacks_evidence") == (AT, "sha of it", why is not None)


def fill_one(connection: Connection) -> None:
    connection.execute("INSERT INTO tenant (tenant, name, is_demo) VALUES ('zzmark', 'zz', true)")


def seen(connection: Connection, columns: str) -> tuple[object, ...] | None:
    """What the owner, who sees everything, reads of the one statement."""
    return connection.execute(f"SELECT {columns} FROM reporting.statement".encode()).fetchone()
