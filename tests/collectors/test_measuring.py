import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import msgspec
import pytest

from collectors.interval_tally import IntervalResult
from collectors.measuring import Results, targets
from collectors.prober import Target
from facilities.agreement import AvailabilityObjective
from facilities.agreement_versions import AgreementFile
from facilities.amendment import Amendment
from facilities.inventory import Inventory
from store.errors import InputError

START = 1_788_220_800_000_000


def test_targets_lie_on_the_grid_of_the_circuits_agreement(demo: Inventory) -> None:
    today = next(iter(demo.agreements_of_circuit("live-1"))).starts_on
    found = targets(demo, [demo.probes["probe-live-1"]], today, None)
    objective = demo.agreements_of_circuit("live-1")[0].availability_of("live-1")
    assert objective is not None
    assert found == [Target("live-1", "127.0.0.1", 8621, 10, 1_000_000_000, objective.interval_seconds, 0)]


def test_the_phase_is_where_the_agreements_grid_starts(demo: Inventory) -> None:
    today = demo.agreements_of_circuit("live-1")[0].starts_on
    (found,) = targets(demo, [demo.probes["probe-live-1"]], today, 3600)
    starts_at = demo.agreements_of_circuit("live-1")[0].starts_at
    assert (found.interval_seconds, found.phase_seconds) == (3600, starts_at % 3600)


def test_without_an_agreement_in_force_the_grid_is_mef_s(demo: Inventory) -> None:
    (found,) = targets(demo, [demo.probes["probe-live-1"]], date(1999, 1, 1), None)
    assert (found.interval_seconds, found.phase_seconds) == (10, 0)


def test_an_amendment_that_changes_the_interval_is_measured_by_from_its_first_day(demo: Inventory) -> None:
    ((code, (text,)),) = ((code, texts) for code, texts in demo.contracts.items() if "LIVE" in code)
    original, file = text
    objectives = tuple(
        replace(one, interval_seconds=60) if isinstance(one, AvailabilityObjective) else one
        for one in original.objectives
    )
    day = date(2026, 9, 15)
    texts = (
        AgreementFile(replace(original, superseded_on=day), file),
        AgreementFile(replace(original, amendment=Amendment(1, day), objectives=objectives), file),
    )
    amended = replace(demo, contracts=MappingProxyType({code: texts}))
    probes = [demo.probes["probe-live-1"]]
    lengths = [targets(amended, probes, on, None)[0].interval_seconds for on in (day - timedelta(days=1), day)]
    assert lengths == [targets(demo, probes, day, None)[0].interval_seconds, 60]


def test_a_timeout_is_exact(demo: Inventory) -> None:
    probe = msgspec.structs.replace(demo.probes["probe-live-1"], timeout_seconds=Decimal("0.3"))
    assert targets(demo, [probe], date(1999, 1, 1), None)[0].timeout_nanoseconds == 300_000_000


def test_two_probes_of_one_circuit_are_refused(demo: Inventory) -> None:
    twice = [demo.probes["probe-live-1"], msgspec.structs.replace(demo.probes["probe-live-2"], circuit="live-1")]
    with pytest.raises(InputError, match=r'^--probe: two probes measure circuit "live-1"; choose one$'):
        targets(demo, twice, date(2026, 9, 1), None)


def test_a_result_becomes_native_messages_with_growing_numbers(demo: Inventory) -> None:
    sent: list[tuple[str, bytes]] = []
    results = Results(demo, "prober-1", lambda topic, payload: sent.append((topic, payload)))
    results.publish("live-1", IntervalResult(START, 2, 1, [(START + 50_000, 24_700_001), (START + 150_000, -1)]))
    assert [(topic, json.loads(payload)) for topic, payload in sent] == [
        (
            "p2i/v1/casanearshore/prober-1/intervals",
            {"circuit": "live-1", "seq": 0, "readings": [{"starts_at": "2026-09-01T00:00:00Z", "sent": 2, "lost": 1}]},
        ),
        (
            "p2i/v1/casanearshore/prober-1/probes",
            {
                "circuit": "live-1",
                "seq": 1,
                "readings": [
                    {"sent_at": "2026-09-01T00:00:00.050000Z", "round_trip_ms": "24.700001"},
                    {"sent_at": "2026-09-01T00:00:00.150000Z", "round_trip_ms": None},
                ],
            },
        ),
    ]


def test_many_packets_are_split_so_that_no_message_is_oversized(demo: Inventory) -> None:
    sent: list[bytes] = []
    results = Results(demo, "prober-1", lambda _topic, payload: sent.append(payload))
    results.publish("live-1", IntervalResult(START, 30_000, 0, [(START + i, 10**9 + i) for i in range(30_000)]))
    assert sum(len(json.loads(payload)["readings"]) for payload in sent) == 30_001
    assert max(map(len, sent)) < 262_144


def test_an_interval_without_packets_has_no_probes_message(demo: Inventory) -> None:
    sent: list[tuple[str, bytes]] = []
    Results(demo, "prober-1", lambda *message: sent.append(message)).publish("live-1", IntervalResult(START, 0, 0, []))
    assert [json.loads(payload)["readings"][0]["sent"] for _, payload in sent] == [0]
