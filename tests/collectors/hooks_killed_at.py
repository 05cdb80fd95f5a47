"""`p2i hooks`, which kills itself at one point of a body's way: hooks_killed_at.py POINT NTH [option ...]."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from collectors import hooks_command
from collectors.hooks_queue import HookQueue
from collectors.readings_writer import ReadingsWriter

POINT, NTH = sys.argv[1], int(sys.argv[2])
passed = 0


def here(point: str) -> None:
    """Ends this process as a power cut would, when it comes to the point for the nth time."""
    global passed
    if point == POINT:
        passed += 1
        if passed == NTH:
            os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, method: str, before: str, after: str) -> None:
    """Names the points before and after a method of ours; what it does is not touched."""
    does: Callable[..., Any] = getattr(owner, method)

    def named(*arguments: Any, **options: Any) -> Any:
        here(before)
        done = does(*arguments, **options)
        here(after)
        return done

    setattr(owner, method, named)


def on_commit(statement: str) -> None:
    """Called by SQLite as it begins each statement."""
    if statement.startswith("COMMIT"):
        here("in the queue's transaction")


opens = HookQueue.__init__


def opened(queue: HookQueue, *arguments: Any) -> None:
    opens(queue, *arguments)
    queue._connection.set_trace_callback(on_commit)


HookQueue.__init__ = opened  # type: ignore[method-assign, assignment]
around(HookQueue, "put", "received, not in the queue", "in the queue, not answered")
around(ReadingsWriter, "write", "taken from the queue", "committed, still in the queue")
around(ReadingsWriter, "_write", "in the database's transaction", "written, not committed")
around(HookQueue, "remove", "", "removed")

sys.exit(hooks_command.main(sys.argv[3:]))
