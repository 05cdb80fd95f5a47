"""The value of one Sparkplug metric: data types, two's complement, null, and its quality. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from collectors.decoders.sparkplug_b_pb2 import Metric

BOOLEAN: Final = 11
_GOOD = range(192, 256)
"""OPC's good qualities; Sparkplug names 192 alone."""
_QUALITIES: Mapping[int, str] = {0: "quality_bad", 500: "quality_stale"}
_SIGNED_BITS: Mapping[int, int] = {1: 8, 2: 16, 3: 32, 4: 64}
_UNSIGNED_BITS: Mapping[int, int] = {5: 8, 6: 16, 7: 32, 8: 64}
_WHOLE = ("int_value", "long_value")
_UNSUITABLE = object()
"""Stands for text, files, data sets, templates and arrays: no number, so that it becomes no value (off_type)."""


def value_of(metric: Metric, datatype: int) -> Any:
    """The number or boolean a metric carries, None when it is null, and a non-number for any other type.

    Int8 to Int64 travel as unsigned numbers and are read as two's complement of their width, whether the sender
    extended the sign to 32 bits or not; an unsigned number beyond its width is no number of that type. A Boolean sent
    as 0 or 1 is read as one. Without a data type (0) a whole number stands as it is sent: the birth would have told.
    """
    kind = metric.WhichOneof("value")
    if metric.is_null or kind is None:
        return None
    raw = getattr(metric, kind)
    if kind in ("float_value", "double_value", "boolean_value"):
        return raw
    if kind not in _WHOLE:
        return _UNSUITABLE
    if datatype in _SIGNED_BITS:
        bits = _SIGNED_BITS[datatype]
        raw &= (1 << bits) - 1
        return raw - (1 << bits) if raw >> (bits - 1) else raw
    if datatype in _UNSIGNED_BITS and raw >> _UNSIGNED_BITS[datatype]:
        return _UNSUITABLE
    if datatype == BOOLEAN:
        return bool(raw) if raw in (0, 1) else _UNSUITABLE
    return raw


def doubt_of(metric: Metric) -> str:
    """Why a value is none although it is sent, by the property `Quality`; "" for a good one.

    0 is bad, 192 good, 500 stale: the last that was known. A metric without the property is good; a quality that has
    no meaning in Sparkplug is not ("quality_unknown").
    """
    for key, held in zip(metric.properties.keys, metric.properties.values, strict=False):
        if key == "Quality":
            kind = held.WhichOneof("value")
            quality = getattr(held, kind) if kind in _WHOLE and not held.is_null else -1
            return "" if quality in _GOOD else _QUALITIES.get(quality, "quality_unknown")
    return ""
