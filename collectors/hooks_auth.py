"""Whether a webhook's request proves that its sender holds the feed's secret. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from facilities.sensors import HookAuth

LEEWAY_SECONDS = 300  # between the signer's clock and ours
UNSET = b"\0"
"""Compared with where nothing can match, so that a refusal costs the same time."""


class Head(NamedTuple):
    """What of a request is known before its body: headers (names in lower case) and the parameters of its address."""

    headers: Sequence[tuple[bytes, bytes]]
    query: Sequence[tuple[str, str]] = ()

    def header(self, name: str) -> bytes | None:
        """The header's value; None when it is absent, and when it is there twice: which one would be meant?"""
        found = [value for key, value in self.headers if key == name.lower().encode()]
        return found[0].strip() if len(found) == 1 else None


class Standing(Enum):
    """What the head of a request says about its sender."""

    ADMITTED = "admitted"
    SIGNED = "signed"  # by the body's signature, which can be checked once the body is there
    REFUSED = "refused"


def standing(auth: HookAuth, secrets: Sequence[bytes], head: Head) -> Standing:
    """What the head of a request proves. Every secret is compared in full and in constant time.

    `secrets` are the valid ones, two while one replaces another; without any everybody is refused.
    """
    shown = _shown(auth, head)
    if auth.kind in ("hmac", "jwt-hs256"):
        return Standing.SIGNED if shown is not None and secrets else Standing.REFUSED
    matches = [hmac.compare_digest(shown or UNSET, secret) for secret in secrets]
    return Standing.ADMITTED if shown is not None and any(matches) else Standing.REFUSED


def is_signed(auth: HookAuth, secrets: Sequence[bytes], head: Head, body: bytes, now_seconds: float) -> bool:
    """Whether the body is signed with one of the secrets, as a `Standing.SIGNED` sender has to show.

    A token counts up to `LEEWAY_SECONDS` past its own expiry.
    """
    shown = _shown(auth, head)
    if shown is None:
        return False
    check = _hmac_matches if auth.kind == "hmac" else _token_matches
    matches = [check(auth, secret, shown, body, now_seconds) for secret in secrets]
    return any(matches)


def _shown(auth: HookAuth, head: Head) -> bytes | None:
    """The token, password or signature that a request carries where its feed says."""
    match auth.kind:
        case "bearer":
            scheme, _, token = (head.header("authorization") or b"").partition(b" ")
            return token.strip() or None if scheme.lower() == b"bearer" else None
        case "basic":
            return _password(head.header("authorization") or b"", (auth.user or "").encode())
        case "query":
            found = [value for key, value in head.query if key == auth.parameter]
            return found[0].encode("utf-8", "replace") or None if len(found) == 1 else None
        case _:
            return head.header(auth.header or "") or None


def _password(authorization: bytes, user: bytes) -> bytes | None:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        given, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except binascii.Error:
        return None
    return password or None if colon and hmac.compare_digest(given, user) else None


def _hmac_matches(auth: HookAuth, secret: bytes, shown: bytes, body: bytes, _now_seconds: float) -> bool:
    digest = hmac.new(secret, body, auth.algorithm).digest()
    if auth.encoding == "hex":
        return hmac.compare_digest(shown.lower(), (auth.prefix.lower() + digest.hex()).encode())
    return hmac.compare_digest(shown, auth.prefix.encode() + base64.b64encode(digest))


def _token_matches(_auth: HookAuth, secret: bytes, shown: bytes, body: bytes, now_seconds: float) -> bool:
    """A JSON web token (RFC 7519) of algorithm HS256, no other, whose claims hold a checksum of the body.

    Disruptive Technologies: `checksum_sha256`, older connectors `checksum` (SHA-1), both in hexadecimal digits.
    """
    signed, _, signature = shown.rpartition(b".")
    head, _, claims = signed.partition(b".")
    expected = base64.urlsafe_b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).rstrip(b"=")
    if not hmac.compare_digest(signature.rstrip(b"="), expected) or _part(head).get("alg") != "HS256":
        return False
    told = _part(claims)
    expiry = told.get("exp")
    if isinstance(expiry, (int, float)) and now_seconds > expiry + LEEWAY_SECONDS:
        return False
    if "checksum_sha256" in told:
        return _same_text(told["checksum_sha256"], hashlib.sha256(body).hexdigest())
    # A body that somebody makes up must have the SHA-1 of a signed one: a second preimage, which nobody can find.
    return _same_text(told.get("checksum"), hashlib.sha1(body, usedforsecurity=False).hexdigest())


def _part(encoded: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return told if isinstance(told, dict) else {}


def _same_text(told: object, expected: str) -> bool:
    return isinstance(told, str) and hmac.compare_digest(told.lower().encode(), expected.encode())
