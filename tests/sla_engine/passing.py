"""Passes over a real database, for tests: a small agreement, its texts as files, readings by the minute."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np

from facilities.agreement_toml import read_agreement
from facilities.agreement_versions import AgreementFile, in_order
from facilities.inventory import DEMO_INVENTORY, read_inventory
from sla_engine.due import epoch_seconds_of
from sla_engine.promised import Promised
from store.connection import Connection
from store.readings import INTERVAL, write_readings
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
AGREEMENT = """
[agreement]
id = "SMALL"
tenant = "locataire-b"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-08-01
monthly_fee = "1000.00"
currency = "MAD"
[[objective]]
id = "availability"
circuit = "casa-b1"
indicator = "availability"
interval_seconds = 60
consecutive_intervals = 5
consecutive_high_loss = 3
target_percent = "99.9"
min_coverage_percent = "50"
credits = [{ at_least_percent = "0", below_percent = "99.9", credit_percent = "5" }]
"""


def promise(folder: Path, *texts: str) -> Promised:
    """The demo inventory with the agreements of `texts` alone; texts under one id are an original and amendments."""
    files: dict[str, list[AgreementFile]] = {}
    for number, text in enumerate(texts):
        file = folder / f"{number}.toml"
        file.write_text(text)
        agreement = read_agreement(file)
        files.setdefault(agreement.id, []).append(AgreementFile(agreement, file))
    contracts = MappingProxyType({code: in_order(each) for code, each in files.items()})
    return Promised.of(dataclasses.replace(read_inventory(DEMO_INVENTORY), contracts=contracts))


def measure(connection: Connection, number: int, start: datetime, minutes: int, lost: int = 0) -> None:
    at = np.arange(minutes, dtype=np.int64) * 60_000_000 + epoch_seconds_of(start) * 1_000_000
    columns = [np.full(minutes, number), at, np.full(minutes, 10), np.full(minutes, lost)]
    write_readings(connection, INTERVAL, columns, start + timedelta(minutes=minutes))
    connection.commit()


def made(connection: Connection) -> list[ScoreRow]:
    """The scores without how far each had looked, which moves on with every transaction of the database."""
    return [row._replace(input_xid=None) for row in read_scores(connection)]
