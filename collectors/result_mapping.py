"""The mapping of results of measuring tools (RIPE Atlas, perfSONAR, iperf3), whose fields need no explaining. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from collectors.decoders.iperf3 import Direction
from collectors.mapping import codes_of
from facilities.toml_table import TomlTable

ResultFormat: TypeAlias = Literal["ripe_atlas", "perfsonar", "iperf3"]
ResultKind: TypeAlias = Literal["probes", "intervals"]

_KINDS: Mapping[ResultFormat, tuple[ResultKind, ...]] = {
    "ripe_atlas": ("probes", "intervals"),
    "perfsonar": ("intervals", "probes"),
    "iperf3": ("intervals",),
}
"""What each format can give; the first one is taken when the mapping does not say."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ResultMapping:
    """How to read results. `subject` is the circuit of all, or `codes` translates RIPE Atlas probe numbers.

    Each option belongs to one format: `address_family`, `spacing_us` and `accepts_unsynchronised` to ripe_atlas,
    `packets_sent`, `event_type` and `starts_at_us` to perfsonar, `direction` to iperf3.
    """

    format: ResultFormat
    kind: ResultKind
    subject: str | None
    codes: Mapping[str, str]
    address_family: int | None = None
    spacing_us: int = 1_000_000
    accepts_unsynchronised: bool = False
    packets_sent: int | None = None
    event_type: str | None = None
    starts_at_us: int | None = None
    direction: Direction = "forward"

    @property
    def subject_column(self) -> str | None:
        """What names the circuit record by record, if the mapping does not name it for all."""
        return "prb_id" if self.codes else None


def result_mapping(table: TomlTable, form: ResultFormat) -> ResultMapping:
    """The mapping that `table` writes; InputError in one line `NAME: key: what is wrong` for the first mistake."""
    kinds = _KINDS[form]
    kind = kinds[kinds.index(table.choice("kind", kinds, kinds[0]))]
    subject = table.text("circuit") if table.has("circuit") else None
    codes = codes_of(table) if form == "ripe_atlas" else {}
    if subject and codes:
        table.refuse("codes", '"circuit" says already what all results are about; keep one of the two')
    mapping = ResultMapping(form, kind, subject, codes)
    match form:
        case "ripe_atlas":
            mapping = ResultMapping(
                form,
                kind,
                subject,
                codes,
                address_family={"4": 4, "6": 6, "any": None}[table.choice("address_family", ("4", "6", "any"), "any")],
                spacing_us=table.integer("packet_interval_ms", 1, 1000) * 1000,
                accepts_unsynchronised=table.choice("unsynchronised", ("refuse", "accept"), "refuse") == "accept",
            )
        case "perfsonar":
            mapping = ResultMapping(
                form,
                kind,
                subject,
                codes,
                packets_sent=table.integer("packets_sent", 1) if table.has("packets_sent") else None,
                event_type=table.text("event_type") if table.has("event_type") else None,
                starts_at_us=_starts_at(table),
            )
        case "iperf3":
            reverse = table.choice("direction", ("forward", "reverse"), "forward") == "reverse"
            mapping = ResultMapping(form, kind, subject, codes, direction="reverse" if reverse else "forward")
    table.close()
    return mapping


def _starts_at(table: TomlTable) -> int | None:
    if not table.has("starts_at"):
        return None
    written = table.value("starts_at")
    if not isinstance(written, datetime) or written.tzinfo is None:
        table.refuse("starts_at", "must be an instant with its offset such as 2026-11-21T23:08:19Z")
    return (written - _EPOCH) // timedelta(microseconds=1)
