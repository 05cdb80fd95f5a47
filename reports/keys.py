"""The public keys that statements are signed with, when each is in force, and the file tenants get them in. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from facilities.instants import epoch_seconds
from store.errors import InputError

KIND = "p2i.keys/1"
ALGORITHM = "ed25519"
ID_LENGTH = 16
"""A key's id is the first sixteen signs of its fingerprint: short enough to print, and no secret."""


class SigningKey(NamedTuple):
    """A key to sign with. `fingerprint` is the SHA-256 of the 32 bytes of its public half, in hexadecimal."""

    key: str
    fingerprint: str
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> SigningKey:
        """The key with its names."""
        found = fingerprint(private.public_key())
        return cls(found[:ID_LENGTH], found, private)


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key of the ring. It signs statements issued in `[from_at, to_at)`; without `to_at` it is the one in use.

    From `compromised_at` on somebody else may have had it. Instants are texts in UTC.
    """

    key: str
    fingerprint: str
    algorithm: str
    public_pem: str
    from_at: str
    to_at: str | None = None
    compromised_at: str | None = None

    def public(self) -> Ed25519PublicKey:
        """The key itself; InputError where the text is no public Ed25519 key."""
        try:
            found = load_pem_public_key(self.public_pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            found = None
        if not isinstance(found, Ed25519PublicKey):
            raise InputError(f'key "{self.key}": public_pem is not an Ed25519 public key')
        return found

    def was_in_force(self, at: str) -> bool:
        """Whether it was the operator's to sign with at this instant."""
        when = epoch_seconds(at)
        return epoch_seconds(self.from_at) <= when and (self.to_at is None or when < epoch_seconds(self.to_at))

    def was_compromised(self, at: str) -> bool:
        """Whether somebody else may have had it at this instant."""
        return self.compromised_at is not None and epoch_seconds(self.compromised_at) <= epoch_seconds(at)


class KeyRing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key there ever was, the oldest first: old statements are verified with old keys."""

    kind: str
    keys: list[PublicKey]

    def of(self, key: str) -> PublicKey | None:
        """The key with this id."""
        return next((one for one in self.keys if one.key == key), None)

    def in_force(self, at: str) -> list[PublicKey]:
        """The keys that were the operator's to sign with at this instant, the newest last."""
        return [one for one in self.keys if one.was_in_force(at) and not one.was_compromised(at)]


def fingerprint(public: Ed25519PublicKey) -> str:
    """The SHA-256 of the key's 32 bytes, in hexadecimal."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def public_key(key: SigningKey, from_at: datetime) -> PublicKey:
    """What the world is told of a new key."""
    pem = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return PublicKey(key.key, key.fingerprint, ALGORITHM, pem, f"{from_at:%Y-%m-%dT%H:%M:%SZ}")


def ring_text(keys: Sequence[PublicKey]) -> str:
    """The file of these keys."""
    ring = KeyRing(KIND, sorted(keys, key=lambda one: (epoch_seconds(one.from_at), one.key)))
    return json.dumps(msgspec.to_builtins(ring), indent=2, ensure_ascii=False) + "\n"


def key_ring(content: bytes, path: str) -> KeyRing:
    """The keys in a file. InputError, which names `path`, for what is no key ring, and for a key under another's name:
    its id and fingerprint are computed again from the key, so nobody can be shown one key and be given another."""
    try:
        ring = msgspec.json.decode(content, type=KeyRing)
        if ring.kind != KIND:
            raise InputError(f'kind is "{ring.kind}", not "{KIND}"')
        for one in ring.keys:
            _check(one)
        if len({one.key for one in ring.keys}) < len(ring.keys):
            raise InputError("two keys have one id")
        if ring_text(ring.keys).encode() != content:
            raise InputError("is not written as p2i keys publish writes it: get it anew, byte for byte")
    except (InputError, msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a key ring: {error}") from None
    return ring


def _check(one: PublicKey) -> None:
    if one.algorithm != ALGORITHM:
        raise InputError(f'key "{one.key}": algorithm "{one.algorithm}" is not {ALGORITHM}')
    found = fingerprint(one.public())
    if (one.fingerprint, one.key) != (found, found[:ID_LENGTH]):
        raise InputError(f'key "{one.key}": is not the key it says: the fingerprint of public_pem is {found}')
    for at in (one.from_at, one.to_at, one.compromised_at):
        if at is not None:
            epoch_seconds(at)
