"""A running job that is told to stop while a mail server does not come to an end: it stops, and says what it knows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.facilities.test_handing_over import UNTIL_ACCEPTED, dripping
from tests.p2i.closing.conftest import ClosingOffice

STOPS_WITHIN_SECONDS = 5
CODE = "import sys\nfrom p2i.cli import main\nsys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize(
    ("said", "is_uncertain"), [((), "false"), (UNTIL_ACCEPTED, "true")], ids=["greeting", "after the whole mail"]
)
def test_sigterm_is_answered_while_a_mail_server_drips(
    office: ClosingOffice, said: tuple[bytes, ...], is_uncertain: str
) -> None:
    with dripping(*said, drip=b"250-hi\r\n" if said else b"220-hi\r\n") as (port, drips):
        job = subprocess.Popen(
            [sys.executable, "-c", CODE, "closing", "run"],
            env={**os.environ, **office.environment, "P2I_SMTP_PORT": str(port)},
            stderr=subprocess.PIPE,
        )
        try:
            assert drips.wait(60)
            job.send_signal(signal.SIGTERM)
            _, told = job.communicate(timeout=STOPS_WITHIN_SECONDS)
        finally:
            job.kill()
            job.wait(10)
    assert job.returncode == 0, told.decode()
    assert office.value("SELECT array_agg(event ORDER BY happened_at, event) FROM dispatch_event") == [
        "attempted", "deferred",
    ]  # fmt: skip
    query = "SELECT detail ->> '{}' FROM dispatch_event WHERE event = 'deferred'"
    assert office.value(query.format("is_uncertain")) == is_uncertain
    assert office.value(query.format("reply")) == "StoppedError: stopped before the server answered"
    assert office.value("SELECT array_agg(state) FROM dispatch_recipient") == ["waiting"] * 2
