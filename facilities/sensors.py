"""What counts people and measures rooms: feeds (how messages of a make reach us) and the sensors behind them."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Literal

import msgspec
import msgspec.structs

from facilities.provenance import Text

WEBHOOK_ONLY = frozenset({"vergesense", "disruptive", "axis", "lwm2m"})
FILES_ONLY: Literal["file"] = "file"
"""The source of readings that `p2i import` brings; nothing is subscribed to or listened for."""
MQTT_ONLY = frozenset({"chirpstack", "zigbee2mqtt", "shelly", "sparkplug", "meraki-mv"})
LORAWAN = frozenset({"chirpstack", "the-things-stack"})
"""Sources that hand on the bytes of the device: each of their sensors has a profile, and no other has one."""
COUNTS_NOBODY = frozenset({"disruptive", "zigbee2mqtt"})
"""Sources that say whether somebody is there, never how many: none of their sensors is a zone's occupancy."""
OURS = "p2i/v1/#"
"""Topics of native readings (docs/native-payload.md), which `p2i collect` takes anyway."""

Source = Literal[
    "axis",
    "chirpstack",
    "disruptive",
    "file",
    "generic-json",
    "lwm2m",
    "meraki-mv",
    "shelly",
    "sparkplug",
    "telegraf",
    "the-things-stack",
    "vergesense",
    "xovis",
    "zigbee2mqtt",
]


def topics_overlap(one: str, other: str) -> bool:
    """Whether a topic can match both filters (MQTT 5.0 §4.7): a broker may then deliver its messages twice."""
    for place, (left, right) in enumerate(zip_longest(one.split("/"), other.split("/"))):
        wild = {left, right} & {"+", "#"}
        if wild and place == 0 and (f"{left}{right}".strip("+#").startswith("$")):
            return False  # a wildcard does not stand for a first level such as $SYS
        if "#" in wild:
            return True
        if left is None or right is None or not (wild or left == right):
            return False
    return True


_NEEDED = {
    "basic": ("user",),
    "header": ("header",),
    "query": ("parameter",),
    "hmac": ("header",),
    "jwt-hs256": ("header",),
}
_POSSIBLE = {"hmac": ("algorithm", "encoding", "prefix")}
"""The keys that each kind of proof needs, and those it may have besides."""


class HookAuth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the sender of a webhook proves that it holds the feed's secret; the secret itself is never written here.

    `bearer`: in Authorization. `basic`: as the password of `user`. `header`: in the header named. `query`: in the
    address, which proxies log, so only where nothing else is offered. `hmac`: the header holds the body's HMAC.
    `jwt-hs256`: the header holds a token signed with the secret, with a checksum of the body in it.
    """

    kind: Literal["bearer", "basic", "header", "query", "hmac", "jwt-hs256"]
    user: Text | None = None
    header: Text | None = None
    parameter: Text | None = None
    algorithm: Literal["sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""

    def __post_init__(self) -> None:
        needed = _NEEDED.get(self.kind, ())
        for field in msgspec.structs.fields(self):
            key, written = field.name, getattr(self, field.name) != field.default
            if key in needed and not written:
                raise ValueError(f'missing key "{key}" (kind "{self.kind}")')
            if written and key not in ("kind", *needed, *_POSSIBLE.get(self.kind, ())):
                raise ValueError(f'key "{key}": has no meaning for kind "{self.kind}"')


SECRET_SETTING = "P2I_HOOK_SECRET_"  # noqa: S105 - where a secret is, none itself


def secret_setting(feed: str) -> str:
    """The environment variable that holds the secret of a webhook: xovis-tower.2 has P2I_HOOK_SECRET_XOVIS_TOWER_2."""
    return SECRET_SETTING + feed.upper().replace("-", "_").replace(".", "_")


BEARER = HookAuth(kind="bearer")
DT_SIGNATURE = HookAuth(kind="jwt-hs256", header="X-Dt-Signature")


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way in: messages of one `source` about sensors of one park.

    `topics` are the MQTT topic filters it comes by; without any it is a webhook, POSTed to /hooks/CODE with the proof
    that `auth` describes (docs/webhooks.md), unless its source is `file`: then it comes by `p2i import` alone.
    `options` are the source's own (docs/sources/): checked by the collector, which knows them.
    """

    code: str
    facility: str
    source: Source
    topics: tuple[Text, ...] = ()
    auth: HookAuth | None = None
    options: dict[str, Any] = {}
    note: str = ""

    def __post_init__(self) -> None:
        if self.source == FILES_ONLY and (self.topics or self.auth is not None):
            raise ValueError(f'key "{"topics" if self.topics else "auth"}": has no meaning for source "{FILES_ONLY}"')
        if self.topics and self.source in WEBHOOK_ONLY:
            raise ValueError(f'key "topics": {self.source} comes by webhook')
        if not self.topics and self.source in MQTT_ONLY:
            raise ValueError(f'missing key "topics" ({self.source} comes by MQTT)')
        if self.topics and self.auth is not None:
            raise ValueError('key "auth": a feed with topics comes by MQTT, where the broker knows its clients')
        for topic in self.topics:
            levels = topic.split("/")
            if "#" in levels[:-1] or any(set(level) & {"+", "#"} and len(level) > 1 for level in levels):
                raise ValueError(f'key "topics": "{topic}" is not an MQTT topic filter')
            if topic.startswith("$share/") or topics_overlap(topic, OURS):
                raise ValueError(f'key "topics": "{topic}" is ours to subscribe to')

    @property
    def is_webhook(self) -> bool:
        """Whether it is POSTed to us."""
        return not self.topics and self.source != FILES_ONLY

    @property
    def proof(self) -> HookAuth:
        """What a webhook must show: as written, else what its make signs by itself, else a bearer token."""
        if self.auth is not None:
            return self.auth
        return DT_SIGNATURE if self.source == "disruptive" else BEARER


class Sensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One device: what its feed calls it (`device`), and where it hangs.

    `zone` is the zone whose people it counts: a count of people present (`people`) of it is the zone's occupancy.
    `channel` says which part of the device sees all of the zone ("region_1", "presence:0"); without it the device as
    a whole does. `profile` says how the bytes of a LoRaWAN device are read.
    """

    code: str
    feed: str
    device: Text
    label: Text
    zone: str | None = None
    channel: str | None = None
    profile: str | None = None
    note: str = ""
