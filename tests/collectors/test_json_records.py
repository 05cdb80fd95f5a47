"""The same values whatever their layout, a place to go on behind each, and damage that stays where it is."""

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import json_records
from collectors.json_records import Placed, is_event_stream, is_lines, line_records, stream_records, value_records

VALUES = [{"a": 1, "s": 'a"{}[]\\'}, {"b": [1, {"c": 'é\\"'}]}, {}, {"d": "x" * 50}]
TEXTS = [json.dumps(value, ensure_ascii=False).encode() for value in VALUES]
LAYOUTS = {
    "array": b"[" + b",".join(TEXTS) + b"]",
    "pretty array": json.dumps(VALUES, indent=4).encode(),
    "array by lines": b"[\n" + b",\n".join(TEXTS) + b"\n]\n",
    "one after the other": b"".join(TEXTS),
    "pretty, one after the other": b"\n".join(json.dumps(value, indent="\t").encode() for value in VALUES),
    "with a byte order mark": b"\xef\xbb\xbf[" + b", ".join(TEXTS) + b"]",
}


def contents(records: Iterator[Placed]) -> list[bytes | None]:
    return [placed.record.content for placed in records]


def parsed(content: bytes) -> list[object]:
    return [json.loads(one or b"") for one in contents(value_records(io.BytesIO(content), 0, 1))]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("block", [1, 2, 7, 1024])
def test_values_are_found_in_any_layout(layout: bytes, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "_BLOCK", block)
    assert parsed(layout) == VALUES


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_reading_goes_on_behind_any_value(layout: bytes) -> None:
    whole = list(value_records(io.BytesIO(layout), 0, 1))
    assert [placed.record.number for placed in whole] == [1, 2, 3, 4]
    for place, (_, next_byte, next_number) in enumerate(whole):
        assert list(value_records(io.BytesIO(layout), next_byte, next_number)) == whole[place + 1 :]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.recursive(st.text() | st.integers(), st.lists, max_leaves=6))))
def test_any_objects_come_back(values: list[dict[str, object]]) -> None:
    assert parsed(json.dumps(values).encode()) == values
    assert parsed("\n".join(json.dumps(value, indent=1) for value in values).encode()) == values


def test_an_end_in_the_middle_is_a_record_that_is_no_json() -> None:
    assert contents(value_records(io.BytesIO(b'[{"a":1},{"b":'), 0, 1)) == [b'{"a":1}', b'{"b":']
    assert contents(value_records(io.BytesIO(b'nonsense {"a":1}'), 0, 1)) == [b"nonsense ", b'{"a":1}']


def test_a_value_too_large_is_one_record_without_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "VALUE_BYTES", 100)
    monkeypatch.setattr(json_records, "_BLOCK", 16)
    large = json.dumps({"s": "x]}" * 500}).encode()
    assert contents(value_records(io.BytesIO(b"[" + large + b',{"a":1}]'), 0, 1)) == [None, b'{"a":1}']


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a":1}\n{"a":2}\n', True),
        (b'{"a":1}', True),
        (b'{"a":\n{"a":2}\n{"a":3}\n', True),  # a damaged first line does not change how the others are read
        (b'[{"a":1}]', False),
        (b'\n [\n{"a":1}\n]', False),
        (b'{\n "a": {"b":1}\n}\n', False),
        (b'{"a":' + b"1" * 70_000 + b'}\n{"a":1}\n', False),
        (b"", False),
    ],
)
def test_a_value_per_line_is_recognised(content: bytes, expected: bool) -> None:
    opened = io.BytesIO(content)
    assert is_lines(opened) is expected
    assert opened.tell() == 0


def test_lines_keep_their_numbers_over_damage() -> None:
    content = b'{"a":1}\n{"b"\n\n{"c":1}'
    found = list(line_records(io.BytesIO(content), 0, 1))
    assert [(placed.record.number, placed.record.content) for placed in found] == [
        (1, b'{"a":1}\n'), (2, b'{"b"\n'), (3, b"\n"), (4, b'{"c":1}'),
    ]  # fmt: skip
    assert list(line_records(io.BytesIO(content), found[1].next_byte, found[1].next_number)) == found[2:]


def event(name: str, number: int = 0) -> bytes:
    return json.dumps({"event": name, "data": number}).encode() + b"\n"


def test_a_stream_of_events_is_a_record_per_test() -> None:
    first, second = event("start") + event("interval") + event("end"), event("start", 2) + b"broken\n"
    content = first + second
    assert is_event_stream(io.BytesIO(content))
    assert not is_event_stream(io.BytesIO(event("interval")))
    found = list(stream_records(io.BytesIO(content), 0, 1))
    assert [(placed.record.number, placed.record.content) for placed in found] == [(1, first), (4, second)]
    assert [(placed.next_byte, placed.next_number) for placed in found] == [(len(first), 4), (len(content), 6)]
    assert list(stream_records(io.BytesIO(content), len(first), 4)) == found[1:]


def test_a_test_too_large_is_one_record_without_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "VALUE_BYTES", 100)
    content = event("start") + event("interval") * 10 + event("start") + event("end")
    assert contents(stream_records(io.BytesIO(content), 0, 1)) == [None, event("start") + event("end")]
