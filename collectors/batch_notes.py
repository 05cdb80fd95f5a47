"""What is written beside a batch: what it shows to be missing, and the numbers by which the next gap will be seen."""

from collections.abc import Callable, Mapping, Sequence

from collectors.batch import Batch
from collectors.batch_store import storable
from collectors.feeds import Feeds
from collectors.metrics import SKIPPED_MESSAGES
from collectors.missing import shown
from collectors.readings_writer import Notes
from collectors.sequence import SequenceWatch
from store.deliveries import Delivery
from store.gap_rows import GapRow, StreamHead


class BatchNotes:
    """Watches the numbers of senders, of one `source`; `heads` are those that its client stored last.

    Numbers of streams that it does not see all of say nothing.
    """

    def __init__(
        self,
        source: str,
        client_id: str,
        feeds: Feeds,
        heads: Mapping[str, StreamHead],
        sees_all_of: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._source = source
        self._client_id = client_id
        self._feeds = feeds
        self._sequence = SequenceWatch(heads)
        self._sees_all_of = sees_all_of

    def of(
        self, batch: Batch, lost_sessions: Sequence[GapRow] = (), deliveries: Mapping[int, Delivery] | None = None
    ) -> Notes:
        """The notes of the next batch; counts what it shows to be missing."""
        numbers = [one._replace(stream=storable(one.stream)) for one in batch.sequence if self._sees_all_of(one.stream)]
        progress = self._sequence.seen(numbers, batch.received_at)
        missing = shown(self._source, progress, batch.received_at, self._feeds)
        for facility, messages in missing.skipped.items():
            SKIPPED_MESSAGES.labels(facility).inc(messages)
        gaps = [*lost_sessions, *missing.gaps]
        return Notes(
            self._source, self._client_id, gaps, progress.late, progress.heads, deliveries or {}, progress.is_full
        )
