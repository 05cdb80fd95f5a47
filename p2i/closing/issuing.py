"""Issues the statement of every tenant's month of which everything is published: once, into the database."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime

from facilities.instants import epoch_seconds, instant
from p2i.closing.metrics import ISSUED
from p2i.closing.work import Work, manifest_path
from reports.composing import compose
from reports.key_folder import signing_key
from reports.signing import Json, signed
from reports.statement import statement_text
from store.errors import InputError
from store.statement_rows import InForce, IssuedStatement, NewestStatement, states_text
from store.statements import read_held_by_others, read_in_force, read_newest, write_statement_row

log = logging.getLogger("closing")


def issue_statements(work: Work, unready: dict[tuple[str, str], str]) -> None:
    """Issues what is published and not issued yet. A month that lacks a verdict is left for later.

    Such months are kept in `unready` with what is published of them: composing them is not cheap, and changes nothing
    before somebody publishes.
    """
    newest = read_newest(work.connection, list(work.settings.recipients))
    months = [
        (month, tenant, states_text(versions))
        for tenant, recipient in work.settings.recipients.items()
        if not _is_relet(work, tenant)
        for month, versions in _by_month(work, tenant).items()
        if month >= recipient.from_month
    ]
    work.connection.commit()
    for month, tenant, states in sorted(months):
        known = newest.get((tenant, month))
        if unready.get((tenant, month)) == states or (known is not None and known.states == states):
            continue
        if known is not None and _is_gone(work, tenant, known):
            continue
        with work.guarded(f"{tenant} {month}"):
            if not _issue(work, tenant, month):
                unready[tenant, month] = states
        if work.is_stopping():
            return


def _is_relet(work: Work, tenant: str) -> bool:
    """Whether the store knows one of the tenant's agreements as another's: their months would become its own."""
    others = read_held_by_others(work.connection, tenant, work.settings.agreements(tenant))
    for agreement, other in others:
        work.problems.found(
            f"{tenant} {agreement}", f"is known as an agreement of {other}: no statement of {tenant} is issued"
        )
    return bool(others)


def _is_gone(work: Work, tenant: str, known: NewestStatement) -> bool:
    """Whether the newest statement has an agreement that the inventory has no more: a correction would be without it,
    and there is no taking back what was sent."""
    gone = known.agreements() - set(work.settings.agreements(tenant))
    for agreement in sorted(gone):
        work.problems.found(
            f"{tenant} {agreement}",
            "is on issued statements and not in the inventory any more: they are not corrected without it;"
            " put its file back (an agreement that has ended stays)",
        )
    return bool(gone)


def _by_month(work: Work, tenant: str) -> dict[str, list[InForce]]:
    found: dict[str, list[InForce]] = defaultdict(list)
    for row in read_in_force(work.connection, work.settings.agreements(tenant)):
        zone = work.settings.inventory.versions[row.agreement][0].time_zone
        found[f"{row.period_starts_at.astimezone(zone):%Y-%m}"].append(row)
    return found


def _issue(work: Work, tenant: str, month: str) -> bool:
    """The row is the statement: whoever is first has issued it, and every file and mail is made of that row.

    False where an agreement in force has no verdict yet.
    """
    made = compose(
        work.connection,
        work.settings.inventory,
        tenant,
        month,
        language=work.settings.recipients[tenant].language,
        issued_at=work.now,
        is_issuing=True,
    )
    work.connection.commit()
    if made["status"] == "provisional":
        return False
    _refuse_unknown(work, made)
    key = signing_key(work.settings.keys, work.now)
    if key is not None:
        made = signed(made, key)
    if write_statement_row(work.connection, _row(made)):
        work.connection.commit()
        ISSUED.inc()
        log.info("%s: issued, SHA-256 %s%s", made["number"], made["sha256"], "" if key else ", not signed (P2I_KEYS)")
    work.connection.commit()
    return True


def _refuse_unknown(work: Work, made: Json) -> None:
    """Raises InputError where the folder has the number already: of it there would be two, each signed."""
    path = manifest_path(work.settings.folder / made["tenant"]["code"], made)
    if path.exists():
        raise InputError(
            f"{path} is there, and the database has no such statement: it was restored from a backup before that, or"
            " the file was made by hand; with the tenant's files of that number moved away it is issued anew"
        )


def _row(made: Json) -> IssuedStatement:
    return IssuedStatement(
        number=made["number"],
        tenant=made["tenant"]["code"],
        month=made["month"],
        version=made["version"],
        is_demo=bool(made["label"]),
        language=made["language"],
        states=states_text(
            InForce(part["agreement"], _instant(part["score"]["period"]["starts_at"]), part["published"]["version"])
            for part in made["agreements"]
        ),
        sha256=made["sha256"],
        document=statement_text(made),
        issued_at=_instant(made["issued_at"]),
    )


def _instant(text: str) -> datetime:
    return instant(epoch_seconds(text))
