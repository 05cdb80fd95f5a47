"""Objectives to the `carrierEthernetSls` shape and back: nothing is lost unseen, and every figure keeps its unit."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facilities.agreement import Agreement, AvailabilityObjective, LossObjective, RoundTripObjective
from facilities.agreement_toml import agreement_from_toml
from facilities.inventory import DEMO_INVENTORY
from facilities.mef_command import main
from facilities.mef_lso import DELAY, LEGATO, ROUND_TRIP_KEY, SONATA, SPELLINGS, UNTAKEN, Spelling, json_text
from facilities.mef_lso_draft import REQUIRED, Known, drafted
from facilities.mef_lso_export import exported
from facilities.mef_lso_import import read_sls
from store.errors import InputError

HEAD = """
[agreement]
id = "A"
tenant = "t"
facility = "f"
time_zone = "{zone}"
starts_on = {starts_on}
monthly_fee = "100"
currency = "MAD"
"""
AVAILABILITY = """
[[objective]]
id = "a"
circuit = "c"
indicator = "availability"
target_percent = "99.95"
"""


def agreement(*objectives: str, zone: str = "Africa/Casablanca", starts_on: str = "2026-01-01") -> Agreement:
    text = HEAD.format(zone=zone, starts_on=starts_on) + "".join(objectives)
    return agreement_from_toml(text.encode(), "agreement.toml")


def loss(percent: str, name: str = "l", circuit: str = "c") -> str:
    return f'[[objective]]\nid = "{name}"\ncircuit = "{circuit}"\nindicator = "loss"\nat_most_percent = "{percent}"\n'


def round_trip(percentile: str, milliseconds: str, name: str = "r") -> str:
    return (
        f'[[objective]]\nid = "{name}"\ncircuit = "c"\nindicator = "round_trip"\npercentile = "{percentile}"\n'
        f'at_most_ms = "{milliseconds}"\n'
    )


def given_of(known: Agreement) -> Known:
    return Known({
        "id": known.id, "tenant": known.tenant, "facility": known.facility, "time_zone": known.time_zone.key,
        "monthly_fee": "100", "currency": known.currency,
    })  # fmt: skip


def there_and_back(known: Agreement, spelling: Spelling) -> tuple[str, Agreement]:
    """The document of an agreement, and the agreement drafted from it."""
    document = json_text(exported(known, None, spelling, cos_name="gold").document)
    draft = drafted(read_sls(document.encode(), "sls.json"), "sls.json", given_of(known))
    assert draft.missing == ()
    return document, agreement_from_toml(draft.text.encode(), "draft.toml")


def promises(known: Agreement) -> list[tuple[Any, ...]]:
    """What the shape can say of an agreement."""
    found: list[tuple[Any, ...]] = []
    for one in known.objectives:
        if isinstance(one, AvailabilityObjective):
            rule = (one.interval_seconds, one.loss_threshold, one.threshold_is_bad, one.consecutive_intervals)
            found.append((one.circuit, "availability", one.target_ratio, *rule))
        elif isinstance(one, LossObjective):
            found.append((one.circuit, "loss", one.at_most_ratio))
        elif isinstance(one, RoundTripObjective):
            found.append((one.circuit, "round_trip", one.percentile_ratio, one.at_most_ms))
    return sorted(found, key=str)


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[str]:
    return st.decimals(least, most, places=places).map(lambda number: format(number, "f"))


percents = st.integers(0, 6).flatmap(lambda places: decimals(str(Decimal(10) ** -places), "100", places))
availabilities = st.builds(
    lambda circuit, target, step, threshold, n: (
        f'[[objective]]\nid = "a"\ncircuit = "{circuit}"\nindicator = "availability"\ntarget_percent = "{target}"\n'
        f'interval_seconds = {step}\nloss_threshold = "{threshold}"\nconsecutive_intervals = {n}\n'
    ),
    st.just("c"), percents, st.sampled_from([1, 10, 60, 300, 400, 3600]), decimals("0", "1", 5), st.integers(1, 100),
)  # fmt: skip


@given(
    availabilities,
    st.lists(percents, max_size=3),
    st.lists(st.tuples(percents, decimals("0", "5000", 6)), max_size=3),
    st.sampled_from(["Africa/Casablanca", "Europe/Paris", "UTC", "America/St_Johns", "Asia/Kathmandu"]),
    st.dates(min_value=date(1990, 1, 1)).map(lambda day: day.replace(day=1).isoformat()),
    st.sampled_from(list(SPELLINGS.values())),
)
def test_what_the_shape_can_say_comes_back_exactly(
    availability: str,
    losses: list[str],
    round_trips: list[tuple[str, str]],
    zone: str,
    starts_on: str,
    spelling: Spelling,
) -> None:
    if spelling is SONATA:
        losses = losses[:1]  # its list of losses holds one
    objectives = [
        availability,
        *(loss(percent, f"l{number}") for number, percent in enumerate(losses)),
        *(round_trip(*values, f"r{number}") for number, values in enumerate(round_trips)),
    ]
    known = agreement(*objectives, zone=zone, starts_on=starts_on)
    document, back = there_and_back(known, spelling)
    assert promises(back) == promises(known)
    assert (back.starts_at, back.time_zone, back.id) == (known.starts_at, known.time_zone, known.id)
    assert there_and_back(back, spelling)[0] == document


def test_every_figure_keeps_its_unit() -> None:
    """C stays a ratio and Δt seconds; a target is a percentage; a time is a number and its unit (1.1, unit trap)."""
    known = agreement(AVAILABILITY, loss("0.025"), round_trip("99.9", "12.5"))
    (entry,) = exported(known, None, LEGATO, cos_name="gold").document["slsCosNameEntry"]
    assert entry["deltaT"] == 10
    assert entry["thresholdC"] == Decimal("0.5")
    assert entry["consecutiveIntervalN"] == 10
    assert entry["oneWayAvailabilityPmMetric"][0]["oneWayAvailabilityObjective"] == Decimal("99.95")
    assert entry["oneWayFrameLossRatioPmMetric"][0]["oneWayFrameLossRatioObjective"] == Decimal("0.025")
    assert entry[ROUND_TRIP_KEY][0]["roundTripObjective"] == {"number": Decimal("12.5"), "unit": "milliSeconds"}
    (entry,) = exported(known, None, SONATA, cos_name="gold").document["slsCosNameEntry"]
    assert entry[ROUND_TRIP_KEY][0]["roundTripObjective"] == {"timeDurationValue": 12_500, "timeDurationUnits": "US"}
    assert entry["oneWayFrameLossRatioPmMetric"][0]["oneWayFlrObjective"] == Decimal("0.025")


def test_a_round_trip_is_no_one_way_delay() -> None:
    known = agreement(AVAILABILITY, round_trip("95", "30"))
    plain = exported(known, None, LEGATO, cos_name="gold")
    assert DELAY not in plain.document["slsCosNameEntry"][0]
    with pytest.raises(InputError, match="--one-way-ms: stands for one round trip, and circuit c has 0"):
        exported(agreement(AVAILABILITY), None, LEGATO, cos_name="gold", one_way_ms=Fraction(18))
    agreed = exported(known, None, LEGATO, cos_name="gold", one_way_ms=Fraction(18))
    entry = agreed.document["slsCosNameEntry"][0]
    assert ROUND_TRIP_KEY not in entry
    assert entry[DELAY][0]["oneWayFdObjective"] == {"number": Decimal(18), "unit": "milliSeconds"}
    assert "r: the round trip of at most 30 ms itself" in agreed.left_out
    sls = read_sls(json_text(agreed.document).encode(), "sls.json")
    with pytest.raises(InputError, match=r"^sls.json: oneWayFrameDelayPmMetric: a one-way delay is no round trip; "):
        drafted(sls, "sls.json", given_of(known))
    text = drafted(sls, "sls.json", Known(given_of(known).agreement, None, Fraction(30))).text
    assert promises(agreement_from_toml(text.encode(), "draft.toml")) == promises(known)


@pytest.mark.parametrize(
    ("objectives", "options", "line"),
    [
        ((AVAILABILITY + 'method = "states"\n',), {}, "A: a.method: states have no deltaT"),
        ((AVAILABILITY + "threshold_is_bad = true\n",), {}, "A: a.threshold_is_bad: in the shape a loss equal to"),
        ((AVAILABILITY + 'maintenance = "up"\n',), {}, "A: a.maintenance: in the shape maintenance leaves the time"),
        ((loss("1"),), {}, "A: circuit c has no availability objective, and the shape counts available time only"),
        ((AVAILABILITY,), {"starts_on": "2026-01-15"}, "A: starts_on: is not the first of a month"),
        ((AVAILABILITY, loss("1", "x", "d")), {}, "--circuit: is required, A has objectives on c, d"),
        (
            ('[agreement.service_hours]\ndays = ["mon"]\nfrom = "08:00"\nto = "18:00"\n', AVAILABILITY,
             "service_hours = true\n"), {}, "A: a.service_hours: the shape counts around the clock",
        ),
    ],
)  # fmt: skip
def test_what_the_shape_would_state_as_something_else_is_refused(
    objectives: tuple[str, ...], options: dict[str, str], line: str
) -> None:
    with pytest.raises(InputError) as error:
        exported(agreement(*objectives, **options), None, LEGATO, cos_name="gold")
    assert str(error.value).startswith(line)


def test_only_sonata_has_one_loss_and_whole_times() -> None:
    known = agreement(AVAILABILITY, loss("1"), loss("2", "m"))
    (entry,) = exported(known, None, LEGATO, cos_name="g").document["slsCosNameEntry"]
    assert len(entry["oneWayFrameLossRatioPmMetric"]) == 2
    with pytest.raises(InputError, match="A: m: the shape of sonata has one loss objective"):
        exported(known, None, SONATA, cos_name="g")
    with pytest.raises(InputError, match=r"A: r\.at_most_ms: is finer than a nanosecond"):
        exported(agreement(AVAILABILITY, round_trip("95", "0.0000001")), None, SONATA, cos_name="g")


def test_what_is_left_out_is_listed() -> None:
    restore = '[[objective]]\nid = "gtr"\ncircuit = "c"\nindicator = "time_to_restore"\nat_most_seconds = 14400\n'
    known = agreement(AVAILABILITY + 'maintenance_window = "splice"\n', restore, loss("1", "x", "d"))
    lines = exported(known, "c", LEGATO, cos_name="gold").left_out
    assert "gtr: at most 14400 s to restore" in lines
    assert "circuit d: a document of its own" in lines
    assert "the minimum coverage of 95 %" in lines
    assert "that excluded time is spliced out of the state machine" in lines


# A document of somebody else: end points of its own naming, one direction, metrics we have no objective for.
FOREIGN = {
    "@type": "carrierEthernetSls",
    "timeInterval": {"number": 1, "unit": "month"},
    "startTime": "2026-03-01T00:00:00.000Z",
    "slsCosNameEntry": [
        {
            "cosName": "low",
            "deltaT": 60,
            "thresholdC": 0.2,
            "consecutiveIntervalN": 5,
            "oneWayAvailabilityPmMetric": [
                {"orderedPairs": [{"fromUni": "U-1", "toUni": "U-2"}], "oneWayAvailabilityObjective": 99.9}
            ],
            "oneWayFrameLossRatioPmMetric": [
                {"orderedPairs": [{"fromUni": "U-1", "toUni": "U-2"}], "oneWayFrameLossRatioObjective": 1e-2}
            ],
            "oneWayFrameDelayPmMetric": [
                {
                    "orderedPairList": [{"fromUni": "U-1", "toUni": "U-2"}],
                    "oneWayFdPercentile": 99.9,
                    "oneWayFdObjective": {"number": 12500, "unit": "microSeconds"},
                }
            ],
        }
    ],
}


def foreign(**changes: Any) -> bytes:
    """FOREIGN with keys of its class of service changed; None takes one away, `top_…` changes the document's own."""
    document = json.loads(json.dumps(FOREIGN))
    for key, value in changes.items():
        table = document if key.startswith("top_") else document["slsCosNameEntry"][0]
        if value is None:
            del table[key.removeprefix("top_")]
        else:
            table[key.removeprefix("top_")] = value
    return json.dumps(document).encode()


def test_a_foreign_document_becomes_a_draft_that_lists_what_is_missing() -> None:
    sls = read_sls(foreign(), "sls.json")
    assert sls.one_way_delays[0].at_most_ms == Fraction(25, 2)
    draft = drafted(sls, "sls.json", Known(round_trip_ms=Fraction(26)))
    assert draft.missing == (*REQUIRED, "objective.circuit")
    assert '# One direction only, from "U-1" to "U-2".' in draft.text
    assert "starts_on = 2026-03-01" in draft.text
    with pytest.raises(InputError, match=r"draft\.toml: agreement\.time_zone: is required"):
        agreement_from_toml(draft.text.encode(), "draft.toml")
    known = Known(given_of(agreement(AVAILABILITY, zone="UTC")).agreement, "uplink", Fraction(26))
    filled = agreement_from_toml(drafted(sls, "sls.json", known).text.encode(), "draft.toml")
    assert promises(filled) == [
        ("uplink", "availability", Fraction(999, 1000), 60, Fraction(1, 5), False, 5),
        ("uplink", "loss", Fraction(1, 10_000)),
        ("uplink", "round_trip", Fraction(999, 1000), Fraction(26)),
    ]


def pair(start: str = "U-1", end: str = "U-2") -> dict[str, str]:
    return {"fromUni": start, "toUni": end}


def available(*pairs: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    return [{"orderedPairs": list(pairs), "oneWayAvailabilityObjective": 99, **more}]


ENTRY = "sls.json: slsCosNameEntry[1]."
PAIRS = f"{ENTRY}oneWayAvailabilityPmMetric[1].orderedPairs: must be one or both directions between two end points"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"{", "sls.json:1: not JSON: Expecting property name enclosed in double quotes"),
        (b"\xff", "sls.json: not UTF-8"),
        (b"[]", "sls.json: must be an object"),
        (b'{"a": 1, "a": 2}', 'sls.json: the key "a" is there twice'),
        (b'{"a": NaN}', "sls.json: NaN is not a number"),
        (b"[" * 100_000, "sls.json: not JSON that can be read: a number or a nesting is too long"),
        (foreign(top_timeInterval={"number": 2, "unit": "week"}), "sls.json: timeInterval: must be 1 month: "),
        (foreign(top_timeInterval=None), "sls.json: timeInterval: is required"),
        (foreign(top_slsCosNameEntry=[{}, {}]), "sls.json: slsCosNameEntry: holds 2 classes of service (None, None)"),
        (foreign(top_odd=1), "sls.json: odd: unknown key"),
        (foreign(odd=1), f"{ENTRY}odd: unknown key"),
        (foreign(deltaT=7), f"{ENTRY}deltaT: must divide 3600 s"),
        (foreign(deltaT=None), f"{ENTRY}deltaT: is required"),
        (foreign(thresholdC=50), f"{ENTRY}thresholdC: must be a ratio in [0, 1], not a percentage"),
        (foreign(thresholdC="0.5"), f"{ENTRY}thresholdC: must be a number, at least 0"),
        (foreign(thresholdC=0.5).replace(b"0.5", b"1e-5000"), f"{ENTRY}thresholdC: has more than 1000 digits"),
        (foreign(oneWayAvailabilityPmMetric=[]), f"{ENTRY}oneWayAvailabilityPmMetric: must hold one objective"),
        (foreign(oneWayAvailabilityPmMetric=available(pair(), odd=1)), f"{ENTRY}oneWayAvailabilityPmMetric[1].odd"),
        (foreign(oneWayAvailabilityPmMetric=available(pair(), pair("U-1", "U-3"))), f"{PAIRS}, not 3"),
        (foreign(oneWayAvailabilityPmMetric=available(pair("U-1", "U-1"))), f"{PAIRS}, not 1"),
        (foreign(oneWayAvailabilityPmMetric=available()), f"{PAIRS}, not 0"),
        (
            foreign(oneWayAvailabilityPmMetric=available(pair(), pair("U-2", "U-1"))),
            f"{ENTRY}oneWayFrameLossRatioPmMetric[1].orderedPairs: differ from those of the availability",
        ),
        (
            foreign(oneWayHighLossIntervalPmMetric=[{"oneWayHighLossIntervalsObjective": 3}]),
            f"{ENTRY}oneWayHighLossIntervalPmMetric: no objective of ours says it; --without",
        ),
        (
            foreign(oneWayFrameDelayPmMetric=[{
                "orderedPairList": [pair()], "oneWayFdPercentile": 95,
                "oneWayFdObjective": {"number": 1, "unit": "ms"},
            }]),
            f"{ENTRY}oneWayFrameDelayPmMetric[1].oneWayFdObjective.unit: must be one of milliSeconds, ",
        ),
        (
            foreign(oneWayFrameLossRatioPmMetric=[{"orderedPairs": [pair()], "oneWayFrameLossRatioObjective": 0}]),
            f"{ENTRY}oneWayFrameLossRatioPmMetric[1].oneWayFrameLossRatioObjective: must be a percentage in (0, 100]",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line(content: bytes, line: str) -> None:
    with pytest.raises(InputError) as error:
        read_sls(content, "sls.json")
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", [*UNTAKEN, DELAY])
def test_any_metric_can_be_left_out_on_purpose(name: str) -> None:
    sls = read_sls(foreign(**{name: [{}]}), "sls.json", without=[name, DELAY])
    assert sls.one_way_delays == ()
    assert f"# Left out on purpose: {name}." in drafted(sls, "sls.json", Known(), without=[name]).text


@pytest.mark.parametrize(
    ("start_time", "zone", "result"),
    [
        ("2025-12-31T23:00:00Z", "Africa/Casablanca", "starts_on = 2026-01-01"),
        ("2026-01-01T00:00:00+01:00", None, "starts_on = 2026-01-01"),
        ("20260101T000000-0330", None, "starts_on = 2026-01-01"),
        ("2026-10-01T00:00:00Z", "Africa/Casablanca", "starts_on = 2026-10-01"),
        (None, None, "# starts_on is missing"),
        ("2025-12-31T23:00:00Z", None, "sls.json: startTime: is not a midnight"),
        ("2026-01-01T00:00:00Z", "Africa/Casablanca", "sls.json: startTime: is not a midnight of Africa/Casablanca"),
        ("2026-01-01T00:00:00.5Z", None, "sls.json: startTime: is not a midnight"),
        ("2026-01-10T00:00:00Z", None, "sls.json: startTime: months from day 10 on"),
        ("2026-01-01", None, 'sls.json: startTime: "2026-01-01" is not an ISO 8601 instant'),
        ("2026-01-01T00:00:00", None, 'sls.json: startTime: "2026-01-01T00:00:00" has no offset from UTC'),
        ("2026-01-01T00:00:00Z", "Mars", '--time-zone: "Mars" is not a time zone of tzdb'),
    ],
)
def test_the_civil_day_of_a_start(start_time: str | None, zone: str | None, result: str) -> None:
    sls = read_sls(foreign(top_startTime=start_time), "sls.json", without=[DELAY])
    try:
        found = drafted(sls, "sls.json", Known({} if zone is None else {"time_zone": zone})).text
    except InputError as error:
        found = str(error)
    assert result in found


def test_names_from_outside_stay_text() -> None:
    """A comment stays a comment and a string a string, whatever a file or a person writes."""
    cos_name = 'gold"\n[agreement]\nid = "x\x7f'
    sls = read_sls(foreign(cosName=cos_name), "a\nb.json", without=[DELAY])
    known = Known({**given_of(agreement(AVAILABILITY, zone="UTC")).agreement, "tenant": 'a "b" \\ \x7f'}, "c")
    back = agreement_from_toml(drafted(sls, "a\nb.json", known).text.encode(), "draft.toml")
    assert (back.id, back.tenant) == ("A", 'a "b" \\ \x7f')


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_command_there_and_back(spelling: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "--agreement", "DEMO-CASA-A", "--spelling", spelling, "--inventory", str(DEMO_INVENTORY)]
    assert main(words) == 0
    caught = capsys.readouterr()
    assert "not in the document: gtr: at most 14400 s to restore\n" in caught.err
    (tmp_path / "sls.json").write_text(caught.out)
    assert main(["import", str(tmp_path / "sls.json"), "--time-zone", "Africa/Casablanca"]) == 0
    caught = capsys.readouterr()
    assert 'circuit = "casa-a1"\nindicator = "round_trip"\npercentile = "95"\nat_most_ms = "30"' in caught.out
    assert caught.err == "".join(f"missing: {key}\n" for key in REQUIRED if key != "time_zone")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["export", "--agreement", "X"], '--agreement: no agreement "X" in '),
        (["export", "--agreement", "DEMO-CASA-A", "--circuit", "x"], '--circuit: DEMO-CASA-A has no objective on "x"'),
        (["import", "none.json"], "none.json: cannot be read: No such file or directory"),
        (["import", "sls.json", "--round-trip-ms", "9", "--without", DELAY], "--round-trip-ms: stands for one delay, "),
        (["import", "sls.json", "--id", "a\nb", "--without", DELAY], "--id: must be one line of text"),
        (["import", "sls.json", "--cos-name", "gold"], 'sls.json: slsCosNameEntry: holds "gold" 0 times'),
    ],
)
def test_mistakes_of_the_command_are_one_line(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))
    Path("sls.json").write_bytes(foreign())
    assert main(words) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith(line)
    assert caught.err.count("\n") == 1
