"""What in Grafana's own settings would let somebody past the wall between organisations. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.provisioning.found import FoundOrganisation
from dashboards.provisioning.wanted import ALERTMANAGER_UID, SOURCE_UID, JsonObject

MAIN = 1
"""The organisation Grafana starts with, into which it puts every user it makes by itself: kept empty."""


def worries(
    settings: Mapping[str, Mapping[str, str]], main_sources: Sequence[JsonObject], found: Sequence[FoundOrganisation]
) -> list[str]:
    """One sentence each; none is ours to change, because settings are files and what others made is theirs."""
    told = []
    users, anonymous = settings.get("users", {}), settings.get("auth.anonymous", {})
    if _is_on(users.get("auto_assign_org")) and users.get("auto_assign_org_role") != "None":
        told.append(
            "setting [users] auto_assign_org_role is "
            f"{users.get('auto_assign_org_role')}: every new user may query organisation {MAIN}; set it to None"
        )
    if _is_on(users.get("allow_sign_up")):
        told.append("setting [users] allow_sign_up is on: anybody makes an account; set it to false")
    if _is_on(anonymous.get("enabled")):
        told.append(
            "setting [auth.anonymous] enabled is on: anybody may send any SQL in "
            f'"{anonymous.get("org_name")}"; set it to false'
        )
    if main_sources:
        names = ", ".join(f'"{source["name"]}"' for source in main_sources)
        told.append(f"organisation {MAIN} should be empty and has data sources: {names}; remove them")
    for one in found:
        for source in one.content.data_sources if one.content else ():
            if source["uid"] not in (SOURCE_UID, ALERTMANAGER_UID):
                told.append(f'{one.name}: data source "{source["name"]}" is not ours; its viewers may query it')
    return told


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"
