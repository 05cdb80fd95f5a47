"""Tables of issued statements: for the company they are of, and for those who see to it that it gets them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.grafana import statements_sql as sql
from dashboards.grafana.columns import fingerprint, instant, plain
from dashboards.grafana.field import BAD, PLAIN, UNKNOWN, WARNING, WELL, Column, Meaning
from dashboards.grafana.panel import Panel, Place, Target
from dashboards.grafana.panel_kinds import table
from dashboards.grafana.speech import Speech

_MAIL = {"none": PLAIN, "waiting": WARNING, "handed_over": WELL, "delivered": WELL, "failed": BAD}
_FILES = {"making": UNKNOWN, "whole": PLAIN, "no_evidence": WARNING}
_TROUBLES = {"deferred": WARNING, "refused": BAD, "given_up": BAD, "delayed": WARNING, "bounced": BAD}


def issued_statements(say: Speech, id: int, at: Place) -> Panel:
    """What one company was sent, or was to be: each version, with the hash to compare its file with."""
    columns = (
        *plain(say, "month"), _column(say, "number", 252), _column(say, "version", 75),
        instant("issued_at", say("statements.issued_at")), _coded(say, "mail_state", "mail", _MAIL, 115),
        instant("handed_over_at", say("statements.handed_over_at")), _coded(say, "files", "files", _FILES, 135),
        fingerprint(say("statements.sha256")),
    )  # fmt: skip
    return table(
        id, say("statements.issued"), at, Target(sql.ISSUED), columns, no_value=say("statements.issued.none"),
        description=say("statements.issued.description"),
    )  # fmt: skip


def unsent_statements(say: Speech, id: int, at: Place) -> Panel:
    """What a company has not got yet: mail that waits or failed, files that are not made."""
    columns = (
        _coded(say, "mail_state", "mail", _MAIL, 115), _coded(say, "contest_mail_state", "mail", _MAIL, 140),
        _column(say, "number", 252), *plain(say, "tenant", "month"), _coded(say, "files", "files", _FILES, 135),
        _coded(say, "trouble", "trouble", _TROUBLES, 150), _column(say, "code", 70), _column(say, "server", 160),
        instant("happened_at", say("statements.happened_at")), instant("issued_at", say("statements.issued_at")),
    )  # fmt: skip
    return table(
        id, say("statements.unsent"), at, Target(sql.UNSENT), columns, no_value=say("statements.unsent.none"),
        description=say("statements.unsent.description"),
    )  # fmt: skip


def _column(say: Speech, name: str, width: int) -> Column:
    return Column(name, say(f"statements.{name}"), width=width)


def _coded(say: Speech, name: str, words: str, colors: Mapping[str, str], width: int) -> Column:
    said = {code: Meaning(say(f"statements.{words}.{code}"), color) for code, color in colors.items()}
    return Column(name, say(f"statements.{name}"), meanings=said, cell="color-text", width=width)
