"""What the database offers, what that means, and what is wrong with it: one finding per question."""

from datetime import UTC, datetime

from store.agreement_texts import read_kept_differences
from store.connection import Connection
from store.doctor_statements import statements_findings
from store.doctor_storage import storage_findings
from store.doctor_tenants import tenants_findings
from store.finding import Finding, Level
from store.gap_rows import RESTART
from store.migrations import known_migrations
from store.timescale import HYPERTABLES, extension_version, is_offered
from store.verdicts import read_unscored
from store.zone_data import zone_data_are_current

OLDEST_MAJOR_VERSION = 15
CLOCK_TOLERANCE_SECONDS = 2


def findings(connection: Connection, now: datetime | None = None) -> list[Finding]:
    """Every finding about the connected database; `now` is this machine's clock, for comparison."""
    return [
        _version(connection),
        _extension(connection),
        _schema(connection),
        *_writable(connection),
        _zone_data(connection),
        _clock(connection, now),
        *storage_findings(connection, now or datetime.now(UTC)),
        *_quarantine(connection),
        *_gaps(connection),
        *_unscored(connection),
        *_agreements(connection),
        *statements_findings(connection, now or datetime.now(UTC)),
        *tenants_findings(connection),
    ]


def _version(connection: Connection) -> Finding:
    number = connection.info.server_version
    text = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 < OLDEST_MAJOR_VERSION:
        return Finding("error", "server", f"{text}; at least {OLDEST_MAJOR_VERSION} is needed")
    return Finding("ok", "server", text)


def _extension(connection: Connection) -> Finding:
    version = extension_version(connection)
    if version is None and is_offered(connection):
        return Finding(
            "warning",
            "TimescaleDB",
            "offered by this server and not in this database: p2i migrate adds it, if shared_preload_libraries names it"
            " and this role may (else, as a superuser: CREATE EXTENSION timescaledb; then p2i migrate)",
        )
    if version is None:
        return Finding(
            "warning",
            "TimescaleDB",
            "not in this database: readings are in ordinary tables, complete and correct, but not compressed,"
            " and p2i upkeep drops them by age; fine for trying and small sites, not for years of a whole park",
        )
    made = connection.execute(
        "SELECT hypertable_name FROM timescaledb_information.hypertables"
        " WHERE hypertable_schema = 'p2i' AND hypertable_name = ANY (%s)",
        (list(HYPERTABLES),),
    ).fetchall()
    if missing := sorted(set(HYPERTABLES) - {row[0] for row in made}):
        return Finding(
            "warning", "TimescaleDB", f"{version}, but not hypertables yet: {', '.join(missing)}; p2i migrate"
        )
    return Finding("ok", "TimescaleDB", f"{version}; readings are in hypertables")


def _schema(connection: Connection) -> Finding:
    found = connection.execute("SELECT to_regclass('p2i.migration') IS NOT NULL").fetchone()
    if found != (True,):
        return Finding("error", "schema", "not there; run: p2i migrate")
    applied = {row[0] for row in connection.execute("SELECT number FROM migration").fetchall()}
    if missing := [migration.name for migration in known_migrations() if migration.number not in applied]:
        return Finding("error", "schema", f"older than this release (missing {', '.join(missing)}); run: p2i migrate")
    return Finding("ok", "schema", f"current (migration {max(applied)})")


def _writable(connection: Connection) -> list[Finding]:
    """Nothing on a database that takes writes, for that is the rule."""
    row = connection.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')").fetchone()
    if row is None or row[0] or row[1] == "off":
        return [Finding("ok", "writes", "a standby: it follows its primary")] if row is not None and row[0] else []
    text = "read-only, so nothing is collected or scored: a restore that was not finished? See docs/operations.md"
    return [Finding("error", "writes", text)]


def _zone_data(connection: Connection) -> Finding:
    if zone_data_are_current(connection):
        return Finding("ok", "zone data", "the server knows Morocco's change of 2026-09-20")
    return Finding(
        "warning",
        "zone data",
        "the server's rules still put Morocco at UTC+1: scores are right (they do not use them), but queries in local"
        " time by hand or in Grafana are one hour off; update the server's tzdata to 2026c or later and restart it",
    )


def _clock(connection: Connection, now: datetime | None) -> Finding:
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    apart = (row[0] - (now or datetime.now(UTC))).total_seconds()
    text = f"the server's clock is {abs(apart):.1f} s {'behind' if apart < 0 else 'ahead of'} this machine's"
    if abs(apart) > CLOCK_TOLERANCE_SECONDS:
        return Finding("warning", "clock", f"{text}; check time synchronisation on both")
    return Finding("ok", "clock", text)


def _quarantine(connection: Connection) -> list[Finding]:
    # The columns came with later migrations than the table; an older schema is told of by its own finding.
    found = connection.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'p2i' AND table_name = 'quarantine'"
        " AND column_name IN ('arrivals', 'resolved_at')"
    ).fetchone()
    if found != (2,):
        return []
    rows = connection.execute(
        "SELECT reason, sum(arrivals)::bigint FROM quarantine WHERE resolved_at IS NULL GROUP BY reason ORDER BY reason"
    ).fetchall()
    if not rows:
        return [Finding("ok", "quarantine", "nothing open")]
    counted = ", ".join(f"{count} {reason}" for reason, count in rows)
    return [Finding("warning", "quarantine", f"{counted}; what to do: p2i quarantine list")]


def _gaps(connection: Connection) -> list[Finding]:
    if connection.execute("SELECT to_regclass('p2i.collector_stream') IS NOT NULL").fetchone() != (True,):
        return []
    rows = connection.execute(
        "SELECT reason, count(*), sum(messages), (array_agg(series ORDER BY noticed_at DESC))[1] FROM gap"
        " WHERE noticed_at > clock_timestamp() - interval '1 day' AND messages IS DISTINCT FROM 0"
        " GROUP BY reason ORDER BY reason"
    ).fetchall()
    told = [
        f"{count} {reason} ({'how many messages is not known' if messages is None else _missing(messages)}),"
        f" the newest of {series}"
        for reason, count, messages, series in rows
    ]
    if not told:
        return [Finding("ok", "gaps", f"none noticed in the last day; {_counting(connection)}")]
    level: Level = "ok" if {reason for reason, *_ in rows} == {RESTART} else "warning"
    return [Finding(level, "gaps", f"in the last day {'; '.join(told)}: SELECT * FROM reporting.gap")]


def _missing(messages: int) -> str:
    return f"{messages} message{'' if messages == 1 else 's'} never came, or came and could not be read"


def _counting(connection: Connection) -> str:
    """Whose missing messages can be seen: of other senders a broker may drop any without a trace."""
    row = connection.execute("SELECT count(DISTINCT stream) FROM collector_stream").fetchone()
    assert row is not None
    return f"senders that number their messages, so that a missing one shows: {row[0]}"


def _unscored(connection: Connection) -> list[Finding]:
    found = connection.execute("SELECT to_regclass('p2i.unscored') IS NOT NULL").fetchone()
    if found != (True,):
        return []
    rows = read_unscored(connection)
    return [
        Finding("warning", "scores", f"{row.agreement} not scored since {row.failed_at}: {row.reason}") for row in rows
    ]


def _agreements(connection: Connection) -> list[Finding]:
    """Closed periods that keep another text than the inventory has: the engine notices when it reads one."""
    if connection.execute("SELECT to_regclass('p2i.kept_difference') IS NOT NULL").fetchone() != (True,):
        return []
    rows = read_kept_differences(connection)
    return [Finding("warning", "agreements", f"{row.agreement}: {row.difference}") for row in rows]
