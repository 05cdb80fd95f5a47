"""How other threads get something done in the thread of a connection."""

import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue


class Mailbox:
    """Actions that other threads want done in the connection's thread, and the socket that wakes it for them."""

    def __init__(self) -> None:
        self._actions: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.wakes, self._waker = socket.socketpair()
        self._waker.setblocking(False)

    def post(self, action: Callable[[], None]) -> None:
        """Leaves `action` and wakes the thread."""
        self._actions.put(action)
        self.wake()

    def wake(self) -> None:
        """Ends the thread's wait."""
        try:
            self._waker.send(b"\0")
        except OSError:
            return  # its buffer is full of earlier wakes, or the link is stopped

    def run_all(self) -> None:
        """Does what was left, in order."""
        try:
            while True:
                self._actions.get_nowait()()
        except Empty:
            return

    def close(self) -> None:
        """Closes the sockets; what is posted later is ignored."""
        self.wakes.close()
        self._waker.close()
