"""POST /hooks/alertmanager/AUDIENCE and /hooks/grafana: answered 2xx once what they tell is committed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerting.escalation.intake import intake
from alerting.escalation.metrics import REQUESTS
from alerting.escalation.payload import notifications
from alerting.escalation.proof import SIGNATURE, has_signed, holds_token
from alerting.escalation.watchdogs import hear
from alerting.grouping import AUDIENCES
from facilities.http_body import read_body
from store.connection import Connection
from store.errors import InputError, StoreUnavailable
from store.notice_rows import Audience

logger = logging.getLogger(__name__)

BODY_BYTES = 32 * 1024 * 1024
BODY_SECONDS = 30.0
AT_ONCE = 4
"""Bodies at a time: with 32 MiB each, what a storm can take of our memory."""
RETRY_AFTER_SECONDS = 10
WATCHDOG_PATH = "watchdog"
_TEXTS = {
    200: "taken",
    400: "not a notification",
    401: "unauthorised",
    404: "no such audience",
    408: "the body did not come in time",
    413: "the body is too large",
    503: "not now; send it again later",
}


class Hooks:
    """Takes notifications in; `connect` gives a connection of its own to each request."""

    def __init__(
        self, secrets: Sequence[bytes], connect: Callable[[], Connection], clock: Callable[[], datetime]
    ) -> None:
        self._secrets = secrets
        self._connect = connect
        self._clock = clock
        self._running = 0
        self.routes = [
            Route("/hooks/alertmanager/{audience}", self._alertmanager, methods=["POST"]),
            Route("/hooks/grafana", self._grafana, methods=["POST"]),
        ]

    async def _alertmanager(self, request: Request) -> Response:
        named = request.path_params["audience"]
        audience = next((one for one in AUDIENCES if one == named), None)
        return await self._counted(request, audience, is_known=audience is not None or named == WATCHDOG_PATH)

    async def _grafana(self, request: Request) -> Response:
        return await self._counted(request, None, is_known=True)

    async def _counted(self, request: Request, audience: Audience | None, *, is_known: bool) -> Response:
        if self._running >= AT_ONCE:
            status = 503
        else:
            self._running += 1
            try:
                status = await self._taken(request, audience, is_known=is_known)
            finally:
                self._running -= 1
        REQUESTS.labels("notification", str(status)).inc()
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else {})
        if status not in (200, 400):  # what may still be on its way is not the next request
            headers["Connection"] = "close"
        return PlainTextResponse(f"{_TEXTS[status]}\n", status, headers)

    async def _taken(self, request: Request, audience: Audience | None, *, is_known: bool) -> int:
        """The status. A stranger's body is thrown away as it comes, whatever the path."""
        is_ours = holds_token(request.headers, self._secrets)
        may_be_signed = not is_ours and SIGNATURE in request.headers
        read = await read_body(request.receive, BODY_BYTES, BODY_SECONDS, keep=is_ours or may_be_signed)
        if read.status == 408:
            return 408
        if not is_ours and not (
            may_be_signed
            and read.body is not None
            and has_signed(request.headers, self._secrets, read.body, self._clock().timestamp())
        ):
            return 401
        if not is_known:
            return 404
        return read.status if read.body is None else await run_in_threadpool(self._written, read.body, audience)

    def _written(self, body: bytes, audience: Audience | None) -> int:
        """200 once everything is committed; 503 while the database is away: the sender tries again."""
        try:
            told = notifications(body, audience)
        except InputError as error:
            logger.warning("notification refused: %s", error)
            return 400
        now = self._clock()
        try:
            with self._connect() as connection:
                for name in told.watchdogs:
                    hear(connection, name, now)
                for (whom, group), announcements in sorted(told.groups.items()):
                    intake(connection, whom, group, announcements, now)
        except (StoreUnavailable, psycopg.OperationalError) as error:
            logger.warning("notification not taken: %s", str(error).strip().splitlines()[0])
            return 503
        return 200
