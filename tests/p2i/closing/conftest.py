"""A closing office: a published year's months in a real store, a mail server, a folder, a key, and the job itself."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from p2i.closing.passes import Passes
from p2i.closing.settings import Settings, read_settings
from reports.key_folder import write_new_key
from store.connection import Connection
from tests.mail_box import MailBox
from tests.p2i.statement_office import september
from tests.sla_engine.ledger_cases import Months

RECIPIENTS = """
[[tenant]]
tenant = "locataire-a"
from = "2025-09"
to = ["Samira B. <samira@acme.example>", "audit@acme.example"]
attach = ["csv"]
"""


class ClosingOffice:
    """The job with everything it needs. September 2025 is due; forms are those that are quick to make."""

    def __init__(self, months: Months, root: Path, box: MailBox, dsn: str) -> None:
        self.months, self.root, self.box, self.dsn = months, root, box, dsn
        self.out = root / "statements"
        self.recipients = root / "recipients.toml"
        self.recipients.write_text(RECIPIENTS)
        write_new_key(root / "keys", datetime(2025, 1, 1, tzinfo=UTC))
        self.forms = "json,csv"

    @property
    def folder(self) -> Path:
        """The tenant's folder."""
        return self.out / "locataire-a"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings of the process."""
        return {
            "P2I_DSN": self.dsn,
            "P2I_INVENTORY": str(self.months.promised.inventory.path),
            "P2I_RECIPIENTS": str(self.recipients),
            "P2I_STATEMENTS": str(self.out),
            "P2I_STATEMENT_FORMS": self.forms,
            "P2I_KEYS": str(self.root / "keys"),
            "P2I_SMTP_HOST": "127.0.0.1",
            "P2I_SMTP_PORT": str(self.box.port),
            "P2I_SMTP_SECURITY": "none",
            "P2I_SMTP_FROM": "P2I <sla@park.example>",
        }

    def settings(self) -> Settings:
        """The settings, read as the command reads them."""
        options = argparse.Namespace(
            inventory=None, recipients=str(self.recipients), out=str(self.out), forms=tuple(self.forms.split(","))
        )
        return read_settings(options, self.environment)

    def passes(self) -> Passes:
        """The job after a start."""
        return Passes(self.settings)

    def look(self) -> list[str]:
        """One pass of a job that has just been started; what it could not do."""
        return self.passes().run(self.months.connection)

    def run(self, *words: str, before: str = "", content: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """`p2i closing` as a process; `before` is Python that is run in it first."""
        code = f"import sys\n{before}\nfrom p2i.cli import main\nsys.exit(main(sys.argv[1:]))"
        return subprocess.run(
            [sys.executable, "-c", code, "closing", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            timeout=120,
            check=False,
            input=content,
        )

    def now(self) -> datetime:
        """The database's clock, to the second."""
        found = self.value("SELECT date_trunc('second', now())")
        assert isinstance(found, datetime)
        return found

    def do(self, statement: str) -> None:
        """Changes the store, as a test needs it."""
        self.months.connection.rollback()
        self.months.connection.execute(statement.encode())
        self.months.connection.commit()

    def value(self, query: str) -> object:
        """The one value that a query gives."""
        self.months.connection.rollback()
        row = self.months.connection.execute(query.encode()).fetchone()
        self.months.connection.rollback()
        assert row is not None
        return row[0]


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    """A running SMTP server."""
    box = MailBox().start()
    yield box
    box.end()


@pytest.fixture
def office(connection: Connection, dsn: str, tmp_path: Path, mail_box: MailBox) -> ClosingOffice:
    """September 2025 with an outage, scored, due, and not published; nobody was sent anything."""
    return ClosingOffice(september(connection, tmp_path), tmp_path, mail_box, dsn)
