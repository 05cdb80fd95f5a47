from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from collectors.batch import Arrival, decoded_batch
from collectors.known import Known, Series
from collectors.sequence import Counted

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
KNOWN = Known({"casa-a1": Series(1, "casanearshore"), "casa-b1": Series(2, "casanearshore")}, {})


def arrival(circuit: str, *seconds: int, kind: str = "intervals", seconds_later: int = 0) -> Arrival:
    readings = ",".join(f'{{"starts_at": "2026-09-01T00:00:{at:02}Z", "sent": 1, "lost": 0}}' for at in seconds)
    payload = f'{{"circuit": "{circuit}", "seq": 4, "readings": [{readings}]}}'.encode()
    return Arrival(f"p2i/v1/casanearshore/{circuit}/{kind}", payload, NOON + timedelta(seconds=seconds_later))


def test_rows_of_many_messages_know_where_they_came_from() -> None:
    arrivals = [arrival("casa-a1", 0, 10), arrival("casa-a1"), arrival("casa-b1", 20, seconds_later=5)]
    batch = decoded_batch(arrivals, KNOWN, 10_000)
    rows = batch.rows["intervals"]
    assert rows.columns[0].tolist() == [1, 1, 2]
    assert [rows.source(row)[1] for row in range(3)] == ["casa-a1", "casa-a1", "casa-b1"]
    assert rows.source(2)[0] == "p2i/v1/casanearshore/casa-b1/intervals"
    assert batch.received_at == NOON + timedelta(seconds=5)
    assert batch.messages == {"intervals": 3}
    first = datetime(2026, 9, 1, tzinfo=UTC)
    newest = {"casa-a1": (first + timedelta(seconds=10), None), "casa-b1": (first + timedelta(seconds=20),)}
    assert batch.sequence == [
        Counted(f"casanearshore/{name}", 4, None, at) for name, instants in newest.items() for at in instants
    ]
    assert batch.undated == []


def test_refused_parts_keep_their_topic() -> None:
    batch = decoded_batch(
        [arrival("casa-a1", 0), arrival("casa-x9", 0), arrival("casa-a1", 0, kind="x")], KNOWN, 10_000
    )
    assert [(part.topic, part.rejected.refusal.reason.value) for part in batch.rejected] == [
        ("p2i/v1/casanearshore/casa-x9/intervals", "unknown_circuit"),
        ("p2i/v1/casanearshore/casa-a1/x", "topic"),
    ]
    assert batch.messages == {"intervals": 2, "unknown": 1}


def test_a_refused_message_has_come_and_its_number_counts() -> None:
    """Else the number after it would tell of a message that never came."""
    unknown = arrival("casa-x9", 0)
    unread = Arrival(unknown.topic, b'{"seq": 5', NOON)
    batch = decoded_batch([unknown, unread], KNOWN, 10_000)
    assert [part.rejected.refusal.reason.value for part in batch.rejected] == ["unknown_circuit", "malformed"]
    assert batch.sequence == [Counted("casanearshore/casa-x9", 4, None, None)]


class Broken(Mapping[str, Series]):
    """An inventory that fails when asked: stands for a defect nobody has thought of."""

    def __getitem__(self, code: str) -> Series:
        raise ZeroDivisionError(code)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_a_defect_of_ours_quarantines_the_message_and_not_the_flow(caplog: pytest.LogCaptureFixture) -> None:
    batch = decoded_batch([arrival("casa-a1", 0)], Known(Broken(), {}), 10_000)
    ((_, rejected, _),) = batch.rejected
    assert rejected.refusal.reason.value == "undecodable"
    assert rejected.refusal.detail == "the decoder failed, a defect of ours: ZeroDivisionError"
    assert "Traceback" in caplog.text
