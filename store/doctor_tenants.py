"""What `p2i doctor` says about the logins of tenants and others: whether the wall between them is as it was made."""

from store.connection import Connection
from store.finding import Finding
from store.login_rights import extra_rights, lacks_rights
from store.login_role import CONNECTIONS, has_attributes, has_settings
from store.public_rights import open_rights, strangers
from store.reader_sessions import LONGEST, may_end_reads

NAMED_AT_MOST = 3


def tenants_findings(connection: Connection) -> list[Finding]:
    """One line: every login has its attributes, its settings and the rights it should have, and no others; none while
    the schema is older than this release.

    A right too many is an error; what only keeps a login from reading, or slows others, is a warning. Whether the
    logins are those that the inventory wants, and their passwords right, `p2i tenants check` says.
    """
    if connection.execute("SELECT to_regclass('p2i.login'), to_regnamespace('reporting')").fetchone() != (
        "login", "reporting",
    ):  # fmt: skip
        return []
    roles = [role for (role,) in connection.execute("SELECT role_name FROM login ORDER BY 1").fetchall()]
    if not roles:
        return [Finding("ok", "tenants", "no logins yet (p2i tenants apply makes them)")]
    wrong = [f"public may use {right.what}" for right in open_rights(connection)]
    wrong += [f"every login may read what is not ours: {what}" for what in strangers(connection)]
    weak: list[str] = []
    for role in roles:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
            weak.append(f"{role} is gone")
            continue
        wrong += [f"{role} {what}" for what in extra_rights(connection, role)]
        if not has_attributes(connection, role):
            wrong.append(f"{role} has other attributes")
        if lacks_rights(connection, role):
            weak.append(f"{role} may not read everything in reporting")
        if not has_settings(connection, role):
            weak.append(f"{role} has other settings")
    if found := wrong + weak:
        rest = f" and {len(found) - NAMED_AT_MOST} more" if len(found) > NAMED_AT_MOST else ""
        text = f"{'; '.join(found[:NAMED_AT_MOST])}{rest}; p2i tenants check"
        return [Finding("error" if wrong else "warning", "tenants", text)]
    if not may_end_reads(connection):
        text = (
            f"{len(roles)} logins as they should be, but this role may not end what they run for longer than"
            f" {LONGEST.seconds} s (GRANT pg_signal_backend, pg_read_all_stats to the role of p2i upkeep)"
        )
        return [Finding("warning", "tenants", text)]
    text = f"{len(roles)} logins, at most {CONNECTIONS} sessions each, with the rights they should have and no others"
    return [Finding("ok", "tenants", text)]
