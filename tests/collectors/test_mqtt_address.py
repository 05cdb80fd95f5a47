from pathlib import Path

import pytest

from collectors.mqtt_address import BrokerAddress, broker_address
from store.errors import InputError


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://broker", "broker", 1883, False),
        ("mqtt://127.0.0.1:18830/", "127.0.0.1", 18830, False),
        ("mqtts://broker.example", "broker.example", 8883, True),
        ("mqtt://[::1]:1883", "::1", 1883, False),
    ],
)
def test_a_url_names_host_port_and_tls(url: str, host: str, port: int, tls: bool) -> None:
    found = broker_address(url, {})
    assert (found.host, found.port, found.tls) == (host, port, tls)


def test_the_argument_wins_over_the_environment_and_this_machine_is_the_default() -> None:
    environment = {"P2I_MQTT_URL": "mqtt://two"}
    assert broker_address("mqtt://one", environment).host == "one"
    assert broker_address(None, environment).host == "two"
    assert str(broker_address(None, {})) == "mqtt://127.0.0.1:1883"


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://broker", '--broker: "http://broker" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
        ("broker:1883", '--broker: "broker:1883" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
        ("mqtt://broker/path", '--broker: "mqtt://broker/path" is not mqtt://HOST:PORT or mqtts://HOST:PORT'),
        ("mqtt://broker:99999", "--broker: Port out of range 0-65535"),
        (
            "mqtt://me:secret@broker",
            "--broker: no user or password in the URL; set P2I_MQTT_USER and P2I_MQTT_PASSWORD_FILE",
        ),
    ],
)
def test_a_wrong_url_is_one_line_and_shows_no_password(url: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        broker_address(url, {})
    assert str(caught.value) == line


def test_user_and_password_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("P2I_MQTT_PASSWORD_FILE", str(tmp_path / "password"))
    found = broker_address("mqtts://broker", {"P2I_MQTT_USER": "casa"})
    assert (found.user, found.password) == ("casa", "s3cret")
    assert "s3cret" not in repr(found)
    assert "s3cret" not in str(found)


def test_a_password_without_a_user_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P2I_MQTT_PASSWORD", "s3cret")
    with pytest.raises(InputError, match=r"^P2I_MQTT_PASSWORD: set without P2I_MQTT_USER$"):
        broker_address(None, {})


def test_a_ca_needs_tls_and_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^P2I_MQTT_CA: set, but the broker's URL is mqtt://"):
        broker_address("mqtt://broker", {"P2I_MQTT_CA": "ca.pem"})
    with pytest.raises(InputError, match=r"^P2I_MQTT_CA: absent.pem: no such file$"):
        broker_address("mqtts://broker", {"P2I_MQTT_CA": "absent.pem"})
    (tmp_path / "ca.pem").write_text("")
    found = broker_address("mqtts://broker", {"P2I_MQTT_CA": str(tmp_path / "ca.pem")})
    assert found == BrokerAddress("broker", 8883, True, tmp_path / "ca.pem")
