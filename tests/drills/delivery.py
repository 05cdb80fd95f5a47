"""The kill table: runs tests/collectors/test_delivery.py and prints what became of the messages of every kill.

python tests/drills/delivery.py
"""

import contextlib
import io
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "collectors" / "test_delivery.py"


class Table:
    """Collects what the tests recorded, and why one did not run."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for every phase of every test."""
        name = report.nodeid.partition("::test_")[2].replace("_", " ")
        recorded = dict(report.user_properties).get("row")
        if report.skipped or report.failed:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext.splitlines()[-1]
            self.rows.append(("not run" if report.skipped else "FAILED", f"{name}: {reason}", *[""] * 5))
        elif report.when == "call" and isinstance(recorded, tuple):
            self.rows.append(recorded)


def main() -> int:
    """Prints the table; the exit code is pytest's."""
    table = Table()
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([str(TESTS), "-p", "no:cacheprovider", "-q"], plugins=[table])
    print("| killed | at the moment | sent | stored | lost | doubled | quarantined |\n|---|---|---|---|---|---|---|")
    for row in table.rows:
        print("| " + " | ".join(" ".join(str(cell).split()) for cell in row) + " |")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
