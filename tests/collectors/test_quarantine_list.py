"""How quarantine is shown."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from collectors.quarantine_advice import advice
from collectors.quarantine_list import SHOWN_CHARACTERS, list_json, list_lines, show_lines
from store.quarantine_rows import QuarantinedRow, ReasonTotal

FIRST = datetime(2026, 9, 20, 3, tzinfo=UTC)
ROW = QuarantinedRow(
    7, FIRST, None, 1, "mqtt", "p2i/v1/casanearshore/edge/intervals", "unknown_circuit",
    'circuit "casa-a9" is not in the inventory', 3, b"\xab" * 32, None, None,
)  # fmt: skip
AGAIN = ROW._replace(number=12, last_received_at=FIRST + timedelta(hours=1), arrivals=31)
TOTALS = [ReasonTotal("unknown_circuit", 2, 32)]


def test_one_line_per_row_then_what_to_do() -> None:
    assert list(list_lines([AGAIN, ROW], TOTALS)) == [
        "#12  2026-09-20T04:00:00Z  31x  mqtt  unknown_circuit  p2i/v1/casanearshore/edge/intervals"
        '  circuit "casa-a9" is not in the inventory',
        "#7   2026-09-20T03:00:00Z  1x   mqtt  unknown_circuit  p2i/v1/casanearshore/edge/intervals"
        '  circuit "casa-a9" is not in the inventory',
        "",
        f"unknown_circuit  2 rows, 32 arrivals. {advice('unknown_circuit')}",
    ]


def test_what_the_limit_leaves_out_is_said() -> None:
    assert list(list_lines([AGAIN], TOTALS))[2] == "the newest 1 of 2 rows; --limit N shows more"


def test_nothing_of_a_stranger_reaches_the_terminal_as_it_is() -> None:
    evil = ROW._replace(source="m\x1bq", origin="top\nic\x1b[2J", reason="ma\x1bl", detail="d\x9bx", resolution="r\x1b")
    for row in (evil, evil._replace(resolved_at=FIRST)):
        shown = "\n".join([*list_lines([row], [ReasonTotal("ma\x1bl", 1, 1)]), *show_lines(row, b"\x1b[31m", False)])
        assert all(line.isprintable() for line in shown.split("\n"))
        assert shown.count("top\\nic\\x1b[2J") == 2


def test_a_long_detail_is_cut_at_a_word_and_a_long_origin_in_its_middle() -> None:
    row = ROW._replace(detail="word " * 30, origin="p2i/v1/" + "x" * 90 + "/states")
    (line, *_) = list_lines([row], TOTALS)
    assert line.endswith("word word…")
    assert "  p2i/v1/xxxxxxxxxxxxxxxx…xxxxxxxxxxxxxxxxx/states  " in line


def test_a_resolved_row_says_how() -> None:
    row = ROW._replace(resolved_at=FIRST, resolution="known, sender is replaced")
    assert '[known, sender is replaced] circuit "casa-a9"' in next(list_lines([row], TOTALS))
    assert next(show_lines(row, b"", False)) == "#7  resolved 2026-09-20T03:00:00Z: known, sender is replaced"


def test_json_has_everything_but_the_content() -> None:
    found = json.loads(list_json([AGAIN], TOTALS))
    assert found["totals"] == [
        {"reason": "unknown_circuit", "rows": 2, "arrivals": 32, "advice": advice("unknown_circuit")}
    ]
    assert found["rows"] == [
        {
            "number": 12, "received_at": "2026-09-20T03:00:00Z", "last_received_at": "2026-09-20T04:00:00Z",
            "arrivals": 31, "source": "mqtt", "origin": ROW.origin, "reason": "unknown_circuit", "detail": ROW.detail,
            "payload_bytes": 3, "retained": False, "resolved_at": None, "resolution": None,
        }
    ]  # fmt: skip


def test_a_row_is_shown_whole() -> None:
    assert list(show_lines(AGAIN, b"[1]", False)) == [
        "#12  open",
        "came       2026-09-20T03:00:00Z, again until 2026-09-20T04:00:00Z; 31 times",
        "from       mqtt  p2i/v1/casanearshore/edge/intervals",
        'reason     unknown_circuit: circuit "casa-a9" is not in the inventory',
        f"what to do {advice('unknown_circuit')}",
        f"content    3 bytes, sha256 {'ab' * 32}",
        "",
        "[\n  1\n]",
    ]


def test_that_it_was_retained_is_said() -> None:
    line = "retained   the broker had kept it: state of some time before, no reading of when it came"
    assert line in list(show_lines(ROW._replace(retained=True), b"[1]", False))


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b'{"sent":1}', []),
        (
            b"xxx 99",
            ["masked     only its form was kept, letters as x and digits as 9; no retry can help, the sender must"],
        ),
        (
            b'{"sent":1,"removed_keys":2}',
            [
                "masked     parts of it were removed or replaced by their length before it was kept; no retry can",
                "           removed_keys: how many keys were left out here: the format does not have them, and what",
                "           held could name somebody",
            ],
        ),
        (b"", ["kept       nothing of it was kept; no retry can help, the sender must send it again"]),
    ],
)
def test_what_is_not_what_came_is_said_to_be_masked(payload: bytes, said: list[str]) -> None:
    lines = list(show_lines(ROW._replace(payload_bytes=len(payload)), payload, False))[6:]
    shown = lines[: lines.index("") if payload else len(lines)]
    assert len(shown) == len(said)
    assert all(line.startswith(start) for line, start in zip(shown, said, strict=True))


def test_content_is_cut_unless_asked_for_in_full() -> None:
    content = b"a" * (SHOWN_CHARACTERS + 1)
    row = ROW._replace(payload_bytes=SHOWN_CHARACTERS + 9)
    *_, said, text, cut = show_lines(row, content, False)
    assert (said, len(text)) == ("", SHOWN_CHARACTERS)
    assert cut == f"(the first {SHOWN_CHARACTERS} of {SHOWN_CHARACTERS + 1} characters; --full shows all)"
    assert list(show_lines(row, content, True))[-1] == content.decode()
    assert f"{SHOWN_CHARACTERS + 9} bytes, of which the first {SHOWN_CHARACTERS + 1} were kept" in "\n".join(
        show_lines(row, content, False)
    )
