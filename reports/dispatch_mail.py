"""The mails a tenant gets: a statement with what is needed to check it, and what became of a contest. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from facilities.mail_text import as_bytes, written_mail
from facilities.mailbox import Mailbox
from reports.forms import stem, stem_of_number
from reports.mail_blocks import contest_blocks, statement_blocks
from reports.mail_forms import mail_html, mail_text
from reports.mail_words import MAIL_WORDS
from reports.pages.blocks import Block, notice, text
from reports.pages.wording import Wording
from reports.shown import shown, shown_text

Json = dict[str, Any]
TYPES = {
    "pdf": ("application", "pdf"),
    "json": ("application", "json"),
    "csv": ("text", "csv"),
    "html": ("text", "html"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Of an attachment, by the end of its name."""
UNDISCLOSED = "undisclosed-recipients:;"


def message_id(stem: str, what: str, come_from: Mailbox) -> str:
    """The Message-ID of a mail: of what it tells, so that it is the same whenever it is written or sent again."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", ".", f"{stem}.{what}").strip(".")
    return f"<{plain}@{come_from.domain}>"


def statement_mail(
    made: Json,
    manifest: Json,
    *,
    come_from: Mailbox,
    to: Sequence[Mailbox],
    attached: Sequence[tuple[str, bytes]],
    evidence_note: str | None,
    written_at: datetime,
) -> bytes:
    """The mail with a statement, ready to be sent. It follows the mails of the versions before.

    It says every verdict as the statement's first page does, and holds apart from the files what shows whether they
    were changed: their hashes, and the heads of the ledgers. `attached` are files by name, `evidence_note` says why
    there is no evidence bundle.
    """
    say = Wording(MAIL_WORDS[made["language"]], made)
    blocks = statement_blocks(say, manifest, [name for name, _ in attached], evidence_note)
    key = "mail.subject.correction" if made["replaces"] else "mail.subject"
    places = {"number": made["number"], "month": say.month(made["month"]), "version": made["version"]}
    identity = message_id(stem(made), "statement", come_from)
    head = _Head(come_from, to, say.say(key, **places), identity, _before(made, come_from), written_at)
    return _mail(say, head, list(blocks), attached)


def contest_mail(
    said: Json,
    sha256: str,
    *,
    kind: Literal["contested", "answered"],
    made: Json,
    come_from: Mailbox,
    to: Sequence[Mailbox],
    written_at: datetime,
) -> bytes:
    """The mail that tells of a contest or of its answer, in the thread of the statement `made`, which is in force.

    `said` and `sha256` are the body and the hash of the entry in the ledger.
    """
    say = Wording(MAIL_WORDS[made["language"]], made)
    what = kind if kind == "contested" else f"answered.{said['answer']}"
    places = {"agreement": said["agreement"], "month": say.month(made["month"]), "number": made["number"]}
    blocks = contest_blocks(say, said, sha256, what)
    identity = message_id(stem(made), f"{said['agreement']}-{said['entry']}.{kind}", come_from)
    thread = [*_before(made, come_from), message_id(stem(made), "statement", come_from)]
    head = _Head(come_from, to, say.say(f"mail.subject.{what}", **places), identity, thread, written_at)
    return _mail(say, head, blocks, ())


class _Head(NamedTuple):
    """What stands above a mail; `thread` are the mails it follows."""

    come_from: Mailbox
    to: Sequence[Mailbox]
    subject: str
    identity: str
    thread: Sequence[str]
    written_at: datetime


def _mail(say: Wording, head: _Head, blocks: Sequence[Block], attached: Sequence[tuple[str, bytes]]) -> bytes:
    label = say.statement["label"]
    band = [notice(say.say("demo", label=label), [])] if label else []
    whole = shown([*band, *blocks, text(say.small("mail.machine"))])
    title = shown_text(f"[{label}] {head.subject}" if label else head.subject)
    one = written_mail(
        come_from=head.come_from,
        to=head.to or UNDISCLOSED,
        subject=title,
        text=mail_text(whole, say),
        html=mail_html(whole, say, title),
        message_id=head.identity,
        thread=head.thread,
        written_at=head.written_at,
    )
    for name, content in attached:
        maintype, subtype = TYPES.get(name.rpartition(".")[2], ("application", "octet-stream"))
        one.add_attachment(content, maintype, subtype, filename=name)
    return as_bytes(one)


def _before(made: Json, come_from: Mailbox) -> list[str]:
    """The mails of the versions that the statement follows, the first one first."""
    if not made["replaces"]:
        return []
    whole = made["replaces"].removesuffix(f"-v{made['version'] - 1}")
    stems = [stem_of_number(f"{whole}-v{version}") for version in range(1, made["version"])]
    return [message_id(each, "statement", come_from) for each in stems]
