"""What one login may do beside reading `reporting`: given where it lacks, found and taken away where it is too much."""

from psycopg import sql

from store.connection import Connection
from store.login_role import is_superuser

COMPLETE = """
SELECT bool_and(has_table_privilege(%(role)s, c.oid, 'SELECT')),
    has_schema_privilege(%(role)s, 'reporting', 'USAGE'),
    EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE defaclnamespace = 'reporting'::regnamespace
        AND defaclrole = (SELECT nspowner FROM pg_namespace WHERE nspname = 'reporting')
        AND grantee = %(role)s::regrole AND privilege_type = 'SELECT'),
    EXISTS (SELECT FROM pg_database, aclexplode(datacl) WHERE datname = current_database()
        AND grantee = %(role)s::regrole AND privilege_type = 'CONNECT')
FROM pg_class AS c WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
"""
# The server notes every object that names a role among its rights or its owners, whatever kind of object it is.
EXTRA = """
WITH own AS (SELECT oid FROM pg_roles WHERE rolname = %(role)s),
here AS (SELECT oid FROM pg_database WHERE datname = current_database()),
named AS (
    SELECT deptype = 'o' AS is_owner, classid, objid, objsubid, dbid FROM pg_shdepend JOIN own ON refobjid = own.oid
    WHERE refclassid = 'pg_authid'::regclass AND deptype IN ('a', 'o')
),
given (kind, oid, acl) AS (
    SELECT 'pg_class'::regclass, oid, relacl FROM pg_class
    UNION ALL SELECT 'pg_namespace'::regclass, oid, nspacl FROM pg_namespace
    UNION ALL SELECT 'pg_database'::regclass, oid, datacl FROM pg_database
    UNION ALL SELECT 'pg_default_acl'::regclass, oid, defaclacl FROM pg_default_acl
),
expected (kind, oid, right_given) AS (
    SELECT 'pg_class'::regclass, oid, 'SELECT' FROM pg_class WHERE relnamespace = 'reporting'::regnamespace
    UNION ALL SELECT 'pg_namespace'::regclass, 'reporting'::regnamespace, 'USAGE'
    UNION ALL SELECT 'pg_database'::regclass, oid, 'CONNECT' FROM here
    UNION ALL SELECT 'pg_default_acl'::regclass, oid, 'SELECT' FROM pg_default_acl
        WHERE defaclnamespace = 'reporting'::regnamespace
)
SELECT CASE WHEN is_owner THEN 'owns ' ELSE 'has rights on ' END
    || CASE WHEN dbid IN (0, here.oid) THEN pg_describe_object(classid, objid, objsubid)
        ELSE 'something in the database ' || (SELECT datname FROM pg_database WHERE pg_database.oid = dbid) END
FROM named, here
WHERE is_owner OR objsubid <> 0 OR dbid NOT IN (0, here.oid)
    OR NOT EXISTS (SELECT FROM expected WHERE kind = classid AND expected.oid = objid)
UNION SELECT format('may %%s%%s on %%s', privilege_type, CASE WHEN is_grantable THEN ' and grant' END,
    pg_describe_object(kind, given.oid, 0))
FROM given JOIN expected USING (kind, oid), aclexplode(acl) JOIN own ON grantee = own.oid
WHERE is_grantable OR privilege_type <> right_given
UNION SELECT 'is a member of ' || roleid::regrole FROM pg_auth_members JOIN own ON member = own.oid
ORDER BY 1
"""
MEMBERSHIPS = (
    "SELECT DISTINCT roleid::regrole::text, grantor::regrole::text FROM pg_auth_members WHERE member = %s::regrole"
)


def lacks_rights(connection: Connection, role: str) -> bool:
    """Whether the role may not yet read everything in `reporting`."""
    row = connection.execute(COMPLETE, {"role": role}).fetchone()
    return row is None or not all(row)


def extra_rights(connection: Connection, role: str) -> list[str]:
    """What the role may do, owns or belongs to beside reading `reporting`, each as the rest of a sentence about it.

    Rights of PUBLIC are not the role's own: `store.public_rights` looks at those.
    """
    return [what for (what,) in connection.execute(EXTRA, {"role": role}).fetchall()]


def set_rights(connection: Connection, role: str) -> bool:
    """Lets the role read `reporting` and nothing else, and says whether that was not so.

    What it owns stays its own, and so do rights in other databases, which can be taken away only there:
    `extra_rights` goes on to tell them.
    """
    found, lacks = extra_rights(connection, role), lacks_rights(connection, role)
    if not found and not lacks:
        return False
    if found:
        _take_away(connection, role, owns=any(what.startswith("owns ") for what in found))
    row = connection.execute(
        "SELECT current_database(), pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'reporting'"
    ).fetchone()
    assert row is not None
    name, (database, owner) = sql.Identifier(role), map(sql.Identifier, row)
    for statement in (
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, name),
        sql.SQL("GRANT USAGE ON SCHEMA reporting TO {}").format(name),
        sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(name),
        # p2i migrate makes the views anew.
        sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA reporting GRANT SELECT ON TABLES TO {}").format(
            owner, name
        ),
    ):
        connection.execute(statement)
    return lacks or extra_rights(connection, role) != found


def _take_away(connection: Connection, role: str, *, owns: bool) -> None:
    """Its memberships, and every right where it owns nothing: what it owns would be dropped with them."""
    name, may_all = sql.Identifier(role), is_superuser(connection)
    for group, grantor in connection.execute(MEMBERSHIPS, (role,)).fetchall() if may_all else []:
        # Before 16 a membership has one grantor only, and to name another is refused.
        by = sql.SQL(f" GRANTED BY {grantor}" if connection.info.server_version >= 160000 else "")
        connection.execute(sql.SQL("REVOKE {} FROM {}{} CASCADE").format(sql.SQL(group), name, by))
    if not owns:
        if not may_all:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
        connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
