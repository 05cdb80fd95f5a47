"""Which process uses a client id at the broker: a lock of the database that ends with the process's connection."""

from store.connection import Connection

_KEY = "hashtextextended('p2i session ' || %(client_id)s, 0)"


def hold_session(connection: Connection, client_id: str) -> str | None:
    """Takes the client id for as long as the connection lasts; None when it is ours, else who has it, for people.

    Brokers let the newer of two connections throw the older out, and not every broker says so: the database knows.
    """
    values = {"client_id": client_id}
    taken = connection.execute(f"SELECT pg_try_advisory_lock({_KEY})".encode(), values).fetchone()
    if taken == (True,):
        return None
    row = connection.execute(
        "SELECT pid, coalesce(host(client_addr), 'this machine') FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
        f" AND (classid::bigint << 32) | objid::bigint = {_KEY}".encode(),
        values,
    ).fetchone()
    return "a process that has just ended" if row is None else f"database backend {row[0]}, from {row[1]}"
