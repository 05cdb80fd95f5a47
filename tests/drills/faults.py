"""The fault table: runs tests/store/test_faults.py and prints what each fault said and what became of the data.

python tests/drills/faults.py                 on the embedded server (as root: the full disk, too)
P2I_TEST_DSN=… python tests/drills/faults.py  on another one (with TimescaleDB: late data into compressed chunks)
"""

import contextlib
import io
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1] / "store" / "test_faults.py"


class Table:
    """Collects what the tests recorded, and why one did not run."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for every phase of every test."""
        name = report.nodeid.partition("::test_")[2].replace("_", " ")
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "?"
            self.rows.append((name, "not run", reason.removeprefix("Skipped: "), ""))
        elif report.failed:
            self.rows.append((name, "FAILED", f"in {report.when}", report.longreprtext.splitlines()[-1]))
        elif report.when == "call":
            [(_, recorded)] = report.user_properties
            assert isinstance(recorded, tuple)
            what, said, became = map(str, recorded)
            self.rows.append((what, f"{report.duration:.1f} s", said, became))


def main() -> int:
    """Prints the table; the exit code is pytest's."""
    table = Table()
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([str(TESTS), "-p", "no:cacheprovider", "-q"], plugins=[table])
    print("| fault | took | what was said | what became of the data |\n|---|---|---|---|")
    for row in table.rows:
        print("| " + " | ".join(" ".join(cell.split()) for cell in row) + " |")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
