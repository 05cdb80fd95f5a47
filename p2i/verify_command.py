"""`p2i verify`: whether a statement is as it was written, who signed it, and whether its figures follow from facts."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from facilities.calendar import zone_data_self_test
from p2i.recompute import recomputed
from reports.bundle import ENDING as BUNDLE_ENDING
from reports.bundle import unpack
from reports.key_folder import read_ring
from reports.manifest import member_findings
from reports.signing import UNSIGNED
from reports.statement import KIND as STATEMENT
from reports.succession import chain_faults, succession
from reports.verify_files import Document, documents_of, findings_of, read_statement
from reports.verifying import Told, told_findings
from store.errors import InputError, P2IError
from store.finding import Finding

Json = dict[str, Any]

_SHOWN = {"ok": "ok", "warning": "note", "error": "WRONG"}
_EPILOG = """\
FILE is STEM.manifest.json (checks every file it names), STEM.json (the statement alone), or STEM.pdf (the JSON in it;
its pages only when STEM.manifest.json lies beside it). DIR is a folder of them.

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
    try:
        zone_data_self_test()
        return _verify(options)
    except P2IError as error:
        print(error, file=sys.stderr)
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
        ("sha256", "hash of the statement or manifest that you were told by another way"),
        ("head", "hash of a ledger's entry that you were told by another way"),
    ):
        parser.add_argument(f"--{name}", metavar="HASH", type=_hash, action="append", default=[], help=help_)
    return parser.parse_args(argv)


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError(f'"{text}" is not a SHA-256 of 64 hexadecimal digits')
    return text.lower()


def _verify(options: argparse.Namespace) -> int:
    ring = None if options.keys is None else read_ring(options.keys)
    told = Told(ring, tuple(options.sha256), tuple(options.head))
    documents = documents_of(options.file)
    found: list[Finding] = []
    for document in documents:
        print(document.path)
        found += _printed(findings_of(document, told))
    statements = [one for one in documents if one.made["kind"] == STATEMENT]
    hashes = [one.made.get("sha256") for one in documents]
    found += _printed(told_findings(hashes, told))
    if options.recompute is not None:
        found += _printed(_recompute(documents, statements, options.recompute))
    for other, compare in ((options.predecessor, succession), (options.other, _one_ledger)):
        if other is not None:
            before = read_statement(other)
            print(before.path)
            # What was told by another way was told of the first file, not of this one.
            found += _printed(findings_of(before, Told(ring)))
            found += _printed(compare(before.made, _only(statements, options.file).made))
    return _exit_code(found)


def _recompute(documents: Sequence[Document], statements: Sequence[Document], given: Path) -> Iterator[Finding]:
    manifests = [one for one in documents if one.made["kind"] != STATEMENT]
    with TemporaryDirectory(prefix="p2i-verify-") as temporary:
        folder = given
        if given.name.endswith(BUNDLE_ENDING) or given.is_file():
            folder = Path(temporary)
            unpack(given, folder)
        elif not given.is_dir():
            raise InputError(f"--recompute: {given}: no such folder or bundle")
        elif (parts := sorted(given.glob(f"*{BUNDLE_ENDING}"))) and len(parts) == 1:
            folder = Path(temporary)
            unpack(parts[0], folder)
        try:
            for manifest in manifests[:1] if len(manifests) == 1 else []:
                yield from member_findings(manifest.made, folder)
            for statement in statements:
                yield from recomputed(statement.made, folder)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            yield Finding("error", "recompute", f"is not written as a statement: {type(error).__name__} {error}")


def _one_ledger(other: Json, made: Json) -> Iterator[Finding]:
    try:
        wrong = list(chain_faults(other, made))
    except (LookupError, TypeError, AttributeError) as error:
        wrong = [f"one of the two is not written as a statement: {type(error).__name__} {error}"]
    yield from (Finding("error", "chain", text) for text in wrong)
    if not wrong:
        yield Finding("ok", "chain", f"names no entry otherwise than {other['number']}")


def _only(statements: Sequence[Document], path: Path) -> Document:
    if len(statements) != 1:
        raise InputError(f"{path}: holds {len(statements)} statements; name the one to compare")
    return statements[0]


def _printed(findings: Iterator[Finding]) -> Iterator[Finding]:
    for one in findings:
        text = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in one.text)
        print(f"  {_SHOWN[one.level]:<5} {one.question:<11} {text}")
        yield one


def _exit_code(found: Sequence[Finding]) -> int:
    wrong = sum(one.level == "error" for one in found)
    if wrong:
        print(f"{wrong} of {len(found)} questions: not as it was written")
        return 1
    unchecked = [one for one in found if one.level == "warning" and one.question != UNSIGNED]
    if unchecked:
        print(f"{unchecked[0].question}: {unchecked[0].text}", file=sys.stderr)
        return 2
    print("as it was written")
    return 0
