"""Ed25519 signatures over the canonical form of a document, beside its hash. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from cryptography.exceptions import InvalidSignature

from facilities.instants import epoch_seconds
from reports.keys import ALGORITHM, KeyRing, PublicKey, SigningKey
from store.canonical import canonical, canonical_sha256
from store.errors import InputError
from store.finding import Finding

Json = dict[str, Any]
QUESTION = "signature"
UNSIGNED = "unsigned"
"""The question of a finding that says so: the one thing that is neither wrong nor left unchecked."""
_BESIDE = ("sha256", "signature")


def content(made: Json) -> Json:
    """What of a document is hashed and signed: everything but its hash and its signature."""
    return {key: value for key, value in made.items() if key not in _BESIDE}


def hashed(said: Json) -> Json:
    """The document with the SHA-256 of its canonical content as its last key."""
    return {**content(said), "sha256": canonical_sha256(content(said))}


def signed(made: Json, key: SigningKey) -> Json:
    """The document with `signature` beside `sha256`: both over the same canonical bytes (RFC 8785), so that whoever can
    compute the one can check the other. Ed25519 (RFC 8032) gives the same signature every time."""
    value = base64.b64encode(key.private.sign(canonical(content(made)))).decode()
    return {**hashed(made), "signature": {"algorithm": ALGORITHM, "key": key.key, "value": value}}


def signature_finding(made: Json, ring: KeyRing | None, *, dated_at: str, is_witnessed: bool = False) -> Finding:
    """Who signed the document, and whether the key was the operator's at `dated_at`, which the document says of itself.

    A compromised key proves nothing by itself, not even for a date before: who has it writes any date. `is_witnessed`
    says that something else shows that the document existed as it is (its hash in a mail, a time stamp).
    """
    signature = made.get("signature")
    if signature is None:
        return _unsigned(ring)
    problem = _shape(signature)
    if problem:
        return Finding("error", QUESTION, problem)
    name = signature["key"]
    if ring is None:
        return Finding("warning", QUESTION, f"by key {name}, not checked: give the operator's keys with --keys")
    key = ring.of(name)
    if key is None:
        return Finding("error", QUESTION, f"by key {name}, which is none of the operator's")
    try:
        key.public().verify(base64.b64decode(signature["value"]), canonical(content(made)))
    except InvalidSignature:
        return Finding("error", QUESTION, f"is not one of key {name} under this content: one of the two was changed")
    except (ValueError, TypeError, RecursionError) as error:
        return Finding("error", QUESTION, f"is of content that was never signed: it has no canonical form: {error}")
    return _dated(key, dated_at, is_witnessed)


def _dated(key: PublicKey, dated_at: str, is_witnessed: bool) -> Finding:
    try:
        epoch_seconds(dated_at)
    except InputError as error:
        return Finding("error", QUESTION, f"by key {key.key}, dated {error}")
    who = f"by key {key.key} (fingerprint {key.fingerprint})"
    if key.was_compromised(dated_at):
        return Finding("error", QUESTION, f"{who}, compromised since {key.compromised_at}; dated {dated_at}")
    if not key.was_in_force(dated_at):
        until = key.to_at or "now"
        return Finding("error", QUESTION, f"{who}, in force from {key.from_at} to {until} only; dated {dated_at}")
    if key.compromised_at is not None and not is_witnessed:
        return Finding(
            "error",
            QUESTION,
            f"{who}, compromised since {key.compromised_at}: the date {dated_at} before that is only its own word;"
            " give the hash you were told at that time with --sha256",
        )
    if key.compromised_at is not None:
        return Finding(
            "ok", QUESTION, f"{who}, compromised since {key.compromised_at}, but the hash was told before, as you say"
        )
    closed = f"; retired on {key.to_at}" if key.to_at else ""
    return Finding("ok", QUESTION, f"{who}, in force when dated, {dated_at}{closed}")


def _unsigned(ring: KeyRing | None) -> Finding:
    """Whoever gives keys expects a signature: a false document would be dated before the first of them."""
    if ring is not None:
        return Finding("error", QUESTION, "none: nobody vouches for it, or it was removed")
    return Finding("warning", UNSIGNED, "its hash shows that nothing changed since it was written, not who wrote it")


def _shape(signature: Any) -> str:
    """What is wrong with how a signature is written; "" when nothing is."""
    if not isinstance(signature, dict) or signature.keys() != {"algorithm", "key", "value"}:
        return "is not written as algorithm, key and value"
    if signature["algorithm"] != ALGORITHM:
        return f'algorithm "{signature["algorithm"]}" is not {ALGORITHM}'
    try:
        raw = base64.b64decode(signature["value"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        return "value is not base64"
    # base64 has spare bits in its last sign: other spellings of the same bytes would pass unseen.
    is_plain = len(raw) == 64 and base64.b64encode(raw).decode() == signature["value"]
    return "" if is_plain and isinstance(signature["key"], str) else "value is not the 64 bytes of a signature"
