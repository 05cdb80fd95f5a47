"""What to do about each reason of quarantine, in one sentence. Pure."""

from collections.abc import Mapping

from collectors.reasons import Reason

ADVICE: Mapping[str, str] = {
    Reason.MALFORMED: "Repair the sender: what it sends is not in the format that its topic or file says.",
    Reason.OVERSIZED: "Let the sender publish smaller batches, or raise --limit-bytes of p2i collect and retry.",
    Reason.TOPIC: "Let the sender publish on a topic of docs/native-payload.md, or of its source in docs/sources:"
    " narrow the feed's topics to those; a topic cannot be put right here.",
    Reason.UNKNOWN_KEY: "Let the sender leave out the keys that the detail names; what they held was not kept.",
    Reason.OFF_TYPE: "Compare it with its format (docs/native-payload.md, docs/sources) and repair the sender; where"
    " an empty round trip of a file means lost, say lost_when_empty in its mapping and retry.",
    Reason.NAIVE_INSTANT: "Let the sender write instants with Z or an offset; of a file, name time_zone in the"
    " mapping (or starts_at, where a result has no instant) and retry.",
    Reason.AMBIGUOUS_INSTANT: "Export the file again with UTC or offsets: the clock showed this local time twice.",
    Reason.NONEXISTENT_INSTANT: "Correct the time zone of the mapping: the clock never showed this local time.",
    Reason.FUTURE: "Set the sender's clock (NTP); what it dated wrongly stays refused.",
    Reason.CLOCK_NOT_SET: "Set the sender's clock (NTP, battery); what it dated before 2010 stays refused.",
    Reason.NEGATIVE: "Repair the sender: a count or a round trip is never negative, a lost packet is null.",
    Reason.OUT_OF_RANGE: "Look at the sensor or the unit it sends in: nothing real is this large.",
    Reason.LOST_EXCEEDS_SENT: "Repair the sender: it counts more packets lost than it sent.",
    Reason.TOO_PRECISE: "Let the sender round: whole seconds for intervals and states, nanoseconds for round trips;"
    " of a CSV or Parquet file, microseconds for instants (cast nanosecond columns) and import it again.",
    Reason.OFF_GRID: "Let the prober start its intervals on the agreement's grid, or correct the agreement and retry.",
    Reason.UNKNOWN_CIRCUIT: "Add it to the inventory, restart p2i collect and retry; or correct the sender's code.",
    Reason.UNKNOWN_ZONE: "Add it to the inventory, restart p2i collect and retry; or correct the sender's code.",
    Reason.UNKNOWN_DEVICE: "Enter it in sensors.toml as its feed writes it, restart p2i collect or p2i hooks, and"
    " retry; where the detail says that the body names no device, name it in the webhook's address.",
    Reason.FACILITY_MISMATCH: "Correct the park in the topic or in the inventory: the two disagree.",
    Reason.CONFLICT: "Find out which value is true: the first one is stored and stays; close with what you found.",
    Reason.DATABASE_REFUSED: "Look at the SQLSTATE in the detail, repair the database and retry.",
    Reason.UNDECODABLE: "Compare the sensor's profile with the device (docs/sources) and retry; where it is right, or"
    " the detail says a defect of ours: report it with the row and the log, and retry after the update.",
    Reason.IDENTITY: "Keep badge and Wi-Fi systems off our topics and webhooks, and take the key about a person out"
    " of what is sent: only counts may leave the edge; nothing was kept, so close the row.",
    Reason.REBIRTH_NEEDED: "Ask the edge node for a rebirth (NBIRTH): without it its data have no names.",
    Reason.NOT_MEASURED: "Look at the measuring tool: it says itself that it could not measure; close the row.",
    Reason.OUT_OF_SCOPE: "Leave such results out of the file: what they measure is no reading here; close the row.",
}
_OTHER = "A word of another release: p2i quarantine show NUMBER."


def advice(reason: str) -> str:
    """What to do about input that was refused for this reason."""
    return ADVICE.get(reason, _OTHER)
