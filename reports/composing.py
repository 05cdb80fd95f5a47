"""Composes the statement of a tenant and month from one moment of the store."""

from __future__ import annotations

from datetime import datetime

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.evidence import with_counted
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.missing import missing_scores
from reports.published import Published, published_in, read_ledgers
from reports.reading import newest_month, read_month, read_premises, read_registers, read_told
from reports.statement import Json, Scored, statement
from reports.texts import scored_by
from store.connection import Connection
from store.errors import InputError
from store.score_evidence import read_evidence
from store.statements import read_newest
from store.verdict_rows import ScoreRow
from store.verdicts import read_unscored

LANGUAGES: dict[str, Catalogue] = {"fr": FRENCH, "en": ENGLISH}


def compose(
    connection: Connection,
    inventory: Inventory,
    tenant: str,
    month: str | None,
    *,
    language: str,
    issued_at: datetime,
    is_issuing: bool = False,
) -> Json:
    """The statement of a tenant and month (the newest scored one when None) from the store.

    Raises InputError when the tenant is not in the inventory, nothing was scored, or an agreement's text is not the
    one it was scored by: the rules printed would not be those applied. `is_issuing` says that it is going on record.
    """
    if tenant not in inventory.tenants:
        raise InputError(f'--tenant: no tenant "{tenant}" in {inventory.path}')
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        chosen = month or newest_month(connection, tenant)
        ledgers = read_ledgers(connection, inventory, tenant)
        published = [] if chosen is None else published_in(inventory, ledgers, chosen)
        known = {one.row.agreement for one in published}
        drafts = [] if chosen is None else read_month(connection, tenant, chosen)
        drafts = [row for row in drafts if row.agreement not in known]
        if chosen is None or not (published or drafts):
            raise InputError(f'--period: nothing was scored for tenant "{tenant}"{f" in {chosen}" if chosen else ""}')
        scored = [_scored(connection, inventory, one.row, one) for one in published]
        scored += [_scored(connection, inventory, row) for row in drafts]
        scored.sort(key=lambda one: (one.row.agreement, one.row.period_starts_at))
        rows = [one.row for one in scored]
        failed = [row for row in read_unscored(connection) if row.agreement not in known]
        not_scored = missing_scores(inventory, tenant, chosen, rows, failed, issued_at)
        own_premises = read_premises(connection, inventory, tenant, chosen, issued_at)
        newest = read_newest(connection, [tenant]).get((tenant, chosen))
    return statement(
        inventory.tenants[tenant],
        chosen,
        scored,
        not_scored,
        inventory=inventory,
        issued_at=issued_at,
        words=LANGUAGES[language],
        ledgers=ledgers,
        own_premises=own_premises,
        newest=newest,
        is_issuing=is_issuing,
    )


def _scored(connection: Connection, inventory: Inventory, row: ScoreRow, published: Published | None = None) -> Scored:
    """What is printed beside the figures of a version is what the version says; of a draft, what is on record now."""
    agreement = scored_by(connection, inventory, row)
    span = (row.period_starts_at, row.period_ends_at)
    told = read_told(connection, agreement, *span)
    if published is not None and published.has_registers:
        return Scored(agreement, row, published.registers(), published, published.evidence, told)
    registers = read_registers(connection, agreement, *span)
    evidence = None if published is not None else read_evidence(connection, row.agreement, *span)
    registers["exclusions"] = with_counted(registers["exclusions"], evidence)
    return Scored(agreement, row, registers, published, evidence, told)
