"""Every file of the sample payloads has a line in the table of tests/drills/payloads.py, and none is a defect."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

DRILL = Path(__file__).parents[1] / "drills" / "payloads.py"


@pytest.fixture(scope="module")
def drill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("payloads", DRILL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["payloads"] = module
    spec.loader.exec_module(module)
    return module


def test_every_file_is_decoded_refused_or_out_of_scope_with_a_reason(samples: Path, drill: ModuleType) -> None:
    folder = samples / "payloads"
    lines = drill.table(folder)
    assert [line.file for line in lines] == sorted(
        file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()
    )
    assert [line for line in lines if line.outcome.what not in drill.OUTCOMES or not line.outcome.detail] == []
    unproven = [line.file for line in lines if line.decoder and line.outcome.what == "decoded" and not line.test]
    assert unproven == []


def test_the_tests_that_compare_values_exist(drill: ModuleType) -> None:
    for test in {rule.test for rule in drill.RULES if rule.test}:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (drill.TESTS / file).read_text() if name else (drill.TESTS / file).is_file()


def test_a_file_nobody_reads_and_a_defect_are_lines_of_their_own(tmp_path: Path, drill: ModuleType) -> None:
    (tmp_path / "unknown.bin").write_bytes(b"")
    (tmp_path / "shelly").mkdir()
    (tmp_path / "shelly" / "broken.json").write_text("{")
    assert [line.outcome for line in drill.table(tmp_path)] == [("exception", "JSONDecodeError"), ("no decoder", "")]
