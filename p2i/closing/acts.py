"""What a person or a mail server adds to the record of a dispatch: send it again, or it came back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from facilities.mailbox import mailbox
from reports.bounces import Bounce, BouncedRecipient, bounce_of
from reports.forms import stem_of_number
from store.connection import Connection
from store.dispatch_rows import FAILED, Dispatch, Event, RecipientState
from store.dispatches import (
    add_recipient,
    read_dispatch,
    read_dispatch_by_message_id,
    read_dispatches,
    read_happened,
    read_recipients_of,
    set_state,
    write_happened,
)
from store.errors import InputError
from store.ledger import read_writer
from store.statements import read_all_numbers

EVENTS: dict[str, Event] = {
    "failed": "bounced", "delayed": "delayed", "delivered": "delivered", "relayed": "relayed", "expanded": "relayed",
}  # fmt: skip


def resend(connection: Connection, number: str, to: str | None, instead_of: str | None, reason: str) -> Iterator[str]:
    """Has the statement's message sent again, byte for byte, by the job's next look; yields what was written.

    To an address that it was not sent to before it goes as it is: whom it names in `To` does not change. What was said
    of contests goes with it to whom it did not reach. InputError when there is no such message or address.
    """
    if not (reason.strip() and reason.isprintable()):
        raise InputError("--reason: must be one line of text")
    now, number = read_writer(connection).recorded_at.replace(microsecond=0), known_number(connection, number)
    every = read_dispatches(connection, [number])
    dispatch = next((one for one in every if one.kind == "statement"), None)
    if dispatch is None:
        raise InputError(f"{number}: no message of it was written: see p2i closing list")
    known = [one.address for one in read_recipients_of(connection, dispatch.dispatch_id) if one.state != "replaced"]
    if instead_of is not None and to is None:
        yield from _leave(connection, number, every, instead_of, now, reason)
        connection.commit()
        return
    if instead_of is not None:
        if instead_of not in known:
            raise InputError(f"--instead-of: is none of {', '.join(known) or 'its addresses: it has none'}")
        set_state(connection, dispatch.dispatch_id, instead_of, "replaced", None)
        write_happened(connection, dispatch.dispatch_id, instead_of, now, "replaced", reason=reason, by=to)
        yield f"{instead_of} is replaced in {number}; recipients.toml says who gets the next one"
    if to is None and not known:
        raise InputError(f"{number}: was written for the folder alone: --to says whom to send it to")
    for address in known if to is None else [_address(to)]:
        yield _requested(connection, dispatch, address, now, reason)
    for other in every:
        for failed in read_recipients_of(connection, other.dispatch_id) if other.entry is not None else ():
            is_open = failed.state in FAILED or failed.state == "waiting"
            if is_open and (to is None or failed.address in (instead_of, to)):
                if failed.address == instead_of:
                    set_state(connection, other.dispatch_id, instead_of, "replaced", None)
                    write_happened(connection, other.dispatch_id, instead_of, now, "replaced", reason=reason, by=to)
                address = failed.address if to is None else _address(to)
                yield _requested(connection, other, address, now, reason)
    connection.commit()


def _leave(
    connection: Connection, number: str, every: list[Dispatch], address: str, now: datetime, reason: str
) -> Iterator[str]:
    """Nothing more is sent to an address, and what failed there is a person's problem no more."""
    of = [
        one.dispatch_id
        for one in every
        for each in read_recipients_of(connection, one.dispatch_id)
        if each.address == address and each.state != "replaced"
    ]
    if not of:
        raise InputError(f"--instead-of: nothing of {number} is sent to {address}")
    for dispatch_id in of:
        set_state(connection, dispatch_id, address, "replaced", None)
        write_happened(connection, dispatch_id, address, now, "replaced", reason=reason)
    yield f"{number}: nothing of it is sent to {address} any more"


def _requested(connection: Connection, dispatch: Dispatch, address: str, now: datetime, reason: str) -> str:
    add_recipient(connection, dispatch.dispatch_id, address, now)
    write_happened(connection, dispatch.dispatch_id, address, now, "requested", reason=reason)
    about = dispatch.number if dispatch.entry is None else f"{dispatch.number} {dispatch.kind}"
    return f"{about}: to be sent to {address} at the next look of p2i closing run"


def known_number(connection: Connection, written: str) -> str:
    """The statement's number, written as on it or as its files are named, accents and case as a keyboard has them.

    InputError where none was issued.
    """
    for number in read_all_numbers(connection):
        if stem_of_number(written).casefold() == stem_of_number(number).casefold():
            return number
    raise InputError(f"{written}: was not issued by the closing job: see p2i closing list")


def take_bounce(connection: Connection, raw: bytes) -> Iterator[str]:
    """Writes down what a delivery status notification (RFC 3464) says; the same one twice is written once.

    InputError for what is none, and for one about a message that is not ours.
    """
    bounce, sha256 = bounce_of(raw), hashlib.sha256(raw).hexdigest()
    dispatch = _dispatch(connection, bounce)
    is_proven = dispatch is not None and dispatch.is_envelope(bounce.envelope_id or "")
    if dispatch is None:
        raise InputError(
            f"a report about {bounce.message_id or bounce.envelope_id or 'no message that it names'}, not one of ours"
        )
    now = read_writer(connection).recorded_at.replace(microsecond=0)
    if any(one.detail.get("report_sha256") == sha256 for one in read_happened(connection, dispatch.dispatch_id)):
        yield f"{dispatch.number}: this report is on record already"
        return
    for said in bounce.recipients:
        yield _written(connection, dispatch, said, now, sha256, is_proven=is_proven)
    connection.commit()


def _dispatch(connection: Connection, bounce: Bounce) -> Dispatch | None:
    envelope = bounce.envelope_id or ""
    number = envelope.partition(".")[0]
    if number.isascii() and number.isdigit() and len(number) < 19:
        found = read_dispatch(connection, int(number))
        if found is not None and found.is_envelope(envelope):
            return found
    return None if bounce.message_id is None else read_dispatch_by_message_id(connection, bounce.message_id)


def _written(
    connection: Connection, dispatch: Dispatch, said: BouncedRecipient, now: datetime, sha256: str, *, is_proven: bool
) -> str:
    """One recipient's part of the report. What is to be sent again and was not yet is not what the report is of.

    Anybody can write to the address of bounces. That something failed is believed, for a person then looks at it; that
    it was delivered only of who names the envelope, or a forged report would have a message never sent.
    """
    every = read_recipients_of(connection, dispatch.dispatch_id)
    of = next((one for one in every if one.address.casefold() == said.address.casefold()), None)
    if of is None and len(every) == 1:
        of = every[0]  # forwarded: the report names an address that we do not know
    event = EVENTS[said.action]
    detail = {"status": said.status, "diagnostic": said.diagnostic, "named": said.address, "report_sha256": sha256}
    write_happened(connection, dispatch.dispatch_id, None if of is None else of.address, now, event, **detail)
    if of is not None and _is_told_of(of):
        if event == "bounced":
            set_state(connection, dispatch.dispatch_id, of.address, "bounced", None)
        elif event == "delivered" and is_proven:
            set_state(connection, dispatch.dispatch_id, of.address, "delivered", None)
    return f"{dispatch.number}: {event} {said.status}: {said.address if of is None else of.address}"


def _is_told_of(of: RecipientState) -> bool:
    """Whether the message may have reached a mail server: it was taken, or nothing was heard of an attempt."""
    return of.state in ("handed_over", "delivered") or (of.state == "waiting" and of.attempts > 0)


def _address(text: str) -> str:
    try:
        return mailbox(text).addr_spec
    except ValueError as error:
        raise InputError(f"--to: {error}") from None
