"""A real Grafana, where P2I_TEST_GRAFANA names one, and beside it a bad day in a database with everybody's login."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from dashboards.provisioning.command import main
from facilities.inventory import DEMO_INVENTORY, REAL_INVENTORY, read_inventory
from facilities.logins import wanted_logins
from store.connection import connect
from store.errors import InputError
from store.login_file import Handed, write_login_file
from store.logins import apply_logins
from store.operators import grant_operator
from tests.dashboards.grafana.filled_day import fill
from tests.dashboards.provisioning.real_grafana import RealGrafana

Run = Callable[..., int]


@pytest.fixture(scope="session")
def bad_day(server_dsn: str, template_database: str) -> Iterator[str]:
    """The DSN of a database of this session's own that holds the bad day, with the owner's rights."""
    name, approver, word = f"p2i_grafana_{uuid4().hex[:12]}", f"approver_{uuid4().hex[:12]}", uuid4().hex
    with psycopg.connect(server_dsn, autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_database))
        )
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(approver), sql.Literal(word)))
    dsn = conninfo.make_conninfo(server_dsn, dbname=name)
    try:
        with connect(dsn, "tests") as owner:
            grant_operator(owner, approver)
            owner.commit()
            with connect(conninfo.make_conninfo(dsn, user=approver, password=word), "tests") as deciding:
                fill(owner, deciding, read_inventory(DEMO_INVENTORY), read_inventory(REAL_INVENTORY))
        yield dsn
    finally:
        with psycopg.connect(dsn, autocommit=True) as owner:
            owner.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(approver)))
        with psycopg.connect(server_dsn, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(approver)))


@pytest.fixture(scope="session")
def logins(bad_day: str) -> Iterator[list[Handed]]:
    """A login of each kind of reader of the demo, and of a second tenant, as `p2i tenants apply` makes them."""
    wanted = {one.audience: one for one in reversed(wanted_logins(read_inventory(DEMO_INVENTORY)))}
    with connect(bad_day, "tests") as owner:
        second = next(one for one in wanted_logins(read_inventory(DEMO_INVENTORY)) if one.code == "locataire-b")
        handed = apply_logins(owner, [*wanted.values(), second], {}).handed
    yield handed
    with connect(bad_day, "tests") as owner:
        apply_logins(owner, [], {})


@pytest.fixture
def login_file(logins: list[Handed], tmp_path: Path) -> Path:
    """The file in which they are handed over."""
    file = tmp_path / "logins.json"
    write_login_file(file, logins)
    return file


@pytest.fixture(scope="session")
def there() -> RealGrafana:
    """The Grafana that P2I_TEST_GRAFANA names (`http://USER:PASSWORD@HOST:PORT`); without it the test is skipped."""
    named = os.environ.get("P2I_TEST_GRAFANA")
    if not named:
        pytest.skip("no Grafana to try it on (P2I_TEST_GRAFANA=http://USER:PASSWORD@HOST:PORT)")
    from dashboards.provisioning.environment import other_python

    with suppress(InputError):
        other_python()
        return RealGrafana(named)
    pytest.skip("no environment with grafana-client (make grafana, or P2I_GRAFANA_PYTHON)")


@pytest.fixture
def mark(there: RealGrafana) -> Iterator[str]:
    """A mark of this test's own; all organisations with it and users made for it are removed in the end."""
    mark = f"test-{uuid4().hex[:8]}"
    yield mark
    there.remove_all(mark)


@pytest.fixture
def run(there: RealGrafana, mark: str, login_file: Path, bad_day: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `p2i grafana` with the settings of this test, and more words."""
    parts = conninfo.conninfo_to_dict(bad_day)
    host, port, name = str(parts["host"]), parts.get("port") or 5432, parts["dbname"]
    uri = (
        f"postgresql:///{name}?host={host}"
        if host.startswith("/")
        else f"postgresql://{host}:{port}/{name}?sslmode=disable"
    )
    settings = {
        "P2I_GRAFANA_URL": there.url,
        "P2I_GRAFANA_USER": there.user,
        "P2I_GRAFANA_PASSWORD": there.password,
        "P2I_GRAFANA_MARK": mark,
        "P2I_GRAFANA_DATABASE": uri,
        "P2I_LOGINS_FILE": str(login_file),
    }
    for key, value in settings.items():
        monkeypatch.setenv(key, value)
    return lambda *words: main(words)
