"""Whether the sender of a notification holds our secret: a bearer token, or Grafana's signature of the body. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from store.errors import InputError

FEWEST_CHARACTERS = 16
SIGNATURE = "x-grafana-alerting-signature"
STAMP = "x-grafana-alerting-timestamp"
LEEWAY_SECONDS = 300
_UNSET = b"\0"


def secrets_of(text: str, setting: str) -> tuple[bytes, ...]:
    """The secrets of a setting: one, or two lines while one replaces the other. InputError for one that is short."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 2:
        raise InputError(f"{setting}: {len(lines)} lines; one secret, or two while one replaces the other")
    if any(len(line) < FEWEST_CHARACTERS for line in lines):
        raise InputError(f"{setting}: a secret has at least {FEWEST_CHARACTERS} characters")
    return tuple(line.encode() for line in lines)


def holds_token(headers: Mapping[str, str], secrets: Sequence[bytes]) -> bool:
    """Whether `Authorization: Bearer …` is one of the secrets; each is compared in full and in constant time."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    shown = token.strip().encode() if scheme.lower() == "bearer" else _UNSET
    return any([hmac.compare_digest(shown, secret) for secret in secrets])  # noqa: C419 - all of them, always


def has_signed(headers: Mapping[str, str], secrets: Sequence[bytes], body: bytes, now_seconds: float) -> bool:
    """Whether the body is signed with a secret as Grafana does: HMAC-SHA256 in hexadecimal digits.

    With a time stamp (Grafana's "Timestamp Header", set to X-Grafana-Alerting-Timestamp) it is signed, too, as
    `STAMP:BODY`, and a request older than five minutes is refused: nobody can send a recorded one again.
    """
    shown, stamp = headers.get(SIGNATURE, "").strip().lower(), headers.get(STAMP)
    signed = body
    if stamp is not None:
        if not stamp.isascii() or not stamp.isdigit() or abs(now_seconds - int(stamp[:15])) > LEEWAY_SECONDS:
            return False
        signed = stamp.encode() + b":" + body
    digests = [hmac.new(secret, signed, hashlib.sha256).hexdigest() for secret in secrets]
    matches = [hmac.compare_digest(shown.encode("utf-8", "replace"), digest.encode()) for digest in digests]
    return any(matches) and bool(shown)
