"""Rows of what is missing: gaps and restarts by stream, counts by park."""

from datetime import UTC, datetime, timedelta

from collectors.feeds import Feeds, OpenFeed
from collectors.missing import shown
from collectors.sequence import Progress, Skipped
from facilities.sensors import Feed
from store.gap_rows import GapRow

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=1)
LORA = Feed(code="lora", facility="technopolis", source="chirpstack", topics=("application/#",))
FEEDS = Feeds([OpenFeed(LORA, lambda _: [], {})])


def test_gaps_are_of_streams_and_counts_of_parks() -> None:
    skipped = {
        "lora/24e1/0018": Skipped(2, NOON, ((11, 12),)),
        "lora/24e2/0018": Skipped(1, NOON, None),
        "casanearshore/edge": Skipped(5, NOON, ((1, 5),)),
    }
    found = shown("mqtt", Progress(skipped, {}, False, {"casanearshore/other": NOON}, {}), AT, FEEDS)
    assert found.skipped == {"technopolis": 3, "casanearshore": 5}
    assert found.gaps == [
        GapRow("mqtt", "casanearshore/other", NOON, AT, None, "restart", AT),
        GapRow("mqtt", "lora/24e1/0018", NOON, AT, 2, "sequence", AT, ((11, 12),)),
        GapRow("mqtt", "lora/24e2/0018", NOON, AT, 1, "sequence", AT, None),
        GapRow("mqtt", "casanearshore/edge", NOON, AT, 5, "sequence", AT, ((1, 5),)),
    ]
