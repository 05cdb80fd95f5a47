"""What seals a statement's PDF and dates its manifest, if an operator has it: a certificate, a time stamping server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from store.errors import InputError

STAMP_ENDING = ".tsr"
"""What a time stamp's file is called after the file it dates."""


class Sealing(NamedTuple):
    """The seal's private key and certificate in PEM, the certificates between it and a root, and the URL of an RFC 3161
    server. Without `key` nothing is sealed, without `timestamp_url` nothing is dated."""

    key: Path | None
    certificate: Path | None
    chain: Path | None
    timestamp_url: str | None


def sealing_of(environ: Mapping[str, str]) -> Sealing | None:
    """What the settings P2I_SEAL_KEY_FILE, P2I_SEAL_CERTIFICATE_FILE, P2I_SEAL_CHAIN_FILE and P2I_TIMESTAMP_URL say;
    None where none is set."""
    key, certificate, chain = (
        Path(named) if (named := environ.get(name)) else None
        for name in ("P2I_SEAL_KEY_FILE", "P2I_SEAL_CERTIFICATE_FILE", "P2I_SEAL_CHAIN_FILE")
    )
    found = Sealing(key, certificate, chain, environ.get("P2I_TIMESTAMP_URL") or None)
    if (found.key is None) != (found.certificate is None):
        raise InputError("P2I_SEAL_KEY_FILE and P2I_SEAL_CERTIFICATE_FILE: one is set without the other")
    return None if not any(found) else found
