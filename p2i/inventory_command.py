"""`p2i inventory`: the command of facilities, whose `check` also opens the feeds as every collector will."""

from collections.abc import Sequence

from collectors.feeds import open_feeds
from facilities.command import main as inventory_main


def main(argv: Sequence[str]) -> int:
    """Runs `p2i inventory` and returns its exit code: 0, or 2 with the first mistake as one line on stderr."""
    return inventory_main(argv, opened=open_feeds)
