"""Scaling out: runs tests/collectors/test_scale_out.py with the killed worker away for a while, and prints the table.

python tests/drills/scale_out.py [SECONDS [MESSAGES]]      a minute and 20,000 messages, unless said otherwise
"""

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "collectors" / "test_scale_out.py"


class Table:
    """Collects what the tests recorded, and which failed."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for every phase of every test."""
        recorded = dict(report.user_properties).get("row")
        if report.skipped or report.failed:
            self.rows.append((report.nodeid.partition("::")[2], report.outcome, str(report.longrepr).splitlines()[-1]))
        elif report.when == "call" and isinstance(recorded, tuple):
            self.rows.append(recorded)


def main(arguments: list[str]) -> int:
    """Prints the table; the exit code is pytest's."""
    os.environ["SCALE_OUT_AWAY_SECONDS"] = arguments[0] if arguments else "60"
    os.environ["SCALE_OUT_MESSAGES"] = arguments[1] if len(arguments) > 1 else "20000"
    table = Table()
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([str(TESTS), "-p", "no:cacheprovider", "-q"], plugins=[table])
    print("| what | sent | what became of it |\n|---|---|---|")
    for row in table.rows:
        print("| " + " | ".join(" ".join(str(cell).split()) for cell in row) + " |")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
