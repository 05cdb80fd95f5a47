"""`p2i keys`: makes the keys that statements are signed with, lists and ends them, publishes their public halves."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from facilities.instants import epoch_seconds, instant
from facilities.process import run
from reports.key_folder import RING, end_key, read_ring, write_new_key, write_ring
from reports.keys import PublicKey, ring_text
from store.errors import InputError

_EPILOG = """\
The folder holds keys.json, which is for everybody, and one KEY.pem each (0600), which is for nobody: who has it can
sign in your name. Back it up apart from the database; without it old statements still verify, new ones need a new key.

  p2i keys new                        a new key, from now on; the one before ends there
  p2i keys publish --to keys.json     what goes on your site; the fingerprints it prints go by letter
  p2i keys compromised KEY --at T     from T on somebody else may have had it: verify refuses what it signs
"""


def main(argv: Sequence[str]) -> int:
    """Runs `p2i keys`: 0 done, 2 after one line."""
    return run("reports", partial(_keys, _parser().parse_args(argv)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="p2i keys",
        description="The keys that statements are signed with (Ed25519).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(dest="act", metavar="new|list|retire|compromised|publish", required=True)
    new = acts.add_parser("new", help="make a key; the one before it ends where it starts")
    new.add_argument("--from", dest="at", metavar="INSTANT", help="when it starts to sign (default: now)")
    listing = acts.add_parser("list", help="every key, from when to when, and its fingerprint")
    retire = acts.add_parser("retire", help="end a key")
    compromised = acts.add_parser("compromised", help="say that somebody else may have had a key")
    for ending in (retire, compromised):
        ending.add_argument("key", metavar="KEY", help="its id, sixteen signs")
        ending.add_argument("--at", metavar="INSTANT", help="from when on (default: now)")
    publish = acts.add_parser("publish", help="write the key ring that tenants verify with")
    publish.add_argument("--to", metavar="FILE", required=True, type=Path, help="the file to write")
    for one in (new, listing, retire, compromised, publish):
        one.add_argument("--dir", metavar="DIR", help="the folder of the keys (P2I_KEYS)")
    return parser


def _keys(options: argparse.Namespace) -> int:
    named = options.dir or os.environ.get("P2I_KEYS")
    if not named:
        raise InputError("--dir: name the folder of the keys, or set P2I_KEYS")
    folder = Path(named)
    if options.act == "new":
        print(_line(write_new_key(folder, _at(options.at, "--from"))))
    elif options.act in ("retire", "compromised"):
        is_compromised = options.act == "compromised"
        print(_line(end_key(folder, options.key, _at(options.at, "--at"), is_compromised=is_compromised)))
    else:
        keys = read_ring(folder / RING).keys
        for one in keys:
            print(_line(one))
        if options.act == "publish":
            _publish(options.to, keys)
    return 0


def _publish(path: Path, keys: list[PublicKey]) -> None:
    try:
        write_ring(path, keys)
    except OSError as error:
        raise InputError(f"--to: {error.filename or path}: {error.strerror}") from error
    print(f"{path}: SHA-256 {hashlib.sha256(ring_text(keys).encode()).hexdigest()}")


def _at(text: str | None, option: str) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return instant(epoch_seconds(text))
    except InputError as error:
        raise InputError(f"{option}: {error}") from None


def _line(one: PublicKey) -> str:
    ends = f"to {one.to_at}" if one.to_at else "in force"
    since = f", compromised since {one.compromised_at}" if one.compromised_at else ""
    return f"{one.key}  from {one.from_at}, {ends}{since}; fingerprint {one.fingerprint}"
