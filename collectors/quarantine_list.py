"""Quarantine as lines for people, and as JSON for programs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from collectors.kept_form import why_incomplete
from collectors.quarantine_advice import advice
from collectors.visible_text import shortened, visible, visible_payload
from store.quarantine_rows import QuarantinedRow, ReasonTotal

ORIGIN_LENGTH, DETAIL_LENGTH = 48, 60
SHOWN_CHARACTERS = 64 * 1024


def list_lines(rows: Sequence[QuarantinedRow], totals: Sequence[ReasonTotal]) -> Iterator[str]:
    """One line per row, then each reason with how much of it there is and what to do about it.

    `totals` count all that was asked for, `rows` may be the newest of it.
    """
    table = [_cells(row) for row in rows]
    widths = [max(len(cells[at]) for cells in table) for at in range(len(table[0]) - 1)] if table else []
    for *cells, last in table:
        aligned = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join([*aligned, last]).rstrip()
    yield ""
    number = sum(total.rows for total in totals)
    if len(rows) < number:
        yield f"the newest {len(rows)} of {number} rows; --limit N shows more"
    width = max(len(total.reason) for total in totals)
    for total in totals:
        yield f"{visible(total.reason):<{width}}  {_counted(total)}. {advice(total.reason)}"


def list_json(rows: Sequence[QuarantinedRow], totals: Sequence[ReasonTotal]) -> str:
    """The same as one JSON object: `rows` and `totals`."""
    listed = [
        {
            "number": row.number,
            "received_at": utc(row.received_at),
            "last_received_at": utc(row.newest_at),
            "arrivals": row.arrivals,
            "source": row.source,
            "origin": row.origin,
            "reason": row.reason,
            "detail": row.detail,
            "payload_bytes": row.payload_bytes,
            "retained": row.retained,
            "resolved_at": utc(row.resolved_at) if row.resolved_at else None,
            "resolution": row.resolution,
        }
        for row in rows
    ]
    counted = [total._asdict() | {"advice": advice(total.reason)} for total in totals]
    return msgspec.json.format(msgspec.json.encode({"rows": listed, "totals": counted}), indent=2).decode()


def show_lines(row: QuarantinedRow, payload: bytes, in_full: bool) -> Iterator[str]:
    """All of one row; of its content at most `SHOWN_CHARACTERS` characters unless `in_full`."""
    yield f"#{row.number}  {_standing(row)}"
    again = "" if row.last_received_at is None else f", again until {utc(row.last_received_at)}"
    times = "once" if row.arrivals == 1 else f"{row.arrivals} times"
    yield f"came       {utc(row.received_at)}{again}; {times}"
    yield f"from       {visible(row.source)}  {visible(row.origin)}"
    yield f"reason     {visible(row.reason)}: {visible(row.detail)}"
    if row.retained:
        yield "retained   the broker had kept it: state of some time before, no reading of when it came"
    yield f"what to do {advice(row.reason)}"
    cut = f", of which the first {len(payload)} were kept" if row.payload_bytes > len(payload) else ""
    yield f"content    {row.payload_bytes} bytes{cut}, sha256 {row.payload_sha256.hex()}"
    yield from _masked_lines(row, payload)
    if not payload:
        return
    yield ""
    text = visible_payload(payload)
    if len(text) > SHOWN_CHARACTERS and not in_full:
        yield text[:SHOWN_CHARACTERS]
        yield f"(the first {SHOWN_CHARACTERS} of {len(text)} characters; --full shows all)"
    else:
        yield text


def utc(instant: datetime) -> str:
    """An instant for people, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _cells(row: QuarantinedRow) -> list[str]:
    standing = f"[{shortened(visible(row.resolution or ''), DETAIL_LENGTH)}] " if row.resolved_at else ""
    return [
        f"#{row.number}",
        utc(row.newest_at),
        f"{row.arrivals}x",
        visible(row.source),
        visible(row.reason),
        shortened(visible(row.origin), ORIGIN_LENGTH),
        standing + _first_words(visible(row.detail)),
    ]


def _masked_lines(row: QuarantinedRow, payload: bytes) -> Iterator[str]:
    """That the content is not what came, and how what stands in its place is read; nothing when it is what came."""
    if (why := why_incomplete(payload, row.payload_bytes)) is None:
        return
    yield f"{'masked' if payload else 'kept':<10} {why}; no retry can help, the sender must send it again"
    if b'"removed_keys"' in payload:
        yield "           removed_keys: how many keys were left out here: the format does not have them, and what they"
        yield "           held could name somebody"


def _first_words(text: str) -> str:
    return text if len(text) <= DETAIL_LENGTH else f"{text[: DETAIL_LENGTH - 1].rsplit(' ', 1)[0]}…"


def _counted(total: ReasonTotal) -> str:
    rows = "1 row" if total.rows == 1 else f"{total.rows} rows"
    return rows if total.arrivals == total.rows else f"{rows}, {total.arrivals} arrivals"


def _standing(row: QuarantinedRow) -> str:
    return "open" if row.resolved_at is None else f"resolved {utc(row.resolved_at)}: {visible(row.resolution or '')}"
