"""The published schema: every kind of statement is one of it, and nothing else is."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from facilities.inventory import Inventory
from reports.catalogue import Catalogue
from reports.command import main
from reports.composing import compose
from reports.csv_tables import csv_tables
from reports.key_folder import signing_key, write_new_key
from reports.language_en import ENGLISH
from reports.language_fr import FRENCH
from reports.signing import signed
from reports.statement import KIND, Scored, statement
from store.connection import Connection
from store.rows import ExclusionRow
from tests.sla_engine.ledger_cases import AMENDED, DAY, OCTOBER, OUTAGE, SEPTEMBER, Months, agreement_text, promise

Json = dict[str, Any]
MakeScored = Callable[..., Scored]
SCHEMA = Path(__file__).parents[2] / "reports" / "schema" / "statement.schema.json"
ISSUED = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def schema() -> Json:
    found: Json = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def problems(schema: Json) -> Callable[[Json], list[str]]:
    """What is wrong with a statement as it is read back from its file."""
    validator = Draft202012Validator(schema)

    def found(made: Json) -> list[str]:
        return [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(json.loads(json.dumps(made)))]

    return found


Problems = Callable[[Json], list[str]]


def whole(one: Scored) -> Scored:
    """With registers as the store gives them."""
    rows = copy.deepcopy(dict(one.registers))
    rows["exclusions"] = [{**row, "counted_seconds": None} for row in rows["exclusions"]]
    rows["freezes"] = [{"ticket": "T-1", "starts_at": "2026-10-07T10:00:00Z", "ends_at": "2026-10-07T10:45:00Z",
                        "reason": "accès refusé"}]  # fmt: skip
    return one._replace(registers=rows)


def made(inventory: Inventory, *scored: Scored, words: Catalogue = FRENCH, **more: Any) -> Json:
    return statement(
        inventory.tenants["locataire-a"], "2026-10", [whole(one) for one in scored], more.pop("not_scored", {}),
        inventory=inventory, issued_at=ISSUED, words=words, **more,
    )  # fmt: skip


def test_it_is_a_schema_and_leaves_no_object_open(schema: Json) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["kind"] == {"const": KIND}
    open_ones = [
        place
        for place, one in _objects(schema, "$")
        if "properties" in one and one.get("type") == "object" and one.get("additionalProperties") is not False
    ]
    assert open_ones == []


def _objects(found: Any, place: str) -> Any:
    if isinstance(found, dict):
        yield place, found
        for key, value in found.items():
            yield from _objects(value, f"{place}.{key}")
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _objects(value, f"{place}[{number}]")


@pytest.mark.parametrize("words", [FRENCH, ENGLISH])
def test_a_provisional_one_in_both_languages(
    words: Catalogue, demo: Inventory, october: Json, scored: MakeScored, problems: Problems
) -> None:
    assert problems(made(demo, scored(october), words=words, not_scored={"DEMO-TECH-A": None})) == []


def test_one_of_a_month_without_data(demo: Inventory, october: Json, scored: MakeScored, problems: Problems) -> None:
    found = october["objectives"][0]
    found |= dict.fromkeys(("value_percent", "high_loss_intervals", "consecutive_high_loss"))
    found |= {"verdict": "insufficient_data", "coverage_percent": "0.0000", "lowest_percent": "0.0000"}
    found |= {"highest_percent": "100.0000", "outages": [], "credit": "0.00", "credit_percent": "0"}
    found["seconds"] = {"up": 0, "down": 0, "unknown": 2_678_400, "excluded": 0, "outside_service_hours": 0}
    october["objectives"][1] |= {"verdict": "not_measurable", "value_percent": None, "sent": 0, "lost": 0}
    october["objectives"][3] |= {"verdict": "not_measurable", "tickets": [], "credit": "0.00", "credit_percent": "0"}
    october["credits"] |= {"total": "0.00", "payable": "0.00"}
    made_of = made(demo, scored(october))
    assert problems(made_of) == []
    assert "insufficient_data" not in csv_tables(made_of, FRENCH)


def test_one_that_is_no_demonstration(demo: Inventory, october: Json, scored: MakeScored, problems: Problems) -> None:
    real = replace(demo, heading=msgspec.structs.replace(demo.heading, label="", demo=False))
    found = made(real, scored(october, is_demo=False))
    assert (found["label"], found["number"]) == ("", "P2I-2026-10-locataire-a")
    assert problems(found) == []
    assert "DÉMO" not in csv_tables(found, FRENCH).split("\r\n")[0]


def test_a_signed_one_with_premises(
    demo: Inventory, october: Json, scored: MakeScored, problems: Problems, tmp_path: Path
) -> None:
    where = {"zone": "casa-z1", "label": "Plateau 1", "building": "B", "floor": "1", "facility": "Casanearshore"}
    covered = {"quarters": 2_976, "quarters_measured": 3, "coverage_percent": "0.1"}
    zone = {**where, "capacity_people": 180, "people_most": 60, "peak_at": "2026-10-01T00:15:00Z",
            "people_mean": "45", "mean_percent": "25", **covered}  # fmt: skip
    comfort = {**where, "quantity": "humidity_ratio", "least": "0.3", "median": "0.45", "most": "0.6",
               "readings": 3, **covered}  # fmt: skip
    found = made(demo, scored(october), own_premises={"zones": [zone], "comfort": [comfort]})
    write_new_key(tmp_path / "keys", datetime(2026, 10, 1, tzinfo=UTC))
    key = signing_key(tmp_path / "keys", ISSUED)
    assert key is not None
    found = signed(found, key)
    assert problems(found) == []
    text = csv_tables(found, FRENCH)
    assert ";0–1;0,3;0,45;0,6;3;3;2976;0,1;" in text
    assert found["signature"]["value"] in text


def test_a_restated_one_in_two_segments(
    connection: Connection, tmp_path: Path, problems: Problems, decide_by_two: Callable[..., None]
) -> None:
    texts = (
        agreement_text("casa-a1", starts_on="2025-09-01"),
        agreement_text("casa-a1", starts_on="2025-09-01", target="99.5", more=AMENDED),
    )
    months = Months(connection, promise(tmp_path, *texts))
    months.register()
    months.measure("casa-a1", SEPTEMBER, OCTOBER + DAY, OUTAGE)
    months.engine(OCTOBER + DAY)

    def composed() -> Json:
        connection.commit()
        inventory = months.promised.inventory
        return compose(connection, inventory, "locataire-a", "2025-09", language="en", issued_at=OCTOBER + 9 * DAY)

    assert problems(composed()) == []
    months.desk(OCTOBER + 5 * DAY).issue("YEAR", "2025-09")
    first = composed()
    assert (first["status"], problems(first)) == ("issued", [])
    decide_by_two([ExclusionRow("X", "casa-a1", "customer", *OUTAGE, None, "accepted")])
    months.measure("casa-a1", OCTOBER - DAY, OCTOBER, (OCTOBER - DAY, OCTOBER - DAY / 2))
    months.desk(OCTOBER + 6 * DAY).restate("YEAR", "2025-09", "PV 12")
    second = composed()
    assert (second["version"], problems(second)) == (2, [])
    assert [one["segment"]["amendment"] for one in second["agreements"]] == [0, 1]
    lines = csv_tables(second, ENGLISH).split("\r\n")
    changed = [line for line in lines if line.startswith("DÉMO – Corrections,YEAR,2025-09-01,2,")]
    assert any(",credit.payable,250.00,0.00,PV 12" in line for line in changed), changed
    assert any(",Adjustment ex VAT against the version before,,-250.00,MAD" in line for line in lines)
    assert any(",exclusions.came[X],,casa-a1,PV 12" in line for line in changed), changed


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.update(more=1),
        lambda made: made.pop("chain"),
        lambda made: made["agreements"][0]["score"]["objectives"][0].update(value_percent=99.9434),
        lambda made: made["agreements"][0]["score"]["objectives"][0].update(value_percent="99.94"),
        lambda made: made["agreements"][0]["score"]["objectives"][1].update(verdict="ok"),
        lambda made: made["agreements"][0]["objectives"][0]["outages"][0].update(note=""),
        lambda made: made["agreements"][0]["credits"].update(payable="2700,00"),
        lambda made: made["agreements"][0]["registers"]["tickets"][0].update(opened_at="2026-10-07 09:15:00"),
        lambda made: made.update(version=1),
        lambda made: made.update(status="issued", reasons=[]),
        lambda made: made.update(kind="p2i.statement/1"),
    ],
)
def test_what_we_do_not_write_is_refused(
    change: Callable[[Json], None], demo: Inventory, october: Json, scored: MakeScored, problems: Problems
) -> None:
    found = made(demo, scored(october))
    assert problems(found) == []
    change(found)
    assert problems(found)


def test_the_command_prints_it_without_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--schema"])
    assert capsys.readouterr().out == SCHEMA.read_text(encoding="utf-8")
