"""What one organisation of Grafana holds of what is ours, read through grafana-client."""

from urllib.parse import quote

from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError

from dashboards.provisioning.found import Content, FoundDashboard
from dashboards.provisioning.wanted import SOURCE_UID, JsonObject, Wanted

_GIVEN = ("id", "version")
"""What Grafana adds to a dashboard."""


def content_of(api: GrafanaApi, wanted: Wanted) -> Content:
    """All data sources; folders and dashboards with uids of ours, those no longer wanted too; preferences."""
    folders = {one["uid"]: one["title"] for one in api.folder.get_all_folders() if one["uid"].startswith("p2i-")}
    uids = set(wanted.dashboards)
    for uid in folders:
        uids |= {one["uid"] for one in api.client.GET(f"/search?type=dash-db&limit=5000&folderUIDs={quote(uid)}")}
    return Content(
        _data_sources(api),
        folders,
        {uid: _permissions(api, uid) for uid in folders},
        {uid: there for uid in sorted(uids) if (there := _dashboard(api, uid))},
        api.organization.get_preferences(),
    )


def _data_sources(api: GrafanaApi) -> list[JsonObject]:
    """Ours whole: the list leaves out which secrets are set."""
    listed = [one for one in api.datasource.list_datasources() if one["uid"] != SOURCE_UID]
    try:
        return [*listed, api.datasource.get_datasource_by_uid(SOURCE_UID)]
    except GrafanaClientError as error:
        if error.status_code == 404:
            return listed
        raise


def _permissions(api: GrafanaApi, folder: str) -> frozenset[tuple[str, int]]:
    listed = api.folder.get_folder_permissions(folder)
    return frozenset(
        (one.get("role") or one.get("team") or one.get("userLogin") or "", one["permission"])
        for one in listed
        if not one.get("inherited")
    )


def _dashboard(api: GrafanaApi, uid: str) -> FoundDashboard | None:
    try:
        there = api.dashboard.get_dashboard(uid)
    except GrafanaClientError as error:
        if error.status_code == 404:
            return None
        raise
    content = {name: value for name, value in there["dashboard"].items() if name not in _GIVEN}
    return FoundDashboard(there["meta"].get("folderUid", ""), content, bool(there["meta"].get("provisioned")))
