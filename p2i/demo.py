"""`p2i demo`: the whole system on this machine, fed with live measurements and a simulated month whose truth is known.

It writes only to an embedded server of its own, never to the one P2I_DSN names.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from facilities.process import run
from p2i.broker import start_broker
from p2i.demo_closing import DemoClosing
from p2i.demo_feed import Feed
from p2i.demo_month import DemoMonth
from p2i.demo_processes import (
    LOGINS,
    LOOK_EVERY_SECONDS,
    Teller,
    answers,
    free_port,
    inventory_with_free_ports,
    only_one,
)
from p2i.demo_truth import Comparison, compare, compare_outage
from p2i.supervisor import Processes
from store.connection import Connection, connect
from store.embedded import EmbeddedServer, default_home, listening_port
from store.errors import InputError, P2IError
from store.migrations import migrate
from store.verdict_rows import ScoreRow
from store.verdicts import read_scores

SEED = 20260920
MONTH = "2026-09"  # 721 hours: Morocco's clock change lies in it
LIVE_AGREEMENT = "DEMO-LIVE-F"
STOPPED_CIRCUIT = "live-2"
STOPPED_SECONDS = 15
ENGINE_EVERY_SECONDS = 5
SETTLING_SECONDS = 12  # after a reflector answers: probe timeout, n good intervals, delivery
TABLES = {
    "interval": ("circuit_interval", "starts_at"),
    "probe": ("probe", "sent_at"),
    "occupancy": ("occupancy", "measured_at"),
}


def main(argv: Sequence[str]) -> int:
    """Runs the demo; 0 when every scored figure is the truth, 1 when one differs, 2 when it could not run."""
    parser = argparse.ArgumentParser(prog="p2i demo", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    parser.add_argument("--month", default=MONTH, metavar="YYYY-MM", help=f"the month to simulate (default {MONTH})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the simulation (default {SEED})")
    options = parser.parse_args(argv)

    def body() -> int:
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGHUP, _leave)
        console = Console()
        year, number = _month(options.month)
        with only_one(default_home() / "demo") as home, ExitStack() as stack:
            return _Demo(home, console, stack, year, number, options.seed).run(keep=options.keep)

    return run("demo", body)


def _leave(number: int, _frame: object) -> None:
    """Told to end, or the terminal closed: leave as after Ctrl-C, through every `with`, and only once."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _month(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise InputError(f"--month: {text!r} is not a month such as {MONTH}")
    year, number = (int(part) for part in text.split("-"))
    if datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC) > datetime.now(UTC):
        raise InputError(f"--month: {text} is not over yet, and a simulated month must be")
    return year, number


class _Demo:
    """One run: start, feed, break something, score, compare."""

    def __init__(self, home: Path, console: Console, stack: ExitStack, year: int, number: int, seed: int) -> None:
        self.home = home
        self.console = console
        self.stack = stack
        self.inventory = inventory_with_free_ports(home / "inventory")
        self.teller = Teller(console, self.inventory.label)
        self.month = DemoMonth.of(self.inventory, year, number, seed)
        self.month_text = f"{year}-{number:02d}"

    def run(self, *, keep: bool) -> int:
        """The whole demo; its exit code."""
        began = time.monotonic()
        self.console.rule(self.inventory.labelled("fictional tenants, carriers and events; real processes"))
        connection, processes, feed = self._start()
        self._feed_month(feed, connection, processes)
        processes.start("sla_engine", ["p2i", "engine"])
        stopped_at, answering_at = self._stop_a_reflector(processes)
        self._await_scores(connection, processes, answering_at)
        comparisons = self._compare(connection, stopped_at, answering_at)
        self._show(comparisons)
        self._board_and_statements(processes.logs)
        wrong = sum(not each.is_equal for each in comparisons)
        verdict = "every figure is the truth" if not wrong else f"{wrong} of {len(comparisons)} figures differ"
        self.teller.step(f"[bold]{verdict}[/bold]; {time.monotonic() - began:.0f} s")
        if keep:
            self._keep(feed, processes)
        return 1 if wrong else 0

    def _start(self) -> tuple[Connection, Processes, Feed]:
        server = EmbeddedServer(self.home, listening_port())
        dsn = self.stack.enter_context(server.running())
        connection = self.stack.enter_context(connect(dsn, "demo"))
        migrate(connection)
        connection.commit()
        connection.autocommit = True  # it only looks from now on, for hours with --keep: no transaction may stay open
        broker = self.stack.enter_context(start_broker(self.home / "broker", free_port(socket.SOCK_STREAM)))
        self.environment = {
            "P2I_DSN": dsn,
            "P2I_INVENTORY": str(self.inventory.path),
            "P2I_MQTT_URL": broker.url,
            "P2I_LOGINS_FILE": str(self.home / LOGINS),
            "P2I_GRAFANA_DATABASE": server.uri,
            "P2I_ENGINE_EVERY_SECONDS": str(ENGINE_EVERY_SECONDS),
            "PYTHONUNBUFFERED": "1",
        }
        # What the shell sets for a real installation must not leak into the demo's processes.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("P2I_", "PG"))}
        self.environment = {**inherited, **self.environment}
        processes = self.stack.enter_context(Processes(self.home / "logs", self.environment))
        self.teller.step(
            f"database: PostgreSQL {connection.info.server_version // 10000}, embedded; broker: {broker.software}"
        )
        processes.start("collectors", ["p2i", "collect"])
        processes.start("alerting", ["p2i", "alert"])
        for probe in self.inventory.probes.values():
            self._start_reflector(processes, probe.circuit)
        processes.start("probe", ["p2i", "probe"])
        feed = self.stack.enter_context(Feed("127.0.0.1", broker.port))
        self._await_collectors(feed, connection, processes)
        return connection, processes, feed

    def _start_reflector(self, processes: Processes, circuit: str) -> None:
        port = next(probe.port for probe in self.inventory.probes.values() if probe.circuit == circuit)
        processes.start(f"reflector-{circuit}", ["p2i", "reflect", "--port", str(port)])

    def _await_collectors(self, feed: Feed, connection: Connection, processes: Processes) -> None:
        """Publishes zones' occupancy of this moment until one is stored: then the whole way is open."""

        def stored() -> bool:
            now = datetime.now(UTC).replace(microsecond=0)
            self.month.publish_occupancy(feed, now, now + timedelta(seconds=1))
            return _count(connection, "occupancy", self.month.ends_at, datetime.max.replace(tzinfo=UTC)) > 0

        self.teller.wait(processes, "the first reading through broker and collectors", stored)

    def _feed_month(self, feed: Feed, connection: Connection, processes: Processes) -> None:
        began = time.monotonic()
        self.month.write_promises(connection)
        expected: Counter[str] = Counter()
        for published in self.month.publish(feed):
            expected += published
            self.teller.alerts(processes.logs / "alerting.log")
        self.teller.step(f"published {expected.total():,} readings of {self.month_text} for five parks; storing …")

        def stored() -> bool:
            return all(
                _count(connection, kind, self.month.starts_at, self.month.ends_at) >= rows
                for kind, rows in expected.items()
            )

        self.teller.wait(processes, "storing the simulated month", stored)
        seconds = time.monotonic() - began
        self.teller.step(f"stored {expected.total():,} readings over MQTT, {expected.total() / seconds:,.0f} a second")

    def _stop_a_reflector(self, processes: Processes) -> tuple[datetime, datetime]:
        """Really stops one reflector, and returns when it stopped and when it answered again."""
        port = next(probe.port for probe in self.inventory.probes.values() if probe.circuit == STOPPED_CIRCUIT)
        stopped_at = datetime.now(UTC)
        processes.stop(f"reflector-{STOPPED_CIRCUIT}")
        self.teller.step(f"stopped the reflector of {STOPPED_CIRCUIT} for {STOPPED_SECONDS} s: a real outage begins")
        until = time.monotonic() + STOPPED_SECONDS
        self.teller.wait(processes, "the stop", lambda: time.monotonic() >= until)
        self._start_reflector(processes, STOPPED_CIRCUIT)
        self.teller.wait(processes, f"the reflector of {STOPPED_CIRCUIT}", lambda: answers(port))
        answering_at = datetime.now(UTC)
        self.teller.step(f"the reflector of {STOPPED_CIRCUIT} answers again")
        return stopped_at, answering_at

    def _await_scores(self, connection: Connection, processes: Processes, answering_at: datetime) -> None:
        settled = answering_at + timedelta(seconds=SETTLING_SECONDS)

        def scored() -> bool:
            live = self._live_score(connection)
            return (
                len(self._month_scores(connection)) == len(self.month.agreements)
                and live is not None
                and live.scored_to_at >= settled
            )

        self.teller.wait(processes, "scoring the month and the live circuits", scored)

    def _month_scores(self, connection: Connection) -> dict[str, ScoreRow]:
        names = {agreement.id for agreement in self.month.agreements}
        rows = read_scores(connection, overlapping=(self.month.starts_at, self.month.ends_at))
        return {
            row.agreement: row
            for row in rows
            if row.agreement in names and row.period_starts_at == self.month.starts_at
        }

    def _live_score(self, connection: Connection) -> ScoreRow | None:
        rows = [row for row in read_scores(connection) if row.agreement == LIVE_AGREEMENT]
        return rows[-1] if rows else None

    def _compare(self, connection: Connection, stopped_at: datetime, answering_at: datetime) -> list[Comparison]:
        scores, live = self._month_scores(connection), self._live_score(connection)
        assert live is not None
        found = []
        for agreement in self.month.agreements:
            found += compare(scores[agreement.id].parsed(), self.month.truth_of(agreement))
        for probe in self.inventory.probes.values():
            stop = (stopped_at, answering_at) if probe.circuit == STOPPED_CIRCUIT else (None, None)
            found.append(compare_outage(live.parsed(), probe.circuit, *stop))
        return found

    def _show(self, comparisons: list[Comparison]) -> None:
        table = Table(
            title=self.inventory.labelled(f"truth beside score, {self.month_text} and live"), title_justify="left"
        )
        for column in ("circuit", "objective", "truth", "scored"):
            table.add_column(column, overflow="fold")
        table.add_column("")
        for each in comparisons:
            mark = "[green]same[/green]" if each.is_equal else "[bold red]DIFFERS[/bold red]"
            scored = "″" if each.truth == each.scored else each.scored
            table.add_row(each.circuit, each.objective, each.truth, scored, mark)
        self.console.print(table)

    def _p2i(self, *words: str, log: Path | None = None, ends: Collection[int] = (0,)) -> None:
        """Runs one `p2i` word in the demo's environment, as a person would, and shows what it prints, or logs it."""
        with ExitStack() as stack:
            out = None if log is None else stack.enter_context(log.open("ab"))
            done = subprocess.run(
                [sys.executable, "-m", "p2i", *words], env=self.environment, stdin=subprocess.DEVNULL, check=False,
                stdout=out, stderr=out,
            )  # fmt: skip
        if done.returncode not in ends:
            raise P2IError(f"p2i {words[0]} ended with exit code {done.returncode}{f': see {log}' if log else ''}")

    def _board_and_statements(self, logs: Path) -> None:
        self._p2i("board", "--once", "--period", self.month_text)
        simulated = {agreement.tenant for agreement in self.month.agreements}
        closing = DemoClosing(self.home, self.month_text, self._p2i, logs)
        self.environment |= closing.environment
        self.teller.step(closing.close(sorted(simulated)))
        self.teller.step(closing.verify())
        running = datetime.now(self.month.agreements[0].time_zone).strftime("%Y-%m")
        for tenant in self.inventory.tenants:
            closing.write_what_is_left(tenant, self.month_text if tenant in simulated else running)
        self.teller.step(f"statements: {closing.folder}")

    def _keep(self, feed: Feed, processes: Processes) -> None:
        # Not before: the sums of a month that comes in within seconds cost time, and of an old month, which --month
        # may name, it drops what is past its time.
        processes.start("upkeep", ["p2i", "upkeep"])
        span = self.month.starts_at, self.month.ends_at
        self.teller.invitation(self.environment, self.month_text, span, processes.logs)
        while True:
            now = datetime.now(UTC).replace(microsecond=0)
            self.month.publish_occupancy(feed, now, now + timedelta(seconds=1))
            self.teller.alerts(processes.logs / "alerting.log")
            processes.require_all_running()
            time.sleep(LOOK_EVERY_SECONDS * 10)


def _count(connection: Connection, kind: str, starts_at: datetime, ends_at: datetime) -> int:
    """How many readings of a kind are stored with an instant in the span."""
    table, column = TABLES[kind]
    row = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {column} >= %s AND {column} < %s".encode(), (starts_at, ends_at)
    ).fetchone()
    assert row is not None
    return int(row[0])
