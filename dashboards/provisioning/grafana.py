"""Grafana over its HTTP API through grafana-client: reads what is there, and takes the steps of a plan.

No endpoint with the numeric id of a data source or dashboard is used: Grafana 13 has them switched off.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError

from dashboards.provisioning.found import FoundOrganisation
from dashboards.provisioning.plan import READERS, Step
from dashboards.provisioning.reading import content_of
from dashboards.provisioning.wanted import SOURCE_UID, JsonObject, Wanted, key_of
from store.errors import InputError

TIMEOUT_SECONDS = 30.0
OLDEST = 11
_PAGE = 1000


class Grafana:
    """One Grafana, as one of its server administrators."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._connect: Callable[..., GrafanaApi] = _connector(url, user, password)
        self._api = self._connect()
        self._user = user
        self._within: dict[int, GrafanaApi] = {}
        self._ids: dict[str, int] = {}

    def settings(self) -> Mapping[str, Mapping[str, str]]:
        """The effective settings; raises InputError for another service, an old Grafana, a login without the right."""
        answer = self._unless_absent("/frontend/settings")
        version = str(answer["buildInfo"]["version"]) if isinstance(answer, dict) and "buildInfo" in answer else ""
        if not version.partition(".")[0].isdecimal():
            raise InputError("answers, but is no Grafana (is its path missing in the URL?)")
        if int(version.partition(".")[0]) < OLDEST:
            raise InputError(f"is version {version}; {OLDEST} or newer is needed")
        try:
            settings: Mapping[str, Mapping[str, str]] = self._api.admin.settings()
            return settings
        except GrafanaClientError as error:
            if error.status_code == 403:
                raise InputError(f"{self._user} is no server administrator") from error
            raise

    def main_sources(self, main: int) -> list[JsonObject]:
        """Data sources of the organisation that must be empty; none where this login is not its member."""
        if not self._is_administrator(main):
            return []
        return list(self._organisation(main).datasource.list_datasources())

    def read(self, wanted: Wanted) -> list[FoundOrganisation]:
        """Every organisation with our mark, and what it holds of the wanted and of ours."""
        found = []
        page = 0
        while listed := self._api.client.GET(f"/orgs?perpage={_PAGE}&page={page}"):
            for one in listed:
                if key := key_of(one["name"], wanted.mark):
                    self._ids[one["name"]] = one["id"]
                    content = (
                        content_of(self._organisation(one["id"]), wanted) if self._is_administrator(one["id"]) else None
                    )
                    found.append(FoundOrganisation(one["id"], one["name"], key, content))
            if len(listed) < _PAGE:
                break
            page += 1
        return found

    def take(self, step: Step) -> None:
        """Takes one step; to remove what is already gone is no error."""
        try:
            getattr(self, f"_{step.verb}")(step)
        except GrafanaClientError as error:
            if error.status_code != 404 or step.sign != "-":
                raise

    def reload(self) -> None:
        """Lets Grafana read its provisioning files again; those of data sources first, which dashboards name."""
        for what in ("datasources", "dashboards", "alerting"):
            try:
                self._api.client.POST(f"/admin/provisioning/{what}/reload")
            except GrafanaClientError as error:
                if error.status_code != 404 or what != "alerting":  # it may be switched off
                    raise

    def complaint(self, number: int) -> str | None:
        """Why the data source of the organisation with this number does not answer; None when it does."""
        try:
            health = self._organisation(number).datasource.health(SOURCE_UID)
        except GrafanaClientError as error:
            health = error.response if isinstance(error.response, dict) else {"message": error.message}
        if health.get("status") == "OK":
            return None
        return " ".join(str(health.get("message", "no reason given")).split())

    def _unless_absent(self, path: str) -> object:
        try:
            return self._api.client.GET(path)
        except GrafanaClientError as error:
            if error.status_code == 404:
                return None
            raise

    def _is_administrator(self, number: int) -> bool:
        members = self._api.organizations.organization_user_list(number)
        return any(one["login"] == self._user and one["role"] == "Admin" for one in members)

    def _organisation(self, number: int) -> GrafanaApi:
        """Requests in one organisation; first asks where they arrive: another's data must never be written there."""
        if number not in self._within:
            api = self._connect(organization_id=number)
            arrived = api.organization.get_current_organization()["id"]
            if arrived != number:
                raise InputError(
                    f"organisation {number}: requests arrive in {arrived}; does a proxy drop X-Grafana-Org-Id?"
                )
            self._within[number] = api
        return self._within[number]

    def _make_organisation(self, step: Step) -> None:
        self._ids[step.organisation] = self._api.organization.create_organization(step.organisation)["orgId"]

    def _rename_organisation(self, step: Step) -> None:
        self._api.organizations.update_organization(step.body, {"name": step.organisation})
        self._ids[step.organisation] = step.body

    def _remove_organisation(self, step: Step) -> None:
        self._api.organizations.delete_organization(step.body)

    def _join(self, step: Step) -> None:
        members = self._api.organizations.organization_user_list(step.body)
        if own := next((one for one in members if one["login"] == self._user), None):
            self._api.organizations.organization_user_update(step.body, own["userId"], "Admin")
        else:
            self._api.organizations.organization_user_add(step.body, {"loginOrEmail": self._user, "role": "Admin"})

    def _make_data_source(self, step: Step) -> None:
        self._of(step).datasource.create_datasource(step.body)

    def _change_data_source(self, step: Step) -> None:
        self._of(step).datasource.update_datasource_by_uid(step.body["uid"], step.body)

    def _remove_data_source(self, step: Step) -> None:
        self._of(step).datasource.delete_datasource_by_uid(step.body)

    def _make_folder(self, step: Step) -> None:
        self._of(step).folder.create_folder(step.body["title"], uid=step.body["uid"])

    def _rename_folder(self, step: Step) -> None:
        self._of(step).folder.update_folder(step.body["uid"], title=step.body["title"], overwrite=True)

    def _remove_folder(self, step: Step) -> None:
        self._of(step).folder.delete_folder(step.body)

    def _set_permissions(self, step: Step) -> None:
        items = [{"role": role, "permission": permission} for role, permission in sorted(READERS)]
        self._of(step).folder.update_folder_permissions(step.body, items)

    def _write_dashboard(self, step: Step) -> None:
        self._of(step).dashboard.update_dashboard(
            {
                "dashboard": step.body["content"],
                "folderUid": step.body["folder"],
                "overwrite": True,
                "message": "p2i grafana apply",
            }
        )

    def _remove_dashboard(self, step: Step) -> None:
        self._of(step).dashboard.delete_dashboard(step.body)

    def _set_preferences(self, step: Step) -> None:
        # Its own method does not know `language`.
        self._of(step).client.PATCH("/org/preferences", json=step.body)

    def _of(self, step: Step) -> GrafanaApi:
        return self._organisation(self._ids[step.organisation])


def _connector(url: str, user: str, password: str) -> Callable[..., GrafanaApi]:
    parts = urlsplit(url)
    # Without its closing stroke grafana-client makes "grafanaapi" of a path "grafana".
    path = parts.path.strip("/") + "/" if parts.path.strip("/") else ""

    def connected(**more: int) -> GrafanaApi:
        return GrafanaApi(
            (user, password),
            protocol=parts.scheme,
            host=f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname,
            port=parts.port,
            url_path_prefix=path,
            timeout=TIMEOUT_SECONDS,
            **more,
        )

    return connected
