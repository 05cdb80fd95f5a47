"""What is well again, over, closed by hand, handed on or joined is told as it stands: no message contradicts itself."""

import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from alerting.escalation.entries import Channel, Person
from alerting.escalation.page_view import View, view
from alerting.words.annotations import annotations
from alerting.words.headline import Audience
from alerting.words.message import Words, message
from alerting.words.rule_texts import GOOD_NEWS, RULES
from alerting.words.sms import places
from alerting.words.spelling import Language
from alerting.words.told import Kind, Told
from store.alert_rows import Announcement
from store.notice_rows import NoticeAlert, NoticeRow
from tests.alerting.words.spoken import CIRCUIT, DEMO, LINKS, NOW, SINCE, alert, announcement, notice

LANGUAGES: tuple[Language, ...] = get_args(Language)
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
OTHER = next(code for code in DEMO.circuits if code != CIRCUIT.code)
WELL = SINCE + timedelta(minutes=4, seconds=10)
LAST_TOLD = SINCE + timedelta(minutes=5)
OUT = re.compile(r"interrompue|Indisponible|is interrupted|Unavailable|en cours|lasts|that is|, soit|Dure")


def outage(audience: Audience = "on_call", language: Language = "fr", **notes: str) -> Announcement:
    one = announcement(alert("outage"), audience, language)
    return one._replace(annotations=one.annotations | notes)


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spoken(words: Words) -> str:
    """Every form in one, with plain spaces."""
    return re.sub("[\u00a0\u202f]", " ", "\n".join((words.subject, words.text, words.short)))


def told(audience: Audience, kind: Kind, language: Language, *all_of_them: Announcement, to: Told) -> str:
    return spoken(message(audience, kind, language, all_of_them, to, LINKS))


def circuit(number: int, code: str, starts_at: datetime, ends_at: datetime | None = None, **notes: str) -> Announcement:
    one = announcement(alert("outage", number, circuit=code, subject=f"circuit:{code}"), ends_at=ends_at)
    return one._replace(starts_at=starts_at, annotations=one.annotations | notes)


# ---------------------------------------------------------------- the end is the circuit's, not the alert's


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", ["ended_at", "well_since"])
def test_the_end_told_is_when_the_circuit_was_well_again(audience: Audience, name: str) -> None:
    over = outage(audience, "fr", **{name: text_of(WELL)})._replace(ends_at=NOW - timedelta(minutes=1))
    french = told(audience, "resolved", "fr", over, to=notice(state="resolved", reason="over"))
    assert "Terminé : dimanche 22 novembre 2026 à 10 h 09 (heure de Casablanca, UTC+0), après 4 min" in french
    assert "10 h 16" not in french
    assert "de 10 h 05 à 10 h 09" in french.splitlines()[-1]
    english = told(audience, "resolved", "en", over, to=notice(state="resolved", reason="over"))
    assert "Ended: Sunday 22 November 2026 at 10:09 (Casablanca time, UTC+0), after 4 min" in english


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize(
    "notes", [{}, {"ended_at": "soon"}, {"ended_at": text_of(SINCE - timedelta(1))}, {"ended_at": text_of(NOW)}]
)
def test_where_only_the_closing_is_known_it_is_not_called_the_end(audience: Audience, notes: dict[str, str]) -> None:
    over = outage(audience, "fr", **notes)._replace(ends_at=NOW - timedelta(minutes=1))
    text = told(audience, "resolved", "en", over, to=notice(state="resolved", reason="over"))
    assert "Closed: Sunday 22 November 2026 at 10:16" in text
    assert "Ended" not in text
    assert " after " not in text, "how long it was out is not known"


def test_a_digest_tells_spans_of_what_is_over_and_counts_what_is_well_apart() -> None:
    over = circuit(1, CIRCUIT.code, SINCE, NOW, ended_at=text_of(WELL))
    closed = circuit(2, OTHER, SINCE, NOW)
    well = circuit(3, CIRCUIT.code, SINCE, well_since=text_of(WELL))
    text = told("on_call", "digest", "en", over, closed, well, to=notice())
    assert "3 alerts, 0 lasting, 1 to be confirmed, 2 over" in text
    assert "from 10:05 to 10:09" in text
    assert "since 10:05, closed" in text
    assert "answers again since 10:09" in text


# ---------------------------------------------------------------- well again, not closed yet


@pytest.mark.parametrize("kind", ["firing", "updated", "escalated", "handed_over"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_circuit_that_answers_again_is_not_told_as_out(audience: Audience, language: Language, kind: Kind) -> None:
    text = told(audience, kind, language, outage(audience, language, well_since=text_of(WELL)), to=notice(level=1))
    sentence = {
        "fr": "répond de nouveau depuis 10 h 09 ; clos si cela tient",
        "en": "answers again since 10:09; closes if it stays so",
    }[language]
    assert sentence in text
    assert not OUT.search(text), OUT.search(text)
    lines = text.splitlines()
    again = sentence.split(" depuis")[0].split(" since")[0]
    assert again in lines[0], "the subject says so, too"
    assert again in lines[-1], "and the SMS"
    assert places(lines[-1]) <= 160
    assert not re.search(r"Non-respect prévu|Breach foreseen|Avoir|redit at stake", text), "foreseen for its going on"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in GOOD_NEWS])
def test_every_rule_has_words_for_being_well_again(rule: str) -> None:
    one = announcement(alert(rule))
    well = one._replace(annotations=one.annotations | {"well_since": text_of(WELL)})
    for audience in AUDIENCES:
        for language in LANGUAGES:
            text = told(audience, "firing", language, well, to=notice())
            assert {"fr": "depuis 10 h 09 ; clos si cela tient", "en": "since 10:09; closes if it stays so"}[
                language
            ] in text


def test_what_lasts_is_named_before_what_is_well_again() -> None:
    well = circuit(1, CIRCUIT.code, SINCE, well_since=text_of(WELL), budget_left_seconds="1")
    lasts = circuit(2, OTHER, SINCE)
    assert OTHER in message("on_call", "firing", "fr", [well, lasts], notice(), {}).subject


def test_an_instant_before_the_beginning_is_no_recovery() -> None:
    text = told("on_call", "firing", "en", outage(well_since=text_of(SINCE - timedelta(minutes=9))), to=notice())
    assert "answers again" not in text


# ---------------------------------------------------------------- what an update has to tell


def test_an_update_names_what_joined_last_and_what_has_changed() -> None:
    known = circuit(1, CIRCUIT.code, SINCE, budget_left_seconds="1")
    new = circuit(2, OTHER, LAST_TOLD + timedelta(minutes=1), budget_left_seconds="99999")
    gone = circuit(3, "gone-1", SINCE, NOW - timedelta(minutes=1), ended_at=text_of(WELL))
    words = message("on_call", "updated", "en", [known, new, gone], notice(joined_since=LAST_TOLD), {})
    assert words.subject.startswith(f"[DÉMO] PAGE – Update – + Outage – circuit {OTHER}")
    assert f"+ Outage {OTHER}" in words.short
    before, _, after = words.text.partition("What: ")
    assert re.search(rf"- \+ Outage – circuit {OTHER}.*since 10:05", before)
    assert re.search(r"- no longer wrong: Outage – circuit gone-1.*from 10:05 to 10:09", before)
    assert f"circuit {CIRCUIT.code} " not in before
    assert f"circuit {CIRCUIT.code} " in after


def test_the_newest_of_several_comes_first() -> None:
    codes = list(DEMO.circuits)[:3]
    many = [circuit(n, code, LAST_TOLD + timedelta(minutes=n)) for n, code in enumerate(codes, 1)]
    words = message("tenant", "updated", "en", many, notice(joined_since=LAST_TOLD), {})
    label = DEMO.circuits[codes[-1]].label
    assert f"+ Service outage – circuit {label}" in words.subject
    assert words.text.count("- + ") == 3


def test_what_came_late_and_what_was_put_aside_are_changes_by_their_numbers() -> None:
    late = circuit(7, OTHER, SINCE - timedelta(hours=3))
    aside = circuit(8, "aside-1", SINCE, SINCE, ended="explained")
    to = notice(joined_since=LAST_TOLD, joined=frozenset({"7"}), left=frozenset({"8"}))
    words = message("on_call", "updated", "en", [outage(language="en"), late, aside], to, {})
    assert f"+ Outage – circuit {OTHER}" in words.subject
    assert re.search("- no longer wrong: Outage – circuit aside-1.* explained by another alert", words.text)


def test_an_update_of_which_nothing_is_known_to_be_new_stays_in_its_order() -> None:
    for since in (None, NOW):
        words = message("on_call", "updated", "fr", [outage()], notice(joined_since=since), {})
        assert words.subject.startswith("[DÉMO] ASTREINTE – Mise à jour – Interruption")
        assert "- +" not in words.text


def test_what_wakes_or_is_raised_says_so() -> None:
    woken = told("on_call", "updated", "en", outage(language="en"), to=notice(reason="woken"))
    assert "it begins again" in woken
    assert "has changed" not in woken
    raised = told("on_call", "updated", "fr", outage(), to=notice(reason="raised"))
    assert "relève maintenant de l’astreinte" in raised


# ---------------------------------------------------------------- no message contradicts itself


def test_who_was_handed_a_notice_and_has_not_answered_has_not_taken_it() -> None:
    to = notice(held_by="Youssef", actor="Amina", level=1)
    text = told("on_call", "handed_over", "en", outage(language="en"), to=to)
    assert "Handed to: Youssef, no answer so far" in text
    assert "Taken by" not in text
    taken = told("on_call", "updated", "en", outage(language="en"), to=to._replace(state="acknowledged"))
    assert "Taken by: Youssef" in taken
    snoozed = told("on_call", "updated", "fr", outage(), to=to._replace(state="snoozed"))
    assert "Mis en veille par : Youssef" in snoozed


def test_an_escalation_never_says_that_nobody_took_what_somebody_has() -> None:
    for state in ("acknowledged", "snoozed"):
        text = told(
            "on_call", "escalated", "en", outage(language="en"), to=notice(held_by="Sara", level=2, state=state)
        )
        assert "Sara has taken it meanwhile" in text
        assert "Nobody" not in text
    handed = told("on_call", "escalated", "en", outage(language="en"), to=notice(held_by="Sara", actor="Sara", level=2))
    assert "Sara did not answer in time: the notice is now yours (level 2)." in handed
    assert "Taken by" not in handed


def test_a_level_told_again_is_a_reminder() -> None:
    words = message("on_call", "escalated", "en", [outage(language="en")], notice(level=2, is_repeat=True), {})
    assert "– REMINDER –" in words.subject
    assert "REMINDER:" in words.short
    assert "Nobody has taken this notice yet: a reminder (level 2)." in words.text


def test_what_a_person_closed_while_it_lasts_is_not_called_over() -> None:
    to = notice(state="resolved", reason="person", held_by="Sara", actor="Sara")
    text = told("on_call", "resolved", "en", outage(language="en"), to=to)
    assert text.startswith("[DÉMO] Closed – Outage")
    assert "closed by hand while it lasts" in text
    assert "Closed by: Sara" in text
    assert not re.search(r"\bOver\b|[Nn]othing lasts", text)
    tenant = told("tenant", "resolved", "en", outage("tenant", "en"), to=to)
    assert "not settled, but you will get no more messages" in tenant
    assert "Sara" not in tenant
    well = told("on_call", "resolved", "en", outage(language="en", well_since=text_of(WELL)), to=to)
    assert "closed by hand while it was being seen whether the recovery holds" in well
    ended = outage(ended_at=text_of(WELL))._replace(ends_at=NOW)
    assert "Avis clos à la main ; plus rien n’est en cours." in told("on_call", "resolved", "fr", ended, to=to)


def test_what_is_over_beside_what_another_alert_explains_is_over_but_not_nothing() -> None:
    over = circuit(1, CIRCUIT.code, SINCE, NOW, ended_at=text_of(WELL))
    aside = circuit(2, OTHER, SINCE, NOW, ended="explained")
    text = told("on_call", "resolved", "en", over, aside, to=notice(state="resolved", reason="over"))
    assert text.startswith("[DÉMO] Over")
    assert "another alert or maintenance covers what has not ended" in text
    assert "Nothing lasts" not in text


@pytest.mark.parametrize("reason", ["over", "explained", "muted", "person"])
def test_the_last_message_has_no_link_to_act_by(reason: str) -> None:
    words = message(
        "on_call", "resolved", "en", [outage(language="en")], notice(state="resolved", reason=reason), LINKS
    )
    for part in words:
        assert not re.search("Acknowledge|p2i.example/[ashr]/", part)
    assert LINKS["page"] in words.text


def test_an_outage_does_not_explain_itself() -> None:
    own = (alert("breach_foreseen", 2), alert("burn_fast", 3))
    other = alert("outage", 4, circuit=OTHER, subject=f"circuit:{OTHER}")
    one = announcement(alert("outage"), language="en", members=own)
    assert one.annotations["explains"] == "Breach foreseen, Budget burning fast"
    both = announcement(alert("outage"), members=(*own, other))
    assert set(both.annotations["explains"].split(", ")) == {"Budget consommé très vite", "Non-respect prévu", OTHER}
    assert announcement(alert("site_cut"), members=(alert("outage", 5),)).annotations["explains"] == CIRCUIT.code


def test_a_tenant_is_not_told_to_be_cut_off_by_a_fault_of_the_measurement() -> None:
    one = announcement(alert("outage"), "tenant", "en", cause=alert("probe_fault", 2))
    text = told("tenant", "firing", "en", one, to=notice())
    assert "Your service is not necessarily affected." in text
    assert "interrupted." not in text.replace("Measurement interrupted", "")
    assert "Service outage" not in text
    over = told("tenant", "resolved", "en", one._replace(ends_at=NOW), to=notice(state="resolved", reason="over"))
    assert "restored" not in over


# ---------------------------------------------------------------- the phone page


def page(one: Announcement) -> View:
    row = NoticeRow(
        1, "on_call", "g", "page", False, None, None, "outage", SINCE, None, "open", "alerts", 1, 1,
        None, None, None, None,
    )  # fmt: skip
    channel = Channel(code="email", kind="email", address="sara@example.org")
    sara = Person(code="sara", name="Sara", language="en", channel=(channel,))
    alerts = [NoticeAlert("alert:1", 1, *one)]
    return view(row, alerts, [], sara, {"sara": sara}, token=None, can_be_handed_to=[], now=NOW)


def test_the_phone_page_of_a_circuit_that_answers_again_does_not_say_that_it_lasts() -> None:
    well = page(outage(language="en", well_since=text_of(WELL)))
    assert well.headline.endswith("(answers again)")
    assert not well.is_lasting, "no warning that it lasts stands beside the button that closes it"
    rows = {piece["name"]: piece["value"] for piece in well.blocks[0] if piece["kind"] == "row"}
    assert rows["Now"] == "answers again since 10:09; closes if it stays so"
    assert not rows.keys() & {"What", "Since", "Breach foreseen"}
    out = page(outage(language="en"))
    assert out.is_lasting
    assert "answers again" not in out.headline


@pytest.mark.parametrize(("seen_as", "kind"), [("outage", "park"), ("silence", "measurement")])
def test_a_tenant_is_not_told_of_a_failure_of_the_park_where_all_that_is_known_is_silence(
    seen_as: str, kind: str
) -> None:
    cause = alert("site_cut", 7, facts={"members": 40, "of": 40, "seen_as": seen_as})
    made = annotations(alert("outage"), DEMO, "fr", audience="tenant", cause=cause)
    assert made["cause_kind"] == kind
