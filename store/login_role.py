"""One LOGIN role of a reader: its attributes, its password and its settings, each set right where it is not."""

from psycopg import sql

from store.connection import Connection
from store.login_plan import is_password

CONNECTIONS = 8
"""Connections a reader may hold at once; Grafana's `maxOpenConns` must be lower."""

SETTINGS = {
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "1min",
    "jit": "off",
    "lock_timeout": "5s",
    # Errors and statements of whoever may send any SQL would fill the server's log, and so would plans and traces,
    # which a session may switch on for itself (debug_print_plan, trace_sort) and which count as LOG.
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "search_path": "reporting, public",
    "statement_timeout": "30s",
    "temp_file_limit": "262144",  # kB
    "TimeZone": "UTC",
}
HELD_SETTINGS = ("log_min_error_statement", "log_min_messages", "temp_file_limit")
"""Those that no session of a reader can set otherwise; only a superuser may give them to a role."""


def has_attributes(connection: Connection, role: str) -> bool:
    """Whether the role may log in, a few times at once, and nothing else."""
    found = connection.execute(
        "SELECT FROM pg_roles WHERE rolname = %s AND rolcanlogin AND rolconnlimit = %s"
        " AND coalesce(rolvaliduntil, 'infinity') = 'infinity'"
        " AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolinherit)",
        (role, CONNECTIONS),
    ).fetchone()
    return found is not None


def set_attributes(connection: Connection, role: str, *, made: bool) -> bool:
    """Lets the role log in and nothing else, and says whether that was not so."""
    if has_attributes(connection, role):
        return False
    name = sql.Identifier(role)
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOINHERIT CONNECTION LIMIT {} VALID UNTIL 'infinity'").format(name, CONNECTIONS)
    )
    if not made:  # only a superuser may name the attributes that no new role has
        connection.execute(
            sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS").format(name)
        )
    return True


def set_password(connection: Connection, role: str, password: str) -> bool:
    """Sets the password and says whether it is known to have been another: only a superuser may look."""
    may_look = is_superuser(connection)
    if may_look:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (role,)).fetchone()
        if row is not None and is_password(row[0], password):
            return False
    # Hashed here: the server's log may keep statements.
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))
    return may_look


def has_settings(connection: Connection, role: str) -> bool:
    """Whether the role has `SETTINGS` and no others; who is no superuser passes over those that only one can give."""
    rows: list[tuple[bool, list[str]]] = connection.execute(
        "SELECT setdatabase <> 0, setconfig FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
        " WHERE rolname = %s",
        (role,),
    ).fetchall()
    wanted = _settings(connection)
    passed_over = SETTINGS.keys() - wanted.keys()
    found = [(of_one, [one for one in all_ if one.partition("=")[0] not in passed_over]) for of_one, all_ in rows]
    return found == [(False, [f"{name}={value}" for name, value in wanted.items()])]


def set_settings(connection: Connection, role: str) -> bool:
    """Sets `SETTINGS`, takes all others away, and says whether it was otherwise."""
    if has_settings(connection, role):
        return False
    name = sql.Identifier(role)
    for (database,) in connection.execute(
        "SELECT datname FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
        " JOIN pg_database ON pg_database.oid = setdatabase WHERE rolname = %s",
        (role,),
    ).fetchall():
        connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(name, sql.Identifier(database)))
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
    for setting, value in _settings(connection).items():
        # A list of schemas is a list of words, not one word in quotes.
        to: sql.Composable = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
        connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.SQL(setting), to))
    return True


def is_superuser(connection: Connection) -> bool:
    """Whether this session may do everything, looking at hashes of passwords included."""
    return connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


def _settings(connection: Connection) -> dict[str, str]:
    may_all = is_superuser(connection)
    return {name: value for name, value in SETTINGS.items() if may_all or name not in HELD_SETTINGS}
