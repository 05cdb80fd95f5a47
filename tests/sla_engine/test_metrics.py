import numpy as np
from prometheus_client import REGISTRY

from facilities.agreement_toml import agreement_from_toml
from facilities.calendar import month
from sla_engine import metrics
from sla_engine.facts import CircuitFacts, Facts, StateRows
from sla_engine.scoring import score

AGREEMENT = agreement_from_toml(
    b"""
    [agreement]
    id = "METRICS"
    tenant = "t"
    facility = "f"
    time_zone = "Africa/Casablanca"
    starts_on = 2026-01-01
    monthly_fee = "1"
    currency = "MAD"
    [[objective]]
    id = "a"
    circuit = "c"
    indicator = "availability"
    method = "states"
    target_percent = "99"
    min_coverage_percent = "0"
    """,
    "agreement.toml",
)
SEPTEMBER = month(2026, 9, AGREEMENT.time_zone)
LABELS = {"agreement": "METRICS", "objective": "a", "circuit": "c"}


def test_an_unknown_figure_is_absent_and_never_zero() -> None:
    measured = StateRows(np.array([SEPTEMBER.starts_at]), np.array([0], np.int8))
    nothing = score(AGREEMENT, SEPTEMBER, Facts())
    for facts, ratio in ((Facts(), None), (Facts({"c": CircuitFacts(states=measured)}), 1.0), (Facts(), None)):
        metrics.show(score(AGREEMENT, SEPTEMBER, facts))
        assert REGISTRY.get_sample_value("sla_engine_availability_ratio", LABELS) == ratio
    shown = {
        verdict: REGISTRY.get_sample_value("sla_engine_verdict", {**LABELS, "verdict": verdict})
        for verdict in metrics.VERDICTS
    }
    assert shown == {verdict: float(verdict == nothing.results[0].verdict) for verdict in metrics.VERDICTS}
