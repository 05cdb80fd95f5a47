"""A folder with the operator's keys: `keys.json` for the world, and one private file each, for its owner only."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from facilities.instants import epoch_seconds
from reports.bounded import read_bounded
from reports.keys import KeyRing, PublicKey, SigningKey, key_ring, public_key, ring_text
from store.errors import InputError

RING = "keys.json"


def read_ring(path: Path) -> KeyRing:
    """The keys in a file."""
    return key_ring(read_bounded(path), str(path))


def signing_key(folder: Path | None, at: datetime) -> SigningKey | None:
    """The key to sign with at this instant: the newest that is in force; None without a folder.

    InputError where none is in force or its private file is not there, not its own, or open to others: a month must
    not go out unsigned because a file was forgotten.
    """
    if folder is None:
        return None
    if not (folder / RING).exists():
        raise InputError(f"{folder / RING}: is not there; p2i keys new makes it")
    found = read_ring(folder / RING).in_force(_text(at))
    if not found:
        raise InputError(f"{folder / RING}: no key is in force; see p2i keys new")
    return read_signing_key(folder / f"{found[-1].key}.pem", found[-1].key)


def read_signing_key(path: Path, key: str) -> SigningKey:
    """The private key in a file that nobody but its owner can read."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    if mode & 0o077:
        raise InputError(f"{path}: others can read it (mode {mode:04o}); make it 0600, and retire the key if they did")
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError(f"{path}: is not a private Ed25519 key in PEM without a password")
    found = SigningKey.of(private)
    if found.key != key:
        raise InputError(f"{path}: holds key {found.key}, not {key}")
    return found


def write_new_key(folder: Path, from_at: datetime) -> PublicKey:
    """Makes a key that signs from an instant on, which ends the one before there; returns what the world is told.

    The private file is there before the ring names it: a crash between leaves a file that no ring names.
    """
    key = SigningKey.of(Ed25519PrivateKey.generate())
    made, ring = public_key(key, from_at), folder / RING
    known = read_ring(ring).keys if ring.exists() else []
    if any(epoch_seconds(one.from_at) >= epoch_seconds(made.from_at) for one in known):
        raise InputError(f"{ring}: a key from {known[-1].from_at} on is there; the next one starts later")
    ended = [one if one.to_at is not None else msgspec.structs.replace(one, to_at=made.from_at) for one in known]
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / f"{key.key}.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        write_ring(ring, [*ended, made])
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from error
    return made


def end_key(folder: Path, key: str, at: datetime, *, is_compromised: bool) -> PublicKey:
    """Says in the ring that a key signs no more from an instant on, or that somebody else may have had it since."""
    ring = folder / RING
    known = read_ring(ring)
    before = known.of(key)
    if before is None:
        raise InputError(f"{ring}: no key {key}")
    text = _text(at)
    to_at = text if before.to_at is None or epoch_seconds(text) < epoch_seconds(before.to_at) else before.to_at
    if epoch_seconds(to_at) < epoch_seconds(before.from_at):
        to_at = before.from_at
    after = msgspec.structs.replace(
        before, to_at=to_at, compromised_at=text if is_compromised else before.compromised_at
    )
    try:
        write_ring(ring, [after if one.key == key else one for one in known.keys])
    except OSError as error:
        raise InputError(f"{error.filename or ring}: {error.strerror}") from error
    return after


def write_ring(path: Path, keys: list[PublicKey]) -> None:
    """Writes the file whole or not at all; everybody may read it."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(ring_text(keys), encoding="utf-8")
    unfinished.chmod(0o644)
    unfinished.replace(path)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
