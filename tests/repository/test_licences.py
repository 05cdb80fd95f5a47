import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", Path(__file__).with_name("licences.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GPL-3.0-or-later", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0", True),
        ("EPL-2.0 OR BSD-3-Clause", False),
        ("GPL-2.0-only OR MIT", False),
        ("GPL-2.0-only OR AGPL-3.0-only", True),
    ],
)
def test_gpl_without_a_choice_is_refused(licences: ModuleType, licence: str, refused: bool) -> None:
    assert licences.refused(licence) is refused


def test_dependencies_of_dependencies_are_looked_at(licences: ModuleType) -> None:
    found = licences.runtime_packages()
    assert {"psycopg", "psycopg-binary", "tzdata", "transitions"} <= found  # transitions comes with amqtt
    assert "hypothesis" not in found
