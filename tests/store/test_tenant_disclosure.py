"""Small counts of people: what is hidden cannot be had back from what is shown, by no sum and no difference."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from store.connection import Connection
from store.disclosure import set_least_people
from store.errors import InputError
from store.instants import microseconds
from store.login_plan import Key
from store.readings import OCCUPANCY, write_readings
from tests.store.rollup_truth import bring_up_to_date
from tests.store.tenants_world import MONTH_ENDS_AT, STARTS_AT, World, world

MANAGER: Key = ("organisation", "ewane")
MINISTRY: Key = ("authority", "ministry")
TENANT: Key = ("tenant", "aamark")
K = 10
HOURS = 60
COUNTS = np.random.default_rng(7).choice([0, 0, 0, 1, 9, 10, 11, 40], size=HOURS * 4).repeat(3)
COUNTS[-36:] = np.arange(36) + K  # some whole hours that may be shown
COUNTS[:36] = 0
COUNTS[40] = 5
FROM = STARTS_AT + timedelta(days=1)
BUCKETS = {"occupancy_15m": timedelta(minutes=15), "occupancy_1h": timedelta(hours=1)}


@pytest.fixture
def made(connection: Connection, dsn: str) -> Iterator[World]:
    """The world with three days of counts in the shared zone, every five minutes."""
    with world(connection, dsn) as one:
        count(connection, "sharedmark-z", COUNTS)
        yield one


def count(connection: Connection, zone: str, counts: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> None:
    row = connection.execute("SELECT zone_id FROM zone WHERE zone = %s", (zone,)).fetchone()
    assert row is not None
    at = microseconds(FROM) + np.arange(counts.size, dtype=np.int64) * 300_000_000
    to = FROM + timedelta(hours=HOURS)
    write_readings(connection, OCCUPANCY, [np.full_like(at, row[0]), at, counts.astype(np.int64)], to)
    connection.commit()
    bring_up_to_date(connection, to)
    connection.commit()


def asked(made: World, key: Key, statement: str) -> list[tuple[object, ...]]:
    with made.login(key) as login:
        return login.execute(statement.encode()).fetchall()


def shared(made: World, key: Key, view: str) -> dict[datetime, tuple[object, ...]]:
    rows = asked(
        made, key, "SELECT bucket_at, is_suppressed, counts, people_sum, people_least, people_most"
        f" FROM reporting.{view} WHERE zone = 'sharedmark-z' AND bucket_at >= '{FROM.isoformat()}'"
    )  # fmt: skip
    return {row[0]: row[1:] for row in rows if isinstance(row[0], datetime)}


@pytest.mark.parametrize("view", BUCKETS)
def test_a_bucket_is_shown_when_every_count_in_it_could_be_shown_alone(made: World, view: str) -> None:
    a_bucket = BUCKETS[view] // timedelta(minutes=5)
    rows = shared(made, MANAGER, view)
    assert len(rows) == COUNTS.size // a_bucket
    decided = set()
    for bucket_at, (is_suppressed, *figures) in rows.items():
        first = (bucket_at - FROM) // timedelta(minutes=5)
        inside = COUNTS[first : first + a_bucket].tolist()
        may = min(inside) >= K or max(inside) == 0
        decided.add(may)
        assert is_suppressed is not may, (bucket_at, inside)
        assert figures == ([len(inside), sum(inside), min(inside), max(inside)] if may else [None] * 4)
    assert decided == {True, False}


def test_no_hidden_quarter_is_an_hour_less_the_other_quarters(made: World) -> None:
    quarters, hours = shared(made, MANAGER, "occupancy_15m"), shared(made, MANAGER, "occupancy_1h")
    shown_hours = [at for at, (is_suppressed, *_) in hours.items() if not is_suppressed]
    assert shown_hours
    for hour in shown_hours:
        assert not any(quarters[hour + at * timedelta(minutes=15)][0] for at in range(4))


def test_counts_one_by_one_are_for_the_tenant_alone(made: World) -> None:
    assert asked(made, MANAGER, "SELECT FROM reporting.occupancy") == []
    assert asked(made, MANAGER, "SELECT FROM reporting.occupancy_1h WHERE zone <> 'sharedmark-z'") == []
    assert asked(made, MANAGER, "SELECT FROM reporting.sensor_reading") == []
    assert asked(made, TENANT, "SELECT DISTINCT people FROM reporting.occupancy") == [(31,)]
    assert asked(made, TENANT, "SELECT DISTINCT is_suppressed FROM reporting.occupancy_15m") == [(False,)]
    count(made.owner, "aamark-z", np.array([3, 0, 2]))
    assert asked(
        made, TENANT, f"SELECT sum(people) FROM reporting.occupancy WHERE measured_at >= '{FROM.isoformat()}'"
    ) == [(5,)]


def test_a_sensor_where_nobody_is_the_tenant_says_nothing_of_people(made: World) -> None:
    owner = made.owner
    owner.execute(
        "INSERT INTO sensor (sensor, facility, zone, feed, device, is_demo)"
        " VALUES ('lobby', 'casa', 'sharedmark-z', 'f', 'd', false)"
    )
    for quantity in ("people", "people_in_total", "motion", "something_new", "temperature_celsius"):
        owner.execute(
            "WITH made AS ("
            "  INSERT INTO sensor_series (sensor, channel, quantity) VALUES ('lobby', '', %s) RETURNING series_id"
            ") INSERT INTO sensor_reading (series_id, measured_at, value, received_at)"
            " SELECT series_id, now(), 3, now() FROM made",
            (quantity,),
        )
    owner.commit()
    assert asked(made, MANAGER, "SELECT quantity FROM reporting.sensor_reading") == [("temperature_celsius",)]


def test_k_is_a_setting(made: World) -> None:
    assert not set_least_people(made.owner, K)
    assert set_least_people(made.owner, 41)
    made.owner.commit()
    shown = {row[3] for row in shared(made, MANAGER, "occupancy_15m").values()}
    assert shown <= {None, 0, *range(41, 47)}
    with pytest.raises(InputError, match="--least-people: 1 is not between 2 and 1000"):
        set_least_people(made.owner, 1)


TOTALS = (
    "SELECT bucket_at, is_suppressed, people, zones, zones_counted FROM reporting.park_occupancy_1h"
    " WHERE facility = 'casa'"
)


def let(made: World, *tenants: str, people: int) -> None:
    """Lets a further zone of casa to each tenant and counts people there in the first three hours of the world."""
    for tenant in tenants:
        made.owner.execute(
            "INSERT INTO zone (zone, facility, tenant, capacity_people) VALUES (%s, 'casa', %s, 50)",
            (f"{tenant}-z2", tenant),
        )
        count_three_hours(made, f"{tenant}-z2", people, STARTS_AT)
    made.owner.commit()


def count_three_hours(made: World, zone: str, people: int, from_at: datetime) -> None:
    """Counts as many people every five minutes."""
    row = made.owner.execute("SELECT zone_id FROM zone WHERE zone = %s", (zone,)).fetchone()
    assert row is not None
    at = microseconds(from_at) + np.arange(36, dtype=np.int64) * 300_000_000
    columns = [np.full_like(at, row[0]), at, np.full_like(at, people)]
    write_readings(made.owner, OCCUPANCY, columns, from_at + timedelta(hours=3))
    made.owner.execute("UPDATE rollup_progress SET rolled_to_at = '-infinity'")
    made.owner.execute("TRUNCATE occupancy_15m_rolled, occupancy_1h_rolled")


@pytest.fixture
def plain(made: World) -> World:
    if made.owner.execute("SELECT to_regclass('occupancy_15m_rolled')").fetchone() == (None,):
        pytest.skip("this puts the sums back by hand, which are TimescaleDB's here; the view is the same")
    return made


@pytest.mark.parametrize("key", [MANAGER, MINISTRY], ids=str)
def test_a_sum_over_two_tenants_is_not_shown(plain: World, key: Key) -> None:
    let(plain, "zzmark", people=20)  # aamark and zzmark, with two zones: each of the two could subtract itself
    assert {row[1:] for row in asked(plain, key, TOTALS)} == {(True, None, 3, 3)}


@pytest.mark.parametrize("key", [MANAGER, MINISTRY], ids=str)
def test_a_sum_over_three_is_rounded_and_never_of_a_part(plain: World, key: Key) -> None:
    let(plain, "third", people=17)
    assert {row[1:] for row in asked(plain, key, TOTALS)} == {(False, 90, 3, 3)}  # 31 + 41 + 17 = 89
    plain.owner.execute("INSERT INTO zone (zone, facility, tenant) VALUES ('silent-z', 'casa', 'fourth')")
    plain.owner.commit()
    assert {row[1:] for row in asked(plain, key, TOTALS)} == {(False, None, 4, 3)}


@pytest.mark.parametrize("key", [MANAGER, MINISTRY], ids=str)
def test_an_hour_that_was_shown_stays_when_a_zone_has_left(plain: World, key: Key) -> None:
    let(plain, "third", "fourth", people=70)
    first = asked(plain, key, TOTALS)
    assert {row[1:] for row in first} == {(False, 210, 4, 4)}  # 31 + 41 + 70 + 70 = 212
    plain.owner.execute("UPDATE zone SET is_listed = false WHERE zone = 'fourth-z2'")
    soon, late = STARTS_AT + timedelta(days=30), STARTS_AT + timedelta(days=36)
    for from_at in (soon, late):
        for zone, people in (("aamark-z", 31), ("zzmark-z", 41), ("third-z2", 70)):
            count_three_hours(plain, zone, people, from_at)
    plain.owner.commit()
    shown = asked(plain, key, TOTALS)
    assert [row for row in shown if row in first] == first, "less one zone it would be the count of the one that left"
    after = {from_at: {row[1:] for row in shown if row[0] == from_at} for from_at in (soon, late)}
    assert after == {soon: {(False, None, 4, 3)}, late: {(False, 140, 3, 3)}}


def test_tenants_see_no_sum_over_tenants(plain: World) -> None:
    let(plain, "third", people=17)
    assert asked(plain, TENANT, TOTALS) == []
    assert asked(plain, TENANT, "SELECT FROM reporting.park_verdicts") == []


COUNTED = """SELECT met, on_track, breached, open, undecided, unmeasured, not_measurable, is_suppressed
FROM reporting.park_verdicts WHERE facility = 'casa'"""


def moved(plain: World) -> None:
    """Makes the third tenant one of casa."""
    for table in ("score", "agreement"):
        plain.owner.execute(f"UPDATE {table} SET facility = 'casa' WHERE agreement = 'yymark-g'".encode())
    plain.owner.commit()


def test_verdicts_of_a_park_are_counted_over_three_tenants_or_not_at_all(plain: World) -> None:
    assert asked(plain, MINISTRY, COUNTED) == [(*[None] * 7, True)]
    moved(plain)
    assert asked(plain, MINISTRY, COUNTED) == [(1, 0, 1, 1, 0, 0, 0, False)]
    assert asked(plain, MINISTRY, "SELECT FROM reporting.verdict") == []
    plain.owner.execute("UPDATE verdict SET verdict = 'not_measurable' WHERE agreement = 'yymark-g'")
    plain.owner.execute("UPDATE verdict SET verdict = 'insufficient_data' WHERE agreement = 'aamark-g'")
    plain.owner.commit()
    assert asked(plain, MINISTRY, COUNTED) == [(0, 0, 1, 0, 1, 0, 1, False)], "nothing to measure is not undecided"


@pytest.mark.parametrize("key", [MINISTRY, ("operator", None)], ids=str)
def test_a_sum_counts_what_the_rows_say(plain: World, key: Key) -> None:
    """Of a running month, too: availability by its budget, whatever the verdict would be if it ended now."""
    moved(plain)
    plain.owner.execute("UPDATE score SET scored_to_at = period_ends_at - interval '1 day'")
    plain.owner.execute("UPDATE verdict SET verdict = 'insufficient_data', budget_left_seconds = -1")
    plain.owner.execute("UPDATE verdict SET indicator = 'loss', verdict = 'met' WHERE agreement = 'aamark-g'")
    plain.owner.execute("UPDATE objective SET min_coverage_ratio = 0")
    plain.owner.commit()
    rows = "SELECT standing, count(*) FROM reporting.verdict WHERE facility = 'casa' GROUP BY standing ORDER BY 1"
    assert asked(plain, ("operator", None), rows) == [("breached", 2), ("on_track", 1)]
    assert asked(plain, key, COUNTED) == [(0, 1, 2, 0, 0, 0, 0, False)]


def owe(plain: World, **amounts: str) -> None:
    """What each tenant is owed, of one currency."""
    plain.owner.execute("UPDATE agreement SET currency = 'MAD'")
    for mark, amount in amounts.items():
        plain.owner.execute(
            "UPDATE score SET document = jsonb_set(document::jsonb, '{credits,payable}', to_jsonb(%s::text))::text"
            " WHERE agreement = %s",
            (amount, f"{mark}mark-g"),
        )
    plain.owner.commit()


CREDITS = "SELECT credits FROM reporting.park_verdicts WHERE facility = 'casa'"


@pytest.mark.parametrize(
    ("amounts", "shown"),
    [
        (("100.00", "200.00", "300.00"), "600.00"),
        (("0.00", "0.00", "0.00"), "0.00"),
        (("0.00", "0.00", "300.00"), None),
        (("0.00", "200.00", "300.00"), None),
        (("10.00", "20.00", "170.00"), None),
        (("10.00", "21.00", "170.00"), "201.00"),
    ],
    ids=["three", "nobody", "one", "two, each of whom could subtract itself", "85 % is one's", "less than 85 %"],
)
def test_credits_are_summed_where_none_can_be_taken_out(
    plain: World, amounts: tuple[str, str, str], shown: str | None
) -> None:
    moved(plain)
    owe(plain, **dict(zip(("aa", "zz", "yy"), amounts, strict=True)))
    assert asked(plain, MINISTRY, CREDITS) == [(None if shown is None else {"MAD": shown},)]


def test_no_credit_of_a_month_that_runs_or_in_one_currency_of_two(plain: World) -> None:
    """Two looks at a running month differ by one tenant's credit."""
    moved(plain)
    owe(plain, aa="100.00", zz="200.00", yy="300.00")
    plain.owner.execute(
        "UPDATE score SET scored_to_at = period_ends_at - interval '1 day' WHERE agreement = 'aamark-g'"
    )
    plain.owner.commit()
    assert asked(plain, MINISTRY, CREDITS) == [(None,)]
    plain.owner.execute("UPDATE score SET scored_to_at = period_ends_at")
    plain.owner.commit()
    assert asked(plain, MINISTRY, CREDITS) == [({"MAD": "600.00"},)]
    plain.owner.execute("UPDATE agreement SET currency = 'EUR' WHERE agreement = 'aamark-g'")
    plain.owner.commit()
    assert asked(plain, MINISTRY, CREDITS) == [(None,)]


FOURTH = """
INSERT INTO tenant (tenant, name, is_demo) VALUES ('fourth', 'fourth', false);
INSERT INTO agreement (agreement, tenant, facility, time_zone, starts_on, monthly_fee, currency, is_demo)
    VALUES ('fourth-g', 'fourth', 'casa', 'Africa/Casablanca', '2026-01-15', 1000, 'MAD', false)
"""
FOURTH_SCORED = """
INSERT INTO score (agreement, period_starts_at, period_ends_at, tenant, facility, is_demo, document, agreement_sha256,
    software_version, tzdb_version, scored_to_at, scored_at)
    SELECT 'fourth-g', %(from)s, %(to)s, 'fourth', facility, is_demo,
        jsonb_set(document::jsonb, '{credits,payable}', '"50.00"')::text, agreement_sha256, software_version,
        tzdb_version, %(scored_to)s, scored_at FROM score WHERE agreement = 'aamark-g'
"""


def test_no_credit_before_every_agreement_of_the_month_is_scored(plain: World) -> None:
    """Else two looks, before and after the last one is, differ by what that tenant is owed."""
    moved(plain)
    owe(plain, aa="100.00", zz="200.00", yy="300.00")
    owner = plain.owner

    def credits_after(statement: str, **values: object) -> object:
        owner.execute(statement.encode(), values)
        owner.commit()
        ((found,),) = asked(plain, MINISTRY, CREDITS)
        return found

    three, four = {"MAD": "600.00"}, {"MAD": "650.00"}
    from_at, cut_at = datetime(2026, 1, 14, 23, tzinfo=UTC), datetime(2026, 1, 24, 23, tzinfo=UTC)
    assert credits_after("SELECT") == three
    assert credits_after(FOURTH) is None, "in force and without a score"
    for starts_on, ends_on, shown in (
        ("2026-02-01", None, three), ("2025-06-01", "2026-01-01", three), ("2026-01-15", "2026-01-15", three),
        ("2025-06-01", "2026-01-02", None), ("2026-01-31", None, None), ("2026-01-15", None, None),
    ):  # fmt: skip
        in_force = "UPDATE agreement SET starts_on = %(starts_on)s, ends_on = %(ends_on)s WHERE agreement = 'fourth-g'"
        assert credits_after(in_force, starts_on=starts_on, ends_on=ends_on) == shown, (starts_on, ends_on)
    is_listed = "UPDATE agreement SET is_listed = %(is_listed)s WHERE agreement = 'fourth-g'"
    assert credits_after(is_listed, is_listed=False) == three
    assert credits_after(is_listed, is_listed=True) is None

    a_part = {"from": from_at, "to": cut_at, "scored_to": cut_at}
    assert credits_after(FOURTH_SCORED, **a_part) is None, "an amendment cuts the month, and the rest has no score yet"
    the_rest = {"from": cut_at, "to": MONTH_ENDS_AT, "scored_to": MONTH_ENDS_AT - timedelta(hours=1)}
    assert credits_after(FOURTH_SCORED, **the_rest) is None, "not to its end"
    assert (
        credits_after("DELETE FROM score WHERE agreement = 'fourth-g' AND period_starts_at = %(cut)s", cut=cut_at)
        is None
    )
    assert credits_after("UPDATE agreement SET ends_on = '2026-01-25' WHERE agreement = 'fourth-g'") == four
    assert credits_after(is_listed, is_listed=False) == four, "what was scored stays in the sum, without verdicts too"
    assert credits_after("INSERT INTO unscored VALUES ('fourth-g', %(cut)s, %(cut)s, 'no text')", cut=cut_at) is None
