"""What became of one try to send: sent, refused for good, or not now. Pure."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """`why` is a short technical reason without any address; empty when it was sent."""

    is_sent: bool
    is_permanent: bool = False
    why: str = ""
    was_tried: bool = True


SENT = Outcome(True)


def not_now(why: str) -> Outcome:
    """It may work later."""
    return Outcome(False, False, why)


def never(why: str) -> Outcome:
    """It will fail again in the same way."""
    return Outcome(False, True, why)


NO_TIME_LEFT = Outcome(False, False, "its turn did not come before the claim ran out", was_tried=False)
