"""Which broker to use and as whom: `mqtt://host:port` or `mqtts://host:port`, user and password by environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from store.connection import secret_of_environment
from store.errors import InputError

DEFAULT_URL = "mqtt://127.0.0.1:1883"
PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class BrokerAddress:
    """A broker, how to reach it, and who we are there; the password shows in no text of this object."""

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def broker_address(argument: str | None, environment: Mapping[str, str]) -> BrokerAddress:
    """The broker of `--broker`, else of P2I_MQTT_URL, else the one on this machine.

    Raises InputError for another scheme, a path, or a password in the URL: that would show in process lists and logs.
    """
    url = argument or environment.get("P2I_MQTT_URL") or DEFAULT_URL
    where = "--broker" if argument else "P2I_MQTT_URL"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    if "@" in parts.netloc:
        raise InputError(f"{where}: no user or password in the URL; set P2I_MQTT_USER and P2I_MQTT_PASSWORD_FILE")
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InputError(f'{where}: "{url}" is not mqtt://HOST:PORT or mqtts://HOST:PORT')
    tls = parts.scheme == "mqtts"
    ca_file = environment.get("P2I_MQTT_CA")
    if ca_file and not tls:
        raise InputError("P2I_MQTT_CA: set, but the broker's URL is mqtt://, which does not use TLS")
    if ca_file and not Path(ca_file).is_file():
        raise InputError(f"P2I_MQTT_CA: {ca_file}: no such file")
    password = secret_of_environment("P2I_MQTT_PASSWORD")
    user = environment.get("P2I_MQTT_USER") or None
    if password and not user:
        raise InputError("P2I_MQTT_PASSWORD: set without P2I_MQTT_USER")
    return BrokerAddress(
        parts.hostname, port or PORTS[parts.scheme], tls, Path(ca_file) if ca_file else None, user, password
    )
