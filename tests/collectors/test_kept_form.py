"""What masking left must never be decoded as if it were what was sent."""

import json

import pytest

from collectors.kept_form import why_incomplete
from collectors.kept_input import kept_of, masked

READING = {"starts_at": "2026-09-01T00:00:00Z", "sent": 10, "lost": 0}


@pytest.mark.parametrize(
    "sent",
    [
        {"circuit": "casa-a1", "readings": [READING], "badge": 7},
        {"circuit": "casa-a1", "readings": [READING | {"name": "somebody"}]},
        {"circuit": "Fatima Zahra", "readings": [READING]},
        {"circuit": "00:11:22:33:44:55", "readings": [READING]},
        {"circuit": "casa-a1", "readings": [[[[[[[[[[[[]]]]]]]]]]]]},
    ],
)
def test_what_masking_replaced_is_recognised(sent: object) -> None:
    payload = json.dumps(sent).encode()
    kept = kept_of("intervals", payload)
    assert kept != payload
    assert why_incomplete(kept, len(kept)) == "parts of it were removed or replaced by their length before it was kept"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"zone": "casa-z1", "readings": [',
        b"sensors,room=a people=12i 1790000000000000000",
        "un été à 12 °C".encode(),
        bytes(range(256)),
        b'{"a": "' + b"long" * 1000,
    ],
)
def test_what_is_only_form_is_recognised(payload: bytes) -> None:
    kept = masked(payload)
    assert kept != payload
    assert why_incomplete(kept, len(kept)) == "only its form was kept, letters as x and digits as 9"
    assert why_incomplete(payload, len(payload)) is None


def test_what_was_cut_or_not_kept_is_said() -> None:
    assert why_incomplete(b"", 0) == "nothing of it was kept"
    assert why_incomplete(b"abc", 7) == "only its first 3 of 7 bytes were kept"


def test_what_came_is_whole() -> None:
    payload = json.dumps({"circuit": "casa-a1", "readings": [READING]}).encode()
    assert kept_of("intervals", payload) == payload
    assert why_incomplete(payload, len(payload)) is None
