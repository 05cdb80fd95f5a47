"""The payload table: every file of the sample payloads, which decoder reads it, and what becomes of it.

python tests/drills/payloads.py [FOLDER]     (default: payloads below P2I_SAMPLES, ../shared)

Each line is worked out anew from the file. That decoded values are those its source expects is for the test that the
line names; they are run, too, and a line whose test fails says so.
"""

import contextlib
import fnmatch
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from collectors.decoders import (
    chirpstack,
    disruptive,
    generic_json,
    imbuildings,
    iperf3,
    lwm2m,
    perfsonar,
    ripe_atlas,
    shelly,
    telegraf,
    tts,
    vergesense,
    xovis,
    zigbee2mqtt,
)
from collectors.decoders.device_profiles import PROFILES, object_profile, profile_named
from collectors.decoders.identity import refuse_identity
from collectors.decoders.json_mapping import json_mapping
from collectors.decoders.meaning import Meaning
from collectors.decoders.sparkplug import EdgeNode, sparkplug_address
from collectors.json_records import value_records
from collectors.observation import DeviceMessage
from collectors.reasons import Refused

TESTS = Path(__file__).parents[1] / "collectors" / "decoders"
OUTCOMES = ("decoded", "refused", "out of scope", "expected values")


class Outcome(NamedTuple):
    """What became of a file, and more about it."""

    what: str
    detail: str


class Rule(NamedTuple):
    """How files whose path matches are read; `test` compares what is decoded with what their source expects."""

    pattern: str
    decoder: str
    read: Callable[[Path], Outcome]
    test: str = ""


class Line(NamedTuple):
    """One line of the table."""

    file: str
    decoder: str
    outcome: Outcome
    test: str


def observed(messages: Iterable[DeviceMessage]) -> Outcome:
    """How many observations of which quantities; what was understood and not taken when there are none."""
    found = list(messages)
    quantities = Counter(one.quantity for message in found for one in message.observations)
    if not quantities:
        return Outcome("decoded", f"no reading: {', '.join(sorted({name for one in found for name in one.ignored}))}")
    return Outcome(
        "decoded", f"{quantities.total()} observation{'s' * (quantities.total() > 1)} ({', '.join(sorted(quantities))})"
    )


def of_message(decode: Callable[[bytes], DeviceMessage]) -> Callable[[Path], Outcome]:
    return lambda file: observed([decode(file.read_bytes())])


def mapped(mapping: str) -> Callable[[Path], Outcome]:
    read = json_mapping("mapping", mapping)
    return of_message(lambda body: generic_json.decoded(body, read, device="d"))


def refused_for(why: str) -> Callable[[Path], Outcome]:
    return lambda _: Outcome("out of scope", why)


def oracle(of: str) -> Callable[[Path], Outcome]:
    return lambda _: Outcome("expected values", of)


def chirpstack_event(file: Path) -> Outcome:
    body = json.loads(file.read_bytes())
    event = found[1] if (found := re.fullmatch(r"event_(\w+)", file.stem)) else "up"
    profile = PROFILES["dragino-lht52" if file.stem.startswith("captured") else "elsys"]
    topic = f"application/a/device/{body['deviceInfo']['devEui']}/event/{event}"
    return observed([chirpstack.decoded(topic, file.read_bytes(), lambda _: profile)])


def by_profile(vectors: Sequence[tuple[str, int, str]]) -> Outcome:
    """LoRaWAN payloads by the profile of their device: how many decoded, and why the others are not."""
    messages: list[DeviceMessage] = []
    others: Counter[str] = Counter()
    for name, port, payload in vectors:
        try:
            decode = profile_named(name).decode
            assert decode is not None
            messages.append(decode(port, bytes.fromhex(payload)))
        except Refused as refused:
            others[f"{name}: {refused.refusal.detail}"] += 1
    listed = "; ".join(f"{number} {why}" for why, number in sorted(others.items()))
    return Outcome("decoded", f"{len(messages)} of {len(vectors)} payloads, {observed(messages).detail}; {listed}")


def milesight(file: Path) -> Outcome:
    return by_profile([(f"milesight-{one['device']}", 85, one["hex"]) for one in json.loads(file.read_text())])


def device_library(file: Path) -> Outcome:
    makers = {
        "IMBuildings": "imbuildings", "elsys": "elsys", "hkt": "hkt-people-counter", "mclimate": "mclimate-co2",
        "terabee": "terabee-people-counting", "tektelic": "tektelic-smart-room", "browan": "browan-tbms100",
    }  # fmt: skip
    vectors = []
    for one in json.loads(file.read_text()):
        maker, model = one["device"].split("/")
        name = makers.get(maker) or f"{maker}-{model}".lower()
        vectors.append((name, one["input"].get("port", 1), one["input"]["payloadHex"]))
    return by_profile(vectors)


def shelly_status(file: Path) -> Outcome:
    frame = {"method": "NotifyFullStatus", "params": {"ts": 1_707_326_936.1, **json.loads(file.read_text())["status"]}}
    return observed([shelly.decoded("b1/meter/events/rpc", json.dumps(frame).encode())])


def sparkplug(file: Path) -> Outcome:
    """The message after the births before it in the folder, as a host would have had them."""
    node = EdgeNode({"Supply Voltage": Meaning("battery_volts")})
    message = DeviceMessage()
    for earlier in sorted(file.parent.glob("*.bin")):
        kind = earlier.stem[3:]
        if earlier == file or kind in ("NBIRTH", "DBIRTH"):
            address = sparkplug_address(f"spBv1.0/G/{kind}/N{'/Pibrella' if kind.startswith('D') else ''}")
            assert address is not None
            message = node.decoded(address, earlier.read_bytes())
        if earlier == file:
            break
    return observed([message])


def zigbee(file: Path) -> Outcome:
    found = re.findall(r"topic '(.*?)', payload '(.*)'", file.read_text())
    return observed(zigbee2mqtt.decoded(topic, body.encode()) for topic, body in found)


STEINEL = "".join(
    f'[[reading]]\nat = "/{at}"\nquantity = "{quantity}"\noptional = true\n{more}'
    for at, quantity, more in (
        *((f"DetectedPersonsZone/{zone}", "people", f'channel = "zone_{zone + 1}"\n') for zone in range(8)),
        *((f"LuxZone/{zone}", "illuminance_lux", f'channel = "zone_{zone + 1}"\n') for zone in range(8)),
        ("Humidity", "humidity_ratio", 'factor = "0.01"\n'),
        ("Temperature", "temperature_celsius", ""),
        ("uplink_message/decoded_payload/period_in", "people_in", ""),
        ("uplink_message/decoded_payload/period_out", "people_out", ""),
    )
)


def steinel(file: Path) -> Outcome:
    read = json_mapping("mapping", STEINEL)
    bodies = [line.partition(" ")[2].encode() for line in file.read_text().splitlines() if line.strip()]
    return observed(generic_json.decoded(body, read, device="d") for body in bodies)


def pings(file: Path) -> Outcome:
    results = [ripe_atlas.ping_result(line) for line in file.read_bytes().splitlines()]
    sent, lost = sum(one.sent for one in results), sum(one.lost for one in results)
    return Outcome("decoded", f"{len(results)} results, {sent} packets sent, {lost} lost")


def archived(file: Path) -> Outcome:
    with file.open("rb") as opened:
        points = [placed.record.content or b"" for placed in value_records(opened, 0, 1)]
    found = [perfsonar.measurement(point, packets_sent=600) for point in points]
    return Outcome("decoded", f"{len(found)} intervals, {sum(one.lost for one in found)} packets lost")


def one_way(file: Path) -> Outcome:
    found = perfsonar.measurement(file.read_bytes().strip())
    return Outcome("decoded", f"{found.sent} packets sent, {found.lost} lost, {len(found.one_way)} delays one way")


def throughput(file: Path) -> Outcome:
    found = iperf3.udp_measurements(file.read_bytes())
    return Outcome("decoded", f"{len(found)} interval, {sum(one.sent for one in found)} packets sent")


def persons(file: Path) -> Outcome:
    refuse_identity(file.read_bytes(), file.name)
    return Outcome("decoded", "")


YANZI = """
each = "/values"
[instant]
at = "/sampleTime"
format = "epoch_milliseconds"
[[reading]]
at = "/value"
"""
YANZI_TEMPERATURE = YANZI + 'quantity = "temperature_celsius"\nfactor = "0.1"\n'
YANZI_MOTION = YANZI + 'quantity = "motion_total"\n'
TERABEE = 'device = "/uid"\n[instant]\nat = "/time"\nformat = "epoch_seconds"\n' + "".join(
    f'[[reading]]\nat = "/value/{way}"\nquantity = "people_{way}_total"\n' for way in ("in", "out")
)
LOBARO = object_profile({"airtemperature": Meaning("temperature_celsius"), "volt": Meaning("battery_volts")})
LORAWAN = "test_lorawan_samples.py"
BODIES = "test_generic_json.py::test_real_bodies"
MILESIGHT = "test_every_milesight_vector_has_the_vendors_values_and_no_others_or_is_out_of_scope"
LIBRARY = "test_every_vector_of_the_device_library_has_its_values_or_a_reason"
TTN = "test_the_captured_things_stack_uplink_is_dated_by_its_network_server"
ATLAS = "test_ripe_atlas.py::test_real_results_say_what_their_publishers_say_they_do"
RULES: Sequence[Rule] = (
    Rule("INDEX.md", "", oracle("the index of the samples")),
    Rule("*.expected.*", "", oracle("of the file beside it")),
    Rule("*.asserts.json", "", oracle("of the file beside it")),
    Rule("*.librenms-expected.json", "", oracle("of the file beside it")),
    Rule("sparkplug/*.json", "", oracle("the .bin beside it in words")),
    Rule("badge/*", "identity", persons, "test_identity.py::test_a_real_badge_reader"),
    Rule("chirpstack/captured*", "chirpstack", chirpstack_event, f"{LORAWAN}::test_the_captured_chirpstack_uplink"),
    Rule("chirpstack/*", "chirpstack", chirpstack_event, f"{LORAWAN}::test_the_documented_chirpstack_events"),
    Rule("iperf3/*", "iperf3", throughput, "test_iperf3.py::test_real_results"),
    Rule("milesight/*", "milesight", milesight, f"{LORAWAN}::{MILESIGHT}"),
    Rule("mqtt/steinel*", "generic-json", steinel, "test_generic_json.py::test_real_steinel_zones"),
    Rule("occupancy_lora/*", "LoRaWAN profiles", device_library, f"{LORAWAN}::{LIBRARY}"),
    Rule("perfsonar/pscheduler*", "perfsonar", one_way,
         "test_perfsonar.py::test_a_real_latency_result_has_the_figures_its_tool_prints"),
    Rule("perfsonar/*", "perfsonar", archived, "test_perfsonar.py::test_real_points_of_an_archive"),
    Rule("prometheus/*", "", refused_for("Prometheus text: scraped by a collector of a later issue")),
    Rule("ripe_atlas/ping*", "ripe_atlas", pings, ATLAS),
    Rule("ripe_atlas/*", "ripe_atlas", pings),
    Rule("shelly/*", "shelly", shelly_status, "test_shelly.py"),
    Rule("snmp/*", "", refused_for("an SNMP agent: polled by a collector of a later issue")),
    Rule("sparkplug/*", "sparkplug", sparkplug, "test_sparkplug.py::test_the_examples_of_the_specification"),
    Rule("telegraf/*", "telegraf", of_message(telegraf.decoded), "test_telegraf.py::test_the_examples_of_the_plugins"),
    Rule("tts/captured*", "tts", of_message(lambda body: tts.decoded("", body, lambda _: LOBARO)), f"{LORAWAN}::{TTN}"),
    Rule("tts/*", "tts", of_message(lambda body: tts.decoded("", body, lambda _: LOBARO)), LORAWAN),
    Rule("twamp_owamp/fping*", "", refused_for("output of fping for people; our own probe measures round trips")),
    Rule("twamp_owamp/*", "", refused_for("TWAMP and OWAMP: measured by a collector of a later issue")),
    Rule("webhooks/IMBuildings*", "lwm2m", of_message(lambda body: lwm2m.decoded(body, imbuildings.decoded)),
         "test_lwm2m.py::test_a_real_people_counter"),
    Rule("webhooks/buldingEdge*", "generic-json", mapped('[[reading]]\nat = "/value"\nquantity = "motion"\n'), BODIES),
    Rule("webhooks/disruptive*", "disruptive", of_message(lambda body: disruptive.decoded(body, device="d")),
         "test_disruptive.py::test_real_events"),
    Rule("webhooks/terabee*", "generic-json", mapped(TERABEE), BODIES),
    Rule("webhooks/vergeSense*", "vergesense", of_message(vergesense.decoded), "test_vergesense.py::test_real_reports"),
    Rule("webhooks/yanzi*_01.json", "generic-json", mapped(YANZI_TEMPERATURE), BODIES),
    Rule("webhooks/yanzi*", "generic-json", mapped(YANZI_MOTION), BODIES),
    Rule("xovis/*", "xovis", of_message(lambda body: xovis.decoded(body, device="d")), "test_xovis.py"),
    Rule("zigbee2mqtt/*", "zigbee2mqtt", zigbee, "test_zigbee2mqtt.py::test_real_messages"),
)  # fmt: skip


def table(folder: Path) -> list[Line]:
    """A line per file below `folder`; "no decoder" for one that no rule names, "exception" for a defect of ours."""
    lines = []
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file():
            rule = next((rule for rule in RULES if fnmatch.fnmatchcase(name, rule.pattern)), None)
            outcome = Outcome("no decoder", "") if rule is None else _outcome(rule, file)
            lines.append(Line(name, rule.decoder if rule else "", outcome, rule.test if rule else ""))
    return lines


def _outcome(rule: Rule, file: Path) -> Outcome:
    try:
        return rule.read(file)
    except Refused as refused:
        scope = {"out_of_scope", "not_measured"} & {refused.refusal.reason.value}
        return Outcome("out of scope" if scope else "refused", f"{refused.refusal.reason}: {refused.refusal.detail}")
    except Exception as error:  # noqa: BLE001 - a line of the table, and the test of the table fails on it
        return Outcome("exception", type(error).__name__)


class Failures:
    """The tests that did not pass, by file and name."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Called by pytest for every phase of every test."""
        if not report.passed:
            self.of[report.nodeid.rpartition("/")[2]] = report.outcome


def main(arguments: Sequence[str]) -> int:
    """Prints the table; 1 when a file has no line worth the name or a value is not the expected one."""
    folder = Path(arguments[0]) if arguments else Path(os.environ.get("P2I_SAMPLES", "../shared")) / "payloads"
    lines = table(folder)
    failures = Failures()
    with contextlib.redirect_stdout(io.StringIO()):
        tests = sorted({str(TESTS / line.test) for line in lines if line.test})
        code = pytest.main([*tests, "-p", "no:cacheprovider", "-q"], plugins=[failures])
    print("| file | decoder | outcome | detail | values compared with those expected by |\n|---|---|---|---|---|")
    for line in lines:
        failed = [word for test, word in failures.of.items() if line.test and test.startswith(line.test)]
        test = f"{line.test}{': ' + failed[0] if failed else ''}"
        print(f"| {line.file} | {line.decoder} | {line.outcome.what} | {line.outcome.detail} | {test} |")
    counts = Counter(line.outcome.what for line in lines)
    print(f"\n{len(lines)} files: {', '.join(f'{number} {what}' for what, number in sorted(counts.items()))}")
    return 1 if code or set(counts) - set(OUTCOMES) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
