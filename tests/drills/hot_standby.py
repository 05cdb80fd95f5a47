"""Hot standby drill: a copy of the embedded server made with pg_basebackup follows it, and tenants' logins attack it.

    PYTHONPATH=. python tests/drills/hot_standby.py

Prints what each attack said on the primary and on the standby, where tenants' data sources should point, and how long a
revoked right takes to reach the standby. Needs nothing but the embedded server.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo

from store.connection import connect
from store.embedded import EmbeddedServer
from store.errors import StoreUnavailable
from store.login_plan import Key
from store.migrations import migrate
from tests.store.tenants_world import World, world

TENANT: Key = ("tenant", "aamark")
ATTACKS = (
    "ALTER ROLE {self} PASSWORD 'mine now'",
    "ALTER ROLE {self} SET statement_timeout = 0",
    "SELECT lo_create(0)",
    "CREATE TEMP TABLE x (y int)",
    "NOTIFY p2i",
    "LISTEN p2i",
    "BEGIN; LOCK TABLE reporting.circuit IN ACCESS EXCLUSIVE MODE",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_sleep(60)",
    "SET statement_timeout = 0",
    "SELECT count(*) FROM reporting.circuit",
    "SELECT count(*) FROM p2i.circuit",
)


@contextmanager
def standby(primary: EmbeddedServer, home: Path) -> Iterator[EmbeddedServer]:
    """A hot standby of the running embedded server, in a directory of its own; its DSN differs by `host` only."""
    following = EmbeddedServer(home)
    following._prepare_directories()
    binaries = following._binaries()
    following.data.rmdir()
    # pg_basebackup makes the folder itself, as the system user: the folder above must let it.
    holder = home / "copy"
    holder.mkdir()
    holder.chmod(0o777)
    copied = following._run(
        [
            binaries / "pg_basebackup", f"--pgdata={holder / 'data'}", "--write-recovery-conf", "--wal-method=stream",
            "--checkpoint=fast", "--no-sync", f"--dbname=host={primary.sockets} port=5432 user=p2i",
        ]
    )  # fmt: skip
    if copied.returncode != 0:
        raise StoreUnavailable(f"pg_basebackup: {copied.stderr.strip()}")
    (holder / "data").rename(following.data)
    with following.running():
        yield following


def wait_for(primary: psycopg.Connection[tuple[object, ...]], following: str, patience_seconds: float = 30) -> float:
    """Returns after how many seconds the standby has replayed what the primary has written."""
    began = time.monotonic()
    position = primary.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
    assert position is not None
    with psycopg.connect(following, autocommit=True) as connection:
        while connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", position).fetchone() != (True,):
            if time.monotonic() > began + patience_seconds:
                raise StoreUnavailable("the standby does not follow")
            time.sleep(0.01)
    return time.monotonic() - began


def on_standby(made: World, following: EmbeddedServer) -> str:
    """The DSN of the world's database on the standby."""
    return conninfo.make_conninfo(made.dsn, host=str(following.sockets))


def said(made: World, dsn: str, attack: str) -> str:
    """What the server answers a tenant's login, in its own words."""
    with made.login(TENANT, dsn) as login:
        login.execute("SET default_transaction_read_only = off")  # or it would be refused for want of trying
        try:
            for statement in attack.format(self=made.role(TENANT)).split("; "):
                cursor = login.execute(statement.encode())
            return str(cursor.fetchone()) if cursor.description else "done"
        except psycopg.Error as error:
            return str(error).splitlines()[0]


def main() -> int:
    """Prints the table; 1 when the standby lets through what it should not."""
    with tempfile.TemporaryDirectory(prefix="p2i-standby-") as folder:
        Path(folder).chmod(0o755)
        primary = EmbeddedServer(Path(folder) / "a")
        with primary.running() as dsn, connect(dsn, "drill") as owner:
            migrate(owner)
            with world(owner, dsn) as made, standby(primary, Path(folder) / "b") as following:
                wait_for(owner, on_standby(made, following))
                print("| attack | primary | standby |\n|---|---|---|")
                for attack in ATTACKS:
                    answers = [said(made, one, attack) for one in (made.dsn, on_standby(made, following))]
                    print(f"| `{attack.format(self='self')}` | {' | '.join(answers)} |")
                owner.execute("DELETE FROM reader WHERE tenant = 'aamark'")
                owner.commit()
                took = wait_for(owner, on_standby(made, following))
                left = said(made, on_standby(made, following), "SELECT count(*) FROM reporting.circuit")
                print(f"\na right taken away on the primary was gone on the standby after {took * 1000:.0f} ms: {left}")
    return 0 if left == "(0,)" else 1


if __name__ == "__main__":
    sys.exit(main())
