"""The demo's processes and its waiting: started in the order of the flow, watched, their alerts told as they come."""

import fcntl
import re
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from collectors import stamp
from facilities.inventory import DEMO_INVENTORY, Inventory, read_inventory
from p2i.supervisor import Processes
from store.embedded import EmbeddedServer
from store.errors import InputError, P2IError

PATIENCE_SECONDS = 150
LOOK_EVERY_SECONDS = 0.3
LOGINS = "logins.json"
GRAFANA = "http://127.0.0.1:3000"
TOLD = (
    "P2I_DSN", "P2I_INVENTORY", "P2I_MQTT_URL", "P2I_LOGINS_FILE", "P2I_GRAFANA_DATABASE", "P2I_STATEMENTS",
    "P2I_RECIPIENTS", "P2I_KEYS",
)  # fmt: skip


@contextmanager
def only_one(home: Path) -> Iterator[Path]:
    """The demo's own directory, emptied of an earlier run, for one demo at a time."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "demo.lock").open("w")
    except OSError as error:
        raise InputError(f"P2I_HOME: {home}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"another demo is running in {home}") from None
        EmbeddedServer(home).stop()  # of a demo that was killed: its data must not vanish under a running server
        for left in ("data", "broker", "logs", "statements", "keys"):
            shutil.rmtree(home / left, ignore_errors=True)
        (home / LOGINS).unlink(missing_ok=True)
        yield home


def inventory_with_free_ports(folder: Path) -> Inventory:
    """A copy of the demo inventory whose reflectors listen on ports that are free now."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DEMO_INVENTORY, folder)
    probes = folder / "probes.toml"
    text = probes.read_text(encoding="utf-8")
    probes.write_text(
        re.sub(r"(?m)^port = \d+$", lambda _: f"port = {free_port(socket.SOCK_DGRAM)}", text), encoding="utf-8"
    )
    return read_inventory(folder)


def free_port(kind: socket.SocketKind) -> int:
    """A port of the loopback address that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a reflector on `port` of this machine answers a test packet within a tenth of a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.1)
        try:
            probe.connect(("127.0.0.1", port))
            probe.send(stamp.request(0, 0))
            return stamp.reply(probe.recv(512)) is not None
        except OSError:  # nobody there yet: refused, or no answer in time
            return False


def shell_line(settings: Mapping[str, str]) -> str:
    """A line that sets these variables in any POSIX shell, whatever their values are made of."""
    return " ".join(["export", *(f"{name}={shlex.quote(value)}" for name, value in settings.items())])


class Teller:
    """Tells the person watching what happens: steps of the demo, and alerts as `p2i alert` tells them."""

    def __init__(self, console: Console, label: str) -> None:
        self.console = console
        self.label = label
        self._read = 0

    def step(self, text: str) -> None:
        """One line of what happens now."""
        self.console.print(f"[dim]{datetime.now(UTC):%H:%M:%S}Z[/dim]  {text}", highlight=False)

    def invitation(
        self, environment: Mapping[str, str], month: str, span: tuple[datetime, datetime], logs: Path
    ) -> None:
        """What a person can do in another terminal while everything keeps running, and where to look.

        Dashboards open on the last hours: the month is in the address, in milliseconds, as Grafana takes it.
        """
        settings = {name: environment[name] for name in TOLD}
        starts_at, ends_at = (int(at.timestamp() * 1000) for at in span)
        grafana = f"{GRAFANA}/d/p2i-noc-fr?from={starts_at}&to={ends_at}"
        self.step(f"everything keeps running until Ctrl-C; broker: {settings['P2I_MQTT_URL']}; in another terminal:")
        p2i = shlex.quote(str(Path(sys.executable).with_name("p2i")))
        for line in (
            shell_line(settings),
            f"{p2i} board                      # the live circuits, now",
            f"{p2i} board --period {month}     # the simulated month",
            f"{p2i} closing list               # statements: issued, and what waits for a person",
            f"{p2i} doctor                     # what is wrong, if anything",
            f"ls {shlex.quote(str(logs))}     # the log of every process",
            f"{p2i} tenants apply && P2I_GRAFANA_PASSWORD=… {p2i} grafana apply --url {GRAFANA}     # docs/grafana.md",
            f"{grafana}     # there, once in the organisation Exploitation: {month}",
        ):
            self.console.print(f"  {line}", soft_wrap=True, highlight=False, markup=False)

    def alerts(self, log: Path) -> None:
        """Prints the alerts told since the last look."""
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        for line in whole[self._read :].splitlines():
            if self.label in line:
                self.console.print(
                    f"           [bold]alert[/bold]  {line}", highlight=False, soft_wrap=True, markup=True
                )
        self._read = len(whole)

    def wait(self, processes: Processes, what: str, done: Callable[[], bool]) -> None:
        """Waits until `done()`, telling alerts meanwhile.

        Raises P2IError when a process ended by itself or patience did.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        while not done():
            self.alerts(processes.logs / "alerting.log")
            processes.require_all_running()
            if time.monotonic() > until:
                raise P2IError(f"{what}: not within {PATIENCE_SECONDS} s; the logs are in {processes.logs}")
            time.sleep(LOOK_EVERY_SECONDS)
        self.alerts(processes.logs / "alerting.log")
