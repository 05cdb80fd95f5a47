"""Ten thousand mutated native payloads of each kind: every reading is taken or refused with a reason, never a crash."""

import json
import random
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from collectors.known import Known, Series
from collectors.native_payload import decoded
from collectors.native_topic import KindWord
from collectors.reasons import Reason

NUMBER = 10_000
LEAST_TAKEN = 3_000
PERSON = "Fatima Zahra"
NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)
KNOWN = Known({"casa-a1": Series(1, "casanearshore")}, {"casa-z1": Series(2, "casanearshore")})
ODD: tuple[Any, ...] = (
    None, True, "", PERSON, -1, 0, 1.5, 1e300, 2**70, [], {}, [[]], {PERSON: 1}, "24.7", "9" * 400,
    "2026-09-08T08:00:00Z", "2026-09-08T08:00:00+01:00", "2026-09-08T08:00:00", "2126-01-01T00:00:00Z",
)  # fmt: skip
PAYLOADS: dict[KindWord, dict[str, Any]] = {
    "intervals": {"circuit": "casa-a1", "seq": 41, "readings": [
        {"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 0},
        {"starts_at": "2026-09-01T00:00:10Z", "sent": 10, "lost": 10}]},
    "probes": {"circuit": "casa-a1", "readings": [
        {"sent_at": "2026-09-01T00:00:00.5Z", "round_trip_ms": 24.7},
        {"sent_at": "2026-09-01T00:00:01.5Z", "round_trip_ms": None}]},
    "states": {"circuit": "casa-a1", "readings": [{"changed_at": "2026-09-01T06:00:00Z", "state": "down"}]},
    "occupancy": {"zone": "casa-z1", "seq": 0, "readings": [{"measured_at": "2026-09-01T09:00:00Z", "people": 112}]},
}  # fmt: skip


def mutated(dice: random.Random, payload: dict[str, Any]) -> bytes:
    """One value exchanged for an odd one, put in or left out, in three of ten a byte of the text broken as well."""
    copy = json.loads(json.dumps(payload))
    holder = dice.choice((copy, *copy["readings"]))
    key = dice.choice(list(holder))
    chance = dice.random()
    if chance < 0.1:
        del holder[key]
    elif chance < 0.2:
        holder[dice.choice((PERSON, "badge", "seq"))] = dice.choice(ODD)
    elif chance < 0.5:
        holder[key] = dice.choice(ODD)
    elif type(holder[key]) in (int, float):
        holder[key] += dice.choice((-1, 1, 1000))
    body = bytearray(json.dumps(copy).encode())
    if dice.random() < 0.3:
        body[dice.randrange(len(body))] = dice.choice(b'0123456789abz"{}[],:. \x00\xff')
    return bytes(body)


def test_every_kind_is_tried() -> None:
    assert set(PAYLOADS) == set(get_args(KindWord))


@pytest.mark.parametrize("kind", PAYLOADS)
def test_mutated_payloads_are_taken_or_refused(kind: KindWord) -> None:
    dice = random.Random(f"p2i {kind}")
    taken = 0
    for _ in range(NUMBER):
        body = mutated(dice, PAYLOADS[kind])
        found = decoded(f"p2i/v1/casanearshore/prober-1/{kind}", body, NOW, KNOWN, 256 * 1024)
        taken += bool(found.rows)
        assert found.rows is not None or found.rejected
        for row in found.rows or ():
            assert all(isinstance(value, int) and abs(value) < 2**63 for value in row)
        for refusal, kept in found.rejected:
            assert refusal.reason in Reason
            assert "Fatima" not in refusal.detail
            if kind == "occupancy" or refusal.reason is not Reason.MALFORMED:  # as it came, on topics of circuits
                assert b"Fatima" not in kept
            assert "\n" not in refusal.detail
    assert taken >= LEAST_TAKEN
