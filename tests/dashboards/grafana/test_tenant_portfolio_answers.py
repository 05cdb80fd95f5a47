"""What the tenant's dashboard and the portfolio say of the known day, to everybody who may look at them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from dashboards.grafana.portfolio_sql import OUTCOMES, SITUATION
from dashboards.grafana.speech import SPEECHES, Speech
from store.connection import Connection, connect
from tests.dashboards.grafana.column_contract import run
from tests.dashboards.grafana.every_query import EVERY, QUERIES, answer
from tests.dashboards.grafana.filled_day import DAY, HOUR, MINUTE, NOW
from tests.dashboards.grafana.macro_expansion import Shown, expanded
from tests.dashboards.grafana.spoken_figures import spoken

Viewers = dict[str, Connection]
Row = dict[str, Any]

SEPTEMBER = {"month": "2026-09", "tenant": "locataire-a"}
OTHERS = ("locataire-b", "casa-b1", "DEMO-CASA-B", "Locataire B", "Opérateur B", "casa-z2", "CLIENT-4", "MAINT-3")
"""What locataire-a may not meet; MAINT-3 is works on its own tech-a1, and so it may."""


def said(viewer: Connection, name: str, **values: str) -> list[Row]:
    return answer(viewer, name, values=SEPTEMBER | values)


def by(rows: list[Row], key: str) -> dict[Any, Row]:
    return {row[key]: row for row in rows}


def test_a_tenant_reads_its_month(viewers: Viewers) -> None:
    rows = said(viewers["tenant"], "tenant-10A")
    assert {row["agreement"] for row in rows} == {"DEMO-CASA-A", "DEMO-TECH-A"}
    one = next(row for row in rows if (row["agreement"], row["objective"]) == ("DEMO-CASA-A", "availability"))
    assert one["measured"] == "96.8253 %", "20 min out of 12 h less 30 min unmeasured less 1 h of works, cut"
    assert one["promised"] == "≥ 99.95 %"
    assert one["excluded_seconds"] == 3600
    assert one["part"] is None
    promised = {row["indicator"]: row["promised"] for row in rows if row["agreement"] == "DEMO-CASA-A"}
    assert promised == {
        "availability": "≥ 99.95 %", "loss": "≤ 0.1 %", "round_trip": "≤ 30 ms", "time_to_restore": "≤ 4 h",
    }  # fmt: skip
    unmeasured = [row for row in rows if row["agreement"] == "DEMO-TECH-A" and row["indicator"] == "availability"]
    assert [(row["measured"], row["standing"]) for row in unmeasured] == [(None, "insufficient_data")]


def test_outages_tickets_and_exclusions_of_the_month(viewers: Viewers) -> None:
    tenant = viewers["tenant"]
    (outage,) = said(tenant, "tenant-21A")
    assert (outage["starts_at"], outage["ends_at"]) == (DAY + 3 * HOUR, DAY + 3 * HOUR + 20 * MINUTE)
    assert outage["seconds"] == 1200
    (ticket,) = said(tenant, "tenant-22A")
    assert (ticket["ticket"], ticket["elapsed_seconds"], ticket["promised"]) == ("T-1", 3600, "≤ 4 h")
    exclusions = by(said(tenant, "tenant-23A"), "exclusion")
    assert {name: (row["decision"], row["seconds"]) for name, row in exclusions.items()} == {
        "MAINT-1": ("accepted", 3600), "MAINT-2": ("proposed", 5400), "MAINT-3": ("accepted", 7200),
        "MAINT-5": ("accepted", 300),
    }  # fmt: skip
    assert {row["counted_seconds"] for row in exclusions.values()} == {None}, "of a running month nothing is kept yet"


KEPT = {
    "exclusions": [
        {"exclusion": "MAINT-1", "circuit": "casa-a1", "decision": "accepted", "counted_seconds": 3600,
         "starts_at": "2026-09-08T07:00:00Z", "ends_at": "2026-09-08T08:00:00Z"},
        {"exclusion": "MAINT-2", "circuit": "casa-a1", "decision": "rejected", "counted_seconds": 0,
         "starts_at": "2026-09-08T07:30:00Z", "ends_at": "2026-09-08T09:00:00Z"},
        {"exclusion": "MAINT-5", "circuit": "casa-a1", "decision": "accepted", "counted_seconds": 0,
         "starts_at": "2026-09-08T03:05:00Z", "ends_at": "2026-09-08T03:10:00Z"},
    ]
}  # fmt: skip


def test_each_exclusion_has_its_own_seconds_and_never_those_of_another(filled_dsn: str) -> None:
    """MAINT-2 was decided otherwise when the month was scored, MAINT-3 is of an agreement without anything kept."""
    shown = Shown(NOW - timedelta(days=7), NOW, {"tenant": "locataire-a", "month": "2026-09"})
    with connect(filled_dsn, "tests") as owner:  # which sees everything once it is a reader; all is rolled back
        owner.execute(
            "INSERT INTO reader (role_name, sees_everything) VALUES (session_user, true) ON CONFLICT DO NOTHING"
        )
        owner.execute(
            "INSERT INTO score_evidence SELECT agreement, period_starts_at, period_ends_at, %s FROM score"
            " WHERE agreement = 'DEMO-CASA-A'",
            (json.dumps(KEPT),),
        )
        found = run(owner, expanded(QUERIES["tenant-23A"].target.sql, shown))
    rows = [dict(zip(found.types, row, strict=True)) for row in found.rows]
    assert {(row["exclusion"], row["agreement"]): row["counted_seconds"] for row in rows} == {
        ("MAINT-1", "DEMO-CASA-A"): 3600, ("MAINT-2", "DEMO-CASA-A"): None, ("MAINT-3", "DEMO-TECH-A"): None,
        ("MAINT-5", "DEMO-CASA-A"): 0,
    }  # fmt: skip


def test_the_lines_of_the_credit_end_in_what_is_payable(viewers: Viewers) -> None:
    lines = said(viewers["tenant"], "tenant-11A")
    for agreement in ("DEMO-CASA-A", "DEMO-TECH-A"):
        own = [row for row in lines if row["agreement"] == agreement]
        assert (own[0]["line"], own[-1]["line"]) == ("fee", "payable")
    assert lines[0]["amount"] == "18000.00 MAD"


@pytest.mark.parametrize("name", [name for name in QUERIES if name.startswith("tenant-")])
def test_a_tenant_meets_no_other_tenant(viewers: Viewers, name: str) -> None:
    shown = str(said(viewers["tenant"], name))
    assert not [word for word in OTHERS if word in shown and word != "MAINT-3"]
    asked_for_another = said(viewers["tenant"], name, tenant="locataire-b")
    assert all(value in (None, "demo") for row in asked_for_another for key, value in row.items() if key != "time")


def test_a_tenant_chooses_among_its_own(viewers: Viewers) -> None:
    variables = {variable.name: variable for variable in EVERY["tenant"].variables}
    rows = viewers["tenant"].execute(variables["tenant"].sql.encode()).fetchall()
    viewers["tenant"].rollback()
    assert [code for _, code in rows] == ["locataire-a"]


@pytest.mark.parametrize("say", SPEECHES, ids=lambda say: str(say.language))
def test_every_figure_is_written_as_its_language_does(viewers: Viewers, say: Speech) -> None:
    """No figure is left as the query writes it: each text fits one of its column's patterns, digits untouched."""
    dashboards = {"tenant": EVERY["tenant"], "portfolio": EVERY["portfolio"]}
    seen = set()
    for name, dashboard in dashboards.items():
        for panel in (panel for panel in dashboard.all_panels() if panel.targets):
            for row in said(viewers["operator"], f"{name}-{panel.id}A"):
                for column in (column for column in panel.columns if column.patterns):
                    if (text := row[column.name]) is not None:
                        shown = spoken(panel, column.name, text)
                        assert shown != text or "." not in text
                        assert [sign for sign in shown if sign.isdigit()] == [sign for sign in text if sign.isdigit()]
                        seen.add(column.name)
    assert {"measured", "promised", "coverage", "lowest", "highest", "credit", "amount", "loss", "available"} <= seen
    assert say.words.decimal_sign in ",."


def parks(viewer: Connection) -> dict[str, Row]:
    return by(said(viewer, "portfolio-11A"), "name")


def test_every_park_is_on_the_map_and_in_the_list_as_what_it_is(viewers: Viewers) -> None:
    listed = parks(viewers["operator"])
    assert listed["Oujda Shore"]["situation"] == "breached"
    assert listed["Casanearshore"]["situation"] == "insufficient_data", "some of it on track, most not measured enough"
    assert listed["Fès Shore"]["situation"] == "no_data"
    assert listed["Agadir"]["situation"] == "announced"
    assert [row["situation"] for row in listed.values()].count("data_embassy") == 1
    assert listed["Agadir"]["breached"] is None, "an announced park has no outcome, neither good nor bad"
    shown = said(viewers["operator"], "portfolio-10A")
    assert len(shown) == len(listed)
    assert all(20 < row["latitude"] < 36 and -18 < row["longitude"] < -1 for row in shown)
    places = {(row["latitude"], row["longitude"]) for row in shown}
    assert len(places) == len(shown), "no park hides another"


def test_a_ticket_open_within_its_time_is_not_breached(viewers: Viewers) -> None:
    oujda = parks(viewers["operator"])["Oujda Shore"]
    assert (oujda["breached"], oujda["open"]) == (1, 1), "one took too long, the other still may be in time"
    (every,) = said(viewers["operator"], "portfolio-2A")
    assert (every["breached"], every["open"]) == (1, 1)
    (month,) = [row for row in said(viewers["operator"], "portfolio-12A") if row["name"] == "Oujda Shore"]
    assert (month["breached"], month["open"]) == (1, 1)


@pytest.mark.parametrize(
    ("expected", "counts"),
    [
        ("breached", {"breached": 1, "met": 5, "undecided": 1}),
        ("insufficient_data", {"met": 5, "on_track": 2, "undecided": 1}),
        ("insufficient_data", {"on_track": 1, "unmeasured": 1, "undecided": 1}),
        ("open", {"met": 5, "open": 1}),
        ("met", {"met": 5}),
        ("met", {"on_track": 1, "not_measurable": 1}),
        ("no_data", {"unmeasured": 3, "undecided": 3}),
        ("no_data", {"not_measurable": 2}),
    ],
)
def test_a_park_is_met_only_if_nothing_is_left_to_judge(
    viewers: Viewers, expected: str, counts: dict[str, int]
) -> None:
    names = ("met", "on_track", "breached", "open", "undecided", "unmeasured", "not_measurable")
    columns = ", ".join(f"{counts.get(name, 0)} AS {name}" for name in names)
    known = "'operational' AS status, 'offshoring_park' AS facility_type, false AS is_hidden, 3 AS agreements"
    park = f"SELECT {known}, {columns}"
    query = f"SELECT {SITUATION} FROM ({park}) AS park"
    assert viewers["operator"].execute(query.encode()).fetchall() == [(expected,)]
    viewers["operator"].rollback()


def test_the_role_decides_which_parks_are_seen(viewers: Viewers) -> None:
    everything, ewane, tanger = (parks(viewers[who]) for who in ("operator", "ewane", "tanger"))
    assert everything["Tétouan Shore"]["agreements"] == tanger["Tétouan Shore"]["agreements"] == 1
    assert ewane["Tétouan Shore"]["situation"] == "no_agreement"
    assert ewane["Casanearshore"] == everything["Casanearshore"]
    assert {name for name, row in tanger.items() if row["agreements"] is not None} == {"Tétouan Shore"}
    for panel in ("portfolio-12A", "portfolio-21A"):
        assert {row.get("name") or row["park"] for row in said(viewers["tanger"], panel)} == {"Tétouan Shore"}
        assert "Tétouan Shore" not in str(said(viewers["ewane"], panel))


def test_an_authority_sees_sums_and_no_rows(viewers: Viewers) -> None:
    authority = parks(viewers["authority"])
    casa, everything = authority["Casanearshore"], parks(viewers["operator"])["Casanearshore"]
    assert casa["agreements"] == everything["agreements"] == 3
    for name in OUTCOMES:
        assert casa[name] == everything[name], name
    assert casa["on_track"] > 0
    assert casa["not_measurable"] > 0
    assert casa["situation"] == everything["situation"] == "insufficient_data"
    assert casa["credit"] is None, "the month still runs"
    assert said(viewers["authority"], "portfolio-3A") == [{"credit": "hidden"}], "a sum of some parks is no total"
    assert authority["Fès Shore"]["situation"] == "hidden", "one tenant only: its outcome is nobody's sum"
    assert authority["Fès Shore"]["breached"] is None
    for panel in ("portfolio-21A", "portfolio-22A"):
        assert said(viewers["authority"], panel) == []
    assert said(viewers["authority"], "portfolio-4A") == [{"data": "demo"}]


def test_carriers_are_compared_where_time_was_cut_alike(viewers: Viewers) -> None:
    rows = said(viewers["operator"], "portfolio-22A")
    keys = [(row["interval_seconds"], row["carrier"]) for row in rows]
    assert len(keys) == len(set(keys))
    one = next(row for row in rows if row["carrier"] == "Opérateur A (fictif)" and row["interval_seconds"] == 10)
    assert one["available"] == "96.8253 %", "one circuit: its own figure"
    assert one["outages"] == 1
    worst = {row["carrier"] for row in said(viewers["operator"], "portfolio-21A")}
    assert "Opérateur B (fictif)" in worst, "names, not codes"
    assert not [each for each in worst if each.startswith("operateur-")]
