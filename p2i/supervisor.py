"""The stages as child processes of one parent: started in order, watched, and all ended when the parent ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from store.errors import P2IError

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10
ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class Processes:
    """Child processes with exactly this environment, each with a log file `NAME.log` in `logs`; leaving the context
    ends them, last started first.

    They live in sessions of their own, so that Ctrl-C reaches only the parent, which ends them in order; and the
    kernel ends them when the parent is killed.
    """

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.environment = dict(environment)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)

    def __enter__(self) -> "Processes":
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self._running)):
            self.stop(name)

    def start(self, name: str, words: Sequence[str]) -> None:
        """Starts `python -m words…` as `name`."""
        parent = os.getpid()

        def die_with_parent() -> None:  # runs in the child, between fork and exec
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
            self._libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

        # Not told to end between the child's birth and our knowing it: it would be nobody's.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            with (self.logs / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    [sys.executable, "-m", *words],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def stop(self, name: str) -> None:
        """Ends one process: asked first, killed when it does not listen."""
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def require_all_running(self) -> None:
        """Raises P2IError with the last log line of the first process that ended by itself."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                lines = (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise P2IError(f"{name} ended with exit code {code}: {lines[-1] if lines else 'it printed nothing'}")
