"""The rights with which an operator's own LOGIN role proposes, decides and answers a page: to see all, to write what
people say."""

from psycopg import sql

from store.connection import Connection

RIGHTS = (
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA p2i, reporting TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA p2i, reporting TO {role}",
    "GRANT INSERT (exclusion, circuit_id, kind, starts_at, ends_at, announced_at, decision, reason, evidence),"
    " UPDATE (kind, starts_at, ends_at, announced_at, decision, reason, evidence) ON p2i.exclusion TO {role}",
    "GRANT INSERT, UPDATE ON p2i.ticket, p2i.ticket_freeze TO {role}",
    "GRANT INSERT (body, document) ON p2i.verdict_entry TO {role}",
    "GRANT INSERT ON p2i.agreement_text, p2i.calendar_text TO {role}",
    "GRANT UPDATE (severity, is_demo, closed_at, state, reason, level, climb, held_by, next_step_at, route, policy)"
    " ON p2i.notice TO {role}",
    "GRANT INSERT ON p2i.notice_step, p2i.message TO {role}",
)


def grant_operator(connection: Connection, role: str) -> None:
    """Gives the role an operator's rights, as docs/exclusions.md lists them. The caller commits.

    Nothing lets it write who proposed or decided, and when, or touch a line of the events: the database does. New
    tables of a later release need it again.
    """
    names = {"role": sql.Identifier(role), "database": sql.Identifier(connection.info.dbname)}
    for right in RIGHTS:
        connection.execute(sql.SQL(right).format(**names))
