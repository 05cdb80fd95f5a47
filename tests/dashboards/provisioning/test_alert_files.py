"""Alert rules as files: Grafana reads them as they are meant, the watchdogs on, the others off unless it is alone."""

import re
from typing import Any

import pytest
import yaml

from dashboards.grafana.breach_rules import BREACHES
from dashboards.grafana.watchdog_rules import WATCHDOGS
from dashboards.provisioning.alert_files import MAIL, RECEIVER, Told, alert_rules
from dashboards.provisioning.export import files
from dashboards.provisioning.plan import plan
from dashboards.provisioning.wanted import ALERTMANAGER_UID
from tests.dashboards.provisioning.test_plan import all_of, as_applied, told

URL = "http://127.0.0.1:9093"


def read(said: Told = Told(), *organisations: int) -> dict[str, Any]:  # noqa: B008 - immutable
    return dict(yaml.safe_load(alert_rules(organisations or (4,), said)))


def rules(document: dict[str, Any], group: str) -> list[dict[str, Any]]:
    return [rule for one in document["groups"] if one["name"] == group for rule in one["rules"]]


def test_watchdogs_are_always_on_and_the_rest_only_where_grafana_is_alone() -> None:
    for said in (Told(), Told(URL), Told(URL, "a@p2i.example")):
        assert {rule["isPaused"] for rule in rules(read(said), "p2i-watchdog")} == {False}
        assert {rule["isPaused"] for rule in rules(read(said), "p2i-breach")} == {True}
    assert {rule["isPaused"] for rule in rules(read(Told(is_alone=True)), "p2i-breach")} == {False}


def test_the_file_keeps_to_what_grafana_demands() -> None:
    document = read(Told(URL, "a@p2i.example"), 4, 9)
    assert document["apiVersion"] == 1
    for number in (4, 9):
        groups = [one for one in document["groups"] if one["orgId"] == number]
        uids = [rule["uid"] for one in groups for rule in one["rules"]]
        assert len(set(uids)) == len(uids) == len(WATCHDOGS) + len(BREACHES)
        assert len({rule["title"] for one in groups for rule in one["rules"]}) == len(uids)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid) for uid in uids)
        assert {one["interval"] for one in groups} == {"1m"}
    receivers = [one["uid"] for point in document["contactPoints"] for one in point["receivers"]]
    assert len(set(receivers)) == len(receivers) == 4
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", uid) for uid in receivers)
    for group in ("p2i-watchdog", "p2i-breach"):
        for rule in rules(document, group):
            assert rule["noDataState"] in ("NoData", "Alerting", "OK", "KeepLast")
            assert rule["execErrState"] == "Alerting", "a database that does not answer is what a watchdog is for"
            assert rule["condition"] in {one["refId"] for one in rule["data"]}
            told_by = rule["notification_settings"]
            assert told_by["receiver"] == (MAIL if rule["title"] == "alertmanager_refuses" else RECEIVER)
            # Four evaluations is what Grafana says an alert lasts: told less often it would end in Alertmanager.
            assert told_by["receiver"] == MAIL or told_by["repeat_interval"] == "2m"
            # Titles, labels and names of data sources are filled in from Grafana's environment; a `$` would be lost.
            assert "$" not in rule["title"] + "".join(rule["labels"].values())


def test_a_dollar_of_ours_is_not_a_variable_of_grafana() -> None:
    document = read(Told("http://am.example/$x", "a$b@p2i.example"))
    settings = [one["settings"] for point in document["contactPoints"] for one in point["receivers"]]
    assert settings[0]["url"] == "http://am.example/$$x"
    assert settings[1]["addresses"] == "a$$b@p2i.example"
    (query, _) = rules(document, "p2i-breach")[0]["data"]
    assert "$$" not in query["model"]["rawSql"], "the model is taken as it is"


def test_where_there_is_mail_only_everything_is_told_by_it() -> None:
    listed = rules(read(Told(mail="a@p2i.example")), "p2i-watchdog")
    assert {rule["notification_settings"]["receiver"] for rule in listed} == {MAIL}


def test_without_anybody_to_tell_grafanas_own_policies_decide() -> None:
    document = read()
    assert document["contactPoints"] == []
    assert all("notification_settings" not in rule for rule in rules(document, "p2i-watchdog"))


def test_only_operators_get_rules_and_alertmanager() -> None:
    shall_be = all_of(alertmanager=f"{URL}, http://second:9093")
    numbers = {one.name: number for number, one in enumerate(shall_be.organisations, start=2)}
    said = files(shall_be, numbers, "/grafana", Told(URL)).open
    operator = next(numbers[one.name] for one in shall_be.organisations if one.audience == "operator")
    assert {one["orgId"] for one in yaml.safe_load(said["provisioning/alerting/p2i.yaml"])["groups"]} == {operator}
    sources = yaml.safe_load(said["provisioning/datasources/p2i.yaml"])["datasources"]
    found = [(one["orgId"], one["url"]) for one in sources if one["type"] == "alertmanager"]
    assert found == [(operator, URL)]
    assert sum(one["isDefault"] for one in sources) == len(shall_be.organisations)


def test_alertmanager_is_made_changed_and_removed_as_one_step() -> None:
    without, wanted = all_of(), all_of(alertmanager=URL)
    assert told(plan(wanted, as_applied(without))) == [("+", "Alertmanager")]
    applied = as_applied(wanted)
    operator = next(one for one in applied if one.key.audience == "operator")
    assert operator.content is not None
    organisation = next(one for one in wanted.organisations if one.audience == "operator")
    source = {**(organisation.alertmanager or {}), "id": 8, "readOnly": False}

    def with_source(one: dict[str, Any]) -> list[Any]:
        assert operator.content is not None
        sources = [*operator.content.data_sources, one]
        changed = operator._replace(content=type(operator.content)(
            sources, operator.content.folders, operator.content.permissions, operator.content.dashboards,
            operator.content.preferences,
        ))  # fmt: skip
        return [changed if one is operator else one for one in applied]

    assert told(plan(wanted, with_source(source))) == []
    moved = source | {"url": "http://old:9093"}
    assert told(plan(wanted, with_source(moved))) == [("~", "Alertmanager (url was: http://old:9093)")]
    (step,) = plan(without, with_source(source))
    assert (step.sign, step.subject, step.verb, step.body) == (
        "-", "Alertmanager", "remove_data_source", ALERTMANAGER_UID,
    )  # fmt: skip
    (held,) = plan(wanted, with_source(moved | {"readOnly": True}))
    assert held.held_by


@pytest.mark.parametrize("document", [read(), read(Told(URL, "a@p2i.example", is_alone=True))])
def test_every_query_names_our_source_and_every_limit_is_above(document: dict[str, Any]) -> None:
    for group in ("p2i-watchdog", "p2i-breach"):
        for rule in rules(document, group):
            query, limit = rule["data"]
            assert query["datasourceUid"] == query["model"]["datasource"]["uid"] == "p2i"
            assert query["model"]["format"] == "table"
            assert limit["model"]["conditions"][0]["evaluator"]["type"] == "gt"
