"""What Grafana shall hold: an organisation per login with its data source, folders, dashboards, preferences. Pure.

Crosses from our process to the one that has grafana-client as one JSON text, so only plain values are in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

JsonObject = dict[str, Any]

DATA_SOURCE_TYPE = "grafana-postgresql-datasource"
SOURCE_UID = "p2i"
"""The same in every organisation, so that the dashboards are the same: their variable `source` starts with it."""

ALERTMANAGER_UID = "p2i-alertmanager"
ALERTMANAGER_NAME = "P2I Alertmanager"
"""Of the data source in which operators see alerts and silences; links to silences name it."""

OPEN_CONNECTIONS = 5
"""Of Grafana's pool per data source: below the eight that a login may hold (store.logins), and never Grafana's 100."""

MARK = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re.compile(r"(?P<title>.*) \[(?P<mark>[a-z0-9-]+):(?P<audience>[a-z]+)(?: (?P<code>\S+))?\]")
_LONGEST_TITLE = 100
_TITLES = {"operator": {"fr": "Exploitation", "en": "Operations"}, "auditor": {"fr": "Audit", "en": "Audit"}}
FOLDERS = {"fr": "P2I (français)", "en": "P2I (English)"}
LOCALES = {"fr": "fr-FR", "en": "en-US"}


class Key(NamedTuple):
    """What an organisation is for: the audience and code of its login."""

    audience: str
    code: str | None


class Address(NamedTuple):
    """Where data sources find the database: `url` is host:port (or a socket's folder), `json_data` name and TLS."""

    url: str
    json_data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard in one language."""

    uid: str
    folder: str
    content: JsonObject


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `name` ends in our mark, by which it is known again, and `shows` are uids of dashboards."""

    name: str
    audience: str
    code: str | None
    data_source: JsonObject
    shows: tuple[str, ...]
    preferences: JsonObject
    alertmanager: JsonObject | None = None

    @property
    def key(self) -> Key:
        return Key(self.audience, self.code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of it; `mark` tells the organisations of this system from those of others on the same Grafana."""

    mark: str
    organisations: tuple[Organisation, ...]
    folders: Mapping[str, str]
    dashboards: Mapping[str, Dashboard]

    def text(self) -> str:
        """As one JSON text; holds passwords."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Wanted:
        """What `text()` was made of."""
        read = json.loads(text)
        organisations = [Organisation(**one | {"shows": tuple(one["shows"])}) for one in read["organisations"]]
        dashboards = {uid: Dashboard(**one) for uid, one in read["dashboards"].items()}
        return cls(read["mark"], tuple(organisations), read["folders"], dashboards)


def organisation_name(title: str, key: Key, mark: str) -> str:
    """`Locataire A [p2i:tenant locataire-a]`: for people first, and with what it is for, which never changes."""
    return f"{' '.join(title.split())[:_LONGEST_TITLE].rstrip()} [{mark}:{' '.join(filter(None, key))}]"


def key_of(name: str, mark: str) -> Key | None:
    """What the organisation of this name is for; None for one that is not ours, which nothing here touches."""
    found = _NAME.fullmatch(name)
    return Key(found["audience"], found["code"]) if found and found["mark"] == mark else None


def title_of(key: Key, name: str, language: str) -> str:
    """What people call the organisation: the reader's name, or in their language what there is one of."""
    titles = _TITLES.get(key.audience)
    return titles[language] if titles else name


def data_source(role: str, password: str, address: Address) -> JsonObject:
    """The body for Grafana. `passwordMark` changes with the password, which Grafana never tells.

    Passwords of ours are 256 random bits, so that sixteen hexadecimal digits of a hash give nothing away.
    """
    hashed = hashlib.sha256(f"{role}:{password}".encode()).hexdigest()
    return {
        "name": "P2I",
        "uid": SOURCE_UID,
        "type": DATA_SOURCE_TYPE,
        "access": "proxy",
        "url": address.url,
        "user": role,
        "isDefault": True,
        "jsonData": {
            **address.json_data,
            "postgresVersion": 1500,  # the newest word Grafana 12.4 knows; for its query builder only
            "timescaledb": True,
            "timeInterval": "1m",
            "maxOpenConns": OPEN_CONNECTIONS,
            "maxIdleConns": 2,
            "maxIdleConnsAuto": False,
            "connMaxLifetime": 3600,
            "passwordMark": hashed[:16],
        },
        "secureJsonData": {"password": password},
    }


def alertmanager_source(urls: str) -> JsonObject:
    """The body for Grafana of an Alertmanager, the first of `urls`, which has several with commas between.

    Only silences can be changed from there. Grafana's own alerts are not sent to it by this: rules say where they go.
    """
    return {
        "name": ALERTMANAGER_NAME,
        "uid": ALERTMANAGER_UID,
        "type": "alertmanager",
        "access": "proxy",
        "url": urls.partition(",")[0].strip(),
        "isDefault": False,
        "jsonData": {"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
    }


def preferences(home: str, language: str) -> JsonObject:
    """Of an organisation: home dashboard, language, and UTC, which is Morocco's time (a browser may believe +1)."""
    return {"homeDashboardUID": home, "timezone": "utc", "weekStart": "monday", "language": LOCALES[language]}


def uids(names: Sequence[str], languages: Iterable[str]) -> tuple[str, ...]:
    """Of dashboards in all languages, as `dashboards.grafana.dashboard.uid` makes them; the first is home."""
    return tuple(f"p2i-{name}-{language}" for language in languages for name in names)
