"""The on-call folder: one clear line for each mistake; the packaged example is right; no address is shown."""

import re
from pathlib import Path

import pytest

from alerting.escalation.addresses import address_of
from alerting.escalation.entries import Channel
from alerting.escalation.oncall import DEMO_ONCALL, oncall_path, read_oncall
from facilities.inventory import REAL_INVENTORY, Inventory, read_inventory
from store.errors import InputError
from tests.alerting.escalation.conftest import PEOPLE, POLICIES, ROTAS, ROUTES, write_folder

SECOND_AMINA = """
[[person]]
code = "amina"
name = "A"
channel = [{code = "email", kind = "email", address = "a@example.net"}]
"""
OVERRIDE = """
[[rota.override]]
starts_at = 2026-12-24T18:00:00Z
ends_at = 2026-12-25T18:00:00Z
person = "sara"
"""


def test_the_packaged_example_is_for_the_demonstration(inventory: Inventory) -> None:
    oncall = read_oncall(oncall_path(None, {}, inventory), inventory)
    assert oncall.path == DEMO_ONCALL
    addresses = [channel.address or "" for person in oncall.people.values() for channel in person.channel]
    assert all(address.endswith(".invalid") for address in addresses)
    with pytest.raises(InputError, match="P2I_ONCALL"):
        oncall_path(None, {}, read_inventory(REAL_INVENTORY))


@pytest.mark.parametrize(
    ("file", "change", "line"),
    [
        ("people", ('language = "en"', 'language = "de"'), 'person "youssef": key "language"'),
        ("people", ("", SECOND_AMINA), 'the code "amina" is used twice'),
        ("people", ('address = "sara@example.org"', ""), 'person "sara": channel "email": key "address": write one'),
        ("people", ('teams = ["noc"]', 'team = "noc"'), 'unknown key "team"'),
        ("rotas", ('members = ["amina", "youssef"]', 'members = ["amina", "omar"]'), 'no person "omar"'),
        ("rotas", ('hand_over_at = "09:00"', 'hand_over_at = "9:00"'), '"9:00" is not a time of day'),
        ("rotas", ("Africa/Casablanca", "Africa/Casa"), "is not a time zone"),
        ("rotas", ("2026-11-16", "2026-11-17"), "is a tuesday, and hands over on monday"),
        ("rotas", ("shift_weeks = 1", "shift_weeks = 1\nshift_days = 2"), "write one of shift_weeks and shift_days"),
        ("rotas", ("shift_weeks = 1", "shift_weeks = 1\nholidays = {calendar='ma', rota='x'}"), 'no calendar "ma"'),
        ("rotas", ("", OVERRIDE.replace("00Z", "00")), "needs an offset"),
        ("rotas", ("", 2 * OVERRIDE), "two have the duty at 2026-12-24"),
        ("policies", ("after_minutes = 20", "after_minutes = 10"), "each comes later"),
        ("policies", ('who = ["team:noc"]', 'who = ["team:soc"]'), 'nobody in people.toml is of the team "soc"'),
        ("policies", ('who = ["team:noc"]', 'who = ["noc"]'), "is none of rota:CODE"),
        ("policies", ('["team:noc"]', '["team:noc"]\nchannels = ["pager"]'), 'nobody has a channel "pager"'),
        ("routes", ('policy = "page"', 'policy = "pages"'), 'no policy "pages"'),
        ("routes", ('policy = "page"', 'policy = "ticket"'), "tells no team, and a page must reach one in the end"),
        ("routes", ('severity = "page"', 'severity = "page"\nrules = ["outage"]'), "takes every page"),
        ("routes", ('tenants = ["locataire-a"]', 'tenants = ["locataire-z"]'), 'no tenant "locataire-z"'),
        ("routes", ('tenants = ["locataire-a"]\n', ""), 'key "tenants": is required for audience tenant'),
        ("routes", ('contacts = ["owner"]', 'contacts = ["amina"]'), '"amina" is on call, too'),
        ("routes", ('contacts = ["owner"]', ""), "tells the contacts of its route, and there are none"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line_that_names_file_and_entry(
    tmp_path: Path, inventory: Inventory, file: str, change: tuple[str, str], line: str
) -> None:
    texts = {"people": PEOPLE, "rotas": ROTAS, "policies": POLICIES, "routes": ROUTES}
    before, after = change
    text = texts[file].replace(before, after) if before else texts[file] + after
    assert text != texts[file]
    with pytest.raises(InputError) as error:
        read_oncall(write_folder(tmp_path / "oncall", **{file: text}), inventory)
    assert re.search(line, str(error.value))
    assert f"{file}.toml" in str(error.value)
    assert "\n" not in str(error.value)
    assert "example.org" not in str(error.value)


def test_a_file_nobody_would_read_is_refused(tmp_path: Path, inventory: Inventory) -> None:
    folder = write_folder(tmp_path / "oncall")
    (folder / "peple.toml").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="not a file of an on-call folder"):
        read_oncall(folder, inventory)


@pytest.mark.parametrize(
    ("channel", "wrong"),
    [
        (Channel(code="e", kind="email", address="somebody at home"), "is not NAME@DOMAIN"),
        (Channel(code="e", kind="email", address="a@b\nBcc: c@d"), "more than one line"),
        (Channel(code="w", kind="webhook", address="ftp://host/secret-path"), "is not an http"),
        (Channel(code="s", kind="apprise", address="secret-token"), "is not a URL of Apprise"),
        (Channel(code="s", kind="apprise", address_environment="NOT_SET"), "NOT_SET is not set"),
        (Channel(code="s", kind="apprise", address_file="absent"), "No such file"),
    ],
)
def test_a_wrong_address_is_refused_without_being_shown(tmp_path: Path, channel: Channel, wrong: str) -> None:
    person = type("P", (), {"code": "amina"})()
    with pytest.raises(InputError, match=wrong) as error:
        address_of(person, channel, tmp_path, {})
    for secret in ("somebody", "Bcc", "secret"):
        assert secret not in str(error.value)


def test_an_address_in_a_file_or_the_environment_has_no_text_form(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("jsons://token@host/\n", encoding="utf-8")
    person = type("P", (), {"code": "amina"})()
    found = address_of(person, Channel(code="s", kind="apprise", address_file="sms"), tmp_path, {})
    assert found.value == "jsons://token@host/"
    assert "token" not in f"{found} {found!r}"
    by_name = Channel(code="s", kind="apprise", address_environment="SMS")
    assert address_of(person, by_name, tmp_path, {"SMS": "ntfy://x/y"}).value == "ntfy://x/y"
