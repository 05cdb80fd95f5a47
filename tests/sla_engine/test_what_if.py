"""What-if from files: the traps of approving, in numbers that the specifications give, and mistakes as one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from sla_engine import score as score_command
from sla_engine.what_if_command import main

AGREEMENT = """
[agreement]
id = "A-1"
tenant = "t"
facility = "f"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "1000"
currency = "MAD"
{clauses}
[[objective]]
id = "availability"
circuit = "c"
indicator = "availability"
method = "states"
target_percent = "99.9"
min_coverage_percent = "0"
credits = [{{ at_least_percent = "0", below_percent = "99.9", credit_percent = "5" }}]
{more}
[[objective]]
id = "gtr"
circuit = "c"
indicator = "time_to_restore"
at_most_seconds = 14400
"""
SEPTEMBER = "2026-08-31T23:00:00Z"
HUNDRED_MINUTES = "2026-03-02T10:00:00Z/2026-03-02T11:40:00Z"


class Case:
    """An agreement and the states of circuit c, asked with options."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.write("", "")

    def write(self, clauses: str, more: str, states: str = "", exclusions: str = "") -> None:
        (self.folder / "agreement.toml").write_text(AGREEMENT.format(clauses=clauses, more=more))
        (self.folder / "states.csv").write_text("at,circuit,state\n" + states)
        (self.folder / "x.csv").write_text("id,circuit,kind,starts_at,ends_at,announced_at,decision\n" + exclusions)

    @property
    def files(self) -> list[str]:
        names = {"agreement": "agreement.toml", "states": "states.csv", "exclusions": "x.csv"}
        return [word for option, name in names.items() for word in (f"--{option}", str(self.folder / name))]

    def ask(self, period: str, *options: str) -> dict[str, Any]:
        assert main([*self.files, "--period", period, "--format", "json", *options]) == 0
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return found

    def availability(self, period: str, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(period, *options)["segments"][0]["objectives"][0]
        return found

    def score(self, period: str) -> dict[str, Any]:
        assert score_command.main([*self.files, "--period", period]) == 0
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return found


@pytest.fixture
def case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Case:
    return Case(tmp_path, capsys)


def rules(objective: dict[str, Any]) -> list[str]:
    return [note["rule"] for note in objective["notes"]]


def sides(objective: dict[str, Any], key: str) -> tuple[Any, Any]:
    return objective["before"][key], objective["after"][key]


def test_excluding_up_time_lowers_the_percentage(case: Case) -> None:
    """Anchors I5: 100 minutes, 10 down: 90 %; 50 up minutes excluded: 80 %."""
    case.write("", "", "2026-03-02T10:00:00Z,c,up\n2026-03-02T10:10:00Z,c,down\n2026-03-02T10:20:00Z,c,up\n")
    found = case.availability(HUNDRED_MINUTES, "--exclude", "c,customer,2026-03-02T10:50:00Z,2026-03-02T11:40:00Z")
    assert sides(found, "value_percent") == ("90.0000", "80.0000")
    assert found["difference"]["value_percent"] == "-10.0000"
    assert found["difference"]["seconds"] == {
        "up": -3000, "down": 0, "unknown": 0, "excluded": 3000, "outside_service_hours": 0,
    }  # fmt: skip
    assert rules(found) == ["I5", "FC-1"]
    assert found["notes"][0]["text"] == (
        "3000 s of it were up, and excluding up time lowers the percentage: from 90.0000 % to 80.0000 %, although no"
        " outage is added."
    )


def test_maintenance_shrinks_the_budget_and_can_turn_the_month(case: Case) -> None:
    """Spec FC-1: September 2026, 99.9 %, 2580 s of outage; 10 h of maintenance: 2595.6 becomes 2559.6."""
    down, up = "2026-09-10T10:00:00Z", "2026-09-10T10:43:00Z"
    case.write("", "", f"{SEPTEMBER},c,up\n{down},c,down\n{up},c,up\n")
    found = case.ask("2026-09", "--exclude", "c,maintenance,2026-09-20T10:00:00Z,2026-09-20T20:00:00Z")
    objective = found["segments"][0]["objectives"][0]
    assert sides(objective, "verdict") == ("met", "breached")
    assert objective["budget"] == {
        "before": {"allowed_seconds": "2595.6", "left_seconds": "15.6"},
        "after": {"allowed_seconds": "2559.6", "left_seconds": "-20.4"},
    }
    assert "FC-1" in rules(objective)
    assert objective["notes"][-1]["text"] == (
        "The outage the target allows shrinks with the time that counts: from 2595.6 s to 2559.6 s, of which 2580 s"
        " are used. That turns the objective from met to breached."
    )
    assert sides(objective, "credit") == ("0.00", "50.00")
    assert found["payable"] == {"before": "0.00", "after": "50.00", "difference": "50.00"}
    assert found["segments"][0]["objectives"][1]["notes"][0]["rule"] == "tickets"


def test_excluding_an_outage_raises_the_percentage_and_warns_of_nothing(case: Case) -> None:
    case.write("", "", "2026-03-02T10:00:00Z,c,up\n2026-03-02T10:10:00Z,c,down\n2026-03-02T10:20:00Z,c,up\n")
    found = case.availability(HUNDRED_MINUTES, "--exclude", "c,customer,2026-03-02T10:10:00Z,2026-03-02T10:20:00Z")
    assert sides(found, "value_percent") == ("90.0000", "100.0000")
    assert rules(found) == ["FC-1"], "the budget shrinks all the same"


def test_unknown_time_excluded_changes_nothing(case: Case) -> None:
    case.write("", "", "2026-03-02T10:10:00Z,c,up\n2026-03-02T10:40:00Z,c,down\n2026-03-02T10:50:00Z,c,up\n")
    found = case.availability(HUNDRED_MINUTES, "--exclude", "c,customer,2026-03-02T10:00:00Z,2026-03-02T10:10:00Z")
    assert sides(found, "value_percent") == ("88.8888", "88.8888")
    assert found["difference"]["value_percent"] == "0.0000"
    assert [note["text"] for note in found["notes"]] == [
        "600 s of it were unknown already: excluding them changes the percentage by nothing."
    ]


def test_unknown_time_excluded_can_give_a_verdict(case: Case) -> None:
    case.write("", 'min_coverage_percent = "95"'.replace("min", "#"), "2026-03-02T10:10:00Z,c,up\n")
    text = (case.folder / "agreement.toml").read_text().replace('coverage_percent = "0"', 'coverage_percent = "95"')
    (case.folder / "agreement.toml").write_text(text)
    found = case.availability(HUNDRED_MINUTES, "--exclude", "c,customer,2026-03-02T10:00:00Z,2026-03-02T10:10:00Z")
    assert sides(found, "verdict") == ("insufficient_data", "met")
    assert found["notes"][-1]["text"] == (
        "The measured share goes from 90.0000 % to 100.0000 %, and 95.0000 % are needed for a verdict."
    )


@pytest.mark.parametrize(
    ("announced", "told"),
    [
        ("", "It was not announced, and 120 h are agreed: it would not count."),
        (",2026-03-01T10:30:00Z", "It was announced 24 h before its start, and 120 h are agreed: it would not count."),
        (",2026-03-02T11:00:00Z", "It was announced after its start, and 120 h are agreed: it would not count."),
    ],
)
def test_maintenance_announced_too_late_would_not_count(case: Case, announced: str, told: str) -> None:
    case.write("[agreement.maintenance]\nnotice_hours = 120", "", "2026-03-02T10:00:00Z,c,up\n")
    works = f"c,maintenance,2026-03-02T10:30:00Z,2026-03-02T11:00:00Z{announced}"
    found = case.availability(HUNDRED_MINUTES, "--exclude", works)
    assert found["before"] == found["after"]
    assert found["notes"][0] == {"rule": "notice", "text": told}
    assert rules(found) == ["notice", "nothing"]


def test_beyond_the_quota_it_is_ordinary_time(case: Case) -> None:
    case.write(
        "[agreement.maintenance]\nmonthly_quota_hours = 1", "", "2026-03-02T10:00:00Z,c,up\n",
        "M-1,c,maintenance,2026-03-02T10:00:00Z,2026-03-02T10:40:00Z,,accepted\n",
    )  # fmt: skip
    works = "c,maintenance,2026-03-02T11:00:00Z,2026-03-02T11:40:00Z"
    found = case.availability(HUNDRED_MINUTES, "--exclude", works)
    assert found["difference"]["seconds"]["excluded"] == 1200
    assert found["notes"][0] == {
        "rule": "quota",
        "text": "Of maintenance 1 h a month are agreed, earliest first: 1200 s of it would be ordinary time, and 0 s"
        " are now.",
    }


def test_outside_the_period_and_inside_another_exclusion_nothing_changes(case: Case) -> None:
    case.write(
        "", "", "2026-03-02T10:00:00Z,c,up\n",
        "X-1,c,customer,2026-03-02T10:00:00Z,2026-03-02T10:40:00Z,,accepted\n",
    )  # fmt: skip
    covered = "c,customer,2026-03-02T10:10:00Z,2026-03-02T10:20:00Z"
    assert rules(case.availability(HUNDRED_MINUTES, "--exclude", covered)) == ["nothing"]
    elsewhere = "c,customer,2026-04-02T10:10:00Z,2026-04-02T10:20:00Z"
    assert rules(case.availability(HUNDRED_MINUTES, "--exclude", elsewhere)) == ["period", "nothing"]


def test_a_contract_that_counts_excluded_time_as_up(case: Case) -> None:
    case.write("", 'maintenance = "up"', "2026-03-02T10:00:00Z,c,up\n2026-03-02T10:10:00Z,c,down\n")
    down = "c,customer,2026-03-02T10:20:00Z,2026-03-02T10:30:00Z"
    found = case.availability(HUNDRED_MINUTES, "--exclude", down)
    assert sides(found, "value_percent") == ("10.0000", "20.0000")
    assert rules(found) == []
    up = "c,customer,2026-03-02T10:00:00Z,2026-03-02T10:10:00Z"
    assert rules(case.availability(HUNDRED_MINUTES, "--exclude", up)) == ["up"]


def test_after_is_the_score_once_it_is_accepted_and_without_is_the_way_back(case: Case) -> None:
    states = "2026-03-02T10:00:00Z,c,up\n2026-03-02T10:10:00Z,c,down\n2026-03-02T10:20:00Z,c,up\n"
    row = "X-1,c,customer,2026-03-02T10:05:00Z,2026-03-02T10:15:00Z,,{}\n"
    case.write("", "", states, row.format("proposed"))
    proposed, asked = case.score(HUNDRED_MINUTES), case.ask(HUNDRED_MINUTES, "--exclude", "X-1")
    case.write("", "", states, row.format("accepted"))
    accepted, back = case.score(HUNDRED_MINUTES), case.ask(HUNDRED_MINUTES, "--without", "X-1")
    for found, before, after in ((asked, proposed, accepted), (back, accepted, proposed)):
        (segment,) = found["segments"]
        assert [one["before"] for one in segment["objectives"]] == before["objectives"]
        assert [one["after"] for one in segment["objectives"]] == after["objectives"]
        assert segment["credits"] == {"before": before["credits"], "after": after["credits"]}
        assert segment["period"] == before["period"]
    assert asked["changes"][0] | {"decision_before": "", "decision_after": ""} == {
        "id": "X-1", "circuit": "c", "kind": "customer", "starts_at": "2026-03-02T10:05:00Z",
        "ends_at": "2026-03-02T10:15:00Z", "announced_at": None, "decision_before": "", "decision_after": "",
    }  # fmt: skip
    assert rules(back["segments"][0]["objectives"][0]) == []


def test_the_text_says_the_same(case: Case) -> None:
    case.write("", "", "2026-03-02T10:00:00Z,c,up\n2026-03-02T10:10:00Z,c,down\n2026-03-02T10:20:00Z,c,up\n")
    works = "c,maintenance,2026-03-02T10:50:00Z,2026-03-02T11:40:00Z,2026-02-20T08:00:00Z"
    assert main([*case.files, "--period", HUNDRED_MINUTES, "--exclude", works]) == 0
    assert (
        case.capsys.readouterr().out
        == """\
Agreement A-1, amounts in MAD
What if   maintenance on c, 2026-03-02T10:50:00Z to 2026-03-02T11:40:00Z, announced 2026-02-20T08:00:00Z, were accepted

Period    2026-03-02T10:00:00Z to 2026-03-02T11:40:00Z

availability (circuit c)
                       before     after  difference
  verdict            breached  breached
  value, %            90.0000   80.0000    -10.0000
  measured, %        100.0000  100.0000
  credit                50.00     50.00        0.00
  up, s                  5400      2400       -3000
  down, s                 600       600           0
  excluded, s               0      3000       +3000
  outage allowed, s         6         3
  outage left, s         -594      -597
  * 3000 s of it were up, and excluding up time lowers the percentage: from 90.0000 % to 80.0000 %, although no outage is added.
  * The outage the target allows shrinks with the time that counts: from 6 s to 3 s, of which 600 s are used.

gtr (circuit c)
                   before           after  difference
  verdict  not_measurable  not_measurable
  credit             0.00            0.00        0.00
  * Exclusions do not touch tickets; a freeze stops their clock (p2i ticket freeze).

Credit payable: 50.00 before, 50.00 after, difference 0.00
"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ((), "--exclude: name an exclusion, by --exclude or --without"),
        (
            ("--exclude", "casa-a1,maintenance,2026-09-03T10:00:00Z"),
            '--exclude: "casa-a1,maintenance,2026-09-03T10:00:00Z": END is missing: CIRCUIT,KIND,START,END[,ANNOUNCED]',
        ),
        (("--exclude", "X-9"), '--exclude: no exclusion "X-9" on a circuit of this agreement'),
        (("--exclude", "X-1"), '--exclude: "X-1" is accepted already'),
        (("--without", "X-2"), '--without: "X-2" is rejected: it does not count'),
        (("--exclude", "d,customer,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z"),
         '--exclude: no objective is on circuit "d"; there are c'),
        (("--exclude", "c,storm,2026-03-02T10:00:00Z,2026-03-02T11:00:00Z"),
         '--exclude: "storm" is none of maintenance, customer, force_majeure'),
        (("--exclude", "c,customer,2026-03-02T10:00:00,2026-03-02T11:00:00Z"),
         '--exclude: "2026-03-02T10:00:00" has no offset from UTC'),
        (("--exclude", "c,customer,2026-03-02T11:00:00Z,2026-03-02T11:00:00Z"),
         "--exclude: its end is not after its start"),
        (("--stored", "--exclude", "X-1"), "--states: not with --stored, which reads the store"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(case: Case, options: tuple[str, ...], line: str) -> None:
    span = "c,customer,2026-03-02T10:00:00Z,2026-03-02T10:40:00Z,"
    case.write("", "", "2026-03-02T10:00:00Z,c,up\n", f"X-1,{span},accepted\nX-2,{span},rejected\n")
    assert main([*case.files, "--period", HUNDRED_MINUTES, *options]) == 2
    out, err = case.capsys.readouterr()
    assert (out, err) == ("", f"{line}\n")
