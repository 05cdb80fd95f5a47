"""A file that hands out no byte but those of which a hash was noted. Pure."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 1 << 16


class SealedFile(io.RawIOBase):
    """A file to read whose bytes have a known SHA-256. Raises InputError, with the line `mistake`, when they have not.

    All of it is hashed before the first byte is handed out, and of each block a hash is kept: a block read later is
    compared with its own. So what is used are the bytes that were checked, though the file is changed in between, and
    a file of any size is never held in memory.
    """

    def __init__(self, path: Path, sha256: str, mistake: str) -> None:
        super().__init__()
        self._mistake = mistake
        self._position = self._size = 0
        self._blocks: list[bytes] = []
        self._last: tuple[int, bytes] = -1, b""  # columns are read in pieces smaller than a block
        self._file = path.open("rb", buffering=0)
        try:
            self._check(sha256)
        except BaseException:
            self._file.close()
            raise

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Moves to `offset` bytes from the start, from here or from the end, and returns the position."""
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fills the buffer, except at the end of the file; returns how many bytes it wrote."""
        wanted = memoryview(buffer).cast("B")
        count = max(0, min(len(wanted), self._size - self._position))
        done = 0
        while done < count:
            number, offset = divmod(self._position + done, BLOCK_BYTES)
            piece = self._block(number)[offset : offset + count - done]
            wanted[done : done + len(piece)] = piece
            done += len(piece)
        self._position += count
        return count

    def close(self) -> None:
        """Closes the file below."""
        self._file.close()
        super().close()

    def _check(self, sha256: str) -> None:
        whole = hashlib.sha256()
        while block := self._read_block():
            whole.update(block)
            self._blocks.append(hashlib.sha256(block).digest())
            self._size += len(block)
        if whole.hexdigest() != sha256:
            raise InputError(self._mistake)

    def _block(self, number: int) -> bytes:
        if number != self._last[0]:
            self._file.seek(number * BLOCK_BYTES)
            block = self._read_block()
            if hashlib.sha256(block).digest() != self._blocks[number]:
                raise InputError(self._mistake)
            self._last = number, block
        return self._last[1]

    def _read_block(self) -> bytes:
        """A block from where the file stands, shorter only at its end: one read of the system may give less."""
        block = b""
        while len(block) < BLOCK_BYTES and (more := self._file.read(BLOCK_BYTES - len(block))):
            block += more
        return block
