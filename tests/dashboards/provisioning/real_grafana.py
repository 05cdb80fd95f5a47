"""A real Grafana as a browser would speak to it, by its HTTP API and not by the client that is tested."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dashboards.provisioning.wanted import DATA_SOURCE_TYPE, SOURCE_UID


class Answer(NamedTuple):
    status: int
    body: Any


class RealGrafana:
    """Requests as the administrator that the URI names, or as somebody else."""

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        self.user, self.password = parts.username or "admin", parts.password or "admin"
        self.url = f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path.rstrip('/')}"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        within: int | None = None,
        login: tuple[str, str] | None = None,
    ) -> Answer:
        """One request of `login` (else the administrator), in the organisation `within` (else its own)."""
        user, password = login or (self.user, self.password)
        headers = {
            "Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode(),
            "Content-Type": "application/json",
        }
        if within is not None:
            headers["X-Grafana-Org-Id"] = str(within)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, json.loads(response.read() or b"null"))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, json.loads(error.read() or b"null"))

    def organisations(self, mark: str) -> dict[str, int]:
        """Numbers by name, of those with this mark."""
        return {one["name"]: one["id"] for one in self.ask("GET", "/orgs").body if f"[{mark}:" in one["name"]}

    def make_viewer(self, mark: str, within: int) -> tuple[str, str]:
        """A user who is a Viewer of one organisation and of no other."""
        login = (f"{mark}-{within}", "a viewer's word")
        made = self.ask("POST", "/admin/users", {"login": login[0], "password": login[1], "OrgId": within}).body
        self.ask("PATCH", f"/orgs/{within}/users/{made['id']}", {"role": "Viewer"})
        return login

    def query(
        self, sql: str, *, within: int, login: tuple[str, str], span: tuple[int, int] = (0, 1)
    ) -> tuple[list[dict[str, Any]], str]:
        """What a data source answers to any SQL: rows, or the error."""
        source = {"type": DATA_SOURCE_TYPE, "uid": SOURCE_UID}
        query = {"refId": "A", "datasource": source, "rawQuery": True, "format": "table", "rawSql": sql,
                 "intervalMs": 60000, "maxDataPoints": 500}  # fmt: skip
        body = {"queries": [query], "from": str(span[0]), "to": str(span[1])}
        answer = self.ask("POST", "/ds/query", body, within=within, login=login).body
        result = answer.get("results", {}).get("A", {})
        rows: list[dict[str, Any]] = []
        for frame in result.get("frames", []):
            names = [one["name"] for one in frame["schema"]["fields"]]
            rows += [dict(zip(names, values, strict=True)) for values in zip(*frame["data"]["values"], strict=True)]
        return rows, result.get("error", answer.get("message", ""))

    def remove_all(self, mark: str) -> None:
        """What a test with this mark left behind."""
        for number in self.organisations(mark).values():
            self.ask("DELETE", f"/orgs/{number}")
        for one in self.ask("GET", f"/users?perpage=1000&query={mark}").body:
            self.ask("DELETE", f"/admin/users/{one['id']}")
