"""Gaps in senders' message numbers: what a broker or a sender dropped before it reached us. Pure."""

FORGET_ABOVE = 10_000  # senders; a flood of invented names must not fill the memory


class SequenceWatch:
    """Remembers the highest `seq` of every collector."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}

    def skipped(self, collector: str, seq: int, modulus: int | None = None) -> int:
        """How many numbers between the highest so far and `seq` never came.

        A number not above the highest is a redelivery, except 0: the collector counts from the beginning again. Where
        numbers wrap around (`modulus`), one in the half of the circle behind the highest is a redelivery.
        """
        highest = self._highest.get(collector)
        if modulus is not None and highest is not None:
            ahead = (seq - highest) % modulus
            if ahead == 0 or ahead > modulus // 2:
                return 0
            self._highest[collector] = seq
            return ahead - 1
        if highest is not None and 0 < seq <= highest:
            return 0
        if len(self._highest) >= FORGET_ABOVE:
            self._highest.clear()
        self._highest[collector] = seq
        return 0 if highest is None or seq == 0 else seq - highest - 1
