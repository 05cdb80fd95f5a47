"""`p2i verify`: whether a statement is as it was written, who signed it, and whether its figures follow from facts."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from facilities.calendar import zone_data_self_test
from p2i.recompute import TEXT, recomputed
from reports.bounded import read_bounded
from reports.bundle import ENDING as BUNDLE_ENDING
from reports.bundle import unpack
from reports.keys import KeyRing, key_ring
from reports.manifest import ABSENT, member_findings, stem_of
from reports.manifest import KIND as MANIFEST
from reports.one_ledger import one_ledger
from reports.signing import UNSIGNED
from reports.statement_text import KIND as STATEMENT
from reports.succession import succession
from reports.verify_files import Document, documents_of, findings_of, read_statement, strays
from reports.verifying import Told, told_findings
from store.errors import InputError, P2IError
from store.finding import Finding

Json = dict[str, Any]

_SHOWN = {"ok": "ok", "warning": "note", "error": "WRONG"}
_EPILOG = """\
FILE is STEM.manifest.json (checks every file it names), STEM.json (the statement alone), or any other form of it with
STEM.manifest.json beside it; of a PDF without one the JSON in it is checked, not its pages. DIR is a folder of them.

exit status:
  0  everything that was asked is as it was written
  1  something is not: each such line begins with WRONG and names the file, the field or the byte
  2  it cannot be said: bad input, or a signature and no keys to check it with

docs/verify.md says how to get the operator's keys, what each line means, and how to verify without this program.
No database is asked, and no network.
"""


def main(argv: Sequence[str]) -> int:
    """Verifies and prints a line per question. Returns 0, 1 or 2 as the help says."""
    options = _options(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # names of tenants, whatever the locale
    try:
        zone_data_self_test()
        return _verify(options)
    except P2IError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads our lines has read enough, and the answer with them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except RecursionError:
        print(f"{options.file}: is nested too deep to be of ours", file=sys.stderr)
        return 2


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="p2i verify",
        description="Verify a statement: every byte, every signature, and its figures from the evidence.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE|DIR", type=Path)
    parser.add_argument("--keys", metavar="FILE", type=Path, help="the operator's keys (keys.json of its site)")
    parser.add_argument(
        "--recompute", metavar="DIR|ZIP", type=Path, help="compute every figure again from this evidence bundle"
    )
    parser.add_argument("--predecessor", metavar="FILE", type=Path, help="the statement that this one replaces")
    parser.add_argument("--other", metavar="FILE", type=Path, help="any other statement of the tenant: one ledger?")
    for name, help_ in (
        ("sha256", "hash of the statement, manifest or file of keys that you were told by another way"),
        ("head", "hash of a ledger's entry that you were told by another way"),
    ):
        parser.add_argument(f"--{name}", metavar="HASH", type=_hash, action="append", default=[], help=help_)
    return parser.parse_args(argv)


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError(f'"{text}" is not a SHA-256 of 64 hexadecimal digits')
    return text.lower()


def _verify(options: argparse.Namespace) -> int:
    ring, ring_sha256 = _keys(options.keys)
    told = Told(ring, tuple(options.sha256), tuple(options.head), ring_sha256)
    documents = documents_of(options.file)
    found: list[Finding] = []
    for document in documents:
        _print_heading(document)
        found += _printed(findings_of(document, told))
    found += _printed(strays(options.file, documents))
    statements = [one for one in documents if one.made["kind"] == STATEMENT]
    found += _printed(told_findings([one.made for one in documents], told))
    if options.recompute is not None:
        found += _printed(_recompute(documents, statements, options.recompute))
    for other, compare in ((options.predecessor, succession), (options.other, one_ledger)):
        if other is not None:
            before = read_statement(other)
            _print_heading(before)
            # What was told by another way was told of the first file, not of this one.
            found += _printed(findings_of(before, Told(ring)))
            found += _printed(compare(before.made, _only(statements, options.file).made))
    return _exit_code(found)


def _keys(path: Path | None) -> tuple[KeyRing | None, str | None]:
    """The operator's keys and the SHA-256 of their file, which is printed: nothing but another way vouches for it."""
    if path is None:
        return None, None
    content = read_bounded(path)
    ring, sha256 = key_ring(content, str(path)), hashlib.sha256(content).hexdigest()
    print(_printable(f"{path}: {len(ring.keys)} keys, SHA-256 {sha256}"))
    return ring, sha256


def _recompute(documents: Sequence[Document], statements: Sequence[Document], given: Path) -> Iterator[Finding]:
    """Every statement from the bundle `given`, as ZIP or unpacked; or each from the one of its own stem in a folder."""
    if not given.exists():
        raise InputError(f"--recompute: {given}: no such folder or bundle")
    manifests = {stem_of(one.made): one.made for one in documents if one.made["kind"] == MANIFEST}
    for statement in statements:
        stem = statement.path.name.rpartition(".")[0]
        own = given / f"{stem}{BUNDLE_ENDING}"
        if given.is_dir() and not own.exists() and next(given.rglob(TEXT), None) is None:
            # A statement may be issued without evidence, of readings that were dropped by age: that accuses nobody.
            yield Finding("warning", "recompute", f"{given}: holds no evidence of {stem}")
            continue
        with TemporaryDirectory(prefix="p2i-verify-") as temporary:
            folder = given
            try:
                if not given.is_dir() or own.exists():
                    folder = Path(temporary)
                    unpack(own if given.is_dir() else given, folder)
                if stem in manifests:
                    yield from member_findings(manifests[stem], folder)
                yield from recomputed(statement.made, folder)
            except P2IError as error:  # a file of the evidence that cannot be read is not as it was written
                yield Finding("error", "recompute", str(error))
            except OSError as error:
                yield Finding("error", "recompute", f"{error.filename}: {error.strerror}")
            except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
                yield Finding("error", "recompute", f"is not written as a statement: {type(error).__name__} {error}")


def _only(statements: Sequence[Document], path: Path) -> Document:
    if len(statements) != 1:
        raise InputError(f"{path}: holds {len(statements)} statements; name the one to compare")
    return statements[0]


def _print_heading(document: Document) -> None:
    """The file, and what it says to be: a true statement may be another one than was meant."""
    said = [str(document.made.get(name)) for name in ("number", "issued_at", "status") if name in document.made]
    print(_printable(f"{document.path}: {', '.join(said)}"))


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _printed(findings: Iterator[Finding]) -> Iterator[Finding]:
    for one in findings:
        print(f"  {_SHOWN[one.level]:<5} {one.question:<11} {_printable(one.text)}")
        yield one


def _exit_code(found: Sequence[Finding]) -> int:
    wrong = sum(one.level == "error" for one in found)
    if wrong:
        print(f"{wrong} of {len(found)} questions: not as it was written")
        return 1
    unchecked = [one for one in found if one.level == "warning" and one.question not in (UNSIGNED, ABSENT)]
    if unchecked:
        print(f"{unchecked[0].question}: {unchecked[0].text}", file=sys.stderr)
        return 2
    print("as it was written")
    return 0
