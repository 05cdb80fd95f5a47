"""amqtt as a process: `python -m p2i.amqtt_broker PORT`, on 127.0.0.1 only, until SIGTERM. It speaks MQTT 3.1.1."""

import asyncio
import logging
import signal
import sys

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


class LoopbackLogin(BaseAuthPlugin):  # type: ignore[misc]
    """Lets everybody in who can reach 127.0.0.1.

    amqtt's own anonymous login marks the session so that nothing is kept for it while its client is away.
    """

    async def authenticate(self, *, session: Session) -> bool:
        """Always true; `session.is_anonymous` stays unset on purpose."""
        return session is not None


async def serve(port: int) -> None:
    """Runs the broker until the process is asked to stop."""
    stop = asyncio.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"p2i.amqtt_broker.LoopbackLogin": {}},
        }
    )
    await broker.start()
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    # It logs a trace whenever a client leaves in the middle of a handshake, as ours does to try an older MQTT.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1])))
