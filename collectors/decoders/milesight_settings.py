"""What Milesight devices say about themselves and answer to settings: names and lengths, never contents. Pure."""

from collections.abc import Mapping

from collectors.decoders.milesight import Item, Items
from collectors.reasons import Reason, Refused


def _first(rest: bytes, name: str) -> int:
    if not rest:
        raise Refused(Reason.MALFORMED, f"ends inside {name}")
    return rest[0]


def _co2_calibration_length(rest: bytes) -> int:
    return 3 if _first(rest, "co2_calibration") == 2 else 1  # mode 2 gives the concentration to calibrate to


def _report_schedule_length(rest: bytes) -> int:
    return 1 + 6 * _first(rest, "report_schedule")


IDENTITY: Items = {
    (0xFF, kind): Item(name, length)
    for kind, name, length in (
        (0x01, "protocol_version", 1), (0x08, "serial_number", 6), (0x09, "hardware_version", 2),
        (0x0A, "firmware_version", 2), (0x0B, "power_on", 1), (0x0F, "lorawan_class", 1), (0x16, "serial_number", 8),
        (0x18, "sensors_enabled", 2), (0x1F, "firmware_version", 4), (0xCC, "power_supply", 1), (0xFE, "reset", 1),
        (0xFF, "tsl_version", 2),
    )
}  # fmt: skip
"""Sent when a device joins. `power_on` and `reset` are where totals may begin again."""

_REPLIES = {
    kind: Item(f"setting:{name}", length)
    for kind, name, length in (
        (0x02, "collection_interval", 2), (0x03, "report_interval", 2), (0x04, "confirm_mode", 1),
        (0x05, "channel_mask", 3), (0x06, "alarm", 9), (0x10, "reboot", 1), (0x11, "clock", 4), (0x17, "time_zone", 2),
        (0x1A, "co2_calibration", _co2_calibration_length), (0x1C, "recollection", 2), (0x25, "child_lock", 1),
        (0x27, "clear_history", 1), (0x28, "report_status", 1), (0x2C, "query_status", 1), (0x2D, "display", 1),
        (0x2E, "led", 1), (0x2F, "led", 1), (0x35, "d2d_key", 8), (0x39, "co2_abc", 5), (0x3B, "time_sync", 1),
        (0x3C, "display_pattern", 1), (0x3D, "stop_buzzer", 1), (0x3E, "buzzer", 1), (0x40, "adr", 1),
        (0x41, "port", 1), (0x42, "wifi", 1), (0x43, "periodic_report", 1), (0x44, "trigger_report", 1),
        (0x45, "report_mode", 1), (0x46, "debounce", 3), (0x48, "line_detection", 1), (0x4A, "time_sync", 1),
        (0x50, "region_counting", 1), (0x51, "clear_total", 1), (0x54, "co2_alarm", 5), (0x56, "display", 1),
        (0x57, "clear_schedule", 1), (0x59, "reset_battery", 1), (0x5A, "display_interval", 2),
        (0x66, "display_alarm", 1), (0x68, "history", 1), (0x69, "retransmit", 1), (0x6A, "retransmit_interval", 3),
        (0x6B, "stop_transmit", 1), (0x6D, "stop_transmit", 1), (0x70, "height", 2), (0x71, "test", 1),
        (0x72, "test_duration", 2), (0x76, "depth", 2), (0x77, "height", 2), (0x79, "d2d_master", 6),
        (0x7A, "back_test", 3), (0x84, "d2d", 1), (0x87, "altitude", 3), (0x8E, "report_interval", 3),
        (0x95, "vacancy_interval", 2), (0x96, "d2d_master", 8), (0x97, "history", 1), (0x98, "pir", 5),
        (0x99, "thermopile", 5), (0xA6, "reset_total", 1), (0xA7, "reset_total_interval", 2), (0xA8, "reset_total", 1),
        (0xA9, "report_total", 1), (0xAA, "report_temperature", 1), (0xAB, "temperature_calibration", 3),
        (0xAC, "installation", 5), (0xAD, "threshold_trigger", 1), (0xB2, "thermopile", 1), (0xBA, "dst", 10),
        (0xBD, "time_zone", 2), (0xEA, "temperature_calibration", 3), (0xEB, "tvoc_unit", 1), (0xEC, "direction", 1),
        (0xED, "reset_total_schedule", 3), (0xEF, "reset_total_schedule", 3), (0xF0, "display_elements", 4),
        (0xF1, "temperature_calibration", 4), (0xF2, "alarm_repeats", 2), (0xF4, "co2_calibration", 1),
        (0xF5, "alarm_release", 1), (0xFC, "counting_mode", 1), (0xFD, "led", 1),
    )
}  # fmt: skip

_EXTENDED = {
    kind: Item(f"setting:{name}", length)
    for kind, name, length in (
        (0x10, "report_scheme", 1), (0x11, "report_interval", 1), (0x3D, "line_report", 1), (0x3E, "pir", 1),
        (0x3F, "radar", 1), (0x40, "pir", 1), (0x41, "pir_illuminance", 5), (0x42, "pir", 1), (0x43, "pir", 1),
        (0x44, "hibernation", 6), (0x6B, "detection_mode", 1), (0x6C, "detect", 1), (0x6E, "reset", 1),
        (0x84, "time_sync", 3), (0x85, "rejoin", 2), (0x86, "data_rate", 1), (0x87, "transmit_power", 1),
        (0x88, "log_level", 2), (0x8B, "lorawan_version", 1), (0x8C, "rx2_data_rate", 1), (0x8D, "rx2_frequency", 4),
        (0x8E, "d2d", 4), (0x90, "d2d", 6), (0x91, "clock", 5), (0x92, "dwell", 3), (0x93, "report_timestamp", 1),
        (0x94, "reset_total", 1), (0x95, "reset_total_schedule", 6), (0x96, "region", 3), (0x97, "schedule", 2),
        (0x98, "u_turn_filter", 1), (0x99, "schedule", 7), (0xA2, "scene", 1), (0xA3, "join_mode", 1),
    )
}  # fmt: skip


def replies(own: Mapping[int, int] = {}) -> Mapping[int, Item]:
    """Answers to settings by type; `own` are the lengths in which a model differs."""
    return {**_REPLIES, **_own(own)}


def am100_replies() -> Mapping[int, Item]:
    """Those of the AM100 series, whose schedule of reports has as many entries as it says."""
    return {
        **replies({0x75: 7, 0x85: 1, 0x86: 1}),
        0x3A: Item("setting:report_schedule", _report_schedule_length),
    }


def extended_replies(own: Mapping[int, int] = {}) -> Mapping[int, Item]:
    """Answers to the newer settings by type; `own` as of `replies`."""
    return {**_EXTENDED, **_own(own)}


def _own(lengths: Mapping[int, int]) -> Mapping[int, Item]:
    return {kind: Item(f"setting:0x{kind:02x}", length) for kind, length in lengths.items()}
