"""`p2i reflect`: answers the packets of `p2i probe`; runs at the far end of a circuit."""

import argparse
import logging
from collections.abc import Sequence
from functools import partial

from collectors.options import whole_number
from collectors.reflector import open_reflector, reflect
from facilities.process import run, stop_event

logger = logging.getLogger(__name__)


def main(argv: Sequence[str]) -> int:
    """Runs `p2i reflect` and returns its exit code: 0 when stopped, 2 after one line of error."""
    parser = argparse.ArgumentParser(
        prog="p2i reflect",
        description="Answers STAMP packets (RFC 8762, unauthenticated). It keeps no state, and an answer is as long as"
        " its request, so it amplifies nothing.",
    )
    parser.add_argument("--port", type=whole_number(1, 65_535), default="862", metavar="N", help="UDP port (862)")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (127.0.0.1: this machine only)"
    )
    return run("collectors", partial(_reflect, parser.parse_args(argv)))


def _reflect(arguments: argparse.Namespace) -> int:
    with open_reflector(arguments.host, arguments.port) as opened:
        stop = stop_event()
        logger.info("reflecting on %s port %d", arguments.host, arguments.port)
        answered = reflect(opened, stop)
    logger.info("stopped; %d packets answered", answered)
    return 0
