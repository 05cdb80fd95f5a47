"""September 2026 of one agreement with everything that a statement tells apart, put into a store event by event.

A month of 721 hours, for Morocco's clock went back in it. What happens lies across midnights, across both ends of the
month and across the changed clock; the figure of `night-and-day` is 99.94996 % against a promise of 99.95 %.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from psycopg import conninfo, sql

from facilities.inventory import DEMO_INVENTORY, Inventory
from facilities.registration import register_inventory
from store.connection import Connection, connect
from store.exclusion_rows import Proposal
from store.exclusions import decide_exclusions, propose_exclusions
from store.instants import microseconds
from store.operators import grant_operator
from store.promises import write_freezes, write_tickets
from store.readings import INTERVAL, PROBE, STATE, write_readings
from store.rows import FreezeRow, State, TicketRow

AGREEMENT, TENANT, MONTH = "AUDIT-A", "locataire-a", "2026-09"
STARTS_AT = datetime(2026, 8, 31, 23, tzinfo=UTC)
ENDS_AT = datetime(2026, 10, 1, tzinfo=UTC)
SCORED_AT = datetime(2026, 11, 2, tzinfo=UTC)
MARGIN = timedelta(hours=2)
"""Readings before and after the month: the state of its first and last Δt depends on their neighbours."""
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Span = tuple[datetime, datetime]
Integers = npt.NDArray[np.int64]

_AGREEMENT = """
[agreement]
id = "AUDIT-A"
tenant = "locataire-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "12345.67"
currency = "MAD"
credit_cap_percent = "22.5"
vat_percent = "20"

[agreement.maintenance]
notice_hours = 120
monthly_quota_hours = 8

[agreement.service_hours]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:00"
to = "18:00"

[[objective]]
id = "night-and-day"
circuit = "casa-a1"
indicator = "availability"
target_percent = "99.95"
min_coverage_percent = "95"
credits = [
  { at_least_percent = "99.9", below_percent = "99.95", credit_percent = "5.5" },
  { at_least_percent = "0", below_percent = "99.9", credit_percent = "25" },
]

[[objective]]
id = "loss-1"
circuit = "casa-a1"
indicator = "loss"
at_most_percent = "0.02"
credit_percent = "3"

[[objective]]
id = "delay-1"
circuit = "casa-a1"
indicator = "round_trip"
percentile = "95"
at_most_ms = "30"
credit_percent = "2"

[[objective]]
id = "restore-1"
circuit = "casa-a1"
indicator = "time_to_restore"
at_most_seconds = 14400
credit_percent = "7.5"

[[objective]]
id = "shift"
circuit = "casa-a2"
indicator = "availability"
interval_seconds = 60
consecutive_intervals = 5
consecutive_high_loss = 3
target_percent = "99.7"
min_coverage_percent = "95"
service_hours = true
credits = [{ at_least_percent = "0", below_percent = "99.7", credit_percent = "4" }]

[[objective]]
id = "loss-2"
circuit = "casa-a2"
indicator = "loss"
at_most_percent = "0.5"

[[objective]]
id = "restore-2"
circuit = "casa-a2"
indicator = "time_to_restore"
at_most_seconds = 7200
service_hours = true
credit_percent = "1.25"

[[objective]]
id = "switch"
circuit = "casa-a3"
indicator = "availability"
method = "states"
target_percent = "99.9"
min_coverage_percent = "95"
credits = [{ at_least_percent = "0", below_percent = "99.9", credit_percent = "1" }]
"""
_CIRCUIT = """
[[circuit]]
code = "{code}"
label = "{label}"
facility = "casanearshore"
tenant = "locataire-a"
carrier = "operateur-a"
infrastructure_carrier = "infrastructure-a"
building_entry = "A"
a_end = "Shore A"
z_end = "{label}"
cir_bps = 100_000_000
leg = "single"
origin = "simulated"
"""


def at(day: int, hours: float = 0, seconds: int = 0) -> datetime:
    """So long after local midnight of a day of September: the clock went from UTC+1 to UTC on the 20th."""
    midnight = datetime(2026, 9, day, tzinfo=UTC) - (HOUR if day <= 20 else timedelta(0))
    return midnight + hours * HOUR + seconds * SECOND


MONTH_START, MONTH_END, CLOCK_BACK = at(1), at(30, 24), datetime(2026, 9, 20, 1, tzinfo=UTC)
OUTAGES: dict[str, list[Span]] = {
    "casa-a1": [
        (MONTH_START - 200 * SECOND, MONTH_START + 150 * SECOND),
        (at(9) - 240 * SECOND, at(9) + 260 * SECOND),
        (CLOCK_BACK - 100 * SECOND, CLOCK_BACK + 100 * SECOND),
        (MONTH_END - 440 * SECOND, MONTH_END + 300 * SECOND),
        (at(12, 0, 600), at(12, 0, 1200)),  # in accepted works: in the raw figures alone
    ],
    "casa-a2": [
        (at(3, 7.5), at(3, 8.5)),  # half of it before the service opens
        (at(17, 17.75), at(18, 8.25)),  # over a night
        (at(24, 11), at(24, 12)),  # the customer's own works end in the middle of it
    ],
}
UNKNOWN: dict[str, list[Span]] = {
    "casa-a1": [
        (at(24) - 1000 * SECOND, at(24) + 1460 * SECOND),
        (at(12, 2) - 200 * SECOND, at(12, 2) + 800 * SECOND),  # begins in excluded time, which wins
        (at(28, 10), at(28, 10, 1200)),
    ],
    "casa-a2": [(at(22, 17), at(23, 9))],
}
LOSSY: dict[str, list[Span]] = {  # bad, too briefly for an outage
    "casa-a1": [(at(5, 10), at(5, 10, 60)), (at(6), at(6, 0, 10)), (at(7) - 30 * SECOND, at(7) + 20 * SECOND)],
    "casa-a2": [(at(10, 9), at(10, 9, 180)), (at(11, 9), at(11, 9, 60))],
}
STATES = [
    (at(1) - timedelta(days=9), State.up),
    (at(6) - 607 * SECOND, State.down),
    (at(6) + 1213 * SECOND, State.up),
    (at(14) - 1801 * SECOND, State.unknown),
    (at(14) + 3599 * SECOND, State.up),
    (CLOCK_BACK - 61 * SECOND, State.down),
    (CLOCK_BACK + 59 * SECOND, State.up),
    (MONTH_END - 333 * SECOND, State.down),
    (MONTH_END + 333 * SECOND, State.up),
]
EXCLUSIONS = [
    ("WORKS-1", "casa-a1", "maintenance", at(12) - HOUR, at(12, 2), at(1), "accepted"),
    ("WORKS-LATE", "casa-a1", "maintenance", at(9) - HOUR, at(9, 1), at(8), "accepted"),
    ("SITE-1", "casa-a1", "customer", at(16) - 900 * SECOND, at(16) + 1500 * SECOND, None, "accepted"),
    ("FM-1", "casa-a1", "force_majeure", MONTH_END - HOUR, MONTH_END + HOUR, None, "rejected"),
    ("ASKED-1", "casa-a1", "customer", at(20), at(21), None, "proposed"),
    ("SITE-2", "casa-a2", "customer", at(24, 10.5), at(24, 11.5), None, "accepted"),
    ("SITE-3", "casa-a3", "customer", at(27) - 1234 * SECOND, at(27) + 4321 * SECOND, None, "accepted"),
    ("SITE-4", "casa-a3", "customer", at(6) - 7 * SECOND, at(6) + 13 * SECOND, None, "accepted"),
]
TICKETS = [
    TicketRow("T-BEFORE", "casa-a1", MONTH_START - HOUR, at(1, 9)),
    TicketRow("T-1", "casa-a1", at(9, -0.05), at(9, 6.25)),
    TicketRow("T-2", "casa-a1", CLOCK_BACK - 50 * SECOND, CLOCK_BACK + 3 * HOUR + 7 * SECOND),
    TicketRow("T-3", "casa-a1", MONTH_END - 400 * SECOND, MONTH_END + 6 * HOUR),
    TicketRow("T-4", "casa-a2", at(17, 17.8), at(18, 8.3)),
    TicketRow("T-5", "casa-a2", at(24, 11), at(24, 13.5)),
]
FREEZES = [
    FreezeRow("T-1", at(9) - 60 * SECOND, at(9) + 2829 * SECOND, "accès au site refusé"),
    FreezeRow("T-5", at(24, 12), at(24, 12.25), "attente du client"),
]


def audited_inventory(folder: Path) -> Path:
    """The demo inventory with three circuits of one tenant, on which it has this one agreement."""
    shutil.copytree(DEMO_INVENTORY, folder)
    for file in (folder / "agreements").glob(f"*-{TENANT}.toml"):
        file.unlink()
    (folder / "agreements" / "audited.toml").write_text(_AGREEMENT, encoding="utf-8")
    circuits = [_CIRCUIT.format(code=code, label=f"Shore A, {code}") for code in ("casa-a2", "casa-a3")]
    with (folder / "circuits.toml").open("a", encoding="utf-8") as opened:
        opened.write("".join(circuits))
    return folder


def store_audited_month(connection: Connection, inventory: Inventory) -> None:
    """Brings readings, states, tickets and decided exclusions into the store, and commits."""
    numbers = dict(register_inventory(connection, inventory, SCORED_AT).circuits)
    random = np.random.default_rng(9)
    for circuit, step in (("casa-a1", 10), ("casa-a2", 60)):
        starts_at, sent, lost = _measured(circuit, step, random)
        series = np.full(starts_at.size, numbers[circuit], np.int64)
        write_readings(connection, INTERVAL, [series, starts_at, sent, lost], SCORED_AT)
        if circuit == "casa-a1":
            timed = np.flatnonzero(sent)[::6]
            spread = (22_000_000 + random.gamma(2.0, 1_700_000, timed.size)).astype(np.int64)
            trip = np.where(lost[timed] == sent[timed], -1, spread)
            write_readings(connection, PROBE, [series[timed], starts_at[timed] + 1234, trip], SCORED_AT)
    changed_at = np.array([microseconds(one) for one, _ in STATES], np.int64)
    values = np.array([int(state) for _, state in STATES], np.int64)
    write_readings(connection, STATE, [np.full(changed_at.size, numbers["casa-a3"]), changed_at, values], SCORED_AT)
    write_tickets(connection, TICKETS, numbers)
    write_freezes(connection, FREEZES)
    connection.commit()
    with two_people(connection) as (proposing, deciding):
        proposals = [Proposal(*row[:6], f"motif de {row[0]}", f"pièce {row[0]}") for row in EXCLUSIONS]
        propose_exclusions(proposing, proposals, numbers)
        proposing.commit()
        for decision in ("accepted", "rejected"):
            decide_exclusions(deciding, [row[:2] for row in EXCLUSIONS if row[6] == decision], decision)
        deciding.commit()


@contextmanager
def two_people(connection: Connection, *names: str) -> Iterator[list[Connection]]:
    """The logins of an operator who asks and of another who decides; they are gone afterwards."""
    roles = [f"{name}_{uuid4().hex[:12]}" for name in names or ("amina", "bilal")]
    with ExitStack() as stack:
        opened = []
        for role in roles:
            password = uuid4().hex
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            )
            grant_operator(connection, role)
            stack.callback(_drop, connection, role)
            connection.commit()
            login = conninfo.make_conninfo(connection.info.dsn, user=role, password=password)
            opened.append(stack.enter_context(connect(login, "tests")))
        yield opened


def _drop(connection: Connection, role: str) -> None:
    connection.rollback()
    connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
    connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    connection.commit()


def _measured(circuit: str, step: int, random: np.random.Generator) -> tuple[Integers, Integers, Integers]:
    """Start (µs), sent and lost of every Δt with a row; of unknown ones half have none and half sent nothing."""
    first = microseconds(STARTS_AT - MARGIN)
    count = (ENDS_AT - STARTS_AT + 2 * MARGIN) // (step * SECOND)
    starts_at = first + np.arange(count, dtype=np.int64) * step * 1_000_000
    sent = np.full(count, 10, np.int64)
    lost = (random.random(count) < 0.0018).astype(np.int64)
    lost[_mask(starts_at, step, [*OUTAGES[circuit], *LOSSY[circuit]])] = 10
    unknown = _mask(starts_at, step, UNKNOWN[circuit])
    sent[unknown], lost[unknown] = 0, 0
    kept = ~unknown | (np.arange(count) % 2 == 0)
    return starts_at[kept], sent[kept], lost[kept]


def _mask(starts_at: Integers, step: int, spans: Iterable[Span]) -> npt.NDArray[np.bool_]:
    found = np.zeros(starts_at.size, np.bool_)
    for start, end in spans:
        edges = [microseconds(edge) for edge in (start, end)]
        assert all((edge - int(starts_at[0])) % (step * 1_000_000) == 0 for edge in edges), f"off the grid: {start}"
        found |= (starts_at >= edges[0]) & (starts_at < edges[1])
    return found
