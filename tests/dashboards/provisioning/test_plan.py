"""What is to be done, of what shall be and what is there: without a Grafana."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from dashboards.grafana.every_dashboard import dashboards
from dashboards.grafana.speech import SPEECHES
from dashboards.provisioning.assembly import wanted
from dashboards.provisioning.found import Content, FoundDashboard, FoundOrganisation
from dashboards.provisioning.plan import READERS, Step, lines, plan, silence
from dashboards.provisioning.wanted import Address, Key, Organisation, Wanted, key_of, organisation_name
from store.login_file import Handed

ADDRESS = Address("standby:5432", {"database": "p2i", "sslmode": "disable"})
LOGINS = (
    Handed("tenant", "acme", "Acme", "r_a", "secret a"),
    Handed("tenant", "best", "Best", "r_b", "secret b"),
    Handed("operator", None, "operator", "r_o", "secret o"),
)


def all_of(*logins: Handed, languages: tuple[str, ...] = ("fr", "en"), **more: Any) -> Wanted:
    settings: dict[str, Any] = {"mark": "p2i", "language_of": {}, "tenants": ADDRESS, "operators": ADDRESS} | more
    return wanted(logins or LOGINS, languages=languages, **settings)


def as_applied(shall_be: Wanted) -> list[FoundOrganisation]:
    """What Grafana holds after an apply: what was sent, with what it adds and without the secret."""
    return [
        FoundOrganisation(number, one.name, one.key, content_of(shall_be, one))
        for number, one in enumerate(shall_be.organisations, start=2)
    ]


def content_of(shall_be: Wanted, one: Organisation) -> Content:
    source = {name: value for name, value in one.data_source.items() if name != "secureJsonData"}
    shown = [shall_be.dashboards[uid] for uid in one.shows]
    return Content(
        [source | {"id": 7, "version": 3, "readOnly": False, "secureJsonFields": {"password": True}}],
        shall_be.folders,
        dict.fromkeys(shall_be.folders, READERS),
        {each.uid: FoundDashboard(each.folder, each.content, False) for each in shown},
        one.preferences | {"theme": "dark"},
    )


def changed(found: list[FoundOrganisation], change: Callable[[Content], Mapping[str, Any]]) -> list[FoundOrganisation]:
    """The first organisation with other content."""
    first = found[0]
    assert first.content is not None
    return [first._replace(content=replace(first.content, **change(first.content))), *found[1:]]


def told(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.sign, step.subject) for step in steps]


def test_after_an_apply_there_is_nothing_to_do() -> None:
    shall_be = all_of()
    assert plan(shall_be, as_applied(shall_be)) == []


def test_it_crosses_to_the_other_process_unchanged() -> None:
    shall_be = all_of()
    assert Wanted.of(shall_be.text()) == shall_be


def test_of_nothing_everything_is_made_in_an_order_that_grafana_takes() -> None:
    shall_be = all_of(LOGINS[0])
    steps = plan(shall_be, [])
    verbs = list(dict.fromkeys(step.verb for step in steps))
    assert verbs == [
        "make_organisation", "make_data_source", "make_folder", "set_permissions", "write_dashboard", "set_preferences",
    ]  # fmt: skip
    assert {step.sign for step in steps} == {"+"}
    assert {step.subject.partition(" ")[2] for step in steps if step.verb == "write_dashboard"} == {
        f"p2i-{name}-{language}" for name in ("tenant", "circuits", "circuit", "occupancy") for language in ("fr", "en")
    }
    (line,) = lines(steps)
    assert line.startswith("+ Acme [p2i:tenant acme]: organisation, data source, folder p2i-fr")
    assert line.endswith("preferences, 8 dashboards")


CHANGES: dict[str, tuple[Callable[[Content], Mapping[str, Any]], list[tuple[str, str]]]] = {
    "another role": (
        lambda it: {"data_sources": [{**it.data_sources[0], "user": "r_b"}]}, [("~", "data source (user was: r_b)")]),
    "another password": (
        lambda it: {"data_sources": [{**it.data_sources[0], "jsonData": {
            **it.data_sources[0]["jsonData"], "passwordMark": "0" * 16}}]}, [("~", "data source (password)")]),
    "another database": (
        lambda it: {"data_sources": [{**it.data_sources[0], "url": "old:5432", "jsonData": {
            **it.data_sources[0]["jsonData"], "sslmode": "require", "sslRootCertFile": "/ca"}}]},
        [("~", "data source (url was: old:5432, sslmode was: require, sslRootCertFile was: /ca)")]),
    "a password that was taken out": (
        lambda it: {"data_sources": [{**it.data_sources[0], "secureJsonFields": {}}]},
        [("~", "data source (password was: none)")]),
    "no data source": (lambda _: {"data_sources": []}, [("+", "data source")]),
    "a file's data source, different": (
        lambda it: {"data_sources": [{**it.data_sources[0], "user": "r_b", "readOnly": True}]},
        [("~", "data source (user was: r_b)")]),
    "a folder renamed": (
        lambda it: {"folders": {**it.folders, "p2i-fr": "Mine"}}, [("~", "folder p2i-fr (was: Mine)")]),
    "a folder of a language that is no longer wanted": (
        lambda it: {"folders": {**it.folders, "p2i-ar": "P2I"}}, [("-", "folder p2i-ar")]),
    "editors may write": (
        lambda it: {"permissions": {**it.permissions, "p2i-en": frozenset({("Viewer", 1), ("Editor", 2)})}},
        [("~", "permissions of p2i-en (was: Editor edit, Viewer view)")]),
    "a dashboard edited": (
        lambda it: {"dashboards": {**it.dashboards, "p2i-tenant-fr": it.dashboards["p2i-tenant-fr"]._replace(
            content=it.dashboards["p2i-tenant-fr"].content | {"title": "x", "panels": [], "mine": 1})}},
        [("~", "dashboard p2i-tenant-fr (mine, panels, title)")]),
    "a dashboard moved": (
        lambda it: {"dashboards": {
            **it.dashboards, "p2i-tenant-fr": it.dashboards["p2i-tenant-fr"]._replace(folder="")}},
        [("~", "dashboard p2i-tenant-fr (folder was: not set)")]),
    "a retired dashboard, and one made by hand": (
        lambda it: {"dashboards": {**it.dashboards, "p2i-old-fr": FoundDashboard("p2i-fr", {}, False),
                                   "mine": FoundDashboard("p2i-fr", {}, False)}},
        [("-", "dashboard p2i-old-fr")]),
    "another home": (
        lambda it: {"preferences": {**it.preferences, "homeDashboardUID": "mine"}},
        [("~", "preferences (homeDashboardUID was: mine)")]),
    "another theme": (lambda it: {"preferences": {**it.preferences, "theme": "light"}}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_one_thing_that_differs_is_one_step(name: str) -> None:
    change, expected = CHANGES[name]
    shall_be = all_of()
    assert told(plan(shall_be, changed(as_applied(shall_be), change))) == expected


def test_what_comes_from_a_file_is_told_and_left() -> None:
    shall_be = all_of()
    change = CHANGES["a file's data source, different"][0]
    steps = plan(shall_be, changed(as_applied(shall_be), change))
    assert lines(steps) == [
        "! Acme [p2i:tenant acme]: data source (user was: r_b)"
        " (another in a file of Grafana's provisioning: export it again)"
    ]
    # A file's password cannot be seen from here, so it is no difference.
    unseen = changed(
        as_applied(shall_be),
        lambda it: {"data_sources": [{**it.data_sources[0], "readOnly": True, "jsonData": {
            key: value for key, value in it.data_sources[0]["jsonData"].items() if key != "passwordMark"}}]},
    )  # fmt: skip
    assert plan(shall_be, unseen) == []


def test_a_renamed_tenant_keeps_its_organisation() -> None:
    found = as_applied(all_of())
    (step,) = plan(all_of(LOGINS[0]._replace(name="Acme Maroc"), *LOGINS[1:]), found)
    assert (step.verb, step.body, step.organisation) == ("rename_organisation", 2, "Acme Maroc [p2i:tenant acme]")


def test_a_login_that_is_gone_takes_its_organisation_along() -> None:
    found = as_applied(all_of())
    (step,) = plan(all_of(LOGINS[0], LOGINS[2]), found)
    assert (step.verb, step.body) == ("remove_organisation", 3)
    assert lines([step]) == ["- Best [p2i:tenant best]: organisation with all it holds"]


def test_of_two_for_the_same_login_the_older_stays() -> None:
    shall_be = all_of()
    found = [FoundOrganisation(99, "Acme [p2i:tenant acme]", Key("tenant", "acme"), Content()), *as_applied(shall_be)]
    (step,) = plan(shall_be, found)
    assert (step.verb, step.body) == ("remove_organisation", 99)


def test_one_that_cannot_be_read_is_joined_first() -> None:
    shall_be = all_of()
    found = as_applied(shall_be)
    (step,) = plan(shall_be, [found[0]._replace(content=None), *found[1:]])
    assert (step.verb, step.body) == ("join", 2)


def test_passwords_are_handed_over_again_when_that_is_asked() -> None:
    shall_be = all_of()
    steps = plan(shall_be, as_applied(shall_be), rewrite_passwords=True)
    assert [step.verb for step in steps] == ["change_data_source"] * len(LOGINS)


def test_no_line_holds_a_password() -> None:
    shall_be = all_of()
    said = "".join(lines(plan(shall_be, [])) + lines(plan(shall_be, as_applied(shall_be), rewrite_passwords=True)))
    assert "secret" not in said


def test_no_role_serves_two_organisations() -> None:
    shall_be = all_of()
    roles = [one.data_source["user"] for one in shall_be.organisations]
    assert len(set(roles)) == len(roles) == len(LOGINS)
    assert {one.data_source["uid"] for one in shall_be.organisations} == {"p2i"}
    assert all(0 < one.data_source["jsonData"]["maxOpenConns"] < 8 for one in shall_be.organisations)


@pytest.mark.parametrize(
    "name", ["Main Org.", "Acme", "Acme [other:tenant acme]", "Acme [p2i]", "[p2i:tenant acme] Acme"]
)
def test_what_has_not_our_mark_is_not_ours(name: str) -> None:
    assert key_of(name, "p2i") is None


@pytest.mark.parametrize("title", ["Acme", "A [p2i:tenant other] B", "  Two\nlines  ", "x" * 300, ""])
def test_a_name_says_what_it_is_for_whatever_people_call_it(title: str) -> None:
    for key in (Key("tenant", "acme"), Key("operator", None)):
        name = organisation_name(title, key, "p2i")
        assert key_of(name, "p2i") == key
        assert len(name) < 190, "the width of the column"
        assert "\n" not in name


def test_languages_and_homes() -> None:
    shall_be = all_of(language_of={Key("tenant", "best"): "en"})
    homes = [(one.preferences["homeDashboardUID"], one.preferences["language"]) for one in shall_be.organisations]
    assert homes == [("p2i-tenant-fr", "fr-FR"), ("p2i-tenant-en", "en-US"), ("p2i-noc-fr", "fr-FR")]
    assert list(all_of(languages=("en",)).folders) == ["p2i-en"]
    assert [one.name for one in all_of(languages=("en",)).organisations][-1] == "Operations [p2i:operator]"
    for one in shall_be.organisations:
        assert one.preferences["homeDashboardUID"] in one.shows
        assert one.preferences["timezone"] == "utc"


def test_every_dashboard_of_the_set_is_given_to_somebody() -> None:
    given = {uid for one in all_of().organisations for uid in one.shows}
    assert given == {one.uid for speech in SPEECHES for one in dashboards(speech)}


def test_data_sources_that_do_not_answer_for_one_reason_are_one_line() -> None:
    assert silence(["Acme"], 3, "refused") == "Acme: its data source does not answer: refused"
    assert silence(["A", "B"], 3, "refused") == "2 of 3 data sources do not answer (A, B): refused"
    assert silence([*"ABCDE"], 5, "refused") == "5 of 5 data sources do not answer (A, B, C …): refused"
