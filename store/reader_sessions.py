"""Ends what readers keep running or open for too long: a session can switch off every limit that is its own setting."""

from datetime import timedelta
from typing import NamedTuple

from store.connection import Connection

LONGEST = timedelta(seconds=60)
"""Twice the `statement_timeout` of a reader: whoever reaches it has switched that off, or holds a transaction open."""

END = """
SELECT usename, state, extract(epoch FROM clock_timestamp() - xact_start)::int, pg_terminate_backend(pid)
FROM pg_stat_activity JOIN login ON role_name = usename
WHERE backend_type = 'client backend' AND clock_timestamp() - xact_start > %s
"""
MAY_END = """
SELECT rolsuper OR pg_has_role('pg_signal_backend', 'USAGE') AND pg_has_role('pg_read_all_stats', 'USAGE')
FROM pg_roles WHERE rolname = current_user
"""


class Ended(NamedTuple):
    """A session that was ended: whose, what it was doing (`active`, `idle in transaction`), and for how long."""

    role: str
    state: str
    seconds: int


def end_long_reads(connection: Connection, longest: timedelta = LONGEST) -> list[Ended]:
    """Ends sessions of readers whose transaction is older than `longest`, and returns them; no other session ever.

    Works on a standby too. Who may not see or end them (no superuser, not in pg_signal_backend and pg_read_all_stats)
    ends nothing: `may_end_reads` says so.
    """
    if not may_end_reads(connection):
        return []
    rows = connection.execute(END, (longest,)).fetchall()
    connection.commit()
    return [Ended(role, state, seconds) for role, state, seconds, is_ended in rows if is_ended]


def may_end_reads(connection: Connection) -> bool:
    """Whether this role may see and end the sessions of readers."""
    return connection.execute(MAY_END).fetchone() == (True,)
