"""Every table and column of the schema is documented, and the documentation names no other."""

import re
from collections import defaultdict
from pathlib import Path

from store.connection import Connection

SCHEMA = Path(__file__).parents[2] / "docs" / "schema.md"


def documented() -> dict[str, set[str]]:
    """The columns named under each heading `### table, table`, for every table of the heading."""
    found: dict[str, set[str]] = {}
    for section in SCHEMA.read_text(encoding="utf-8").split("\n### ")[1:]:
        heading, _, rest = section.partition("\n")
        rows = [line for line in rest.split("\n## ")[0].splitlines() if line.startswith("| `")]
        columns = {name for row in rows for name in re.findall(r"`([a-z0-9_]+)`", row.split("|")[1])}
        for table in heading.split(", "):
            found[table] = columns
    return found


def actual(connection: Connection) -> dict[str, set[str]]:
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'p2i'"
    ).fetchall():
        columns[table].add(column)
    return columns


def test_every_table_and_column_is_documented(connection: Connection) -> None:
    written = documented()
    for table, columns in actual(connection).items():
        assert table in written, f"table {table} is not in docs/schema.md"
        assert columns <= written[table], f"{table}: not documented: {sorted(columns - written[table])}"


def test_nothing_is_documented_that_does_not_exist(connection: Connection) -> None:
    tables = actual(connection)
    everything = {column for columns in tables.values() for column in columns}
    for table, columns in documented().items():
        if table.endswith("_rolled") and table not in tables:
            continue  # without the extension only, as the text says
        assert table in tables, f"docs/schema.md names a table {table}"
        assert columns <= everything, f"{table}: no such column: {sorted(columns - everything)}"


def test_every_view_of_reporting_is_documented_with_its_columns(connection: Connection) -> None:
    text = (SCHEMA.parent / "reporting.md").read_text(encoding="utf-8")
    written = {
        cells[1].strip(" `"): set(re.findall(r"`([a-z0-9_]+)`", cells[3]))
        for line in text.splitlines()
        if line.startswith("| `") and len(cells := line.split("|")) > 4
    }
    found: dict[str, set[str]] = defaultdict(set)
    for view, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'reporting'"
    ).fetchall():
        found[view].add(column)
    assert written == found
