from hypothesis import given, settings
from hypothesis import strategies as st

from alerting.grouping import GROUPED_BY, audience_of, fingerprint, group_key

texts = st.dictionaries(
    st.sampled_from(["alertname", "facility", "tenant", "audience", "severity", "alert"]),
    st.sampled_from(["", "on_call", "tenant", "owner", "a", 'a",facility="b', "b", "a\\", "é"]),
)


def test_a_page_per_rule_and_park_a_message_per_tenant_and_rule_per_rule_for_the_owner() -> None:
    labels = {"alertname": "outage", "facility": "fes-shore", "tenant": "locataire-c", "severity": "page"}
    assert group_key(labels) == 'on_call:{alertname="outage",facility="fes-shore"}'
    assert group_key(labels | {"audience": "tenant"}) == 'tenant:{tenant="locataire-c",alertname="outage"}'
    assert group_key(labels | {"audience": "owner"}) == 'owner:{audience="owner",alertname="outage"}'


def test_what_was_a_ticket_and_becomes_a_page_stays_in_its_group() -> None:
    labels = {"audience": "on_call", "alertname": "budget", "facility": "p"}
    assert group_key(labels | {"severity": "ticket"}) == group_key(labels | {"severity": "page"})


def test_what_names_no_audience_is_for_those_on_call() -> None:
    assert audience_of({"alertname": "DatasourceError"}) == "on_call"
    assert audience_of({"audience": "everybody"}) == "on_call"
    assert group_key({"alertname": "x"}) == 'on_call:{alertname="x"}'


@settings(deadline=None)
@given(texts, texts)
def test_two_alerts_share_a_key_exactly_when_their_grouping_labels_agree(
    one: dict[str, str], other: dict[str, str]
) -> None:
    """Alertmanager groups the same way: an absent label and an empty one are alike, quotes are only text."""
    audience = audience_of(one)
    agree = audience == audience_of(other) and all(
        (one.get(name) or None) == (other.get(name) or None) for name in GROUPED_BY[audience] if name != "audience"
    )
    assert (group_key(one) == group_key(other)) == agree


@settings(deadline=None)
@given(texts, texts)
def test_a_fingerprint_names_the_labels_that_are_there(one: dict[str, str], other: dict[str, str]) -> None:
    same = {name: value for name, value in one.items() if value} == {k: v for k, v in other.items() if v}
    assert (fingerprint(one) == fingerprint(other)) == same
