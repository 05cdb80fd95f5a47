"""What quarantine keeps of feeds: enough to decode it again, nothing that somebody wrote about somebody."""

import json

import pytest

from collectors.kept_feed import Mapped, kept_of_feed, mapped_by, marked_incomplete
from collectors.kept_form import why_incomplete
from collectors.reasons import Reason

NAME = b"Fatima Zahra"


def test_a_chirpstack_uplink_keeps_what_its_decoder_reads() -> None:
    body = {
        "deduplicationId": "57433366-50a6-4dc2-8145-2df1bbc70d9e",
        "time": "2026-09-08T09:00:00.123456789+00:00",
        "deviceInfo": {"devEui": "24e124136b316236", "deviceName": "Bureau de Amina", "tags": {"owner": "Amina"}},
        "fCnt": 12,
        "fPort": 85,
        "data": "A2cZAQ==",
        "object": {"note": "Fatima Zahra"},
    }
    kept = json.loads(kept_of_feed("chirpstack", Reason.UNKNOWN_DEVICE, json.dumps(body).encode()))
    assert kept == {
        "deduplicationId": "57433366-50a6-4dc2-8145-2df1bbc70d9e",
        "time": "2026-09-08T09:00:00.123456789+00:00",
        "deviceInfo": {"devEui": "24e124136b316236", "tags": {}},
        "fCnt": 12,
        "fPort": 85,
        "data": "A2cZAQ==",
        "object": {},
    }


def test_a_mapping_names_the_texts_it_reads() -> None:
    body = b'{"uid": "pcm807d3a86224b", "who": "Amina", "nested": {"who": "Amina", "code": "4821"}}'
    assert (
        kept_of_feed("generic-json", Reason.FUTURE, body, Mapped(text_keys=frozenset({"uid"})))
        == b'{"uid":"pcm807d3a86224b","nested":{}}'
    )


def test_even_a_known_key_keeps_no_sentence() -> None:
    assert kept_of_feed("shelly", Reason.FUTURE, b'{"src": "Fatima Zahra entered", "params": {"ts": 1}}') == (
        b'{"params":{"ts":1}}'
    )


@pytest.mark.parametrize(
    "body",
    [
        b"Fatima Zahra entered with PIN 4821",
        b'{"uid": "x", "holder": "Fatima Zahra", "code": "4821",',
        b'"Fatima Zahra 4821"',
        b"\xff\xfeFatima Zahra 4821",
    ],
)
@pytest.mark.parametrize("source", ["generic-json", "shelly", "xovis", "telegraf", "sparkplug"])
def test_of_what_cannot_be_read_only_the_form_is_kept(source: str, body: bytes) -> None:
    kept = kept_of_feed(source, Reason.MALFORMED, body)
    assert NAME not in kept
    assert b"4821" not in kept
    assert kept


def test_of_a_body_about_persons_nothing_is_kept() -> None:
    assert kept_of_feed("generic-json", Reason.IDENTITY, b'{"pin": "4821"}') == b""


@pytest.mark.parametrize(
    "body",
    [
        {"seen": {"a4:83:e7:12:34:56": {"rssi": -60}, "count": 2}},
        {"seen": {"Fatima Zahra": 1, "count": 2}},
        {"seen": {"Zoé": 1, "count": 2}},
        {"seen": {"4821": 1, "count": 2}},
        {"seen": {"count": 2, "mac": "a483e7123456", "near": ["a4:83:e7:12:34:56"], "card": "04AABBCC"}},
    ],
)
def test_nobody_is_named_by_a_key_or_an_address(body: dict[str, object]) -> None:
    kept = json.loads(kept_of_feed("generic-json", Reason.UNKNOWN_DEVICE, json.dumps(body).encode()))
    assert kept["seen"].pop("near", []) == []
    assert kept == {"seen": {"count": 2}}


def test_what_a_mapping_reads_is_kept_with_the_words_it_knows() -> None:
    options = {
        "device": "/Capteur n°1/uid",
        "object": {"salle.présence": {"quantity": "occupied", "words": {"bureau occupé": 1}}},
        "reading": [{"at": "/Capteur n°1/état", "quantity": "occupied", "words": {"pas libre": 1}}],
    }
    body = {"Capteur n°1": {"uid": "u-1", "état": "pas libre", "qui": "Amina"}, "salle": {"présence": "bureau occupé"}}
    kept = json.loads(
        kept_of_feed("generic-json", Reason.UNKNOWN_DEVICE, json.dumps(body).encode(), mapped_by(options))
    )
    del body["Capteur n°1"]["qui"]
    assert kept == body


def test_what_is_marked_is_known_to_be_incomplete() -> None:
    for kept in (b'{"state":"on"}', b'[{"state":"on"}]'):
        assert why_incomplete(marked_incomplete(kept), 0) is not None
    assert marked_incomplete(b"xxx 99") == b"xxx 99"


def test_deep_nesting_is_cut() -> None:
    body = b'{"a":' * 500 + b"1" + b"}" * 500
    assert len(kept_of_feed("generic-json", Reason.FUTURE, body)) < 100


def test_metrics_of_machines_are_kept_as_they_came() -> None:
    line = b"interface,host=r1 ifHCInOctets=5i 1757322000000000000"
    assert kept_of_feed("telegraf", Reason.UNKNOWN_DEVICE, line) == line
