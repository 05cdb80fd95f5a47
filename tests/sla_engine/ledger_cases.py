"""Months of a small agreement in a real store, scored by the engine and published: for the tests of the ledger."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facilities.inventory import DEMO_INVENTORY, read_inventory
from facilities.registration import register_inventory
from sla_engine.passes import Scorer
from sla_engine.promised import Promised
from sla_engine.publishing import Desk
from store.connection import Connection
from store.instants import microseconds
from store.readings import INTERVAL, write_readings
from store.registry import circuit_numbers

STEP = timedelta(minutes=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEPTEMBER = datetime(2025, 8, 31, 23, tzinfo=UTC)
"""Its first instant in Casablanca, then at UTC+1."""
OCTOBER = datetime(2025, 9, 30, 23, tzinfo=UTC)
OUTAGE = (SEPTEMBER + 9 * DAY, SEPTEMBER + 9 * DAY + 2 * HOUR)
AMENDED = """
[agreement.amendment]
number = 1
effective_on = 2025-09-16
"""


def agreement_text(
    *circuits: str,
    code: str = "YEAR",
    starts_on: str = "2025-01-01",
    target: str = "99.9",
    fee: str = "10000.00",
    more: str = "",
) -> str:
    """Availability of each circuit: Δt 600 s, n = 3, a credit of 5 % of the fee below the target."""
    text = f"""
[agreement]
id = "{code}"
tenant = "locataire-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = {starts_on}
monthly_fee = "{fee}"
currency = "MAD"
{more}
"""
    for circuit in circuits:
        text += f"""
[[objective]]
id = "availability-{circuit}"
circuit = "{circuit}"
indicator = "availability"
interval_seconds = 600
consecutive_intervals = 3
consecutive_high_loss = 2
target_percent = "{target}"
min_coverage_percent = "50"
credits = [{{ at_least_percent = "0", below_percent = "{target}", credit_percent = "5" }}]
"""
    return text


def promise(folder: Path, *texts: str) -> Promised:
    """The demo inventory with other agreements: those of `texts`, and with circuits of tenant A alone."""
    place = folder / "inventory"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(DEMO_INVENTORY, place)
    circuits = (place / "circuits.toml").read_text()
    for name in ("tech-a1", "casa-b1"):  # two more circuits of the tenant at the park of the agreement
        head, _, tail = circuits.partition(f'code = "{name}"')
        entry, mark, rest = tail.partition("[[circuit]]")
        for key, value in (("facility", "casanearshore"), ("tenant", "locataire-a")):
            lines = [f'{key} = "{value}"' if line.startswith(f"{key} = ") else line for line in entry.splitlines()]
            entry = "\n".join(lines) + "\n"
        circuits = f'{head}code = "{name}"{entry}{mark}{rest}'
    (place / "circuits.toml").write_text(circuits)
    (place / "topology.toml").unlink(missing_ok=True)  # it says where circuits are that were just moved
    for file in (place / "agreements").iterdir():
        file.unlink()
    for number, text in enumerate(texts):
        (place / "agreements" / f"{number}.toml").write_text(text)
    return Promised.of(read_inventory(place))


@dataclass
class Months:
    """The store of one test: what is measured, the engine's passes, and the desk."""

    connection: Connection
    promised: Promised

    def register(self) -> None:
        """Brings the inventory into the store."""
        register_inventory(self.connection, self.promised.inventory, datetime.now().astimezone())
        self.connection.commit()

    def measure(
        self,
        circuit: str,
        starts_at: datetime,
        ends_at: datetime,
        *bad: tuple[datetime, datetime],
        gaps: Sequence[tuple[datetime, datetime]] = (),
    ) -> None:
        """Stores one row per Δt of a span: all lost inside a span of `bad`, none inside `gaps`, else all answered."""
        number = circuit_numbers(self.connection)[circuit]
        at = np.arange(
            microseconds(starts_at), microseconds(ends_at), STEP // timedelta(microseconds=1), dtype=np.int64
        )
        at = at[~_inside(at, gaps)]
        lost = np.where(_inside(at, bad), 10, 0)
        write_readings(self.connection, INTERVAL, [np.full(at.size, number), at, np.full(at.size, 10), lost], ends_at)
        self.connection.commit()

    def engine(self, now: datetime) -> int:
        """One pass at `now`, as after a restart."""
        return Scorer(self.promised).run_pass(self.connection, now)

    def desk(self, now: datetime, connection: Connection | None = None) -> Desk:
        """The desk at `now`, of this store's connection or another."""
        return Desk(connection or self.connection, self.promised, now)


def _inside(at: npt.NDArray[np.int64], spans: Sequence[tuple[datetime, datetime]]) -> npt.NDArray[np.bool_]:
    found = np.zeros(at.shape, np.bool_)
    for starts_at, ends_at in spans:
        found |= (at >= microseconds(starts_at)) & (at < microseconds(ends_at))
    return found
