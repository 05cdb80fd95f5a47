import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from p2i.supervisor import Processes
from store.errors import P2IError

PROGRAM = "http.server"  # any module that runs until it is told to stop


def pids(processes: Processes) -> list[int]:
    return [process.pid for process in processes._running.values()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_leaving_ends_every_process(tmp_path: Path) -> None:
    with Processes(tmp_path, os.environ) as processes:
        processes.start("one", [PROGRAM, "--bind", "127.0.0.1", "0"])
        processes.start("two", [PROGRAM, "--bind", "127.0.0.1", "0"])
        started = pids(processes)
        assert all(is_alive(pid) for pid in started)
    assert not any(is_alive(pid) for pid in started)


def test_a_process_that_ended_by_itself_is_named_with_its_last_line(tmp_path: Path) -> None:
    with Processes(tmp_path, os.environ) as processes:
        processes.start("broken", ["no_such_module"])
        processes._running["broken"].wait()
        with pytest.raises(P2IError, match=r"^broken ended with exit code 1: .*No module named no_such_module$"):
            processes.require_all_running()


def test_the_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from p2i.supervisor import Processes\n"
        f"p = Processes(Path({str(tmp_path)!r}), os.environ).__enter__()\n"
        f"p.start('child', [{PROGRAM!r}, '--bind', '127.0.0.1', '0'])\n"
        "print(p._running['child'].pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        descriptor = os.pidfd_open(child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert ended_within_seconds(descriptor, 10)


def ended_within_seconds(descriptor: int, seconds: int) -> bool:
    import select

    return bool(select.select([descriptor], [], [], seconds)[0])
