"""The database's address, as an operator writes it and as Grafana has it."""

import pytest

from dashboards.provisioning.address import address_of
from store.errors import InputError

PREFERS = "postgresql://db/p2i?sslmode=prefer"
PLAIN = {"database": "p2i", "sslmode": "disable"}
TLS = {"database": "p2i", "sslmode": "verify-full", "tlsConfigurationMethod": "file-path"}


@pytest.mark.parametrize(
    ("uri", "url", "json_data"),
    [
        ("postgresql://standby/p2i", "standby:5432", TLS),
        ("postgres://standby:6432/p2i?sslmode=require", "standby:6432", TLS | {"sslmode": "require"}),
        ("postgresql://standby/p2i?sslmode=disable", "standby:5432", PLAIN),
        ("postgresql://[fd00::1]:5432/p2i?sslmode=disable", "[fd00::1]:5432", PLAIN),
        ("postgresql:///p2i?host=/run/PostgreSQL", "/run/PostgreSQL", PLAIN),
        ("postgresql://db/a%20b?sslmode=disable", "db:5432", PLAIN | {"database": "a b"}),
        (
            "postgresql://db/p2i?sslmode=verify-ca&sslrootcert=/etc/ca.pem&sslcert=/c&sslkey=/k",
            "db:5432",
            TLS | {"sslmode": "verify-ca", "sslRootCertFile": "/etc/ca.pem", "sslCertFile": "/c", "sslKeyFile": "/k"},
        ),
    ],
)
def test_addresses(uri: str, url: str, json_data: dict[str, str]) -> None:
    assert address_of(uri) == (url, json_data)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("standby:5432", "standby:5432: not postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"),
        ("postgresql://standby", "postgresql://standby: not postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"),
        ("postgresql:///p2i", "postgresql:///p2i: not postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"),
        ("mysql://db/p2i", "mysql://db/p2i: not postgresql://HOST[:PORT]/DATABASE[?sslmode=…]"),
        ("postgresql://me:pass@db/p2i", "db/p2i: without user and password; each organisation has its own"),
        (PREFERS, f"{PREFERS}: sslmode is one of disable, require, verify-ca, verify-full"),
        ("postgresql://db/p2i?options=x", "postgresql://db/p2i?options=x: unknown option options"),
        ("postgresql://db:99999/p2i", "postgresql://db:99999/p2i: the port is no number up to 65535"),
    ],
)  # fmt: skip
def test_mistakes(uri: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        address_of(uri)
    assert str(refused.value) == said
