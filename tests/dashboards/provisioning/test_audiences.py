"""Who gets which dashboards: all there are, no link into nothing, and a tenant nothing about others."""

import re

import pytest

from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.speech import SPEECHES
from dashboards.provisioning.audiences import DASHBOARDS, dashboards_of

THERE = {one.name: one for one in dashboards(SPEECHES[0])}


@pytest.mark.parametrize("audience", DASHBOARDS)
def test_every_name_is_a_dashboard_once(audience: str) -> None:
    names = DASHBOARDS[audience]
    assert set(names) <= THERE.keys()
    assert len(set(names)) == len(names)
    assert dashboards_of(audience, THERE) == names


@pytest.mark.parametrize("audience", DASHBOARDS)
def test_no_link_leads_to_a_dashboard_that_is_not_there(audience: str) -> None:
    for name in DASHBOARDS[audience]:
        linked = set(re.findall(r'"/d/p2i-([\w-]+)-fr\?', THERE[name].text()))
        assert linked <= set(DASHBOARDS[audience]), name


def test_tenants_and_authorities_get_what_is_about_them() -> None:
    assert not {"noc", "portfolio", "trust", "park"} & set(DASHBOARDS["tenant"])
    assert DASHBOARDS["authority"] == ("portfolio",)


def test_without_its_own_an_audience_gets_what_there_is() -> None:
    assert dashboards_of("authority", {"noc", "circuit"}) == ("circuit", "noc")
