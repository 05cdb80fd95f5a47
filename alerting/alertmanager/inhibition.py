"""Which alerts Alertmanager shows as suppressed by another, and keeps to itself. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from alerting.alertmanager.matchers import matchers

_BY_ELEMENT: Sequence[tuple[Mapping[str, str], Sequence[str]]] = (
    ({"alertname": "site_cut", "facility!": "", "building": "", "uplink": ""}, ("facility",)),
    ({"alertname": "site_cut", "facility!": "", "building!": ""}, ("facility", "building")),
    ({"alertname": "duct_cut", "duct!": ""}, ("facility", "duct")),
    ({"alertname": "carrier_down", "carrier!": "", "facility": ""}, ("carrier",)),
    ({"alertname": "carrier_down", "carrier!": "", "facility!": ""}, ("carrier", "facility")),
    ({"alertname": "infrastructure_carrier_down", "infrastructure_carrier!": ""}, ("infrastructure_carrier",)),
    ({"alertname": "cable_down", "cable!": ""}, ("cable",)),
    ({"alertname": "outage", "circuit!": ""}, ("circuit",)),
)


def inhibit_rules() -> list[dict[str, Any]]:
    """Ours: what an incident explains, exactly as it was decided. Foreign ones: by what a circuit hangs on.

    `equal` takes two labels that are both absent for equal, so each rule demands that its labels are there.
    """
    rules: list[dict[str, Any]] = [
        {
            "source_matchers": matchers({"incident!": "", "explained": ""}),
            "target_matchers": matchers({"explained": "true"}),
            "equal": ["incident", "audience"],
        }
    ]
    for source, equal in _BY_ELEMENT:
        foreign = {"alert": "", "circuit!": "", **{f"{name}!": "" for name in equal}}
        rules.append(
            {
                "source_matchers": matchers({"audience": "on_call", "explained": "", "muted": "false", **source}),
                "target_matchers": matchers(foreign),
                "equal": list(equal),
            }
        )
    return rules
