"""Who is connected and by what: tenants, the circuits that serve them, and the probes that measure those."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from facilities.provenance import Number, Text, Unknown

_NOT_KNOWN = Unknown(unknown=True)

Positive = Annotated[int, msgspec.Meta(ge=1)]


class Tenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A company that lets space; the party an agreement is with and the scope of what one login may see.

    `sector` is the taxonomy of circular 15/2025: CRM, BPO, ITO, ESO, KPO.
    """

    code: str
    name: Text
    sector: Literal["CRM", "BPO", "ITO", "ESO", "KPO"] | Unknown
    note: str = ""


class Circuit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One telecom service of one tenant at one park, from the park (`a_end`) to the carrier (`z_end`).

    Two carriers do not prove two routes: `building_entry` and `duct_route` hold the evidence of diversity,
    unknown until somebody has looked. `origin` says where readings come from; `simulated` is legal in a
    demonstration inventory only.
    """

    code: str
    label: Text
    facility: str
    tenant: str
    carrier: str
    infrastructure_carrier: str | Unknown
    a_end: Text
    z_end: Text
    cir_bps: Positive | Unknown
    leg: Literal["single", "primary", "backup"]
    building_entry: Text | Unknown = _NOT_KNOWN
    duct_route: Text | Unknown = _NOT_KNOWN
    origin: Literal["measured", "simulated"]
    note: str = ""


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One active measurement of one circuit: round trips over UDP to the reflector at `host`:`port`.

    A packet without an answer after `timeout_seconds` is lost.
    """

    code: str
    circuit: str
    host: Text
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    packets_per_second: Positive
    timeout_seconds: Number

    def __post_init__(self) -> None:
        if self.timeout_seconds <= 0:
            raise ValueError(f'key "timeout_seconds": {self.timeout_seconds} is not above 0')
