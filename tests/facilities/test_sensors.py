"""Feeds and sensors: which topic filters share topics, what is a webhook, and the sensors as rows of the store."""

import shutil
from pathlib import Path

import pytest

from facilities.inventory import read_inventory
from facilities.registration import sensor_rows
from facilities.sensors import BEARER, Feed, topics_overlap
from store.errors import InputError
from store.rows import SensorRow

GOOD = Path(__file__).parent / "good_inventory"


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/c", False),
        ("a/b", "a", False),
        ("a/b", "a/b/c", False),
        ("a/+", "+/b", True),
        ("a/+", "a", False),
        ("a/+", "a/", True),
        ("a/+/c", "a/b/+", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c/d", True),
        ("a/#", "+/b/+", True),
        ("a/#", "b/#", False),
        ("#", "a/b", True),
        ("#", "+", True),
        ("#", "$SYS/uptime", False),
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("$SYS/+", "$SYS/#", True),
    ],
)
def test_two_filters_overlap_when_one_topic_matches_both(one: str, other: str, overlap: bool) -> None:
    assert topics_overlap(one, other) is overlap
    assert topics_overlap(other, one) is overlap


def test_a_feed_without_topics_is_a_webhook() -> None:
    feeds = read_inventory(GOOD).feeds
    assert {code: feed.is_webhook for code, feed in feeds.items()} == {"lns": False, "meters": False, "desks": True}


def test_a_feed_of_files_is_no_webhook_and_has_neither_topics_nor_a_proof() -> None:
    assert not Feed(code="f", facility="casanearshore", source="file").is_webhook
    with pytest.raises(ValueError, match=r'^key "topics": has no meaning for source "file"$'):
        Feed(code="f", facility="casanearshore", source="file", topics=("a/b",))
    with pytest.raises(ValueError, match=r'^key "auth": has no meaning for source "file"$'):
        Feed(code="f", facility="casanearshore", source="file", auth=BEARER)


def test_sensors_lie_in_the_park_of_their_feed() -> None:
    assert sensor_rows(read_inventory(GOOD)) == [
        SensorRow("door-1", "casanearshore", "casa-z1", "lns", "24e124136b502217", True),
        SensorRow("meter-1", "casanearshore", None, "meters", "casa/b1", True),
    ]


def test_a_desk_sensor_is_no_zones_occupancy(tmp_path: Path) -> None:
    """Its zone would stay empty for ever, and nobody would be told why."""
    shutil.copytree(GOOD, tmp_path / "inventory")
    feeds, sensors = (tmp_path / "inventory" / name for name in ("feeds.toml", "sensors.toml"))
    feeds.write_text(feeds.read_text().replace('"vergesense"', '"disruptive"'))
    sensors.write_text('[[sensor]]\ncode = "desk"\nfeed = "desks"\ndevice = "1"\nlabel = "x"\nzone = "casa-z1"\n')
    with pytest.raises(InputError) as error:
        read_inventory(tmp_path / "inventory")
    said = 'sensors.toml: sensor "desk": key "zone": a device of disruptive counts nobody; leave it out'
    assert str(error.value) == f"{tmp_path}/inventory/{said}"
