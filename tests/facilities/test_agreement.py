"""An agreement file: what it may say, what it says by default, and the line for each mistake."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from facilities.agreement import (
    Agreement,
    AvailabilityObjective,
    LossObjective,
    Maintenance,
    RoundTripObjective,
    TimeToRestoreObjective,
)
from facilities.agreement_toml import agreement_from_toml, read_agreement
from facilities.calendar import ServiceHours
from facilities.instants import epoch_seconds
from store.errors import InputError
from store.intervals import Interval

AGREEMENT = """
[agreement]
id = "A-1"
tenant = "tenant-a"
facility = "casanearshore"
time_zone = "Africa/Casablanca"
starts_on = 2026-01-01
monthly_fee = "12345.67"
currency = "MAD"
"""
AVAILABILITY = """
[[objective]]
id = "availability"
circuit = "casa-a1"
indicator = "availability"
target_percent = "99.9"
"""
LOSS = '[[objective]]\nid = "loss"\ncircuit = "casa-a1"\nindicator = "loss"\nat_most_percent = "0.1"\n'
ROUND_TRIP = '[[objective]]\nid = "rtt"\ncircuit = "casa-a1"\nindicator = "round_trip"\nat_most_ms = "30"\n'
RESTORE = '[[objective]]\nid = "gtr"\ncircuit = "casa-a1"\nindicator = "time_to_restore"\nat_most_seconds = 14400\n'
HOURS = '[agreement.service_hours]\ndays = ["mon", "sun"]\nfrom = "08:00"\nto = "24:00"\nholidays = [2026-11-06]\n'


def read(text: str) -> Agreement:
    return agreement_from_toml(text.encode(), "agreement.toml")


def availability(extra: str = "") -> AvailabilityObjective:
    objective = read(AGREEMENT + AVAILABILITY + extra).objectives[0]
    assert isinstance(objective, AvailabilityObjective)
    return objective


def test_an_agreement_and_its_defaults() -> None:
    agreement = read(AGREEMENT + AVAILABILITY + LOSS + ROUND_TRIP + RESTORE)
    assert (agreement.id, agreement.time_zone.key, agreement.starts_on) == (
        "A-1",
        "Africa/Casablanca",
        date(2026, 1, 1),
    )
    assert (agreement.ends_on, agreement.monthly_fee) == (None, Fraction("12345.67"))
    assert agreement.credit_combination == "sum"
    assert agreement.credit_cap_ratio == 1
    assert (agreement.maintenance, agreement.service_hours) == (Maintenance(None, None), None)
    assert agreement.objectives == (
        AvailabilityObjective(
            id="availability", circuit="casa-a1", method="intervals", interval_seconds=10,
            loss_threshold=Fraction(1, 2), threshold_is_bad=False, consecutive_intervals=10, consecutive_high_loss=5,
            high_loss_counting="runs", maintenance="exclude", maintenance_window="run_through", unknown="exclude",
            unknown_window="skip", target_ratio=Fraction("0.999"), min_coverage_ratio=Fraction("0.95"),
            service_hours=False, tiers=(),
        ),
        LossObjective("loss", "casa-a1", Fraction("0.001"), False, None),
        RoundTripObjective("rtt", "casa-a1", Fraction("0.95"), Fraction(30), False, None),
        TimeToRestoreObjective("gtr", "casa-a1", 14400, False, None),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("mef-10.4", (10, Fraction("0.5"), False, 10, 5)),
        ("y1540", (300, Fraction("0.2"), False, 1, None)),
        ("g826", (1, Fraction("0.3"), True, 10, 5)),
    ],
)
def test_profiles_fill_the_defaults(profile: str, expected: tuple[Any, ...]) -> None:
    def rules(objective: AvailabilityObjective) -> tuple[Any, ...]:
        return (
            objective.interval_seconds, objective.loss_threshold, objective.threshold_is_bad,
            objective.consecutive_intervals, objective.consecutive_high_loss,
        )  # fmt: skip

    assert rules(availability(f'profile = "{profile}"\n')) == expected
    own = availability(
        f'profile = "{profile}"\ninterval_seconds = 60\nloss_threshold = "0.75"\nthreshold_is_bad = true\n'
        "consecutive_intervals = 4\nconsecutive_high_loss = 2\n"
    )
    assert rules(own) == (60, Fraction("0.75"), True, 4, 2)


def test_p_is_less_than_n_by_default() -> None:
    found = [availability(f"consecutive_intervals = {n}\n").consecutive_high_loss for n in (1, 2, 5, 6, 7, 100)]
    assert found == [None, 1, 4, 5, 5, 5]


def test_service_hours_maintenance_and_credits() -> None:
    tiers = """credits = [
      { at_least_percent = "0", below_percent = "99.0", credit_percent = "25.50" },
      { at_least_percent = "99.0", below_percent = "99.90", credit_percent = "5" },
    ]
    service_hours = true
    """
    text = AGREEMENT + "[agreement.maintenance]\nnotice_hours = 120\n" + HOURS + AVAILABILITY + tiers
    agreement = read(text)
    assert agreement.maintenance == Maintenance(120, None)
    assert agreement.service_hours == ServiceHours(frozenset({0, 6}), 480, 1440, frozenset({date(2026, 11, 6)}))
    objective = agreement.objectives[0]
    assert isinstance(objective, AvailabilityObjective)
    assert [(tier.at_least_ratio, tier.below_ratio) for tier in objective.tiers] == [
        (Fraction(0), Fraction("0.99")),
        (Fraction("0.99"), Fraction("0.999")),
    ]
    assert objective.tiers[0].credit_percent_text == "25.50"  # as written


def test_credits_of_the_other_indicators() -> None:
    for objective in (LOSS, ROUND_TRIP, RESTORE):
        found = read(AGREEMENT + objective + 'credit_percent = "10"\n').objectives[0]
        assert not isinstance(found, AvailabilityObjective)
        assert found.credit_percent == Decimal(10)


def test_a_credit_percent_keeps_its_text() -> None:
    for objective in (LOSS, ROUND_TRIP, RESTORE):
        found = read(AGREEMENT + objective + 'credit_percent = "05.0"\n').objectives[0]
        assert not isinstance(found, AvailabilityObjective)
        assert (found.credit_percent_text, found.credit_percent) == ("05.0", Decimal(5))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xef\xbb\xbfa = 1\n\xff", "agreement.toml:2: not UTF-8"),
        (b"a = 1\n\xff", "agreement.toml:2: not UTF-8"),
        (b"\xef\xbb\xbf\n\xff", "agreement.toml:2: not UTF-8"),
        (b"a = 1\r\n\r\nb = \xff", "agreement.toml:3: not UTF-8"),
        (b"a = 1\r\rb = \xff", "agreement.toml:3: not UTF-8"),
        (b"a = 1\n[b", "agreement.toml:2: not TOML: Expected ']' at the end of a table declaration"),
    ],
)
def test_the_line_of_what_is_no_toml(content: bytes, line: str) -> None:
    with pytest.raises(InputError) as refused:
        agreement_from_toml(content, "agreement.toml")
    assert str(refused.value) == line


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "agreement.toml"
    file.write_bytes(b"\xef\xbb\xbf" + AGREEMENT.encode())
    assert read_agreement(file).id == "A-1"


def test_the_part_of_a_period_that_is_covered() -> None:
    agreement = read(AGREEMENT + "ends_on = 2026-03-01\n")
    starts_at, ends_at = epoch_seconds("2025-12-31T23:00:00Z"), epoch_seconds("2026-03-01T00:00:00Z")
    assert agreement.starts_at == starts_at
    assert agreement.covered(Interval(starts_at - 5, ends_at + 5)) == Interval(starts_at, ends_at)
    with pytest.raises(InputError, match='agreement "A-1" runs from 2026-01-01 to 2026-03-01 and covers none of it'):
        agreement.covered(Interval(ends_at, ends_at + 5))
    assert read(AGREEMENT).covered(Interval(ends_at, ends_at + 5)) == Interval(ends_at, ends_at + 5)


def test_an_agreement_of_no_day_covers_nothing() -> None:
    agreement = read(AGREEMENT + "ends_on = 2026-01-01\n")
    with pytest.raises(InputError, match="covers none of it"):
        agreement.covered(Interval(agreement.starts_at, agreement.starts_at + 5))


def tier(low: str, high: str) -> str:
    return f'{{ at_least_percent = "{low}", below_percent = "{high}", credit_percent = "5" }}'


O = "objective[availability]"  # noqa: E741
MISTAKES = [
    # text, what replaces it, the line after "agreement.toml: " (or after "agreement.toml" for a line number)
    ("", "x = 1\n", "x: unknown key"),
    ('id = "A-1"', "", "agreement.id: is required"),
    ('id = "A-1"', 'id = ""', "agreement.id: must be a text that is not empty"),
    ('id = "A-1"', "id = 1", "agreement.id: must be a text that is not empty"),
    ('"MAD"', '"MAD"\nnote = "x"', "agreement.note: unknown key"),
    ('"Africa/Casablanca"', '"Africa/Atlantis"',
     'agreement.time_zone: "Africa/Atlantis" is not a time zone of tzdb 2026f'),
    ("2026-01-01", '"2026-01-01"', "agreement.starts_on: must be a date such as 2026-01-01"),
    ("2026-01-01", "2026-01-01T00:00:00Z", "agreement.starts_on: must be a date such as 2026-01-01"),
    ('"MAD"', '"MAD"\nends_on = 2025-12-31', "agreement.ends_on: is before starts_on"),
    ('"12345.67"', "12345.67", 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', '"12 345.67"', 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', '"-1"', 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', '"1e3"', 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', '"NaN"', 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', '"1_0"', 'agreement.monthly_fee: must be a number written as text, such as "99.9"'),
    ('"12345.67"', f'"{"9" * 5000}"', "agreement.monthly_fee: has more than 1000 digits"),
    ("2026-01-01", "0001-01-01", "agreement.starts_on: must be later than 0001-01-01"),
    ('"MAD"', '"MAD"\ncredit_combination = "min"', "agreement.credit_combination: must be one of sum, max"),
    ('"MAD"', '"MAD"\ncredit_cap_percent = "100.01"',
     "agreement.credit_cap_percent: must be a percentage in [0, 100]"),
    ('"MAD"', '"MAD"\nmaintenance = 1', "agreement.maintenance: must be a table"),
    ('"MAD"', '"MAD"\nmaintenance = { notice_hours = 1.5 }',
     "agreement.maintenance.notice_hours: must be a whole number, at least 0"),
    ('"MAD"', '"MAD"\nmaintenance = { monthly_quota_hours = -1 }',
     "agreement.maintenance.monthly_quota_hours: must be a whole number, at least 0"),
    ('"MAD"', '"MAD"\nmaintenance = { notice = 1 }', "agreement.maintenance.notice: unknown key"),
    # service hours
    ('["mon", "sun"]', '["monday"]',
     "agreement.service_hours.days: must be a list of mon, tue, wed, thu, fri, sat, sun"),
    ('from = "08:00"', "", "agreement.service_hours.from: is required"),
    ('from = "08:00"', 'from = "8:00"', 'agreement.service_hours.from: must be a time of day such as "08:00", or '
     '"24:00" for the midnight that ends it'),
    ('from = "08:00"', 'from = "24:00"', 'agreement.service_hours.from: must be a time of day such as "08:00"'),
    ('to = "24:00"', 'to = "24:01"', 'agreement.service_hours.to: must be a time of day such as "08:00", or '
     '"24:00" for the midnight that ends it'),
    ('to = "24:00"', 'to = "08:00"', "agreement.service_hours.to: must be later than from"),
    ("[2026-11-06]", '["2026-11-06"]', "agreement.service_hours.holidays: must be a list of dates such as 2026-01-01"),
    ("[2026-11-06]", "[2026-11-06]\nnights = 1", "agreement.service_hours.nights: unknown key"),
    # objectives
    ("", "objective = 1\n", "objective: must be a list of tables"),
    ('id = "availability"', "", "objective[1].id: is required"),
    ('id = "loss"', 'id = "availability"', f"{O}.id: is the id of an earlier objective"),
    ('circuit = "casa-a1"\nindicator = "loss"', 'indicator = "loss"', "objective[loss].circuit: is required"),
    ('indicator = "loss"', 'indicator = "jitter"',
     "objective[loss].indicator: must be one of availability, loss, round_trip, time_to_restore"),
    ('indicator = "availability"', "", f"{O}.indicator: is required"),
    ('target_percent = "99.9"', "", f"{O}.target_percent: is required"),
    ('target_percent = "99.9"', 'target_percent = "0"', f"{O}.target_percent: must be a percentage in (0, 100]"),
    ('target_percent = "99.9"', 'target_percent = "100.1"', f"{O}.target_percent: must be a percentage in (0, 100]"),
    ('target_percent = "99.9"', "target_percent = 99.9",
     f'{O}.target_percent: must be a number written as text, such as "99.9"'),
    ('"99.9"', '"99.9"\npercentile = "95"', f"{O}.percentile: is not a key of the indicator availability"),
    ('"99.9"', '"99.9"\ncredit_percent = "5"', f"{O}.credit_percent: is not a key of the indicator availability"),
    ('"0.1"', '"0.1"\ntarget_percent = "99"', "objective[loss].target_percent: is not a key of the indicator loss"),
    ('at_most_percent = "0.1"', "", "objective[loss].at_most_percent: is required"),
    ('at_most_percent = "0.1"', 'at_most_percent = "0"',
     "objective[loss].at_most_percent: must be a percentage in (0, 100]"),
    ('at_most_ms = "30"', "at_most_ms = 30",
     'objective[rtt].at_most_ms: must be a number written as text, such as "99.9"'),
    ('"30"', '"30"\npercentile = "0"', "objective[rtt].percentile: must be a percentage in (0, 100]"),
    ("14400", '"14400"', "objective[gtr].at_most_seconds: must be a whole number, at least 0"),
    ("14400", "1" * 1001, "objective[gtr].at_most_seconds: has more than 1000 digits"),
    ("14400", "true", "objective[gtr].at_most_seconds: must be a whole number, at least 0"),
    ("14400", '14400\ncredit_percent = "101"',
     "objective[gtr].credit_percent: must be a percentage in [0, 100]"),
    ('"99.9"', '"99.9"\nmethod = "tickets"', f"{O}.method: must be one of intervals, states"),
    ('"99.9"', '"99.9"\nprofile = "mef"', f"{O}.profile: must be one of mef-10.4, y1540, g826"),
    ('"99.9"', '"99.9"\ninterval_seconds = 7', f"{O}.interval_seconds: must divide 3600"),
    ('"99.9"', '"99.9"\ninterval_seconds = 0', f"{O}.interval_seconds: must be a whole number, at least 1"),
    ('"99.9"', '"99.9"\nloss_threshold = "1.1"', f"{O}.loss_threshold: must be a ratio in [0, 1]"),
    ('"99.9"', '"99.9"\nthreshold_is_bad = 1', f"{O}.threshold_is_bad: must be true or false"),
    ('"99.9"', '"99.9"\nconsecutive_intervals = 0',
     f"{O}.consecutive_intervals: must be a whole number, at least 1"),
    ('"99.9"', '"99.9"\nconsecutive_high_loss = 10',
     f"{O}.consecutive_high_loss: must be less than consecutive_intervals, which is 10"),
    ('"99.9"', '"99.9"\nconsecutive_intervals = 1\nconsecutive_high_loss = 1',
     f"{O}.consecutive_high_loss: must be less than consecutive_intervals, which is 1"),
    ('"99.9"', '"99.9"\nunknown = "skip"', f"{O}.unknown: must be one of exclude, up, down"),
    ('"99.9"', '"99.9"\nunknown_window = "splice"', f"{O}.unknown_window: must be one of skip, break"),
    ('"99.9"', '"99.9"\nmaintenance = "down"', f"{O}.maintenance: must be one of exclude, up"),
    ('"99.9"', '"99.9"\nmaintenance_window = "skip"', f"{O}.maintenance_window: must be one of run_through, splice"),
    ('"99.9"', '"99.9"\nhigh_loss_counting = "both"', f"{O}.high_loss_counting: must be one of runs, intervals"),
    ('"99.9"', '"99.9"\nmin_coverage_percent = "101"', f"{O}.min_coverage_percent: must be a percentage in [0, 100]"),
    # tiers
    ('"99.9"', '"99.9"\ncredits = "5"', f"{O}.credits: must be a list of tables"),
    ('"99.9"', '"99.9"\ncredits = []', f"{O}.credits: no tier holds 0 to 99.9"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("0", "99")}]', f"{O}.credits: no tier holds 99 to 99.9"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("1", "99.9")}]', f"{O}.credits: no tier holds 0 to 1"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("99.5", "99.9")}, {tier("0", "99.05")}]',
     f"{O}.credits: no tier holds 99.05 to 99.5"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("0", "99")}, {tier("98.5", "99.9")}]', f"{O}.credits: two tiers hold 98.5"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("0", "100")}]', f"{O}.credits: tiers go on above the target: 99.9 to 100"),
    ('"99.9"', f'"99.9"\ncredits = [{tier("99", "99")}]',
     f"{O}.credits[1].below_percent: must be more than at_least_percent"),
    ('"99.9"', '"99.9"\ncredits = [{ at_least_percent = "0", below_percent = "99.9" }]',
     f"{O}.credits[1].credit_percent: is required"),
    # not TOML
    ('"MAD"', '"MAD', ":9: not TOML: Illegal character '\\n'"),
    ('"MAD"', '"MAD"\nid = "A-2"', ":10: not TOML: Cannot overwrite a value"),
    ('"A-1"', '"A-\udcff"', ":3: not UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "replacement", "line"), MISTAKES, ids=[line for _, _, line in MISTAKES])
def test_a_mistake_is_one_line_that_names_the_key(text: str, replacement: str, line: str) -> None:
    whole = (
        AGREEMENT + HOURS + ("" if replacement.startswith("objective") else AVAILABILITY + LOSS + ROUND_TRIP + RESTORE)
    )
    spoilt = whole.replace(text, replacement, 1) if text else replacement + whole
    with pytest.raises(InputError) as refused:
        agreement_from_toml(spoilt.encode(errors="surrogateescape"), "agreement.toml")
    assert str(refused.value) == f"agreement.toml{line if line.startswith(':') else f': {line}'}"


def test_two_availability_objectives_of_one_circuit() -> None:
    with pytest.raises(InputError) as refused:
        read(AGREEMENT + AVAILABILITY + AVAILABILITY.replace('"availability"', '"again"', 1))
    assert str(refused.value) == (
        'agreement.toml: objective[again].circuit: "casa-a1" already has an availability objective'
    )


def test_service_hours_need_their_table() -> None:
    for objective in (AVAILABILITY, LOSS, ROUND_TRIP, RESTORE):
        with pytest.raises(InputError, match=r"service_hours: needs the table \[agreement.service_hours\]$"):
            read(AGREEMENT + objective + "service_hours = true\n")


def test_no_agreement_table() -> None:
    with pytest.raises(InputError, match=r"^agreement.toml: agreement: is required$"):
        read(AVAILABILITY)
