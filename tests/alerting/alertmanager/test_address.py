import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from alerting.alertmanager.address import Address, AlertmanagerAway, AlertmanagerRefused, addresses
from store.errors import InputError
from tests.alerting.alertmanager.running import answering

URL = "P2I_ALERTMANAGER_URL"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Sets our settings and returns them; whatever this machine has set is out of the way."""
    for name in ("USER", "PASSWORD", "PASSWORD_FILE", "TOKEN", "TOKEN_FILE", "CA"):
        monkeypatch.delenv(f"P2I_ALERTMANAGER_{name}", raising=False)

    def of(**settings: str) -> dict[str, str]:
        found = {f"P2I_ALERTMANAGER_{name}": value for name, value in settings.items()}
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        return found

    return of


def test_json_goes_out_below_the_prefix_and_comes_back() -> None:
    seen: list[tuple[str, str, str | None]] = []
    with answering(200, b'{"ok": true}', seen) as url:
        assert Address(f"{url}/am/", "Bearer x").exchange("POST", "/api/v2/alerts", [{"é": 1}]) == {"ok": True}
    assert seen == [("/am/api/v2/alerts", '[{"é": 1}]', "Bearer x")]


@pytest.mark.parametrize(
    ("status", "path", "error"),
    [
        (400, "/api/v2/alerts", AlertmanagerRefused),
        (404, "/api/v2/silences", AlertmanagerRefused),
        (404, "/api/v2/alerts", AlertmanagerAway),  # a wrong prefix: nothing was taken
        (401, "/api/v2/alerts", AlertmanagerAway),
        (302, "/api/v2/alerts", AlertmanagerAway),
        (503, "/api/v2/alerts", AlertmanagerAway),
    ],
)
def test_what_an_answer_means(status: int, path: str, error: type[Exception]) -> None:
    with answering(status, b"why\nnot", [], Location="http://elsewhere.example") as url, pytest.raises(error) as raised:
        Address(url, "Bearer secret").exchange("POST", path, [])
    assert f"answers {status}" in str(raised.value)
    assert "secret" not in str(raised.value) + repr(Address(url, "Bearer secret"))


def test_an_answer_that_is_no_json_is_no_alertmanager() -> None:
    with answering(200, b"<html>", []) as url, pytest.raises(AlertmanagerAway, match="the answer is no JSON"):
        Address(url).exchange("POST", "/api/v2/alerts", [])


def test_one_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerting.alertmanager.address.TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Address(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(AlertmanagerAway, match=r"no answer within 0\.1 s"):
            address.exchange("POST", "/api/v2/alerts", [])


def test_one_that_hangs_up_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        closing = threading.Thread(target=lambda: rude.accept()[0].close())
        closing.start()
        with pytest.raises(AlertmanagerAway):
            Address(f"http://127.0.0.1:{rude.getsockname()[1]}").exchange("GET", "/api/v2/status")
        closing.join(10)


def test_none_is_named_and_several_are(environment: Callable[..., dict[str, str]]) -> None:
    assert addresses(environment()) == []
    found = addresses(environment(URL="http://a:9093/, https://b/am,http://a:9093/"))
    assert [one.url for one in found] == ["http://a:9093", "https://b/am"]
    assert [one.authorization for one in found] == [None, None]


def test_secrets_come_from_files(environment: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n", encoding="utf-8")
    (found,) = addresses(environment(URL="http://a", USER="p2i", PASSWORD_FILE=str(file)))
    assert found.authorization == "Basic cDJpOnMzY3JldA=="


def test_a_token_is_a_bearer(environment: Callable[..., dict[str, str]]) -> None:
    (found,) = addresses(environment(URL="http://a", TOKEN="t0"))  # noqa: S106 - of nothing
    assert found.authorization == "Bearer t0"


def test_https_is_verified_by_the_named_authority(environment: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"P2I_ALERTMANAGER_CA: .*: No such file or directory"):
        addresses(environment(URL="https://a", CA=str(tmp_path / "none.pem")))
    authority = tmp_path / "ca.pem"
    authority.write_text(ssl.DER_cert_to_PEM_cert(ssl.create_default_context().get_ca_certs(binary_form=True)[0]))
    (found,) = addresses(environment(URL="https://a", CA=str(authority)))
    assert found.context is not None
    assert (found.context.verify_mode, len(found.context.get_ca_certs())) == (ssl.CERT_REQUIRED, 1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"URL": "a:9093"}, "is not an address"),
        ({"URL": "ftp://a"}, "is not an address"),
        ({"URL": "http://a:x"}, "not an address"),
        ({"URL": "http://a?x=1"}, "is not an address"),
        ({"URL": "http://user:pass@a"}, "no user or password in it"),
        ({"URL": "http://a", "USER": "u"}, "set both"),
        ({"URL": "http://a", "PASSWORD": "p"}, "set both"),
        ({"URL": "http://a", "USER": "u:v", "PASSWORD": "p"}, "no colon"),
        ({"URL": "http://a", "TOKEN": "t", "USER": "u"}, "keep one of the two ways"),
        ({"URL": "http://a", "TOKEN": "t\nx: y"}, "no header can carry"),
    ],
)
def test_settings_that_cannot_be_meant(
    environment: Callable[..., dict[str, str]], settings: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says) as refused:
        addresses(environment(**settings))
    assert "pass" not in str(refused.value).replace("password", "").replace("PASSWORD", "")
