"""What `p2i page check` says of a folder that is right by its letter and tells nobody; its lines, exactly."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from alerting.announcements import OWNER_RULES, TENANT_RULES
from alerting.correlation import RULES as PARENTS
from alerting.escalation.command import main
from alerting.escalation.gaps import notes, told_nobody
from alerting.escalation.oncall import OnCall, read_oncall
from alerting.known_rules import KNOWN_RULES, WATCHED_FROM_OUTSIDE
from dashboards.grafana.breach_rules import BREACHES
from dashboards.grafana.watchdog_rules import WATCHDOGS
from facilities.inventory import DEMO_INVENTORY, Inventory
from store.errors import InputError
from tests.alerting.escalation.conftest import NOW, PEOPLE, POLICIES, ROTAS, ROUTES, write_folder

ROOT = Path(__file__).parents[3]
LATER = ROTAS.replace("2026-11-16", "2027-01-04")
OTHER_TENANTS = [
    f'note: tenant "locataire-{letter}" is never told of anything: no route of audience tenant takes it'
    for letter in "bcdef"
]
OVERRIDE = """
[[rota.override]]
starts_at = 2026-11-22T00:00:00Z
ends_at = 2026-12-01T00:00:00Z
person = "sara"
"""

Read = Callable[..., OnCall]


@pytest.fixture
def read(tmp_path: Path, inventory: Inventory) -> Read:
    """Reads an on-call folder with other texts in it."""
    return lambda **texts: read_oncall(write_folder(tmp_path / "oncall", **texts), inventory)


def refused(read: Read, **texts: str) -> str:
    """The error of a folder after the name of the folder."""
    with pytest.raises(InputError) as error:
        read(**texts)
    return str(error.value).partition("/oncall/")[2]


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ('["outages"]', 'no rule "outages"; did you mean "outage"?'),
        ('["outage", "site_cuts"]', 'no rule "site_cuts"; did you mean "site_cut"?'),
        ('["Outage"]', 'no rule "Outage"; did you mean "outage"?'),
        ('["zzzzzz"]', 'no rule "zzzzzz"; docs/runbooks has one page for each'),
        ('["Watchdog"]', 'no rule "Watchdog"; did you mean "watchdog_silent"?'),
    ],
)
def test_a_misspelt_rule_is_said_before_what_follows_from_it(read: Read, rules: str, what: str) -> None:
    routes = ROUTES.replace('severity = "page"', f'severity = "page"\nrules = {rules}')
    assert refused(read, routes=routes) == f'routes.toml: route "pages": key "rules": {what}'


def test_every_rule_may_be_named(read: Read) -> None:
    named = ", ".join(f'"{rule}"' for rule in sorted(KNOWN_RULES))
    front = f'[[route]]\ncode = "all"\naudience = "on_call"\npolicy = "page"\nrules = [{named}]\n'
    assert set(read(routes=front + ROUTES).routes["all"].rules) == KNOWN_RULES


def test_the_known_rules_are_those_there_are() -> None:
    groups: Any = yaml.safe_load((ROOT / "deploy/prometheus/rules/p2i.yml").read_text(encoding="utf-8"))["groups"]
    of_prometheus = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule} - {"Watchdog"}
    assert of_prometheus <= KNOWN_RULES
    assert of_prometheus >= WATCHED_FROM_OUTSIDE
    assert {rule.name for rule in (*WATCHDOGS, *BREACHES)} <= KNOWN_RULES
    assert set(PARENTS.values()) | TENANT_RULES | OWNER_RULES <= KNOWN_RULES
    runbooks = {file.stem for file in (ROOT / "docs/runbooks").glob("[a-z]*.md")} - {"watchdog"}
    assert runbooks <= KNOWN_RULES


def test_who_says_when_a_rota_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))
    folder = str(write_folder(tmp_path / "oncall", rotas=LATER))
    assert main(["who", "--oncall", folder, "--at", "2026-11-22T12:00:00Z"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "noc: nobody (not begun), until Mon 2027-01-04 09:00 Africa/Casablanca",
        "  then Amina (turn) from Mon 2027-01-04 09:00 Africa/Casablanca",
    ]


def test_a_rota_that_begins_later_leaves_a_policy_without_anybody(read: Read) -> None:
    wrong = told_nobody(read(rotas=LATER), NOW)
    assert wrong is not None
    assert str(wrong).partition("/oncall/")[2] == (
        'rotas.toml: rota "noc": key "starts_on": begins Mon 2027-01-04 09:00 Africa/Casablanca;'
        ' until then policy "ticket" tells nobody'
    )
    assert told_nobody(read(), NOW) is None
    assert told_nobody(read(rotas=LATER), datetime(2027, 1, 4, 9, tzinfo=UTC)) is None
    assert told_nobody(read(rotas=LATER + OVERRIDE), NOW) is None


def test_check_is_refused_where_a_policy_tells_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "P2I_INVENTORY": str(DEMO_INVENTORY), "P2I_SMTP_HOST": "127.0.0.1", "P2I_SMTP_FROM": "P2I <p2i@p2i.example>",
        "AMINA_SMS": "json://127.0.0.1:9/",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    folder = write_folder(tmp_path / "oncall", rotas=ROTAS.replace("2026-11-16", "2999-01-07"))
    assert main(["check", "--oncall", str(folder)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f'{folder}/rotas.toml: rota "noc": key "starts_on": begins Mon 2999-01-07 09:00 Africa/Casablanca;'
        ' until then policy "ticket" tells nobody\n'
    )
    write_folder(folder)
    assert main(["check", "--oncall", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-5:] == OTHER_TENANTS


def test_a_rota_that_begins_later_is_noted_where_others_are_told(read: Read, inventory: Inventory) -> None:
    policies = POLICIES.replace('who = ["rota:noc"]\n\n[[policy]]\ncode = "inform"',
                                'who = ["rota:noc", "person:sara"]\n\n[[policy]]\ncode = "inform"')  # fmt: skip
    assert policies != POLICIES
    oncall = read(rotas=LATER, policies=policies)
    assert told_nobody(oncall, NOW) is None
    assert notes(oncall, inventory, NOW) == [
        'note: rota "noc" begins Mon 2027-01-04 09:00 Africa/Casablanca; until then nobody has the duty by turn:'
        ' level 1 of policy "page" tells nobody',
        *OTHER_TENANTS,
    ]
    assert notes(read(rotas=LATER + OVERRIDE), inventory, NOW)[0] == (
        'note: rota "noc" begins Mon 2027-01-04 09:00 Africa/Casablanca; until then nobody has the duty by turn'
    )


def test_who_is_never_told_of_what(read: Read, inventory: Inventory) -> None:
    only_outages = ROUTES.replace('tenants = ["locataire-a"]', 'tenants = ["locataire-a"]\nrules = ["outage"]')
    assert notes(read(routes=only_outages), inventory, NOW)[0] == (
        'note: tenant "locataire-a" is never told of breach_foreseen, objective_breached, occupancy_over,'
        " statement_ready"
    )
    only_pages = ROUTES.replace('tenants = ["locataire-a"]', 'tenants = ["locataire-a"]\nseverity = "page"')
    assert notes(read(routes=only_pages), inventory, NOW)[0] == (
        'note: tenant "locataire-a" is never told of breach_foreseen (as ticket), objective_breached,'
        " occupancy_over (as ticket), statement_ready"
    )
    without_owner = ROUTES.partition('[[route]]\ncode = "owner"')[0]
    assert notes(read(routes=without_owner), inventory, NOW)[-1] == (
        "note: the owner is never told of anything: no route of audience owner takes it"
    )


def test_a_route_for_one_park_takes_nothing_of_another(read: Read, inventory: Inventory) -> None:
    parks = ", ".join(f'"{code}"' for code in list(inventory.parks)[1:])
    first = next(iter(inventory.parks))
    owner = ROUTES.replace('audience = "owner"', f'audience = "owner"\nfacilities = [{parks}]')
    said = notes(read(routes=owner), inventory, NOW)[-1]
    assert said.startswith(f"note: the owner is never told of cable_down (at {first} and several parks at once), ")


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("people", PEOPLE.replace('kind = "apprise"', 'kind = "sms"'),
         'people.toml: person "amina": channel "sms": key "kind": "sms" is not one of: email, apprise, webhook'),
        ("people", PEOPLE.replace('code = "sms"\n', ""),
         'people.toml: person "amina": channel number 2: missing key "code"'),
        ("people", PEOPLE.replace("short = true", 'short = "yes"'),
         'people.toml: person "amina": channel "sms": key "short": expected a boolean, got text'),
        ("policies", POLICIES.replace("after_minutes = 10", 'after_minutes = "10"'),
         'policies.toml: policy "page": level number 2: key "after_minutes": expected an integer, got text'),
        ("policies", POLICIES.replace("after_minutes = 10", "after_minute = 10"),
         'policies.toml: policy "page": level number 2: unknown key "after_minute"'),
        ("policies", POLICIES.replace("person:youssef", "person:omar"),
         'policies.toml: policy "page": level number 2: key "who": no person "omar" in people.toml'),
        ("rotas", ROTAS + OVERRIDE.replace("12-01T00:00:00Z", "12-01T00:00:00"),
         'rotas.toml: rota "noc": override number 1: key "ends_at": needs an offset, such as 2026-12-24T18:00:00Z'),
        ("rotas", ROTAS + OVERRIDE.replace("sara", "omar"),
         'rotas.toml: rota "noc": override number 1: key "person": no person "omar" in people.toml'),
    ],
)  # fmt: skip
def test_a_mistake_says_which_of_several(read: Read, file: str, text: str, line: str) -> None:
    assert refused(read, **{file: text}) == line


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ('address = "amina"', 'key "address": the address is not NAME@DOMAIN'),
        ('address_file = "absent"', 'key "address_file": {folder}/absent: No such file or directory'),
        ('address_environment = "ABSENT"', 'key "address_environment": ABSENT is not set'),
        ('address = "amina@example.org"', "e-mail needs P2I_SMTP_HOST and P2I_SMTP_FROM"),
    ],
)
def test_a_wrong_address_is_one_line_with_file_entry_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str, line: str
) -> None:
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))
    people = PEOPLE.replace('address = "amina@example.org"', address)
    folder = write_folder(tmp_path / "oncall", people=people)
    assert main(["check", "--oncall", str(folder)]) == 2
    where = f'{folder}/people.toml: person "amina": channel "email": '
    assert capsys.readouterr().err == f"{where}{line.format(folder=folder)}\n"


def test_init_writes_the_example_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], inventory: Inventory
) -> None:
    monkeypatch.delenv("P2I_INVENTORY", raising=False)
    folder = tmp_path / "new" / "oncall"
    assert main(["init", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{folder}: people.toml, rotas.toml, policies.toml, routes.toml, with fictional people of the demonstration",
        f"write your own, and your parks and tenants; then: p2i page check --oncall {folder}",
    ]
    assert "amina" in read_oncall(folder, inventory).people
    (folder / "people.toml").write_text("mine", encoding="utf-8")
    assert main(["init", str(folder)]) == 2
    assert capsys.readouterr().err == f"{folder}: exists already; name a folder that does not\n"
    assert (folder / "people.toml").read_text(encoding="utf-8") == "mine"
    assert main(["init", str(folder / "people.toml" / "x")]) == 2
    assert capsys.readouterr().err == f"{folder}/people.toml/x: cannot be written: Not a directory\n"
