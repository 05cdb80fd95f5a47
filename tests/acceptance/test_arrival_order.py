"""The same facts in any order, with publishing in between, end in one verdict; a group is its members (I11, I13)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from sla_engine.promised import Promised
from store.connection import Connection, connect
from store.errors import InputError
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.ledger import read_entries
from store.ledger_chain import LedgerEntry, faults
from store.operators import grant_operator
from store.promises import write_freezes, write_tickets
from store.registry import circuit_numbers
from store.rows import FreezeRow, TicketRow
from tests.sla_engine.ledger_cases import DAY, HOUR, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

ISSUED = OCTOBER + 5 * DAY
OVER_THE_END = (OCTOBER - 2 * HOUR, OCTOBER + HOUR)
WORKS = (SEPTEMBER + 9 * DAY - HOUR, SEPTEMBER + 9 * DAY + HOUR)
TEXT = (
    agreement_text("casa-a1", "casa-b1", starts_on="2025-08-01")
    + """
[[objective]]
id = "gtr"
circuit = "casa-a1"
indicator = "time_to_restore"
at_most_seconds = 3600
credit_percent = "1"
"""
)
Fact = Callable[[Months, Connection, Connection], None]


def batch(circuit: str, first: int, last: int) -> Fact:
    """Readings of some days, counted from the first of September."""

    def arrives(months: Months, _clerk: Connection, _lead: Connection) -> None:
        months.measure(circuit, SEPTEMBER + first * DAY, SEPTEMBER + last * DAY, OUTAGE, OVER_THE_END)

    return arrives


def decided(code: str, span: tuple[datetime, datetime], *, accepted: bool = True) -> Fact:
    """Works proposed by one login and decided by another."""

    def happens(_months: Months, clerk: Connection, lead: Connection) -> None:
        proposal = Proposal(code, "casa-a1", "customer", span[0], span[1], None, "works of the tenant")
        propose_exclusions(clerk, [proposal], circuit_numbers(clerk))
        clerk.commit()
        decide_exclusions(lead, [(code, "casa-a1")], "accepted" if accepted else "rejected")
        lead.commit()

    return happens


def ticketed(months: Months, _clerk: Connection, _lead: Connection) -> None:
    row = TicketRow("T-1", "casa-a1", OUTAGE[0], OUTAGE[1])
    write_tickets(months.connection, [row], circuit_numbers(months.connection))
    months.connection.commit()


def frozen(months: Months, _clerk: Connection, _lead: Connection) -> None:
    write_freezes(months.connection, [FreezeRow("T-1", OUTAGE[0], OUTAGE[0] + 90 * timedelta(minutes=1), "no access")])
    months.connection.commit()


FACTS: tuple[Fact, ...] = (
    batch("casa-a1", -2, 9), batch("casa-a1", 9, 10), batch("casa-a1", 10, 30), batch("casa-a1", 30, 33),
    batch("casa-b1", -2, 20), batch("casa-b1", 20, 33), decided("X-1", WORKS),
    decided("X-2", OUTAGE, accepted=False), ticketed, frozen,
)  # fmt: skip


@contextmanager
def suppress_refusal() -> Iterator[None]:
    """Lets an act pass that has nothing to do, and no other refusal."""
    try:
        yield
    except InputError as refused:
        if "published already" not in str(refused) and "nothing to restate" not in str(refused):
            raise


class World:
    """One database of its own with two logins."""

    def __init__(self, months: Months, clerk: Connection, lead: Connection) -> None:
        self.months, self.clerk, self.lead = months, clerk, lead

    def live(self, order: Random | None) -> tuple[LedgerEntry, LedgerEntry]:
        """Lets every fact arrive, with passes and publishing between them, and closes the month.

        Returns the last version and the entry that made it final.
        """
        facts = list(FACTS)
        if order is not None:
            order.shuffle(facts)
            self.months.engine(OCTOBER - 5 * DAY)
        for number, fact in enumerate(facts):
            fact(self.months, self.clerk, self.lead)
            if order is not None and order.random() < 0.5:
                self.publish(OCTOBER + DAY + number * HOUR)
        self.publish(ISSUED)
        (final,) = self.months.desk(ISSUED + 40 * DAY).finalise("YEAR", "2025-09")
        entries = read_entries(self.months.connection)
        assert faults(entries) == []
        return [entry for entry in entries if entry.document is not None][-1], final

    def publish(self, now: datetime) -> None:
        """A pass of the engine, then whatever may be published."""
        self.months.engine(now)
        desk = self.months.desk(now + DAY)
        with suppress_refusal():
            desk.issue("YEAR", "2025-09", "looked at, however little was measured")
        with suppress_refusal():
            desk.restate("YEAR", "2025-09")


@pytest.fixture
def promised(tmp_path: Path) -> Promised:
    return promise(tmp_path, TEXT)


@contextmanager
def world(server_dsn: str, template: str, promised: Promised) -> Iterator[World]:
    name = f"p2i_order_{uuid4().hex[:12]}"
    roles = [f"{name}_{person}" for person in ("clerk", "lead")]
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        for role in roles:
            server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(role)))
    dsn = conninfo.make_conninfo(server_dsn, dbname=name)
    with ExitStack() as stack:
        owner = stack.enter_context(connect(dsn, "tests"))
        months = Months(owner, promised)
        months.register()
        for role in roles:
            grant_operator(owner, role)
        owner.commit()
        people = [connect(conninfo.make_conninfo(dsn, user=role, password=role), "tests") for role in roles]
        yield World(months, *(stack.enter_context(one) for one in people))
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in roles:
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_any_order_of_arrival_ends_in_the_same_version(
    server_dsn: str, template_database: str, promised: Promised
) -> None:
    with world(server_dsn, template_database, promised) as one:
        expected, closing = one.live(None)
    assert expected.version == 1
    assert expected.published()["objectives"][0]["verdict"] == "breached"
    assert expected.published()["objectives"][2]["tickets"][0]["frozen_seconds"] == 5400
    versions = set()
    for seed in range(6):
        with world(server_dsn, template_database, promised) as one:
            last, final = one.live(Random(seed))
        versions.add(last.version)
        assert last.document == expected.document, f"seed {seed}"
        assert final.said()["input"]["facts_sha256"] == closing.said()["input"]["facts_sha256"], f"seed {seed}"
    assert max(versions) > 3, "some orders did publish in between"


def test_the_published_figures_of_a_group_are_those_of_its_members(
    server_dsn: str, template_database: str, tmp_path: Path
) -> None:
    """One agreement on two circuits, and each circuit alone under an agreement of the same rules."""
    published = {}
    for name, circuits in {"both": ("casa-a1", "casa-b1"), "a": ("casa-a1",), "b": ("casa-b1",)}.items():
        alone = promise(tmp_path, agreement_text(*circuits, starts_on="2025-08-01"))
        with world(server_dsn, template_database, alone) as one:
            batch("casa-a1", -2, 33)(one.months, one.clerk, one.lead)
            one.months.measure("casa-b1", SEPTEMBER - 2 * DAY, SEPTEMBER + 33 * DAY)
            decided("X-1", WORKS)(one.months, one.clerk, one.lead)
            one.publish(ISSUED)
            (entry,) = read_entries(one.months.connection)
            published[name] = entry
    both, members = published["both"].published(), [published[name].published() for name in ("a", "b")]
    assert both["objectives"] == [each for member in members for each in member["objectives"]]
    assert [each["verdict"] for each in both["objectives"]] == ["breached", "met"]
    facts = {name: entry.said()["input"]["facts"]["circuits"] for name, entry in published.items()}
    assert facts["both"] == facts["a"] + facts["b"]
