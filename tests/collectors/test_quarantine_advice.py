"""Every reason has a sentence what to do, and docs/quarantine.md has the same one."""

from pathlib import Path

from collectors.quarantine_advice import ADVICE, advice
from collectors.reasons import Reason

DOCS = Path(__file__).parents[2] / "docs" / "quarantine.md"


def test_every_reason_has_its_advice_in_code_and_in_the_documentation() -> None:
    rows = [line.split("|") for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {cells[1].strip(" `"): cells[3].strip() for cells in rows}
    assert documented == dict(ADVICE)
    assert set(ADVICE) == set(Reason)
    assert all(cells[2].strip() for cells in rows)


def test_a_word_of_another_release_is_no_failure() -> None:
    assert advice("not_invented_yet") == "A word of another release: p2i quarantine show NUMBER."
