"""The panel that lists Grafana's own alert rules as they stand. Pure."""

from __future__ import annotations

from dashboards.grafana.panel import Panel, Place


def alert_list(id: int, title: str, at: Place, *, description: str = "") -> Panel:
    """Rules that fire, are about to or cannot be evaluated, worst first, each with its instances."""
    return Panel(
        id, "alertlist", title, at,
        options={
            "alertInstanceLabelFilter": "",
            "alertName": "",
            "dashboardAlerts": False,
            "datasource": "-- Grafana --",
            "groupBy": [],
            "groupMode": "default",
            "maxItems": 20,
            "showInactiveAlerts": False,
            "sortOrder": 3,
            "stateFilter": {
                "error": True,
                "firing": True,
                "noData": True,
                "normal": False,
                "pending": True,
                "recovering": True,
            },
            "viewMode": "list",
        },
        description=description,
    )  # fmt: skip
