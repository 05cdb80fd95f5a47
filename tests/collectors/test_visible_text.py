"""What strangers sent must not drive the terminal it is shown on."""

import pytest

from collectors.visible_text import hex_dump, shortened, visible, visible_payload


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p2i/v1/é/x", "p2i/v1/é/x"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_does_not_print_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (
            b'{"a":1.0E400,"b":[1,2],"a":"\\u001b"}',
            '{\n  "a": 1.0E400,\n  "b": [\n    1,\n    2\n  ],\n  "a": "\\u001b"\n}',
        ),
        (b'{"a":"\xc2\x9b31m"}', '{\n  "a": "\\x9b31m"\n}'),
        (b"no JSON\nbut \x1b[31mtext", "no JSON\nbut \\x1b[31mtext"),
        (b"\x00\x01{", "00000000  00 01 7b                                         |..{|"),
        (b"[" * 40 + b"]" * 40, "[" * 40 + "]" * 40),
        (b"[" * 5000, "[" * 5000),
    ],
)
def test_content_is_json_or_lines_or_a_hex_dump(payload: bytes, shown: str) -> None:
    assert visible_payload(payload) == shown


def test_a_hex_dump_has_sixteen_bytes_a_line() -> None:
    lines = hex_dump(b"\xff" + b"A" * 16).split("\n")
    assert lines[0] == "00000000  ff" + " 41" * 15 + "  |." + "A" * 15 + "|"
    assert lines[1] == "00000010  41" + " " * 45 + "  |A|"


def test_shortening_keeps_both_ends() -> None:
    assert shortened("abcdefghij", 7) == "abc…hij"
    assert shortened("abcdefg", 7) == "abcdefg"
