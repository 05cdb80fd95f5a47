"""Figures of the engine for Prometheus: display values, the document's to the digit, never compared with a contract."""

from contextlib import suppress
from decimal import Decimal

from prometheus_client import Counter, Gauge, Histogram

from sla_engine.document import percent
from sla_engine.results import AvailabilityResult
from sla_engine.scoring import Score

PASSES = Counter("sla_engine_passes_total", "Scoring passes completed.")
FAILURES = Counter("sla_engine_failures_total", "Agreements that could not be scored in a pass.", ["agreement"])
PASS_SECONDS = Histogram("sla_engine_pass_seconds", "Duration of a scoring pass.")
SCORES = Counter("sla_engine_scores_total", "Agreement periods scored.")
LAST_PASS = Gauge("sla_engine_last_pass_seconds", "When the last pass completed, in seconds since 1970.")
DATABASE_ZONE_DATA = Gauge(
    "sla_engine_database_zone_data_current", "1 when the database server knows Morocco's clock change of 2026-09-20."
)
OBJECTIVE = ["agreement", "objective", "circuit"]
VERDICT = Gauge("sla_engine_verdict", "1 for the verdict of the running period.", [*OBJECTIVE, "verdict"])
AVAILABILITY = Gauge(
    "sla_engine_availability_ratio", "Availability of the running period; absent when unknown.", OBJECTIVE
)
COVERAGE = Gauge(
    "sla_engine_coverage_ratio", "Measured share of the running period's time; absent when nothing counts.", OBJECTIVE
)
VERDICTS = ("met", "breached", "open", "insufficient_data", "not_measurable")


def show(score: Score) -> None:
    """Sets the gauges of a running period; a figure that does not exist is absent, not 0.

    A ratio is the document's percentage divided by 100, so cut towards zero after six decimals: the float nearest to
    the exact ratio may lie above a target that was missed, and would show other digits than the statement.
    """
    for each in score.results:
        labels = (score.agreement.id, each.objective.id, each.objective.circuit)
        for verdict in VERDICTS:
            VERDICT.labels(*labels, verdict).set(each.verdict == verdict)
        if isinstance(each, AvailabilityResult):
            for gauge, value in ((AVAILABILITY, each.ratio), (COVERAGE, each.coverage_ratio)):
                if (shown := percent(value)) is not None:
                    gauge.labels(*labels).set(float(Decimal(shown).scaleb(-2)))
                    continue
                with suppress(KeyError):  # it never was there
                    gauge.remove(*labels)
