"""A stored row as a native payload again. Pure."""

import msgspec

from collectors.native_topic import CIRCUIT_KINDS, KindWord
from store.rows import State


def row_payload(kind: KindWord, code: str, instant_text: str, values: list[int]) -> bytes:
    """One row as a native payload again, for quarantine: what came, exactly, in one form."""
    reading: dict[str, object]
    match kind:
        case "intervals":
            reading = {"starts_at": instant_text, "sent": values[0], "lost": values[1]}
        case "probes":
            reading = {"sent_at": instant_text, "round_trip_ms": milliseconds_text(values[0])}
        case "states":
            reading = {"changed_at": instant_text, "state": State(values[0]).name}
        case "occupancy":
            reading = {"measured_at": instant_text, "people": values[0]}
    return msgspec.json.encode({"circuit" if kind in CIRCUIT_KINDS else "zone": code, "readings": [reading]})


def milliseconds_text(nanoseconds: int) -> str | None:
    """Whole nanoseconds as decimal text in ms, exactly; None for -1, a lost probe."""
    return None if nanoseconds < 0 else f"{nanoseconds // 1_000_000}.{nanoseconds % 1_000_000:06d}"
