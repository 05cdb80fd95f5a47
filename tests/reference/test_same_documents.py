"""The engine and the naive reference print the same text for the same files, and refuse the same ones.

The number of cases is P2I_EXAMPLES (the full run: P2I_EXAMPLES=10000); a quarter of it is bad input.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from sla_engine.score import main
from tests.reference import naive_scorer
from tests.reference.bad_inputs import bad_cases
from tests.reference.case_settings import Case
from tests.reference.strategies import cases

EXAMPLES = int(os.environ.get("P2I_EXAMPLES", "1200"))
profile = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    backend="hypothesis-urandom",  # fresh cases only; the usual one spends five of six on variations of the last
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def write(case: Case, folder: Path) -> dict[str, Path]:
    """The files of a case by option name, the agreement among them."""
    paths = {"agreement": folder / "agreement.toml"}
    paths["agreement"].write_text(case.agreement, encoding="utf-8", newline="")
    for name, text in case.files.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
    return paths


def arguments(case: Case, paths: dict[str, Path]) -> list[str]:
    options = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    as_of = [] if case.as_of is None else [f"--as-of={case.as_of}"]
    return [*options, f"--period={case.period}", *as_of]


def run_engine(arguments: list[str]) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of the command, in this process."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return code, stdout.getvalue(), stderr.getvalue()


def run_naive(case: Case, paths: dict[str, Path]) -> str | None:
    """The document of the reference, or None where it refuses the input."""
    files = {name: path for name, path in paths.items() if name != "agreement"}
    try:
        document: str = naive_scorer.score_files(paths["agreement"], case.period, as_of=case.as_of, **files)
    except naive_scorer.BadInput:
        return None
    return document


def assert_refused(case: Case, code: int, stdout: str, stderr: str) -> None:
    assert (code, stdout) == (2, "")
    assert stderr.endswith("\n")
    assert stderr.count("\n") == 1, stderr
    if case.expected_place is not None:
        assert re.match(rf"(\S*/)?{re.escape(case.expected_place)}", stderr), stderr
    elif not stderr.startswith("--period: "):
        raise AssertionError(f"a valid file was refused: {stderr}")


@profile
@given(cases())
def test_the_same_text_for_the_same_files(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write(case, Path(folder))
        expected = run_naive(case, paths)
        code, stdout, stderr = run_engine(arguments(case, paths))
    if expected is None:
        assert_refused(case, code, stdout, stderr)
    else:
        assert (code, stderr) == (0, "")
        assert stdout == expected


@settings(profile, max_examples=max(1, EXAMPLES // 4))
@given(bad_cases())
def test_the_same_refusals(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write(case, Path(folder))
        assert run_naive(case, paths) is None, "the reference accepts it"
        code, stdout, stderr = run_engine(arguments(case, paths))
    assert_refused(case, code, stdout, stderr)
