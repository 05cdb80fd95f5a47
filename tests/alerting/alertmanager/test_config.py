"""The generated configuration, as `amtool` reads it: Debian's by default, the one beside `P2I_ALERTMANAGER` else."""

import dataclasses
import subprocess
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerting.alertmanager.config import config_text
from alerting.alertmanager.destinations import Destinations, Mail
from alerting.alertmanager.matchers import matcher, one_of
from alerting.alertmanager.receivers import Receiver
from alerting.alertmanager.rhythm import Rhythm, rhythm_option
from facilities.inventory import REAL_INVENTORY, Inventory, read_inventory
from store.errors import InputError

TODAY = date(2026, 11, 22)
MAIL = Mail("mail.example.org:587", "p2i@example.org", {"fr": ("a@example.org",), "en": ("b@example.org",)})
OWN = (
    Receiver(name="pd", kind="pagerduty", severity="page", facility="fes-shore", routing_key_file="/run/secrets/pd"),
    Receiver(name="chat", kind="webhook", audience="tenant", tenant="locataire-c", url="https://x.example.org/hook"),
    Receiver(name="noc", kind="email", severity="ticket", language="en", to=("noc@example.org",)),
)
HOOK = "/run/secrets/hook"
FULL = Destinations("http://127.0.0.1:8490/", HOOK, MAIL, OWN, tickets_in_hours=True)
PAGE = {"audience": "on_call", "severity": "page", "alertname": "outage", "muted": "false"}
WEIRD = 'Bât. "A", {{ .X }} \\ }, b="c" é\U0001f600 مبنى\u2028'

Amtool = Callable[..., str]


@pytest.fixture
def run_amtool(amtool: str) -> Amtool:
    def run(*arguments: str) -> str:
        done = subprocess.run([amtool, *arguments], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def written(tmp_path: Path, demo: Inventory) -> Callable[[Destinations], str]:
    def write(destinations: Destinations) -> str:
        file = tmp_path / "alertmanager.yml"
        file.write_text(config_text(demo, destinations, TODAY), encoding="utf-8")
        return str(file)

    return write


@pytest.mark.parametrize("folder", ["demo", "p2i"])
@pytest.mark.parametrize("destinations", [Destinations("http://127.0.0.1:8490"), FULL], ids=["least", "most"])
def test_alertmanager_takes_it(run_amtool: Amtool, tmp_path: Path, folder: str, destinations: Destinations) -> None:
    inventory = read_inventory(REAL_INVENTORY.with_name(folder))
    if folder == "p2i":  # it has no tenants, so no receiver can be one's
        destinations = destinations._replace(receivers=())
    file = tmp_path / "alertmanager.yml"
    file.write_text(config_text(inventory, destinations, TODAY), encoding="utf-8")
    said = run_amtool("check-config", str(file))
    assert "SUCCESS" in said
    assert "9 inhibit rules" in said


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (PAGE, ["on_call"]),
        (PAGE | {"facility": "casanearshore"}, ["on_call"]),
        (PAGE | {"facility": "fes-shore"}, ["own_pd", "on_call"]),
        (PAGE | {"facility": "fes-shore", "severity": "ticket"}, ["on_call"]),
        (PAGE | {"severity": "ticket", "language": "en"}, ["own_noc", "on_call"]),
        (PAGE | {"severity": "ticket", "language": "fr"}, ["on_call"]),
        (PAGE | {"facility": "fes-shore", "explained": "true"}, ["nobody"]),
        (PAGE | {"facility": "fes-shore", "muted": "true"}, ["nobody"]),
        (PAGE | {"audience": "tenant", "tenant": "locataire-c"}, ["own_chat", "tenant"]),
        (PAGE | {"audience": "tenant", "tenant": "locataire-a"}, ["tenant"]),
        (PAGE | {"audience": "tenant", "tenant": "locataire-c", "muted": "true"}, ["nobody"]),
        (PAGE | {"audience": "owner", "severity": "ticket"}, ["owner"]),
        (PAGE | {"audience": "mail", "language": "fr"}, ["mail_fr"]),
        (PAGE | {"audience": "mail", "language": "en"}, ["mail_en"]),
        (PAGE | {"audience": "mail", "language": "ar"}, ["mail_fr"]),
        ({"alertname": "Watchdog", "severity": "none", "audience": "on_call"}, ["watchdog"]),
        ({"alertname": "Watchdog", "source": "p2i-alerting"}, ["watchdog"]),
        ({"alertname": "DatasourceNoData", "grafana_folder": "P2I"}, ["on_call"]),
        (PAGE | {"alertname": WEIRD, "facility": WEIRD}, ["on_call"]),
    ],
)  # fmt: skip
def test_which_receiver(
    run_amtool: Amtool, written: Callable[[Destinations], str], labels: dict[str, str], receivers: Sequence[str]
) -> None:
    told = [matcher(name, value) for name, value in labels.items()]
    said = run_amtool(
        "config", "routes", "test", f"--config.file={written(FULL)}", f"--verify.receivers={','.join(receivers)}", *told
    )
    assert said.split() == [",".join(receivers)]


def test_without_mail_of_its_own_nobody_gets_pages_twice(
    run_amtool: Amtool, written: Callable[[Destinations], str]
) -> None:
    file = written(Destinations("http://127.0.0.1:8490"))
    said = run_amtool("config", "routes", "test", f"--config.file={file}", "audience=mail", "severity=page")
    assert said.split() == ["nobody"]


def test_values_are_taken_as_they_are_written(run_amtool: Amtool, tmp_path: Path) -> None:
    """A route whose matcher holds every sign that means something in YAML, in matchers and in templates."""
    for value in (WEIRD, "a\nb", "plain", "x,y", '"', "\\n", "a|b"):
        for condition in (matcher("name", value), one_of("name", [value, "other"])):
            settings = {
                "route": {"receiver": "no", "routes": [{"receiver": "yes", "matchers": [condition]}]},
                "receivers": [{"name": "no"}, {"name": "yes"}],
            }
            file = tmp_path / "one.yml"
            file.write_text(yaml.safe_dump(settings), encoding="utf-8")
            for tried, receiver in ((value, "yes"), (value + "x", "no"), ("a", "no")):
                said = run_amtool("config", "routes", "test", f"--config.file={file}", matcher("name", tried))
                assert said.split() == [receiver], (condition, tried)


def test_names_are_literal_in_templates_and_secrets_are_files(demo: Inventory) -> None:
    label = 'DÉMO {{ .Labels }} "x" {{{'
    heading = type(demo.heading)(name="Noms\n{{ x }}", compiled_on=TODAY, demo=True, label=label)
    text = config_text(dataclasses.replace(demo, heading=heading), FULL, TODAY)
    found = yaml.safe_load(text)
    subject = next(one for one in found["receivers"] if one["name"] == "mail_fr")["email_configs"][0]["headers"][
        "Subject"
    ]
    assert subject.startswith('DÉMO {{ "{{" }} .Labels }} "x" {{ "{{" }}{ P2I [escalade muette]')
    hook = found["receivers"][0]["webhook_configs"][0]
    assert hook == {
        "url": "http://127.0.0.1:8490/hooks/alertmanager/on_call",
        "send_resolved": True,
        "http_config": {"authorization": {"type": "Bearer", "credentials_file": "/run/secrets/hook"}},
    }


def test_the_same_inventory_and_day_are_the_same_bytes(demo: Inventory) -> None:
    assert config_text(demo, FULL, TODAY) == config_text(demo, FULL, TODAY)


def test_tickets_may_wait_for_hours_pages_and_what_has_happened_never_do(demo: Inventory) -> None:
    def timed(route: dict[str, Any]) -> list[dict[str, Any]]:
        own = [route] if "active_time_intervals" in route or "mute_time_intervals" in route else []
        return own + [one for child in route.get("routes", []) for one in timed(child)]

    inventory = dataclasses.replace(demo, calendars=read_inventory(REAL_INVENTORY).calendars)
    found = yaml.safe_load(config_text(inventory, FULL, TODAY))
    routes = timed(found["route"])
    assert all('severity="ticket"' in one["matchers"] for one in routes)
    assert [(one["receiver"], one["active_time_intervals"], one["mute_time_intervals"]) for one in routes[:1]] == [
        ("on_call", ["worked_days_ma"], ["holidays_ma"])
    ]
    tenants = [one for one in routes if one["receiver"] == "tenant"]
    assert [one["matchers"][0] for one in tenants] == ['alertname="breach_foreseen"'] * len(tenants)
    assert tenants[0]["active_time_intervals"] == ["hours_DEMO-TECH-C"]
    named = {one["name"] for one in found["time_intervals"]}
    assert named == {name for one in routes for key in ("active_time_intervals", "mute_time_intervals")
                     for name in one.get(key, [])}  # fmt: skip
    assert not timed(yaml.safe_load(config_text(inventory, FULL._replace(tickets_in_hours=False), TODAY))["route"])


def test_rhythms_can_be_chosen_for_a_severity_an_audience_or_a_way(demo: Inventory) -> None:
    chosen = dict(rhythm_option(one) for one in ("page=1s,2s,1m", "tenant=3s,4s,2h", "watchdog=0s,1s,5s"))
    assert chosen["tenant"] == Rhythm(3, 4, 7200)
    found = yaml.safe_load(config_text(demo, Destinations("http://x", rhythms=chosen), TODAY))["route"]
    waits = {
        (one["receiver"], child["matchers"][0]): child["group_wait"]
        for one in found["routes"]
        for child in one.get("routes", [])
    }
    assert waits == {
        ("on_call", 'severity="page"'): "1s", ("on_call", 'severity="ticket"'): "30s",
        ("tenant", 'severity="page"'): "3s", ("tenant", 'severity="ticket"'): "3s",
        ("owner", 'severity="page"'): "1s", ("owner", 'severity="ticket"'): "30s",
    }  # fmt: skip
    assert found["group_wait"] == "1s"
    assert found["routes"][0]["group_interval"] == "1s"


@pytest.mark.parametrize(
    "text", ["page", "page=1s,2s", "page=1,2,3", "nobody=1s,1s,1s", "page=1s,0s,1h", "page=1s,1h,1s"]
)
def test_a_rhythm_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=text):
        rhythm_option(text)


def test_mail_of_ones_own_needs_a_way_out(demo: Inventory) -> None:
    with pytest.raises(InputError, match="--mail-host"):
        config_text(demo, Destinations("http://x", receivers=OWN), TODAY)
