import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.grid import Grid
from collectors.known import Known, Series
from collectors.native_payload import Decoded, decoded
from collectors.native_row import row_payload
from collectors.native_topic import KIND_WORDS, KindWord
from collectors.reasons import Reason
from store.rows import State

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
KNOWN = Known({"casa-a1": Series(17, "casanearshore")}, {"casa-z1": Series(4, "casanearshore")})
SEPTEMBER = 1_788_220_800_000_000  # 2026-09-01T00:00:00Z in µs


def decode(kind: str, payload: bytes | str | dict[str, Any], facility: str = "casanearshore") -> Decoded:
    if isinstance(payload, dict):
        payload = json.dumps(payload)
    data = payload if isinstance(payload, bytes) else payload.encode()
    return decoded(f"p2i/v1/{facility}/edge-1/{kind}", data, NOW, KNOWN)


def rows(found: Decoded) -> list[tuple[int, ...]]:
    assert found.rows is not None
    return list(found.rows)


def reasons(found: Decoded) -> list[str]:
    return [rejected.refusal.reason.value for rejected in found.rejected]


def interval(**changes: object) -> dict[str, Any]:
    return {"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 0} | changes


def test_intervals_become_columns() -> None:
    found = decode("intervals", {"circuit": "casa-a1", "seq": 7, "readings": [interval(), interval(lost=10)]})
    assert rows(found) == [(17, SEPTEMBER, 10, 0), (17, SEPTEMBER, 10, 10)]
    assert (found.kind, found.collector, found.code, found.seq) == ("intervals", "casanearshore/edge-1", "casa-a1", 7)
    assert found.rejected == []


@pytest.mark.parametrize(
    ("token", "nanoseconds"),
    [
        ("24.7", 24_700_000),
        ('"24.7"', 24_700_000),
        ('"24.700001"', 24_700_001),
        ("0", 0),
        ("0.000001", 1),
        ("1e-6", 1),
        ("86400000", 86_400_000_000_000),
        ("24.70000000", 24_700_000),
        ("null", -1),
    ],
)
def test_a_round_trip_is_kept_as_exact_nanoseconds(token: str, nanoseconds: int) -> None:
    reading = f'{{"sent_at": "2026-09-01T00:00:00.5Z", "round_trip_ms": {token}}}'
    found = decode("probes", f'{{"circuit": "casa-a1", "readings": [{reading}]}}')
    assert rows(found) == [(17, SEPTEMBER + 500_000, nanoseconds)]


def test_states_and_occupancy_become_columns() -> None:
    states = [{"changed_at": "2026-09-01T01:00:00+01:00", "state": word} for word in ("up", "down", "unknown")]
    assert rows(decode("states", {"circuit": "casa-a1", "readings": states})) == [
        (17, SEPTEMBER, State.up), (17, SEPTEMBER, State.down), (17, SEPTEMBER, State.unknown)
    ]  # fmt: skip
    people = [{"measured_at": "2026-09-01T00:00:00.25Z", "people": 12}]
    assert rows(decode("occupancy", {"zone": "casa-z1", "readings": people})) == [(4, SEPTEMBER + 250_000, 12)]


def test_a_payload_without_readings_is_fine_and_empty() -> None:
    found = decode("intervals", {"circuit": "casa-a1", "readings": []})
    assert (rows(found), found.rejected) == ([], [])


BAD_ROWS: list[tuple[str, str, Any]] = [
    ("intervals", "naive_instant", interval(starts_at="2026-09-01T00:00:00")),
    ("intervals", "off_type", interval(starts_at=1_788_220_800)),
    ("intervals", "off_type", interval(starts_at="01/09/2026 00:00")),
    ("intervals", "future", interval(starts_at="2026-10-01T00:05:10Z")),
    ("intervals", "clock_not_set", interval(starts_at="1970-01-01T00:00:10Z")),
    ("intervals", "too_precise", interval(starts_at="2026-09-01T00:00:00.5Z")),
    ("intervals", "lost_exceeds_sent", interval(lost=11)),
    ("intervals", "negative", interval(lost=-1)),
    ("intervals", "negative", interval(sent=-1)),
    ("intervals", "out_of_range", interval(sent=2**31)),
    ("intervals", "out_of_range", interval(sent=10**30)),
    ("intervals", "off_type", interval(sent=10.0)),
    ("intervals", "off_type", interval(sent="10")),
    ("intervals", "off_type", interval(sent=True)),
    ("intervals", "off_type", interval(sent=None)),
    ("intervals", "off_type", {"starts_at": "2026-09-01T00:00:00Z", "sent": 10}),
    ("intervals", "off_type", 10),
    ("intervals", "off_type", None),
    ("intervals", "unknown_key", interval(loss_percent=0)),
    ("probes", "negative", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": -3}),
    ("probes", "too_precise", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": "0.0000001"}),
    ("probes", "out_of_range", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": 86_400_001}),
    ("probes", "out_of_range", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": "1e300"}),
    ("probes", "off_type", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": "NaN"}),
    ("probes", "off_type", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": "1_0"}),
    ("probes", "off_type", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": "٣"}),
    ("probes", "off_type", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": False}),
    ("probes", "off_type", {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": [1]}),
    ("states", "off_type", {"changed_at": "2026-09-01T00:00:00Z", "state": "degraded"}),
    ("states", "too_precise", {"changed_at": "2026-09-01T00:00:00.000001Z", "state": "up"}),
    ("occupancy", "negative", {"measured_at": "2026-09-01T00:00:00Z", "people": -1}),
    ("occupancy", "out_of_range", {"measured_at": "2026-09-01T00:00:00Z", "people": 100_001}),
    ("occupancy", "out_of_range", {"measured_at": "2026-09-01T00:00:00Z", "people": 2**31}),
    ("occupancy", "unknown_key", {"measured_at": "2026-09-01T00:00:00Z", "people": 1, "badge": "00112233"}),
]
GOOD_ROWS: dict[str, dict[str, Any]] = {
    "intervals": interval(),
    "probes": {"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": 1},
    "states": {"changed_at": "2026-09-01T00:00:00Z", "state": "up"},
    "occupancy": {"measured_at": "2026-09-01T00:00:00Z", "people": 1},
}


@pytest.mark.parametrize(("kind", "reason", "bad"), BAD_ROWS)
def test_only_the_bad_row_of_a_batch_is_refused(kind: str, reason: str, bad: Any) -> None:
    subject = {"zone": "casa-z1"} if kind == "occupancy" else {"circuit": "casa-a1"}
    found = decode(kind, subject | {"readings": [GOOD_ROWS[kind], bad, GOOD_ROWS[kind]]})
    assert len(rows(found)) == 2
    assert reasons(found) == [reason]


@pytest.mark.parametrize(
    ("reason", "kind", "payload"),
    [
        ("malformed", "intervals", b'{"circuit": "casa-a1", "readings": ['),
        ("malformed", "intervals", b'{"circuit": "casa-a1", "readings": []} {}'),
        ("malformed", "intervals", b'{"circuit": "casa-\xff", "readings": []}'),
        ("malformed", "intervals", b'{"circuit": "casa-a1", "readings": [{"starts_at": "\xe9"}]}'),
        ("malformed", "intervals", b""),
        ("malformed", "intervals", b'{"circuit": "casa-a1", "readings": ' + b"[" * 100_000),
        ("off_type", "intervals", b"[]"),
        ("off_type", "intervals", b'"up"'),
        ("off_type", "intervals", b'{"circuit": "casa-a1"}'),
        ("off_type", "intervals", b'{"circuit": 7, "readings": []}'),
        ("off_type", "intervals", b'{"circuit": "casa-a1", "readings": {}}'),
        ("off_type", "intervals", b'{"circuit": "casa-a1", "readings": [], "seq": null}'),
        ("off_type", "intervals", b'{"circuit": "casa-a1", "readings": [], "seq": -1}'),
        ("off_type", "intervals", b'{"circuit": "casa-a1", "zone": "casa-z1", "readings": []}'),
        ("off_type", "occupancy", b'{"circuit": "casa-a1", "readings": []}'),
        ("unknown_key", "intervals", b'{"circuit": "casa-a1", "readings": [], "name": "x"}'),
        ("unknown_circuit", "intervals", b'{"circuit": "casa-a9", "readings": []}'),
        ("unknown_circuit", "intervals", b'{"circuit": "a\\u0000b", "readings": []}'),
        ("unknown_zone", "occupancy", b'{"zone": "casa-z9", "readings": []}'),
        ("topic", "interval", b"{}"),
        ("topic", "intervals/more", b"{}"),
    ],
)
def test_a_payload_is_refused_whole(reason: str, kind: str, payload: bytes) -> None:
    found = decode(kind, payload)
    assert found.rows is None
    assert reasons(found) == [reason]


def test_a_circuit_of_another_park_is_refused_and_its_park_named() -> None:
    found = decode("intervals", {"circuit": "casa-a1", "readings": [interval()]}, facility="technopolis")
    assert reasons(found) == ["facility_mismatch"]
    assert found.rejected[0].refusal.detail == 'circuit "casa-a1" belongs to casanearshore'


def test_an_oversized_payload_is_not_parsed() -> None:
    payload = json.dumps({"circuit": "casa-a1", "readings": [interval()] * 6000}).encode()
    assert len(payload) > 262_144
    found = decode("intervals", payload)
    assert reasons(found) == ["oversized"]
    assert found.rejected[0].refusal.detail == f"{len(payload)} bytes; at most 262144 are taken"
    assert found.rejected[0].kept == payload


def test_five_minutes_ahead_is_still_believed() -> None:
    assert (
        len(rows(decode("intervals", {"circuit": "casa-a1", "readings": [interval(starts_at="2026-10-01T00:05:00Z")]})))
        == 1
    )


def test_a_refused_reading_is_kept_as_a_payload_of_its_own() -> None:
    found = decode("intervals", {"circuit": "casa-a1", "readings": [interval(), interval(lost=11)]})
    assert json.loads(found.rejected[0].kept) == {"circuit": "casa-a1", "readings": [interval(lost=11)]}


COUNTED = '{"zone": "casa-z1", "readings": [{"measured_at": "2026-09-01T00:00:00Z", %s}]}'
PERSONAL = ["Fatima", "Zahra", "4471", "00:1a:2b:3c:4d:5e", "AB123456"]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("occupancy", COUNTED % '"people": 1, "name": "Fatima Zahra"'),
        ("occupancy", COUNTED % '"people": "Fatima Zahra"'),
        ("occupancy", COUNTED % '"people": {"Fatima": 4471}'),
        ("occupancy", '{"zone": "casa-z1", "readings": ["Fatima", "AB123456"]}'),
        ("occupancy", '{"zone": "casa-z1", "badges": ["AB123456", "4471"], "readings": []}'),
        ("occupancy", '{"zone": "00:1a:2b:3c:4d:5e", "readings": []}'),
        ("occupancy", '{"zone": "casa-z1", "Fatima Zahra": 4471, "readings": []}'),
        ("intervals", '{"circuit": "casa-a1", "readings": [], "mac": "00:1a:2b:3c:4d:5e"}'),
        ("badges", '{"badge": "AB123456", "name": "Fatima Zahra"}'),
        ("occupancy", "PIN\t4471\tFatima Zahra\t2026-09-01 08:00:00\n"),
        ("occupancy", '{"zone": "casa-z1", "readings": [{"name": "Fatima Zahra"'),
    ],
)  # fmt: skip
def test_nothing_of_a_person_reaches_quarantine(kind: str, payload: str) -> None:
    found = decode(kind, payload)
    assert found.rejected
    for rejected in found.rejected:
        stored = rejected.kept.decode() + rejected.refusal.detail
        assert [text for text in PERSONAL if text in stored] == []


def test_a_key_that_looks_like_a_field_name_is_named_to_the_operator() -> None:
    found = decode("occupancy", '{"zone": "casa-z1", "readings": [], "badge": 1, "Fatima Zahra": 2}')
    assert found.rejected[0].refusal.detail == '2 key(s) that the schema does not have: "badge"'
    assert json.loads(found.rejected[0].kept) == {"zone": "casa-z1", "readings": [], "removed_keys": 2}


@pytest.mark.parametrize("depth", [10, 300, 600, 900, 1000, 5000, 25_000])
@pytest.mark.parametrize("form", ['{"circuit": "casa-a1", "readings": [%s]}', '{"circuit": "casa-a1", "x": %s}', "%s"])
def test_no_depth_of_nesting_breaks_the_decoder(depth: int, form: str) -> None:
    for nested in ("[" * depth + "]" * depth, '{"sent":' * depth + "1" + "}" * depth):
        found = decode("intervals", form % nested)
        assert reasons(found)[0] in ("off_type", "unknown_key", "malformed")


def test_no_number_of_digits_breaks_the_decoder() -> None:
    for digits in ("9" * 6000, "1e400", "1e" + "9" * 6000, "-" + "9" * 6000, "0." + "0" * 6000 + "1"):
        rejected = [
            decode("intervals", f'{{"circuit": "casa-a1", "seq": {digits}, "readings": []}}'),
            decode("probes", PROBE % digits),
            decode("intervals", INTERVAL % digits),
        ]
        assert all(len(found.rejected) == 1 for found in rejected)


PROBE = '{"circuit": "casa-a1", "readings": [{"sent_at": "2026-09-01T00:00:00Z", "round_trip_ms": %s}]}'
INTERVAL = '{"circuit": "casa-a1", "readings": [{"starts_at": "2026-09-01T00:00:00Z", "sent": 1, "lost": %s}]}'


@given(st.sampled_from([*KIND_WORDS, "other"]), st.binary(max_size=200))
def test_no_bytes_break_the_decoder(kind: str, payload: bytes) -> None:
    found = decode(kind, payload)
    assert found.rejected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(KIND_WORDS), st.lists(JSON, max_size=5), st.data())
def test_every_reading_is_either_taken_or_refused(kind: KindWord, strange: list[Any], data: st.DataObject) -> None:
    readings = [reading for odd in strange for reading in (odd, GOOD_ROWS[kind])]
    readings = data.draw(st.permutations(readings))
    subject = {"zone": "casa-z1"} if kind == "occupancy" else {"circuit": "casa-a1"}
    found = decode(kind, subject | {"readings": readings})
    assert len(rows(found)) + len(found.rejected) == len(readings)
    assert len(rows(found)) >= len(strange)


@given(st.sampled_from(KIND_WORDS), st.integers(1_262_304_000, 1_790_000_000), st.data())
def test_a_row_written_as_a_payload_decodes_to_itself(kind: KindWord, second: int, data: st.DataObject) -> None:
    count = st.integers(0, 2**31 - 1)
    values = {
        "intervals": sorted([data.draw(count), data.draw(count)], reverse=True),
        "probes": [data.draw(st.integers(-1, 10**12))],
        "states": [data.draw(st.integers(1, 3))],
        "occupancy": [data.draw(st.integers(0, 100_000))],
    }[kind]
    text = datetime.fromtimestamp(second, UTC).isoformat()
    code = "casa-z1" if kind == "occupancy" else "casa-a1"
    number = 4 if kind == "occupancy" else 17
    assert rows(decode(kind, row_payload(kind, code, text, values))) == [(number, second * 1_000_000, *values)]


def documented() -> list[tuple[str, str]]:
    """The examples of docs/native-payload.md with the kind their topic names."""
    found, topic = [], ""
    parts = (DOCS / "native-payload.md").read_text(encoding="utf-8").split("```json\n")
    for before, after in itertools.pairwise(parts):
        topic = before[before.rindex("Topic `") + len("Topic `") :].split("`")[0]
        found.append((topic.rpartition("/")[2], after.split("```")[0]))
    return found


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DOCS / "native-payload.schema.json").read_text(encoding="utf-8"))
    return loaded


def schema_of(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**schema(), "anyOf": [{"$ref": f"#/$defs/{kind}"}]})


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert [kind for kind, _ in documented()] == list(KIND_WORDS)


@pytest.mark.parametrize(("kind", "example"), documented())
def test_documented_examples_follow_schema_and_decoder(kind: str, example: str) -> None:
    payload = json.loads(example)
    schema_of(kind).validate(payload)
    jsonschema.Draft202012Validator(schema()).validate(payload)
    found = decode(kind, example)
    assert len(rows(found)) == len(payload["readings"])
    assert found.rejected == []


POOL: st.SearchStrategy[Any] = st.sampled_from(
    ["2026-09-01T00:00:00Z", "2026-09-01T00:00:00+01:00", "2026-09-01 00:00:00Z", "2026-09-01t00:00:00z",
     "2026-09-01T00:00:00", "2026-09-01T00:00:00.000Z", "2026-09-01T00:00Z", "2026-09-01", "2026-09-01T00:00:00+0100",
     "2026-09-01T00:00:00+01", "2026-09-01T00:00:00.Z", "1", "1.5", "-1", "+1", ".5", "5.", "1e2", "1e",
     "up", "down", "unknown", "UP", "", [], {}, 0, 1, -1, 1.0, 1.5, 2**31 - 1, 2**31, True, None,
     86_400_000, 86_400_001, 100_000, 100_001]
)  # fmt: skip


@given(st.sampled_from(KIND_WORDS), st.data())
def test_schema_and_decoder_agree_on_the_form(kind: KindWord, data: st.DataObject) -> None:
    """What the schema takes the decoder refuses only for reasons a schema cannot know, and the other way round."""
    reading = {key: data.draw(st.just(value) | POOL) for key, value in GOOD_ROWS[kind].items()}
    reading |= data.draw(st.dictionaries(st.sampled_from(["name", "sent", "lost"]), POOL, max_size=1))
    subject = {"zone": "casa-z1"} if kind == "occupancy" else {"circuit": "casa-a1"}
    payload = subject | {"readings": [reading]} | data.draw(st.dictionaries(st.just("seq"), POOL, max_size=1))
    if isinstance(payload.get("seq"), float):
        return  # JSON Schema counts 1.0 among the integers, and so does no decoder of ours
    if any(isinstance(value, float) and key != "round_trip_ms" for key, value in reading.items()):
        return
    takes = not list(schema_of(kind).iter_errors(payload))
    found = decode(kind, payload)
    beyond_a_schema = {"lost_exceeds_sent", "future", "clock_not_set"}
    assert takes == (set(reasons(found)) <= beyond_a_schema)


def test_every_reason_is_documented() -> None:
    text = (DOCS / "native-payload.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"`{reason.value}`" not in text] == []


@pytest.mark.parametrize(
    ("second", "is_taken"), [(0, True), (10, True), (50, True), (3, False), (1, True), (8, True), (5, False)]
)
def test_an_interval_must_start_on_a_grid_its_agreements_count_on(second: int, is_taken: bool) -> None:
    """Two agreements follow one another on the circuit: Δt 10 s, and Δt 7 s from another midnight."""
    start = datetime(2026, 9, 1, tzinfo=UTC)
    other = Grid(7, (int(start.timestamp()) + 1) % 7)
    known = Known({"casa-a1": Series(17, "casanearshore", frozenset({Grid(10, 0), other}))}, {})
    reading = interval(starts_at=f"2026-09-01T00:00:{second:02d}Z")
    payload = json.dumps({"circuit": "casa-a1", "readings": [reading]}).encode()
    found = decoded("p2i/v1/casanearshore/probe/intervals", payload, start + timedelta(days=1), known)
    assert [each.refusal.reason for each in found.rejected] == ([] if is_taken else ["off_grid"])
    if not is_taken:
        assert found.rejected[0].refusal.detail == "starts off the circuit's grid of 7 s or 10 s"
