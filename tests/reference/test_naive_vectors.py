"""The naive reference against the published vectors of the SLA standards (section 8) and the contract's own figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.reference import naive_scorer

Score = Callable[..., dict[str, Any]]
START = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday; Casablanca is on UTC since 2026-09-20
HEADERS = {
    "intervals": "starts_at,circuit,sent,lost",
    "probes": "sent_at,circuit,round_trip_ms",
    "states": "at,circuit,state",
    "tickets": "ticket,circuit,opened_at,restored_at",
    "freezes": "ticket,starts_at,ends_at,reason",
    "exclusions": "id,circuit,kind,starts_at,ends_at,announced_at,decision",
}


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def at(text: str) -> str:
    """ "2026-11-02 01:30" in UTC."""
    return text.replace(" ", "T") + ":00Z"


def agreement(*objectives: str, terms: str = "", tables: str = "", fee: str = "12345.67") -> str:
    head = f"""
[agreement]
id = "AGR"
tenant = "tenant-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "{fee}"
currency = "MAD"
{terms}
{tables}
"""
    return head + "".join(f'\n[[objective]]\ncircuit = "c"\n{text}\n' for text in objectives)


def availability(settings: str = "", target: str = "99.9") -> str:
    return f'id = "availability"\nindicator = "availability"\ntarget_percent = "{target}"\n{settings}'


def series(pattern: str) -> list[str]:
    """ "10g 15b" -> ten g, fifteen b."""
    return [letter for count, letter in re.findall(r"(\d+)([gbue])", pattern) for _ in range(int(count))]


def interval_rows(pattern: str, start: datetime = START, step: int = 10) -> list[str]:
    """One row per Δt: g 0/10, e 5/10 (exactly C), b 10/10; u no row."""
    lost = {"g": 0, "e": 5, "b": 10}
    return [
        f"{instant(start + timedelta(seconds=step * k))},c,10,{lost[letter]}"
        for k, letter in enumerate(series(pattern))
        if letter != "u"
    ]


def span(seconds: int, start: datetime = START) -> str:
    return f"{instant(start)}/{instant(start + timedelta(seconds=seconds))}"


@pytest.fixture
def score(tmp_path: Path) -> Score:
    def run(toml: str, period: str, as_of: str | None = None, **rows: list[str]) -> dict[str, Any]:
        (tmp_path / "agreement.toml").write_text(toml, encoding="utf-8")
        paths = {}
        for name, lines in rows.items():
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_text("\n".join([HEADERS[name], *lines]) + "\n", encoding="utf-8")
        text = naive_scorer.score_files(tmp_path / "agreement.toml", period, as_of=as_of, **paths)
        document: dict[str, Any] = json.loads(text)
        return document

    return run


def first(document: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = document["objectives"][0]
    return entry


def exclusion(start: str, end: str, name: str = "m", announced: str = "2026-10-01 00:00") -> str:
    return f"{name},c,maintenance,{at(start)},{at(end)},{at(announced)},accepted"


# ---------------------------------------------------------------- 8.1 the state machine


@pytest.mark.parametrize(
    ("pattern", "counted", "unavailable", "first_bad", "high_loss", "runs"),
    [
        ("10g 15b 45g", 60, 15, 10, 0, 0),  # AV-1, ten good Δt of look-ahead
        ("10g 9b 31g", 50, 0, None, 9, 1),  # AV-2
        ("10g 20e 20g", 50, 0, None, 0, 0),  # AV-2b: loss exactly C is good
        ("10g 10b 1g 9b 30g", 60, 20, 10, 0, 0),  # AV-3
        ("5g 10b 9g 1b 9g 1b 9g 1b 9g 1b 9g 1b 20g", 85, 60, 5, 0, 0),  # AV-4
        ("5g 3b 12g 6b 12g 9b 10g", 57, 0, None, 18, 2),  # AV-5
    ],
)
def test_state_machine(
    score: Score,
    pattern: str,
    counted: int,
    unavailable: int,
    first_bad: int | None,
    high_loss: int,
    runs: int,
) -> None:
    got = first(score(agreement(availability()), span(counted * 10), intervals=interval_rows(pattern)))
    assert got["seconds"]["down"] == unavailable * 10
    assert got["seconds"]["up"] == (counted - unavailable) * 10
    assert (got["high_loss_intervals"], got["consecutive_high_loss"]) == (high_loss, runs)
    outages = []
    if first_bad is not None:
        begin = START + timedelta(seconds=first_bad * 10)
        end = begin + timedelta(seconds=unavailable * 10)
        outages = [{"starts_at": instant(begin), "ends_at": instant(end), "seconds": unavailable * 10}]
    assert got["outages"] == outages


def test_av_1_is_75_percent(score: Score) -> None:
    got = first(score(agreement(availability()), span(600), intervals=interval_rows("10g 15b 45g")))
    assert got["value_percent"] == "75.0000"
    assert got["provisional_seconds"] == 0


def test_av_5_counted_as_intervals(score: Score) -> None:
    toml = agreement(availability('high_loss_counting = "intervals"'))
    got = first(score(toml, span(570), intervals=interval_rows("5g 3b 12g 6b 12g 9b 10g")))
    assert got["consecutive_high_loss"] == 15


def test_av_6_an_outage_is_split_at_the_month_end(score: Score) -> None:
    november = datetime(2026, 12, 1, tzinfo=UTC)
    rows = interval_rows("20g 4b 8b 12g", november - timedelta(seconds=240))
    toml = agreement(availability('unknown = "up"'))
    assert first(score(toml, "2026-11", intervals=rows))["seconds"]["down"] == 40
    assert first(score(toml, "2026-12", intervals=rows))["seconds"]["down"] == 80


def day_rows(bad_from: int, bad_to: int) -> list[str]:
    pattern = f"{bad_from}g {bad_to - bad_from}b {1440 - bad_to}g"
    return interval_rows(pattern, step=60)


@pytest.mark.parametrize(
    ("bad_from", "bad_to", "window", "policy", "down", "value"),
    [
        (90, 210, "run_through", "exclude", 60, "95.6521"),  # AV-7 (the contract cuts)
        (90, 210, "run_through", "up", 60, "95.8333"),  # AV-7, counted as up
        (115, 160, "run_through", "exclude", 5, "99.6376"),  # AV-8
        (115, 160, "splice", "exclude", 0, "100.0000"),
        (140, 186, "run_through", "exclude", 6, "99.5652"),  # AV-9
        (140, 186, "splice", "exclude", 0, "100.0000"),
    ],
)
def test_maintenance_windows(
    score: Score, bad_from: int, bad_to: int, window: str, policy: str, down: int, value: str
) -> None:
    toml = agreement(availability(f'interval_seconds = 60\nmaintenance_window = "{window}"\nmaintenance = "{policy}"'))
    got = first(
        score(
            toml,
            span(86400),
            intervals=day_rows(bad_from, bad_to),
            exclusions=[exclusion("2026-11-02 02:00", "2026-11-02 03:00")],
        )
    )
    assert got["seconds"]["down"] == down * 60
    assert got["seconds"]["excluded"] == (3600 if policy == "exclude" else 0)
    assert got["value_percent"] == value


def test_av_0_nothing_known(score: Score) -> None:
    document = score(agreement(availability(), fee="100"), "2026-11")
    got = first(document)
    assert (got["verdict"], got["value_percent"], got["coverage_percent"]) == (
        "insufficient_data",
        None,
        "0.0000",
    )
    assert (got["lowest_percent"], got["highest_percent"]) == ("0.0000", "100.0000")
    assert document["credits"]["payable"] == "0.00"


# ---------------------------------------------------------------- 8.2 and 8.3 loss, percentiles


def loss(limit: str = "0.1", settings: str = "") -> str:
    return f'id = "loss"\nindicator = "loss"\nat_most_percent = "{limit}"\n{settings}'


def test_flr_1_sums_not_means(score: Score) -> None:
    rows = [f"{at('2026-11-02 00:00')},c,900,9", f"{at('2026-11-02 00:01')},c,100,50"]
    got = first(score(agreement(loss("5.9")), span(120), intervals=rows))
    assert (got["value_percent"], got["sent"], got["lost"], got["verdict"]) == ("5.9000", 1000, 59, "met")


def test_flr_2_only_available_time(score: Score) -> None:
    rows = interval_rows("20g 15b 65g")
    rows[0], rows[1], rows[2] = (row[:-1] + "1" for row in rows[:3])
    got = score(agreement(loss(), availability()), span(1000), intervals=rows)["objectives"][0]
    assert (got["sent"], got["lost"], got["value_percent"]) == (850, 3, "0.3529")


def test_flr_3_nothing_sent(score: Score) -> None:
    got = first(score(agreement(loss()), span(60), intervals=[]))
    assert (got["value_percent"], got["verdict"]) == (None, "not_measurable")


def round_trip(percentile: str, limit: str) -> str:
    return (
        f'id = "rtt"\nindicator = "round_trip"\npercentile = "{percentile}"\nat_most_ms = "{limit}"\n'
        'credit_percent = "1"'
    )


@pytest.mark.parametrize(
    ("values", "percentile", "limit", "value", "verdict"),
    [
        (["5", "10", "10", "7", "21", "0"], "25", "9", "5.000", "met"),  # P-1, moved up by 3
        ([str(k) for k in range(1, 21)], "95", "19", "19.000", "met"),  # P-2
        (["10"] * 190 + ["100"] * 10, "95", "30", "10.000", "met"),  # P-3
        (["100", "110", "", "90", "500"], "50", "30", "100.000", "breached"),  # P-4, conditional
        (["10"] * 995 + ["30", "30", "30", "40", "90"], "99.9", "40", "40.000", "met"),  # P-7
        (["10"] * 949 + ["30"] + ["31"] * 50, "95", "30", "30.000", "met"),  # P-8
        (["10"] * 949 + ["31"] * 51, "95", "30", "31.000", "breached"),  # P-9
        ([], "95", "30", None, "not_measurable"),  # P-10
    ],
)
def test_percentiles(
    score: Score, values: list[str], percentile: str, limit: str, value: str | None, verdict: str
) -> None:
    rows = [f"{instant(START + timedelta(seconds=k))},c,{text}" for k, text in enumerate(values)]
    got = first(score(agreement(round_trip(percentile, limit)), span(3600), probes=rows))
    assert (got["value_ms"], got["verdict"]) == (value, verdict)
    assert got["answered"] == len([text for text in values if text])


# ---------------------------------------------------------------- 8.5 calendar


@pytest.mark.parametrize(
    ("month", "hours"),
    [
        ("2026-01", 744),
        ("2026-02", 673),
        ("2026-03", 743),
        ("2026-09", 721),
        ("2026-10", 744),
        ("2026-11", 720),
        ("2027-02", 672),  # DS-1, DS-5
    ],
)
def test_month_lengths(score: Score, month: str, hours: int) -> None:
    period = score(agreement(loss()), month)["period"]
    assert period["seconds"] == hours * 3600
    assert period["tzdb"] >= "2026c"


def test_ds_2_the_longer_month_meets_the_target(score: Score) -> None:
    rows = [
        "2026-08-01T00:00:00Z,c,up",
        "2026-09-10T00:00:00Z,c,down",
        "2026-09-10T00:43:14Z,c,up",  # 2594 s
    ]
    got = first(score(agreement(availability('method = "states"')), "2026-09", states=rows))
    assert (got["value_percent"], got["verdict"], got["seconds"]["down"]) == ("99.9000", "met", 2594)


def restore(limit: int, settings: str = "") -> str:
    return f'id = "gtr"\nindicator = "time_to_restore"\nat_most_seconds = {limit}\n{settings}'


def test_ds_3_elapsed_is_not_wall_clock(score: Score) -> None:
    rows = ["T-1,c,2026-09-20T00:30:00+01:00,2026-09-20T04:30:00+00:00"]
    got = first(score(agreement(restore(14400)), "2026-09", tickets=rows))
    assert got["tickets"][0]["elapsed_seconds"] == 18000
    assert got["verdict"] == "breached"


HOURS = """
[agreement.service_hours]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:00"
to = "18:00"
holidays = [2026-11-06, 2026-11-18]
"""


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-05 16:00", "2026-11-09 10:00"),  # BH-1
        ("2026-11-05 18:00", "2026-11-09 12:00"),  # BH-2
        ("2026-11-05 14:00", "2026-11-05 18:00"),  # BH-3
    ],
)
def test_service_hours_of_tickets(score: Score, opened: str, due: str) -> None:
    toml = agreement(restore(14400, "service_hours = true"), tables=HOURS)
    tickets = [f"T-1,c,{at(opened)},{at(due)}"]
    got = first(score(toml, "2026-11", tickets=tickets))
    assert (got["tickets"][0]["elapsed_seconds"], got["verdict"]) == (14400, "met")
    strict = agreement(restore(14399, "service_hours = true"), tables=HOURS)
    assert first(score(strict, "2026-11", tickets=tickets))["verdict"] == "breached"


def test_bh_4_service_hours_of_availability(score: Score) -> None:
    toml = agreement(availability('method = "states"\nservice_hours = true'), tables=HOURS)
    rows = [
        "2026-10-31T00:00:00Z,c,up",
        "2026-11-03T17:00:00Z,c,down",
        "2026-11-03T20:00:00Z,c,up",
    ]
    got = first(score(toml, "2026-11", states=rows))
    assert got["seconds"] == {
        "up": 189 * 3600,
        "down": 3600,
        "unknown": 0,
        "excluded": 0,
        "outside_service_hours": 530 * 3600,
    }
    assert got["value_percent"] == "99.4736"  # 99.47368: the standard rounds, the contract cuts
    assert got["outages"][0]["seconds"] == 3 * 3600  # listed counted or not


def test_me_1_availability_splits_tickets_do_not(score: Score) -> None:
    toml = agreement(availability('method = "states"'), restore(14400))
    states = ["2026-08-01T00:00:00Z,c,up", "2026-09-30T23:00:00Z,c,down", "2026-10-01T02:00:00Z,c,up"]
    tickets = ["T-1,c,2026-09-30T23:00:00Z,2026-10-01T02:00:00Z"]
    september = score(toml, "2026-09", states=states, tickets=tickets)["objectives"]
    october = score(toml, "2026-10", states=states, tickets=tickets)["objectives"]
    assert (september[0]["seconds"]["down"], october[0]["seconds"]["down"]) == (3600, 7200)
    assert september[1]["tickets"][0]["elapsed_seconds"] == 10800
    assert (october[1]["tickets"], october[1]["verdict"]) == ([], "not_measurable")


# ---------------------------------------------------------------- 8.6 contract logic

TIERS = """
credits = [
  { at_least_percent = "99.0", below_percent = "99.5", credit_percent = "10" },
  { at_least_percent = "99.5", below_percent = "99.9", credit_percent = "5" },
  { at_least_percent = "0", below_percent = "99.0", credit_percent = "25" },
]"""


@pytest.mark.parametrize(
    ("down", "percent"),
    [(2592, "0"), (2593, "5"), (12960, "5"), (12961, "10"), (25920, "10"), (25921, "25")],
)
def test_cr_1_tiers_are_half_open(score: Score, down: int, percent: str) -> None:
    begin = datetime(2026, 11, 10, tzinfo=UTC)
    rows = [
        "2026-10-31T00:00:00Z,c,up",
        f"{instant(begin)},c,down",
        f"{instant(begin + timedelta(seconds=down))},c,up",
    ]
    got = first(score(agreement(availability('method = "states"' + TIERS)), "2026-11", states=rows))
    assert got["credit_percent"] == percent
    assert got["verdict"] == ("met" if percent == "0" else "breached")


def test_cr_5_lines_cap_and_capped(score: Score) -> None:
    flat = [
        f'id = "l{number}"\nindicator = "loss"\nat_most_percent = "1"\ncredit_percent = "{percent}"'
        for number, percent in enumerate(("5", "10", "30"))
    ]
    rows = [f"{instant(START)},c,100,50"]
    toml = agreement(*flat, terms='credit_cap_percent = "30"')
    document = score(toml, "2026-11", intervals=rows)
    assert [entry["credit"] for entry in document["objectives"]] == ["617.28", "1234.57", "3703.70"]
    assert document["credits"] == {
        "fee": "12345.67",
        "total": "5555.55",
        "cap": "3703.70",
        "payable": "3703.70",
        "capped": "1851.85",
    }
    largest = score(
        agreement(*flat, terms='credit_cap_percent = "30"\ncredit_combination = "max"'),
        "2026-11",
        intervals=rows,
    )
    assert (largest["credits"]["total"], largest["credits"]["capped"]) == ("3703.70", "0.00")


def test_cr_6_half_up(score: Score) -> None:
    document = score(
        agreement(loss("1", 'credit_percent = "2.5"'), fee="1234.60"),
        "2026-11",
        intervals=[f"{instant(START)},c,100,50"],
    )
    assert first(document)["credit"] == "30.87"


@pytest.mark.parametrize(("announced", "excluded"), [("2026-11-05 01:00", 0), ("2026-11-05 00:00", 3600)])
def test_ma_1_notice(score: Score, announced: str, excluded: int) -> None:
    toml = agreement(availability('method = "states"'), tables="[agreement.maintenance]\nnotice_hours = 120\n")
    rows = [exclusion("2026-11-10 00:00", "2026-11-10 01:00", announced=announced)]
    got = first(score(toml, "2026-11", states=["2026-10-31T00:00:00Z,c,up"], exclusions=rows))
    assert got["seconds"]["excluded"] == excluded


def test_ma_2_union_and_ma_3_overrun(score: Score) -> None:
    rows = [
        exclusion("2026-11-10 02:00", "2026-11-10 03:00"),
        exclusion("2026-11-10 02:30", "2026-11-10 03:30", "n"),
    ]
    states = ["2026-10-31T00:00:00Z,c,up", "2026-11-10T02:00:00Z,c,down", "2026-11-10T04:00:00Z,c,up"]
    got = first(score(agreement(availability('method = "states"')), "2026-11", states=states, exclusions=rows))
    assert (got["seconds"]["excluded"], got["seconds"]["down"]) == (5400, 1800)


@pytest.mark.parametrize(
    ("freezes", "restored", "elapsed", "frozen"),
    [
        (["09:00 10:30"], "13:00", 12600, 5400),  # FZ-1
        (["09:00 10:00", "09:30 11:00"], "13:00", 10800, 7200),  # FZ-2
    ],
)
def test_freezes(score: Score, freezes: list[str], restored: str, elapsed: int, frozen: int) -> None:
    rows = ["T-1,{},{},site closed".format(*(at(f"2026-11-10 {part}") for part in text.split())) for text in freezes]
    tickets = [f"T-1,c,{at('2026-11-10 08:00')},{at(f'2026-11-10 {restored}')}"]
    got = first(score(agreement(restore(14400)), "2026-11", tickets=tickets, freezes=rows))
    assert got["tickets"] == [{"ticket": "T-1", "elapsed_seconds": elapsed, "frozen_seconds": frozen, "verdict": "met"}]


def test_md_1_bounds_and_coverage(score: Score) -> None:
    states = [
        "2026-10-31T00:00:00Z,c,up",
        "2026-11-10T00:00:00Z,c,unknown",
        "2026-11-11T00:00:00Z,c,down",
        "2026-11-11T00:43:12Z,c,up",
    ]
    got = first(score(agreement(availability('method = "states"')), "2026-11", states=states))
    assert got["value_percent"] == "99.8965"
    assert (got["lowest_percent"], got["highest_percent"]) == ("96.5666", "99.9000")
    assert (got["coverage_percent"], got["verdict"]) == ("96.6666", "breached")


@pytest.mark.parametrize(
    ("settings", "down"),
    [
        ("", 12),
        ('unknown_window = "break"', 0),
        ('unknown = "up"', 0),
        ('unknown = "down"', 15),
    ],
)
def test_md_2_unknown_policies(score: Score, settings: str, down: int) -> None:
    got = first(score(agreement(availability(settings)), span(400), intervals=interval_rows("6b 3u 6b 25g")))
    assert got["seconds"]["down"] == down * 10


def test_fc_1_maintenance_shrinks_the_budget(score: Score) -> None:
    states = ["2026-08-01T00:00:00Z,c,up", "2026-09-10T00:00:00Z,c,down", "2026-09-10T00:43:00Z,c,up"]
    toml = agreement(availability('method = "states"'))
    rows = [exclusion("2026-09-15 00:00", "2026-09-15 10:00", announced="2026-09-01 00:00")]
    assert first(score(toml, "2026-09", states=states))["verdict"] == "met"
    assert first(score(toml, "2026-09", states=states, exclusions=rows))["verdict"] == "breached"


# ---------------------------------------------------------------- 8.7, 8.8


def test_g_1_seconds(score: Score) -> None:
    rows = [
        f"{instant(START + timedelta(seconds=k))},c,10,{3 if letter == 'b' else 2}"
        for k, letter in enumerate(series("5g 12b 5g 3b 10g"))
    ]
    got = first(score(agreement(availability('profile = "g826"')), span(35), intervals=rows))
    assert (got["seconds"]["down"], got["high_loss_intervals"]) == (20, 0)


@pytest.mark.parametrize(("lost", "threshold", "down"), [(60, "0.2", 0), (61, "0.2", 300), (61, "0.75", 0)])
def test_y_1_and_y_2_blocks(score: Score, lost: int, threshold: str, down: int) -> None:
    toml = agreement(availability(f'profile = "y1540"\nloss_threshold = "{threshold}"'))
    got = first(score(toml, span(300), intervals=[f"{instant(START)},c,300,{lost}"]))
    assert (got["seconds"]["down"], got["consecutive_high_loss"]) == (down, 0)


@pytest.mark.parametrize(
    ("policy", "value", "coverage"), [("exclude", "83.3333", "100.0000"), ("up", "90.0000", "100.0000")]
)
def test_ic_1_both_modes(score: Score, policy: str, value: str, coverage: str) -> None:
    def second(offset: int) -> str:
        return instant(START + timedelta(seconds=offset))

    states = [f"{second(-500)},c,up", f"{second(200)},c,down", f"{second(500)},c,up"]
    rows = [
        f"a,c,maintenance,{second(100)},{second(300)},,accepted",
        f"b,c,maintenance,{second(400)},{second(600)},,accepted",
    ]
    toml = agreement(availability(f'method = "states"\nmaintenance = "{policy}"'))
    got = first(score(toml, span(1000), states=states, exclusions=rows))
    assert (got["value_percent"], got["coverage_percent"]) == (value, coverage)


def test_ic_3_half_unknown(score: Score) -> None:
    states = [
        f"{instant(START + timedelta(seconds=500))},c,down",
        f"{instant(START + timedelta(seconds=700))},c,up",
    ]
    got = first(score(agreement(availability('method = "states"')), span(1000), states=states))
    assert (got["value_percent"], got["coverage_percent"]) == ("60.0000", "50.0000")
    assert got["verdict"] == "insufficient_data"


def test_the_example_of_the_contract(score: Score) -> None:
    """The printed document: 2800 s down in September 2026, one ticket of five hours, the credits beneath."""
    states = ["2026-08-01T00:00:00Z,c,up", "2026-09-10T00:00:00Z,c,down", "2026-09-10T00:46:40Z,c,up"]
    toml = agreement(
        availability('method = "states"' + TIERS),
        restore(14400, 'credit_percent = "10"'),
        terms='credit_cap_percent = "30"',
    )
    document = score(toml, "2026-09", states=states, tickets=["T-1,c,2026-09-10T00:00:00Z,2026-09-10T05:00:00Z"])
    assert document["period"]["starts_at"] == "2026-08-31T23:00:00Z"
    assert document["period"]["ends_at"] == "2026-10-01T00:00:00Z"
    up_down = document["objectives"][0]
    assert (up_down["value_percent"], up_down["credit_percent"], up_down["credit"]) == (
        "99.8921",
        "5",
        "617.28",
    )
    gtr = document["objectives"][1]
    assert (gtr["credit_percent"], gtr["credit"], gtr["verdict"]) == ("10", "1234.57", "breached")
    assert document["credits"] == {
        "fee": "12345.67",
        "total": "1851.85",
        "cap": "3703.70",
        "payable": "1851.85",
        "capped": "0.00",
    }
