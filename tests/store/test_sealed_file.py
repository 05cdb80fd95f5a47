"""A sealed file is its file, byte for byte, or a mistake: also when somebody writes to it while it is read."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import InputError
from store.sealed_file import BLOCK_BYTES, SealedFile

CONTENT = bytes(i * i % 251 for i in range(2 * BLOCK_BYTES + 10))


def sealed_file(path: Path, content: bytes = CONTENT, meant: bytes | None = None) -> SealedFile:
    path.write_bytes(content)
    return SealedFile(path, hashlib.sha256(content if meant is None else meant).hexdigest(), "other bytes")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    st.sampled_from([b"", CONTENT[:1], CONTENT[:BLOCK_BYTES], CONTENT]),
    st.lists(st.tuples(st.integers(0, 3 * BLOCK_BYTES), st.integers(-1, 2 * BLOCK_BYTES)), max_size=6),
)
def test_it_reads_as_the_file_does(tmp_path: Path, content: bytes, reads: list[tuple[int, int]]) -> None:
    plain = io.BytesIO(content)
    with sealed_file(tmp_path / "f", content) as found:
        assert found.readable()
        assert found.seekable()
        for position, count in reads:
            assert found.seek(position) == plain.seek(position)
            assert found.read(count) == plain.read(count)
            assert found.tell() == plain.tell()
        assert found.seek(0, io.SEEK_END) == len(content)
        assert found.seek(-1, io.SEEK_CUR) == len(content) - 1


@pytest.mark.parametrize("position", [0, BLOCK_BYTES, len(CONTENT) - 1])
def test_one_wrong_bit_anywhere_hands_out_nothing(tmp_path: Path, position: int) -> None:
    changed = bytearray(CONTENT)
    changed[position] ^= 1
    with pytest.raises(InputError, match=r"^other bytes$"):
        sealed_file(tmp_path / "f", bytes(changed), CONTENT)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[: BLOCK_BYTES + 1], b"", CONTENT[:-1] + b"?"])
def test_what_is_written_to_the_file_after_the_check_is_not_handed_out(tmp_path: Path, content: bytes) -> None:
    with sealed_file(tmp_path / "f") as found:
        assert found.read(10) == CONTENT[:10]
        (tmp_path / "f").write_bytes(content)  # the same file on the disk, not another one under its name
        found.seek(2 * BLOCK_BYTES)
        with pytest.raises(InputError, match=r"^other bytes$"):
            found.read()


def test_another_file_under_its_name_is_not_looked_at(tmp_path: Path) -> None:
    with sealed_file(tmp_path / "f") as found:
        (tmp_path / "g").write_bytes(b"another")
        (tmp_path / "g").replace(tmp_path / "f")
        assert found.read() == CONTENT
    assert found.closed
