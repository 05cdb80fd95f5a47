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
    "search_path": "reporting, public",
    "statement_timeout": "30s",
    "temp_file_limit": "262144",  # kB; the only one that a session cannot set otherwise
    "TimeZone": "UTC",
}


def set_attributes(connection: Connection, role: str, *, made: bool) -> bool:
    """Lets the role log in and nothing else, and says whether that was not so."""
    found = connection.execute(
        "SELECT FROM pg_roles WHERE rolname = %s AND rolcanlogin AND rolconnlimit = %s"
        " AND coalesce(rolvaliduntil, 'infinity') = 'infinity'"
        " AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolinherit)",
        (role, CONNECTIONS),
    ).fetchone()
    if found is not None:
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


def set_settings(connection: Connection, role: str) -> bool:
    """Sets `SETTINGS`, takes all others away, and says whether it was otherwise."""
    wanted = {name: value for name, value in SETTINGS.items() if name != "temp_file_limit" or is_superuser(connection)}
    rows = connection.execute(
        "SELECT setdatabase <> 0, setconfig FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
        " WHERE rolname = %s",
        (role,),
    ).fetchall()
    if rows == [(False, [f"{name}={value}" for name, value in wanted.items()])]:
        return False
    name = sql.Identifier(role)
    for (database,) in connection.execute(
        "SELECT datname FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole"
        " JOIN pg_database ON pg_database.oid = setdatabase WHERE rolname = %s",
        (role,),
    ).fetchall():
        connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(name, sql.Identifier(database)))
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
    for setting, value in wanted.items():
        # A list of schemas is a list of words, not one word in quotes.
        to: sql.Composable = sql.SQL(value) if setting == "search_path" else sql.Literal(value)
        connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.SQL(setting), to))
    return True


def is_superuser(connection: Connection) -> bool:
    """Whether this session may do everything, looking at hashes of passwords included."""
    return connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)
