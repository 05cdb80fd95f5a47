"""How a row that `p2i import` refused is tried again: by the mapping of that import, which no table keeps."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from collectors.batch_store import StoredBatch, storable
from collectors.csv_layout import header_of, layout
from collectors.csv_rows import decoded_lines
from collectors.file_rows import Record, Rows, checked_rows, columns_of
from collectors.file_store import store_records
from collectors.import_mapping import ImportMapping, import_mapping
from collectors.known import Known, Series, grids_of
from collectors.mapping import FileMapping
from collectors.native_topic import CIRCUIT_KINDS
from collectors.quarantine_retry import Again
from collectors.reasons import Reason, Refused, Rejected
from collectors.result_rows import decoded_results
from collectors.sensor_file import SensorRows, refuse_subject, sensor_form, sensor_lines
from collectors.sensor_rows import SensorMapping
from collectors.table_rows import RowReader
from store.connection import Connection
from store.errors import InputError
from store.quarantine_rows import QuarantinedRow
from store.rows import QuarantineRow


class ImportForm(NamedTuple):
    """The mapping of the import, with the circuit or zone in it, and the header line of the file if it was CSV."""

    mapping: ImportMapping
    header: str | None


def record_again(form: ImportForm | None, known: Known) -> Again:
    """How a refused record of a file is tried again. A form is that of one file: records of others are left alone."""
    files: list[str] = []

    def again(connection: Connection, row: QuarantinedRow, payload: bytes) -> StoredBatch:
        if form is None:
            raise Refused(
                Reason.OFF_TYPE,
                "a record of a file needs its mapping: give --mapping as the import had it, or import the file again",
            )
        files.append(_file_of(row.origin))
        if files[-1] != files[0]:
            raise Refused(Reason.OFF_TYPE, f"of another file than {files[0]}; retry it apart (--origin)")
        rows = _rows(payload, form, known, row.received_at)
        return _stored(connection, form, row, rows)

    return again


def import_form(
    name: str, text: str, form: str | None, circuit: str | None, zone: str | None, header: str | None
) -> ImportForm:
    """What the options of the import were; InputError in one line for the first mistake."""
    mapping = import_mapping(name, text, form)
    if isinstance(mapping, SensorMapping):
        refuse_subject(circuit, zone)
        if mapping.format == "csv":
            header_of("--header", _header(header, mapping.encoding), mapping)
        return ImportForm(mapping, header)
    word, given, other = ("circuit", circuit, zone) if mapping.kind in CIRCUIT_KINDS else ("zone", zone, circuit)
    if other:
        raise InputError(f"--{'zone' if word == 'circuit' else 'circuit'}: {mapping.kind} are about a {word}")
    mapping = replace(mapping, subject=given or mapping.subject)
    if mapping.subject is None and mapping.subject_column is None:
        raise InputError(f"--{word}: needed, for the mapping names neither {word} nor {word}_column")
    if isinstance(mapping, FileMapping) and mapping.format == "csv":
        layout("--header", _header(header, mapping.encoding), mapping, {})
    return ImportForm(mapping, header)


def _header(header: str | None, encoding: str) -> bytes:
    if header is None:
        raise InputError("--header: needed for CSV, the first line of the file")
    return header.encode(encoding, "replace")


def _file_of(origin: str) -> str:
    """The name in front of `:LINE` or `#RECORD`."""
    return origin[: max(origin.rfind(":"), origin.rfind("#"))]


def _rows(payload: bytes, form: ImportForm, known: Known, received_at: datetime) -> Rows | SensorRows:
    mapping = form.mapping
    if isinstance(mapping, SensorMapping):
        if mapping.format == "parquet":
            return _sensor_of_table(payload, mapping, known, received_at)
        header = header_of("--header", _header(form.header, mapping.encoding), mapping)
        return sensor_lines(sensor_form(mapping, header, known), [Record(1, payload)], received_at)
    series = known.circuits if mapping.kind in CIRCUIT_KINDS else known.zones
    if not isinstance(mapping, FileMapping):
        return decoded_results([Record(1, payload)], mapping, series, received_at)
    if mapping.format == "parquet":
        return _row_of_table(payload, mapping, series, received_at)
    of = layout("--header", _header(form.header, mapping.encoding), mapping, series)
    return decoded_lines([Record(1, payload)], of, received_at)


def _fields(payload: bytes, mapping: FileMapping | SensorMapping) -> dict[str, str]:
    try:
        fields = msgspec.json.decode(payload, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        fields = {}
    if not fields.keys() >= set(mapping.columns):
        raise Refused(Reason.OFF_TYPE, "the mapping is not that of this row")
    return fields


def _sensor_of_table(payload: bytes, mapping: SensorMapping, known: Known, received_at: datetime) -> SensorRows:
    fields = _fields(payload, mapping)
    texts = tuple(fields.values())
    form = sensor_form(mapping, tuple(fields), known)
    return form.rows([Record(1, payload)], lambda _: texts, lambda _: payload, received_at)


def _row_of_table(payload: bytes, mapping: FileMapping, series: Mapping[str, Series], received_at: datetime) -> Rows:
    def keep(_record: Record) -> bytes:
        return payload

    record = Record(1, payload)
    numbers: list[tuple[int, ...]] = []
    rejected: list[tuple[int, Rejected]] = []
    skipped = False
    fields = _fields(payload, mapping)
    try:
        found = RowReader(mapping, tuple(fields), series).numbers(tuple(fields.values()))
        skipped = found is None
        numbers = [] if found is None else [found]
    except Refused as error:
        rejected = [(1, Rejected(error.refusal, payload))]
    columns, records = columns_of(mapping.kind, numbers), [record] * len(numbers)
    return checked_rows(mapping.kind, columns, records, rejected, skipped, keep, received_at, grids_of(series))


def _stored(connection: Connection, form: ImportForm, row: QuarantinedRow, rows: Rows | SensorRows) -> StoredBatch:
    kind: str = form.mapping.kind
    stored = store_records(connection, form.mapping.kind, rows, row.received_at)
    readings = Counter({(kind, "stored"): stored.inserted, (kind, "duplicate"): stored.duplicates})
    if rows.skipped:
        raise Refused(Reason.OFF_TYPE, "the mapping does not ask for this row")
    return StoredBatch(
        readings,
        [
            QuarantineRow(
                row.source,
                row.origin,
                one.refusal.reason.value,
                storable(one.refusal.detail),
                one.kept,
                row.received_at,
            )
            for _, one in stored.rejected
        ],
    )
