"""The bad night: runs tests/acceptance/test_bad_night.py (three minutes of real time) and prints who was told what.

python tests/drills/bad_night.py
"""

import contextlib
import io
import sys
from pathlib import Path
from typing import Any

import pytest

TEST = Path(__file__).parents[1] / "acceptance" / "test_bad_night.py"


class Table:
    """Keeps what the test recorded, and why it failed."""

    def __init__(self) -> None:
        self.recorded: dict[str, Any] = {}
        self.why = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for every phase of the test."""
        self.recorded |= dict(report.user_properties)
        if report.failed or report.skipped:
            self.why = str(report.longrepr)


def main() -> int:
    """Prints the table; the exit code is pytest's."""
    table = Table()
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([str(TEST), "-p", "no:cacheprovider", "-q"], plugins=[table])
    print("| to | mails | subject |\n|---|---|---|")
    for (person, subject), times in table.recorded.get("told", []):
        print(f"| {person} | {times} | {subject} |")
    print(f"\nfrom the first bad interval to the page: {table.recorded.get('seconds_to_page', '?')} s (Δt 1 s, n 10)")
    if table.why:
        print(table.why)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
