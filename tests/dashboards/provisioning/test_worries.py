"""Settings of Grafana that would let somebody past the wall between organisations."""

import pytest

from dashboards.provisioning.found import Content, FoundOrganisation
from dashboards.provisioning.wanted import Key
from dashboards.provisioning.worries import worries

CLOSED = {
    "users": {"auto_assign_org": "true", "auto_assign_org_role": "None", "allow_sign_up": "false"},
    "auth.anonymous": {"enabled": "false"},
}


def test_as_it_shall_be() -> None:
    found = FoundOrganisation(
        2, "Acme [p2i:tenant acme]", Key("tenant", "acme"), Content([{"uid": "p2i", "name": "P2I"}])
    )
    assert worries(CLOSED, [], [found, found._replace(content=None)]) == []


@pytest.mark.parametrize(
    ("section", "setting", "value", "said"),
    [
        ("users", "auto_assign_org_role", "Viewer", "every new user may query organisation 1"),
        ("users", "allow_sign_up", "true", "anybody makes an account"),
        ("auth.anonymous", "enabled", "true", "anybody may send any SQL"),
    ],
)
def test_settings(section: str, setting: str, value: str, said: str) -> None:
    (told,) = worries(CLOSED | {section: CLOSED[section] | {setting: value}}, [], [])
    assert f"setting [{section}] {setting} is" in told
    assert said in told


def test_a_new_user_is_put_nowhere() -> None:
    users = {"auto_assign_org": "false", "auto_assign_org_role": "Viewer"}
    assert worries(CLOSED | {"users": users}, [], []) == []


def test_data_sources_where_none_should_be() -> None:
    theirs = [{"uid": "p2i", "name": "P2I"}, {"uid": "x", "name": "All of it"}]
    found = FoundOrganisation(2, "Acme [p2i:tenant acme]", Key("tenant", "acme"), Content(theirs))
    assert worries(CLOSED, [{"name": "P2I", "uid": "p2i"}, {"name": "Old", "uid": "x"}], [found]) == [
        'organisation 1 should be empty and has data sources: "P2I", "Old"; remove them',
        'Acme [p2i:tenant acme]: data source "All of it" is not ours; its viewers may query it',
    ]
