"""Decodes reports of NB-IoT sensors as a LwM2M server posts them: the sensor's own bytes in hexadecimal. Pure."""

from collections.abc import Callable

from collectors.decoders.json_body import json_object, name_of_device, parts
from collectors.decoders.passed_over import passed_over
from collectors.decoders.source_instant import epoch_microseconds
from collectors.observation import DeviceMessage, Observation
from collectors.reasons import Reason, Refused

_UPLINK = "uplinkMsg/0/data"
_NOT_OURS = ("registrations", "deregistrations", "updates", "expirations", "responses")
_REPORT = frozenset({"serialNumber", "timestamp", "resourcePath", "value", "subscriptionId", "customAttributes"})


def decoded(body: bytes, payload_decoder: Callable[[int, bytes], DeviceMessage]) -> DeviceMessage:
    """The observations of the reports of one post, by the decoder of the device's profile (IMBuildings).

    The device is `serialNumber` ("IMEI:…"), the instant `timestamp` in ms. Reports of other resources, registrations
    and the like are not taken. Raises Refused: malformed, off_type, unknown_device, or as the decoder does.
    """
    value = json_object(body)
    observations: list[Observation] = []
    ignored = {name for name in _NOT_OURS if value.get(name)} | {*passed_over(value, ("reports", *_NOT_OURS))}
    for report in parts(value, "reports"):
        if report.get("resourcePath") != _UPLINK:
            ignored.add("resourcePath")
            continue
        ignored.update(passed_over(report, _REPORT))
        device = name_of_device(report.get("serialNumber"))
        if device is None:
            raise Refused(Reason.UNKNOWN_DEVICE, "a report that names no device")
        at_us = epoch_microseconds(report.get("timestamp"), "ms", '"timestamp"')
        written = report.get("value")
        try:
            payload = bytes.fromhex(written) if isinstance(written, str) else None
        except ValueError:
            payload = None
        if payload is None:
            raise Refused(Reason.OFF_TYPE, '"value" is not hexadecimal')
        message = payload_decoder(0, payload)
        observations += [
            read._replace(device=device, measured_at_us=at_us if read.measured_at_us is None else read.measured_at_us)
            for read in message.observations
        ]
        ignored.update(message.ignored)
    return DeviceMessage(observations, ignored=tuple(sorted(ignored)))
