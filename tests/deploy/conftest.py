"""deploy/make_secrets.py as a module: it is a script for the host and belongs to no package."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def make_secrets() -> ModuleType:
    script = Path(__file__).parents[2] / "deploy" / "make_secrets.py"
    spec = importlib.util.spec_from_file_location("make_secrets", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
