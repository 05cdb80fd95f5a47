"""The phone page: GET shows a notice, POST does what its one button says; a link acts once and only for its notice."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs

import psycopg
from jinja2 import DictLoader, Environment
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from alerting.escalation.acts import Act, Refusal
from alerting.escalation.entries import Language
from alerting.escalation.metrics import REQUESTS
from alerting.escalation.oncall import OnCall
from alerting.escalation.page_view import View, view
from alerting.escalation.page_words import WORDS
from alerting.escalation.tokens import PATH, NotAllowed, act_by_link, look
from facilities.http_body import read_body
from store.connection import Connection
from store.errors import StoreUnavailable
from store.notice_wellness import as_recorded
from store.notices import alerts_of, steps_of

_FILES = importlib.resources.files("alerting.escalation") / "templates"
_STYLE = (_FILES / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_TEMPLATE = Environment(
    loader=DictLoader({"page.html": (_FILES / "page.html").read_text(encoding="utf-8")}), autoescape=True
).get_template("page.html")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
}
_FORM_BYTES = 4096
_FORM_SECONDS = 10.0
_LONGEST_TOKEN = 100
_MOST_ALERTS = 200
_STATUS = {"used": 409, "expired": 410, "unknown": 404, "away": 503}

Connect = Callable[[], Connection]


class Pages:
    """The pages of links; `connect` gives a connection of its own to each request."""

    def __init__(self, oncall: OnCall, connect: Connect, clock: Callable[[], datetime]) -> None:
        self._oncall = oncall
        self._connect = connect
        self._clock = clock
        self.routes = [
            Route(f"{PATH}{{token}}", self._show, methods=["GET"]),
            Route(f"{PATH}{{token}}", self._act, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        token = request.path_params["token"]
        return await run_in_threadpool(self._answered, token, None)

    async def _act(self, request: Request) -> Response:
        token = request.path_params["token"]
        read = await read_body(request.receive, _FORM_BYTES, _FORM_SECONDS, keep=True)
        if read.body is None:
            REQUESTS.labels("act", str(read.status)).inc()
            return Response(status_code=read.status, headers=HEADERS)
        form = {name: values[-1] for name, values in parse_qs(read.body.decode("utf-8", "replace")).items()}
        return await run_in_threadpool(self._answered, token, _wanted(form))

    def _answered(self, token: str, wanted: Act | None) -> Response:
        try:
            with self._connect() as connection:
                answer = self._shown(connection, token) if wanted is None else self._done(connection, token, wanted)
        except (StoreUnavailable, psycopg.OperationalError):
            answer = _page("fr", None, "away", 503)
        REQUESTS.labels("page" if wanted is None else "act", str(answer.status_code)).inc()
        return answer

    def _done(self, connection: Connection, token: str, wanted: Act) -> Response:
        try:
            follows = act_by_link(connection, self._oncall, token[:_LONGEST_TOKEN], wanted, self._clock())
        except NotAllowed as error:
            connection.commit()  # that it was tried is written down
            return self._shown(connection, token, why=error.standing, status=_STATUS[error.standing])
        except Refusal as error:
            connection.rollback()
            return self._shown(connection, token, why=error.why, status=409)
        connection.commit()
        # A reload then shows, and does not act again. Relative: behind a proxy the page may be under a path of its own.
        return RedirectResponse(follows, 303, HEADERS)

    def _shown(self, connection: Connection, token: str, why: str | None = None, status: int = 200) -> Response:
        now = self._clock()
        seen = look(connection, token[:_LONGEST_TOKEN], now)
        person = self._oncall.people.get(seen.row.person) if seen.row is not None else None
        if seen.row is None or seen.notice is None or person is None:
            return _page("fr", None, "unknown", 404)
        shown = view(
            seen.notice,
            as_recorded(connection, alerts_of(connection, seen.row.notice_id, at_most=_MOST_ALERTS)),
            steps_of(connection, seen.row.notice_id),
            person,
            self._oncall.people,
            token=token if seen.standing == "good" else None,
            can_be_handed_to=self._oncall.staff(),
            now=now,
        )
        return _page(person.language, shown, why, status)


def _wanted(form: dict[str, str]) -> Act:
    """The act that a form asks for; nonsense becomes a hand-over to nobody, which is refused."""
    verb, _, minutes = form.get("act", "").partition("-")
    match verb:
        case "acknowledge":
            return Act("acknowledge")
        case "resolve":
            return Act("resolve")
        case "snooze":
            return Act("snooze", minutes=int(minutes) if minutes in ("30", "120") else 0)
        case _:
            return Act("hand_over", to=form.get("to", "")[:100])


def _page(language: Language, shown: View | None, why: str | None, status: int) -> Response:
    words = WORDS[language]
    said = "" if why is None else words[f"refused.{why}"]
    if shown is None and why is not None:  # whose page it is, and so the language, is not known
        said = " / ".join(WORDS[one][f"refused.{why}"] for one in ("fr", "en"))
    html = _TEMPLATE.render(language=language, words=words, view=shown, said=said, style=Markup(_STYLE))
    return HTMLResponse(html, status, HEADERS)
