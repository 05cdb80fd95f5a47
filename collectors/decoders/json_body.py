"""JSON bodies of devices opened: what is no JSON object is refused in one line that repeats nothing of it. Pure."""

from typing import Any

import msgspec

from collectors.reasons import Reason, Refused

LIMIT_BYTES = 256 * 1024
"""More than any device of ours sends in one message (a Xovis package of a day in minutes is 200 KiB)."""


def json_value(body: bytes, limit_bytes: int = LIMIT_BYTES) -> Any:
    """The JSON value that `body` holds.

    Raises Refused: above `limit_bytes` (oversized), or not UTF-8, not JSON or nested without end (malformed).
    NaN, Infinity and whole numbers of thousands of digits are not JSON. Of a key written twice the latter counts.
    """
    if len(body) > limit_bytes:
        raise Refused(Reason.OVERSIZED, f"{len(body)} bytes; at most {limit_bytes} are taken")
    try:
        return msgspec.json.decode(body)
    except UnicodeDecodeError as error:
        raise Refused(Reason.MALFORMED, f"not UTF-8 at byte {error.start}") from None
    except msgspec.DecodeError as error:
        what = (
            str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
        )  # a path may hold the sender's keys
        raise Refused(Reason.MALFORMED, f"not JSON: {what}") from None
    except RecursionError:
        raise Refused(Reason.MALFORMED, "nested too deeply") from None


def json_object(body: bytes, limit_bytes: int = LIMIT_BYTES) -> dict[str, Any]:
    """The JSON object that `body` holds; Refused as `json_value`, and off_type when it is another JSON value."""
    value = json_value(body, limit_bytes)
    if not isinstance(value, dict):
        raise Refused(Reason.OFF_TYPE, "a payload is one JSON object")
    return value


def part(of: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`, empty when there is none or null; Refused (off_type) when it is something else."""
    value = of.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(Reason.OFF_TYPE, f'"{key}" is not an object')
    return value


def parts(of: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects listed under `key`, none when it is absent or null; Refused (off_type) for anything else."""
    value = of.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refused(Reason.OFF_TYPE, f'"{key}" is not a list of objects')
    return value


def name_of_device(value: object) -> str | None:
    """`value` as the name of a device: up to 200 printable characters; None for anything else.

    Numbers of devices (space 602439) are names, too.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable():
        return value
    return None
