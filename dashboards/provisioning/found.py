"""What Grafana holds, as far as it concerns us. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dashboards.provisioning.wanted import JsonObject, Key


class FoundDashboard(NamedTuple):
    """A dashboard without the id and version that Grafana gives; `is_from_file`: only its file can change it."""

    folder: str
    content: JsonObject
    is_from_file: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What an organisation holds: of folders and dashboards those with uids of ours."""

    data_sources: Sequence[JsonObject] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    dashboards: Mapping[str, FoundDashboard] = field(default_factory=dict)
    preferences: JsonObject = field(default_factory=dict)


class FoundOrganisation(NamedTuple):
    """An organisation of ours; `content` is None where the login that applies is not its administrator."""

    id: int
    name: str
    key: Key
    content: Content | None
