"""What `p2i doctor` says about issued statements: mail that nobody gets, and files that are not made."""

from datetime import datetime, timedelta

from store.connection import Connection
from store.dispatches import read_failed
from store.finding import Finding

LATE_FILES = timedelta(hours=1)
NAMED_AT_MOST = 3


def statements_findings(connection: Connection, now: datetime) -> list[Finding]:
    """One line, a warning where recipients were refused, given up or bounced, or where a statement has no files an hour
    after it was issued; none while none was issued, or while the schema is older than this release.

    Statements are named, and never who was to get them.
    """
    if connection.execute("SELECT to_regclass('p2i.dispatch_recipient')").fetchone() == (None,):
        return []
    row = connection.execute("SELECT count(*) FROM statement").fetchone()
    if row is None or not row[0]:
        return []
    wrong = [text for text in (_failed(connection), _without_files(connection, now)) if text]
    if wrong:
        return [Finding("warning", "statements", "; ".join(wrong))]
    return [Finding("ok", "statements", f"{row[0]} issued; nobody's mail failed, and no files are late")]


def _failed(connection: Connection) -> str:
    rows = read_failed(connection)
    if not rows:
        return ""
    count = sum(people for *_, people in rows)
    said = [
        f"{number}{'' if kind == 'statement' else f' ({kind})'} {people} {state.replace('_', ' ')}"
        for number, kind, state, people in reversed(rows)
    ]
    recipients = "1 recipient" if count == 1 else f"{count} recipients"
    return f"mail did not reach {recipients}: {_named(said)} (p2i closing show NUMBER, p2i closing resend)"


def _without_files(connection: Connection, now: datetime) -> str:
    rows = connection.execute(
        "SELECT number FROM statement LEFT JOIN statement_files AS files USING (number)"
        " WHERE files.number IS NULL AND issued_at < %s ORDER BY issued_at DESC, number",
        (now - LATE_FILES,),
    ).fetchall()
    if not rows:
        return ""
    named = _named([number for (number,) in rows])
    return f"{len(rows)} without files for over an hour: {named} (is p2i closing running? Its log says why)"


def _named(newest_first: list[str]) -> str:
    """The first of them, and how many more there are."""
    rest = len(newest_first) - NAMED_AT_MOST
    return ", ".join(newest_first[:NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")
