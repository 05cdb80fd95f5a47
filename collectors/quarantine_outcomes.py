"""What became of rows of quarantine, for people: a line each where they are few, and counts by outcome."""

from collections import Counter
from collections.abc import Iterator

LINES_AT_MOST = 20


class Outcomes:
    """Gathers outcomes; of more than `LINES_AT_MOST` rows only the first of each outcome is kept."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._lines: list[str] = []
        self._first: dict[str, str] = {}

    def add(self, number: int, became: str, text: str = "") -> None:
        """One row, the word for what became of it, and the sentence."""
        self.counts[became] += 1
        said = f"#{number}" + (f"  {became}: {text}" if text else f"  {became}")
        self._first.setdefault(became, f"#{number}" + (f": {text}" if text else ""))
        if len(self._lines) <= LINES_AT_MOST:
            self._lines.append(said)

    def lines(self, is_rehearsal: bool) -> Iterator[str]:
        """The lines, last the counts; for many rows, how often each outcome was and its first row."""
        rehearsed = "dry run, nothing is changed: " if is_rehearsal else ""
        if self.counts.total() <= LINES_AT_MOST:
            yield from self._lines
        else:
            for word, count in self.counts.items():
                yield f"{count} {word}, first {self._first[word]}"
        yield rehearsed + (", ".join(f"{count} {word}" for word, count in self.counts.items()) or NOTHING)


NOTHING = "no open row is like that"
