"""`p2i import` of every format: nothing twice, resumed where it was killed, refused records named by number."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from collectors.import_command import main
from collectors.import_mapping import import_mapping
from collectors.importer import Outcome, import_file, import_key
from collectors.known import Known, Series
from facilities.inventory import DEMO_INVENTORY
from store.connection import Connection
from store.errors import InputError
from store.registry import register_circuits
from store.rows import CircuitRow

NOW = datetime(2026, 10, 1, tzinfo=UTC)
AT = 1_788_220_800
ATLAS = 'format = "ripe_atlas"\ncircuit = "casa-a1"\n'
PARQUET = (
    'format = "parquet"\nkind = "probes"\ncircuit = "casa-a1"\n[instant]\ncolumn = "at"\nformat = "epoch_seconds"\n'
    '[round_trip]\ncolumn = "rtt"\nunit = "ms"\n'
)
CSV = PARQUET.replace('format = "parquet"\n', "")
Write = Callable[[Path, int], None]


def ping(number: int) -> dict[str, object]:
    return {
        "type": "ping", "fw": 5080, "af": 4, "msm_id": 1, "prb_id": 7, "timestamp": AT + number, "lts": 1, "sent": 1,
        "rcvd": 1, "result": [{"rtt": number + 0.5}],
    }  # fmt: skip


def ndjson(file: Path, rows: int) -> None:
    file.write_text("".join(json.dumps(ping(number)) + "\n" for number in range(rows)))


def array(file: Path, rows: int) -> None:
    file.write_text(json.dumps([ping(number) for number in range(rows)]))


def packed_array(file: Path, rows: int) -> None:
    file.write_bytes(gzip.compress(json.dumps([ping(number) for number in range(rows)]).encode()))


def packed_csv(file: Path, rows: int) -> None:
    lines = "".join(f"{AT + number},{number}.5\n" for number in range(rows))
    file.write_bytes(gzip.compress(f"at,rtt\n{lines}".encode()))


def parquet(file: Path, rows: int) -> None:
    columns = {"at": [AT + number for number in range(rows)], "rtt": [number + 0.5 for number in range(rows)]}
    pq.write_table(pa.table(columns), file, row_group_size=8)


FORMATS = [
    pytest.param(ndjson, ATLAS, ":21", id="ndjson"),
    pytest.param(array, ATLAS, "#21", id="array"),
    pytest.param(packed_array, ATLAS, "#21", id="packed array"),
    pytest.param(packed_csv, CSV, ":22", id="packed csv"),
    pytest.param(parquet, PARQUET, "#21", id="parquet"),
]


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


Import = Callable[..., Outcome]


@pytest.fixture
def importing(connection: Connection) -> Import:
    numbers = register_circuits(connection, [CircuitRow("casa-a1", "casanearshore", "locataire-a", True)])
    known = Known({"casa-a1": Series(numbers["casa-a1"], "casanearshore")}, {})
    connection.commit()

    def run(file: Path, text: str, kill_after_chunks: int | None = None) -> Outcome:
        chunks = count()

        def advanced(_bytes: int) -> None:
            if next(chunks) == kill_after_chunks:
                raise Killed

        mapping, key = import_mapping("m.toml", text), import_key(file, text, None)
        return import_file(connection, file, mapping, known, key, lambda: NOW, advanced, chunk_records=10)

    return run


def stored(connection: Connection) -> list[tuple[datetime, int]]:
    connection.rollback()  # what a killed process had not committed is gone
    return connection.execute("SELECT sent_at, round_trip_nanoseconds FROM probe ORDER BY sent_at").fetchall()


def expected(rows: int) -> list[tuple[datetime, int]]:
    begin = datetime.fromtimestamp(AT, UTC)
    return [(begin + timedelta(seconds=number), 1_000_000 * number + 500_000) for number in range(rows)]


@pytest.mark.parametrize(("write", "mapping", "origin"), FORMATS)
def test_a_killed_import_of_any_format_goes_on_where_it_committed(
    write: Write, mapping: str, origin: str, importing: Import, connection: Connection, tmp_path: Path
) -> None:
    write(tmp_path / "f", 35)
    with pytest.raises(Killed):
        importing(tmp_path / "f", mapping, kill_after_chunks=2)
    assert stored(connection) == expected(20)
    assert importing(tmp_path / "f", mapping) == Outcome(35, {"stored": 35, "duplicate": 0}, origin)
    assert stored(connection) == expected(35)
    assert importing(tmp_path / "f", mapping) == Outcome(35, {"stored": 0, "duplicate": 35}, None)


@pytest.mark.parametrize(("write", "origin"), [(ndjson, "f:2"), (array, "f#2")])
def test_a_refused_record_is_in_quarantine_under_its_number(
    write: Write, origin: str, importing: Import, connection: Connection, tmp_path: Path
) -> None:
    write(tmp_path / "f", 4)
    text = (tmp_path / "f").read_text().replace('"rtt": 1.5', '"rtt": "fast"')
    (tmp_path / "f").write_text(text)
    assert importing(tmp_path / "f", ATLAS).counts == {"stored": 3, "duplicate": 0, "off_type": 1}
    found = connection.execute("SELECT origin, reason, detail, payload FROM quarantine").fetchall()
    assert [row[:3] for row in found] == [(origin, "off_type", "rtt: not a number written in digits")]
    assert json.loads(bytes(found[0][3]))["timestamp"] == AT + 1


def test_another_value_for_a_stored_packet_is_a_conflict(
    importing: Import, connection: Connection, tmp_path: Path
) -> None:
    array(tmp_path / "f", 3)
    importing(tmp_path / "f", ATLAS)
    (tmp_path / "g").write_text((tmp_path / "f").read_text().replace('"rtt": 1.5', '"rtt": 1.6'))
    assert importing(tmp_path / "g", ATLAS).counts == {"stored": 0, "duplicate": 2, "conflict": 1}
    assert connection.execute("SELECT origin FROM quarantine").fetchall() == [("g#2",)]
    assert stored(connection) == expected(3)


def test_a_record_of_several_conflicting_rows_is_kept_once(
    importing: Import, connection: Connection, tmp_path: Path
) -> None:
    record = {**ping(0), "sent": 3, "rcvd": 3, "result": [{"rtt": 1}, {"rtt": 2}, {"rtt": 3}]}
    (tmp_path / "f").write_text(json.dumps([record]))
    importing(tmp_path / "f", ATLAS)
    (tmp_path / "g").write_text(json.dumps([{**record, "result": [{"rtt": 4}, {"rtt": 5}, {"rtt": 6}]}]))
    assert importing(tmp_path / "g", ATLAS).counts == {"stored": 0, "duplicate": 0, "conflict": 3}
    assert connection.execute("SELECT origin, arrivals FROM quarantine").fetchall() == [("g#1", 1)]


def test_a_damaged_line_costs_itself_and_a_damaged_array_what_follows(
    importing: Import, connection: Connection, tmp_path: Path
) -> None:
    ndjson(tmp_path / "f", 4)
    lines = (tmp_path / "f").read_text().splitlines()
    (tmp_path / "f").write_text("\n".join([lines[0], lines[1][:-20], *lines[2:]]))
    assert importing(tmp_path / "f", ATLAS).counts == {"stored": 3, "duplicate": 0, "malformed": 1}
    (tmp_path / "g").write_text("[" + ",".join([lines[0], lines[1][:-20], *lines[2:]]) + "]")
    assert importing(tmp_path / "g", ATLAS).counts == {"stored": 0, "duplicate": 1, "malformed": 1}
    connection.rollback()
    assert connection.execute("SELECT DISTINCT reason FROM quarantine").fetchall() == [("malformed",)]


@pytest.mark.parametrize("keep", [0.3, 0.8])
def test_a_packed_file_that_was_cut_off_keeps_what_was_read_and_says_so(
    keep: float, importing: Import, connection: Connection, tmp_path: Path
) -> None:
    packed_csv(tmp_path / "f", 5000)
    content = (tmp_path / "f").read_bytes()
    (tmp_path / "f").write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError, match=r"^f: damaged: [^\n]+; what was read before it is stored$"):
        importing(tmp_path / "f", CSV)
    found = stored(connection)
    whole_lines = zlib.decompressobj(wbits=31).decompress((tmp_path / "f").read_bytes()).count(b"\n")
    assert found == expected(len(found))
    assert 100 < len(found) <= whole_lines - 1
    assert whole_lines - 1 - len(found) < 1000  # what the last block that was read whole does not show


def test_rows_that_are_not_asked_for_are_counted_and_no_fault(importing: Import, tmp_path: Path) -> None:
    text = (
        'kind = "states"\ncircuit_column = "port"\nignored_columns = ["x"]\n[codes]\n"Hu0/0/0/4" = "casa-a1"\n'
        '[where]\nevent = ["shut", "no shut"]\n[instant]\ncolumn = "at"\nformat = "epoch_seconds"\n'
        'finer_than_second = "truncate"\n[state]\ncolumn = "event"\nup = ["no shut"]\ndown = ["shut"]\n'
    )
    lines = ["at,event,port,x", "1788220800.9,shut,Hu0/0/0/4,", "1788220801,traffic,,", "1788220802,shut,Hu0/0/0/5,"]
    (tmp_path / "f").write_text("\n".join(lines))
    outcome = importing(tmp_path / "f", text)
    assert outcome.counts == {"stored": 1, "duplicate": 0, "skipped": 1, "unknown_circuit": 1}
    assert outcome.text == (
        "3 rows read: 1 new, 0 duplicates, 0 conflicts, 1 refused (1 unknown_circuit), 1 not asked for"
    )


@pytest.fixture
def environment(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_DSN", dsn)
    monkeypatch.setenv("P2I_INVENTORY", str(DEMO_INVENTORY))


@pytest.mark.usefixtures("environment")
def test_results_of_tools_need_no_mapping(
    samples: Path, connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """A three-second test at an odd second is no interval of a circuit with a grid of 10 s, and says so."""
    folder = samples / "payloads" / "iperf3"
    assert main([str(folder / "udp_10M_3s.json"), "--format", "iperf3", "--circuit", "casa-a1", "--anyway"]) == 1
    assert "0 new, 0 duplicates, 0 conflicts, 1 refused (1 off_grid)" in capsys.readouterr().out
    failed = [str(folder / "error_connection_refused.json"), "--format", "iperf3", "--circuit", "casa-a1"]
    assert main(failed) == 2
    assert "the only row would be refused as not_measured" in capsys.readouterr().err
    assert main([*failed, "--anyway"]) == 1
    found = connection.execute("SELECT detail FROM quarantine WHERE origin LIKE 'error%'").fetchall()
    assert found == [("iperf3: unable to connect to server: Connection refused",)]
    atlas = samples / "payloads" / "ripe_atlas" / "ping.ndjson"
    assert main([str(atlas), "--format", "ripe_atlas", "--circuit", "casa-a1"]) == 0
    assert capsys.readouterr().out.splitlines()[-2] == (
        "ping.ndjson: 36 rows read: 33 new, 0 duplicates, 0 conflicts, 3 refused (1 clock_not_set, 2 out_of_scope)"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--circuit", "casa-a1"], "--mapping: needed, to say what the columns are"),
        (["--circuit", "casa-a1", "--format", "parquet"], "--mapping: needed, to say what the columns are"),
        (["--format", "iperf3"], "--circuit: needed, for the mapping names neither circuit nor circuit_column"),
        (["--format", "iperf3", "--zone", "casa-z1"], "--zone: intervals are about a circuit"),
        (["--format", "csv", "--mapping", "m.toml"], "--format: csv, but m.toml is a mapping for ripe_atlas"),
        (["--mapping", "m.toml", "--circuit", "casa-a1"], '--circuit: the mapping takes it from column "prb_id"'),
        (["--mapping", "n.toml"], f'codes: "casa-a9" is not a circuit of {DEMO_INVENTORY}'),
    ],
)
@pytest.mark.usefixtures("environment")
def test_each_mistake_is_one_line_and_exit_2(
    arguments: list[str],
    line: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    ndjson(tmp_path / "f", 1)
    (tmp_path / "m.toml").write_text('format = "ripe_atlas"\n[codes]\n7 = "casa-a1"\n')
    (tmp_path / "n.toml").write_text('format = "ripe_atlas"\n[codes]\n7 = "casa-a9"\n')
    assert main(["f", *arguments]) == 2
    assert (capsys.readouterr().err) == f"{line}\n"
