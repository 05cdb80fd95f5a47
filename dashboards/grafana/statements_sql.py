"""SQL of issued statements: one company's, and those whose mail or files are not where they should be. Pure."""

from __future__ import annotations

from dashboards.grafana.judged_sql import MONTH
from dashboards.grafana.sql import TO, variable

_FILES = """CASE WHEN files_at IS NULL THEN 'making' WHEN lacks_evidence THEN 'no_evidence' ELSE 'whole' END"""

TROUBLES = ("deferred", "refused", "given_up", "delayed", "bounced")
"""Events of a message that are no good news."""

ISSUED = f"""SELECT month, number, version, issued_at, mail_state, handed_over_at, {_FILES} AS files, sha256
FROM reporting.statement
WHERE tenant = {variable("tenant")} AND month IN (
    SELECT DISTINCT month FROM reporting.period WHERE month <= {MONTH} ORDER BY month DESC LIMIT 12)
ORDER BY month DESC, version DESC"""

_TOLD_OF = ", ".join(f"'{event}'" for event in TROUBLES)
UNSENT = f"""SELECT mail_state, contest_mail_state, statement.number, coalesce(named.name, statement.tenant) AS tenant,
       statement.month, {_FILES} AS files, told.event AS trouble, told.code, told.server, told.happened_at, issued_at
FROM reporting.statement LEFT JOIN reporting.tenant AS named ON named.tenant = statement.tenant
LEFT JOIN (
    SELECT DISTINCT ON (number) number, event, code, server, happened_at FROM reporting.statement_dispatch
    WHERE event IN ({_TOLD_OF}) ORDER BY number, event_id DESC
) AS told ON told.number = statement.number
WHERE issued_at < {TO}
    AND (mail_state IN ('failed', 'waiting') OR contest_mail_state IN ('failed', 'waiting') OR files_at IS NULL)
ORDER BY 'failed' IN (mail_state, contest_mail_state) DESC, issued_at DESC, statement.number LIMIT 200"""
"""As they stand at present, of those issued before the end of the range; what is for a person comes first."""
