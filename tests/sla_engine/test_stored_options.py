"""The commands that ask files or the store refuse the same mistakes beside `--stored` in the same words."""

from collections.abc import Callable, Sequence

import pytest

from facilities.inventory import DEMO_INVENTORY
from sla_engine.other_readings_command import main as readings
from sla_engine.what_if_command import main as what_if


@pytest.mark.parametrize("command", [readings, what_if])
@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--states", "states.csv"), "--states: not with --stored, which reads the store"),
        (("--agreement", "NONE"), f'--agreement: no agreement "NONE" in {DEMO_INVENTORY}'),
        (("--period", "0000-01"), '--period: "0000-01" is not a month of the calendar'),
    ],
)
def test_a_mistake_beside_stored_is_one_line(
    command: Callable[[Sequence[str]], int],
    options: tuple[str, ...],
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["--stored", "--inventory", str(DEMO_INVENTORY), "--agreement", "DEMO-CASA-A", "--period", "2026-09"]
    assert command([*asked, *options]) == 2
    assert capsys.readouterr() == ("", f"{line}\n")
