"""`p2i grafana apply` against a real Grafana: operators get their Alertmanager, nobody else does, and lose it again."""

from collections.abc import Callable

import pytest

from dashboards.provisioning.wanted import ALERTMANAGER_UID
from tests.dashboards.provisioning.real_grafana import RealGrafana

Run = Callable[..., int]


def of_type(there: RealGrafana, within: int) -> list[str]:
    return [one["url"] for one in there.ask("GET", "/datasources", within=within).body if one["type"] == "alertmanager"]


def test_operators_get_alertmanager_and_lose_it_again(
    there: RealGrafana, run: Run, mark: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("apply", "--alertmanager", "http://127.0.0.1:9") == 0, capfd.readouterr().err
    numbers = there.organisations(mark)
    operator = next(number for name, number in numbers.items() if f"[{mark}:operator]" in name)
    assert {name for name, number in numbers.items() if of_type(there, number)} == {
        name for name, number in numbers.items() if number == operator
    }
    source = there.ask("GET", f"/datasources/uid/{ALERTMANAGER_UID}", within=operator).body
    assert source["jsonData"]["implementation"] == "prometheus"
    capfd.readouterr()
    assert run("apply", "--alertmanager", "http://127.0.0.1:9") == 0
    assert capfd.readouterr().out == "0 changes\n"
    assert run("apply", "--alertmanager", "http://127.0.0.1:10") == 0
    assert of_type(there, operator) == ["http://127.0.0.1:10"]
    assert "Alertmanager (url was: http://127.0.0.1:9)" in capfd.readouterr().out
    assert run("apply") == 0
    assert of_type(there, operator) == []
