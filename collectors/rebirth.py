"""Asks Sparkplug nodes for their births when messages of theirs are missing. Pure."""

from collectors.decoders.sparkplug import rebirth_command
from collectors.feeds import Feeds

EVERY_SECONDS = 60.0


class RebirthRequests:
    """Remembers which node was asked when, so that a node that does not listen is not flooded."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], float] = {}

    def due(self, feeds: Feeds, elapsed_seconds: float, sent_at_ms: int) -> list[tuple[str, bytes]]:
        """Topic and payload of every command to publish now (QoS 0, not retained, as Sparkplug 3.0 asks of NCMD), at
        most one a minute for each node.

        `elapsed_seconds` is a clock that never goes back, `sent_at_ms` milliseconds since 1970.
        """
        needing = {place for one in feeds.by_code.values() for place, node in one.nodes.items() if node.needs_rebirth}
        commands = []
        for place in sorted(needing):
            asked = self._asked.get(place)
            if asked is None or elapsed_seconds - asked >= EVERY_SECONDS:
                self._asked[place] = elapsed_seconds
                commands.append((f"spBv1.0/{place[0]}/NCMD/{place[1]}", rebirth_command(sent_at_ms)))
        self._asked = {place: asked for place, asked in self._asked.items() if place in needing}
        return commands
