"""Raw numbers of LoRaWAN payloads as observations without a device, each with its sentinels and its range. Pure."""

from fractions import Fraction

from collectors.decoders.quantity_value import observed
from collectors.observation import Observation
from collectors.plausibility import CLOCK_NOT_SET_BEFORE
from collectors.reasons import Reason, Refused

U8, U16, U32 = 2**8, 2**16, 2**32


def value(quantity: str, raw: int, factor: Fraction | int = 1, channel: str = "", offset: int = 0) -> Observation:
    """`raw` × `factor` + `offset` of a quantity; out of what is believable it is no value."""
    return observed("", channel, quantity, None, raw, factor=Fraction(factor), offset=Fraction(offset))


def no_value(quantity: str, reason: str, channel: str = "") -> Observation:
    """The device says that it has no value, and why."""
    return Observation("", channel, quantity, None, None, reason)


def unless(raw: int, sentinels: tuple[int, ...], otherwise: Observation) -> Observation:
    """`otherwise`, but no value when `raw` is one of the numbers by which a device says that it has none."""
    return otherwise._replace(value=None, reason="sentinel") if raw in sentinels else otherwise


def total(quantity: str, raw: int, modulus: int, channel: str = "") -> Observation:
    """A count since the device began, exact. Its largest number is a count like any other: it wraps there."""
    return Observation("", channel, quantity, None, raw, "", modulus)


def count(quantity: str, raw: int, ceiling: int, channel: str = "") -> Observation:
    """A count of a period or an instant, exact. At its ceiling (`ceiling` - 1, all bits set) it says nothing."""
    if raw >= ceiling - 1:
        return no_value(quantity, "at_ceiling", channel)
    return Observation("", channel, quantity, None, raw)


def occupied(raw: int, channel: str = "") -> Observation:
    """1 occupied, 0 vacant; any other number is a bit pattern that means neither."""
    return one_of_two("occupied", raw, 1, 0, channel)


def one_of_two(quantity: str, raw: int, yes: int, no: int, channel: str = "") -> Observation:
    """1 when `raw` is `yes`, 0 when it is `no`; any other number is a bit pattern that means neither."""
    if raw not in (yes, no):
        return no_value(quantity, "invalid_bits", channel)
    return Observation("", channel, quantity, None, int(raw == yes))


def temperature(tenths: int, channel: str = "", sentinels: tuple[int, ...] = (0x7FFF, -0x8000)) -> Observation:
    """Air temperature from signed tenths of a degree; `sentinels` are in tenths, too."""
    return unless(tenths, sentinels, value("temperature_celsius", tenths, Fraction(1, 10), channel))


def humidity(raw: int, full: int, channel: str = "") -> Observation:
    """Relative humidity from a number of which `full` is saturated air (200 for half percents); 0xff is none."""
    return unless(raw, (0xFF, 0xFFFF), value("humidity_ratio", raw, Fraction(1, full), channel))


def co2(ppm: int) -> Observation:
    """CO2 from parts per million. 0xfffd..0xffff are faults of the sensor, 0 is a sensor that has not measured."""
    if ppm == 0:
        return no_value("co2_ratio", "zero")
    return unless(ppm, (0xFFFD, 0xFFFE, 0xFFFF), value("co2_ratio", ppm, Fraction(1, 10**6)))


def tvoc(parts_per_billion: int) -> Observation:
    """Volatile organic compounds from parts per billion by volume."""
    return unless(parts_per_billion, (0xFFFE, 0xFFFF), value("tvoc_ratio", parts_per_billion, Fraction(1, 10**9)))


def battery_percent(percent: int, channel: str = "") -> Observation:
    """Battery charge from whole percents; 0xff is "not known"."""
    return unless(percent, (0xFF,), value("battery_ratio", percent, Fraction(1, 100), channel))


def set_instant(epoch_seconds: int) -> int | None:
    """A device's instant in µs since 1970; None when its clock was never set (before 2000)."""
    microseconds = epoch_seconds * 1_000_000
    return microseconds if microseconds >= CLOCK_NOT_SET_BEFORE else None


def history_instant(epoch_seconds: int) -> int:
    """The instant of a stored value, in µs since 1970. Raises Refused (clock_not_set): it cannot be dated otherwise."""
    instant = set_instant(epoch_seconds)
    if instant is None:
        raise Refused(Reason.CLOCK_NOT_SET, "a stored value is dated before the year 2010: a clock never set")
    return instant
