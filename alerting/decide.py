"""From what is wrong now to what becomes of each alert: opened, raised, explained, muted, closed, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from alerting.names import Name, name_of
from store.alert_rows import AlertRow, Change, Trouble
from store.instants import utc_text

MINUTE = timedelta(minutes=1)
SETTLE = 5 * MINUTE
_SETTLING = (
    "outage",
    "site_cut",
    "duct_cut",
    "carrier_down",
    "infrastructure_carrier_down",
    "cable_down",
    "probe_fault",
)


def keep_firing(settle: timedelta = SETTLE) -> dict[str, timedelta]:
    """How long each rule must have been well before its alert closes, so that what flaps is one alert.

    `settle` is that time for outages and their shared causes. Rules that are not named close at once: they do not come
    and go.
    """
    return {
        **dict.fromkeys(_SETTLING, settle),
        "no_data": 2 * MINUTE,
        "burn_fast": 5 * MINUTE,
        "burn_slow": 15 * MINUTE,
        "breach_foreseen": 15 * MINUTE,
        "occupancy_over": 5 * MINUTE,
        "environment": 10 * MINUTE,
        "collector_dead": MINUTE,
        "engine_late": MINUTE,
        "clock_stale": 10 * MINUTE,
    }


KEEP_FIRING: Mapping[str, timedelta] = keep_firing()
FLAPPING = frozenset({"outage", "no_data"})
SEEN_EVERY = MINUTE
"""How often the row of an alert that merely lasts is written."""

_ORDER = (
    *("budget_50", "budget_75", "budget_90", "budget_100"),
    *("restore_50", "restore_75", "restore_over"),
    *("burn_72h", "burn_24h", "burn_6h", "burn_1h"),
    *("breach_by_trend", "breach_by_outage"),
)
"""Reasons of one rule from bad to worse; of others only the severity tells."""


class Step(NamedTuple):
    """One row of alert_change: what happened to the alert and the named reason."""

    change: Change
    reason: str
    detail: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Decided(NamedTuple):
    """What becomes of one alert: `before` None = it is opened; without `steps` only its row is brought up to date.

    `cause` is the alert that explains it, by name; `keeps_cause` leaves the one it has.
    """

    before: AlertRow | None
    trouble: Trouble
    seen_at: datetime
    quiet_since_at: datetime | None
    closed_at: datetime | None
    cause: Name | None
    keeps_cause: bool
    muted_by: str | None
    steps: tuple[Step, ...]


def decided(
    alerts: Sequence[AlertRow],
    troubles: Iterable[Trouble],
    *,
    causes: Mapping[Name, Name],
    mutes: Mapping[Name, str],
    now: datetime,
    stays_explained: frozenset[Name] = frozenset(),
    is_unknown: Callable[[AlertRow], bool] = lambda _: False,
    well_at: Mapping[Name, datetime] = {},
    keep: Mapping[str, timedelta] = KEEP_FIRING,
) -> list[Decided]:
    """What becomes of the open `alerts` and of what is wrong now; alerts of which nothing changes are left out.

    A trouble without an alert opens one at once. One that is found no more closes its alert only after the time
    of `keep` for its rule without it; found again meanwhile, it goes on, and what flaps counts how often. What gets
    worse is raised at once, what gets better is lowered after the same time. An alert of which nobody can say whether
    its trouble lasts (`is_unknown`: its facts were not read, or are old) stays as it is: unknown is not resolved.
    `well_at` says when what is found no more was well again, where that is known better than by looking; it stands in
    facts.well_since while the alert settles, and as its end once it is closed. Decided twice from the same, the second
    time changes nothing.
    """
    found = {name_of(one): one for one in troubles}
    open_now = {name_of(one): one for one in alerts}
    open_ids = {one.alert_id for one in alerts}
    courses = {
        name: _course(
            alert, found.get(name), now, keep.get(name[0], timedelta(0)), well_at.get(name), is_unknown=is_unknown
        )
        for name, alert in open_now.items()
    }
    ending = {open_now[name].alert_id for name, course in courses.items() if course.closed_at is not None}
    standing = frozenset(found) | {name for name, alert in open_now.items() if alert.alert_id not in ending}
    result = []
    for name, trouble in found.items():
        if name not in open_now:
            result.append(_opened(trouble, _cause(name, causes, standing), mutes.get(name), now))
    for name, alert in open_now.items():
        course, cause = courses[name], _cause(name, causes, standing)
        # What is well for now, or better, is about to close or be lowered: nobody has to be told of it by itself.
        is_better = name in found and _level(found[name]) < _level(course.trouble)
        is_well = is_better or (name not in found and not course.is_doubtful)
        # A cause that ends at this moment explains until the next look, which may find another in its place.
        lasts = (alert.cause_id in open_ids and course.is_doubtful) or alert.cause_id in ending
        keeps = is_well or lasts or name in stays_explained
        muted_by = mutes.get(name) or (alert.muted_by if is_well else None)
        one = _changed(alert, course, cause, muted_by, keeps=keeps and cause is None, known=open_now)
        if one is not None:
            result.append(one)
    return sorted(result, key=lambda one: name_of(one.trouble))


class _Course(NamedTuple):
    """How the trouble of an open alert went on: what its row says of it from now on."""

    trouble: Trouble
    seen_at: datetime
    quiet_since_at: datetime | None
    closed_at: datetime | None
    steps: tuple[Step, ...]
    is_doubtful: bool = False


def _cause(name: Name, causes: Mapping[Name, Name], standing: frozenset[Name]) -> Name | None:
    cause = causes.get(name)
    return cause if cause in standing and cause != name else None


def _opened(trouble: Trouble, cause: Name | None, muted_by: str | None, now: datetime) -> Decided:
    steps = [Step("opened", trouble.reason)]
    if muted_by is not None:
        steps.append(_muted(muted_by))
    if cause is not None:
        steps.append(Step("explained", cause[0]))
    return Decided(None, trouble, now, None, None, cause, keeps_cause=False, muted_by=muted_by, steps=tuple(steps))


def _course(
    alert: AlertRow,
    found: Trouble | None,
    now: datetime,
    kept_for: timedelta,
    well_at: datetime | None,
    *,
    is_unknown: Callable[[AlertRow], bool],
) -> _Course:
    before, quiet = alert.trouble, alert.quiet_since_at
    if found is None and is_unknown(alert):
        return _Course(before, alert.seen_at, quiet, None, (), is_doubtful=True)
    quiet_since = quiet or now
    is_over = now - quiet_since >= kept_for
    if found is None:
        closed_at, steps = (max(now, alert.opened_at), (Step("closed", "ended"),)) if is_over else (None, ())
        well_since = max(before.since_at, min(quiet_since, well_at or quiet_since))
        quiet_now = before._replace(facts={**before.facts, "well_since": utc_text(well_since)})
        return _Course(quiet_now, alert.seen_at, quiet_since, closed_at, steps)
    flaps = max(int(before.facts.get("flaps", 0)), int(found.facts.get("flaps", 0)))
    if quiet is not None and before.rule in FLAPPING:
        flaps += 1
    facts = {**found.facts, **({"flaps": flaps} if flaps else {})}
    same = found._replace(since_at=min(before.since_at, found.since_at), facts=facts)
    if _level(found) >= _level(before):
        raised = (Step("raised", found.reason, _from(before)),) if _level(found) > _level(before) else ()
        return _Course(same, now, None, None, raised)
    if is_over:
        return _Course(same, now, None, None, (Step("lowered", found.reason, _from(before)),))
    kept = same._replace(severity=before.severity, reason=before.reason)
    return _Course(kept, now, quiet_since, None, ())


def _changed(
    alert: AlertRow,
    course: _Course,
    cause: Name | None,
    muted_by: str | None,
    *,
    keeps: bool,
    known: Mapping[Name, AlertRow],
) -> Decided | None:
    """The alert with its steps; None when its row may stay as it is."""
    steps = list(course.steps)
    if course.closed_at is not None:  # how it ends is all that is left to say of it
        cause, keeps, muted_by = None, True, alert.muted_by
    if muted_by != alert.muted_by:
        steps.append(_muted(muted_by) if muted_by is not None else Step("unmuted", "maintenance_over"))
    explained_by = known[cause].alert_id if cause in known and cause is not None else None
    if cause is not None and (alert.cause_id is None or explained_by != alert.cause_id):
        steps.append(Step("explained", cause[0]))
    elif cause is None and alert.cause_id is not None and not keeps:
        is_open = alert.cause_id in {one.alert_id for one in known.values()}
        steps.append(Step("unexplained", "behind_it_no_more" if is_open else "cause_closed"))
    is_due = course.seen_at - alert.seen_at >= SEEN_EVERY
    grew = course.trouble.facts.get("members") != alert.trouble.facts.get("members")
    if not steps and course.quiet_since_at == alert.quiet_since_at and not is_due and not grew:
        return None
    return Decided(
        alert,
        course.trouble,
        course.seen_at,
        course.quiet_since_at,
        course.closed_at,
        cause,
        keeps,
        muted_by,
        tuple(steps),
    )


def _level(trouble: Trouble) -> tuple[bool, int]:
    return trouble.severity == "page", _ORDER.index(trouble.reason) if trouble.reason in _ORDER else -1


def _from(before: Trouble) -> dict[str, Any]:
    return {"from_severity": before.severity, "from_reason": before.reason}


def _muted(by: str) -> Step:
    return Step("muted", "maintenance", {"by": by})
