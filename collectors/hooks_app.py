"""The ASGI application of `p2i hooks`: POST /hooks/FEED[/DEVICE] is answered 200 once the body is safely on disk."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from collectors.decoders.identity import is_identity_data
from collectors.feeds import HOOKS
from collectors.hooks_auth import Head, Standing, is_signed, standing
from collectors.hooks_metrics import REQUESTS
from collectors.hooks_queue import HookQueue, QueueFull
from collectors.hooks_secrets import Hook
from facilities.http_body import read_body
from facilities.sensors import BEARER

logger = logging.getLogger(__name__)

PERSONAL = b'{"person_id":"-"}'
"""What the queue holds in place of a body about persons: the decoder refuses it for the same reason."""
LONGEST_DEVICE = 256
RETRY_AFTER_SECONDS = 60
SAID_AGAIN_SECONDS = 60.0
OUTCOMES = {
    200: "taken",
    400: "refused",
    401: "unauthorised",
    408: "too_slow",
    413: "oversized",
    415: "encoded",
    422: "identity",
    503: "no_room",
}
_TEXTS = {
    200: "taken",
    400: "the device in the address is none",
    401: "unauthorised",
    408: "the body did not come in time",
    413: "the body is too large",
    415: "a body is taken as it is, without Content-Encoding",
    422: "bodies about persons are not taken; only counts may leave the edge",
    503: "no room now; send it again later",
}


@dataclass(frozen=True)
class HookLimits:
    """Bounds of one request, and of all together."""

    body_bytes: int = 256 * 1024
    body_seconds: float = 10.0
    requests: int = 64


class Hooks:
    """Takes the webhooks of an inventory into a queue."""

    def __init__(
        self, hooks: Mapping[str, Hook], queue: HookQueue, limits: HookLimits, clock: Callable[[], datetime]
    ) -> None:
        self._hooks = hooks
        self._queue = queue
        self._limits = limits
        self._clock = clock
        self._running = 0
        self._said: dict[tuple[str, int], float] = {}
        self.application = Starlette(
            routes=[
                Route("/hooks/{feed}", self._hook, methods=["POST"]),
                Route("/hooks/{feed}/{device:path}", self._hook, methods=["POST"]),
                Route("/healthz", self._health, methods=["GET"]),
            ]
        )

    async def _health(self, _request: Request) -> Response:
        """200 while bodies are taken; 503 when the queue or its disk has no room."""
        if await run_in_threadpool(self._queue.can_take):
            return PlainTextResponse("ok\n")
        return PlainTextResponse(
            "no room: the queue or its disk is full\n", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}
        )

    async def _hook(self, request: Request) -> Response:
        code = request.path_params["feed"]
        if self._running >= self._limits.requests:
            status = 503
        else:
            self._running += 1
            try:
                status = await self._taken(request, code)
            finally:
                self._running -= 1
        known = code if code in self._hooks else "unknown"
        REQUESTS.labels(known, OUTCOMES[status]).inc()
        if status != 200:
            self._say(known, status, _TEXTS[status])
        return _answer(status)

    async def _taken(self, request: Request, code: str) -> int:
        """The status of one request.

        Whoever proves nothing always gets 401 after the same steps: the body is read and thrown away, so neither a
        feed that does not exist nor one whose body is signed can be told from a wrong secret.
        """
        hook = self._hooks.get(code)
        auth = hook.opened.feed.proof if hook else BEARER
        secrets = hook.secrets if hook else ()
        head = Head(request.scope["headers"], request.query_params.multi_items())
        stands = standing(auth, secrets, head)
        limits = self._limits
        read = await read_body(
            request.receive, limits.body_bytes, limits.body_seconds, keep=stands is not Standing.REFUSED
        )
        if read.status == 408:
            return 408
        if stands is Standing.REFUSED:
            return 401
        if stands is Standing.SIGNED and (
            read.body is None or not is_signed(auth, secrets, head, read.body, self._clock().timestamp())
        ):
            return 401
        if read.body is None:
            return read.status
        return await self._queued(request, code, read.body)

    async def _queued(self, request: Request, code: str, body: bytes) -> int:
        device = request.path_params.get("device", "")
        if len(device) > LONGEST_DEVICE or not all(letter.isprintable() for letter in device):
            return 400
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            return 415
        topic = f"{HOOKS}{code}/{device}" if device else f"{HOOKS}{code}"
        where = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
        is_refused = is_identity_data(body, where)
        # Of a body about persons only the fact goes on: neither its bytes nor its address, which may name one.
        kept = (f"{HOOKS}{code}", PERSONAL) if is_refused else (topic, body)
        try:
            await run_in_threadpool(self._queue.put, *kept, self._clock())
        except QueueFull as error:
            self._say(code, 503, str(error))
            return 503
        return 422 if is_refused else 200

    def _say(self, feed: str, status: int, why: str) -> None:
        """Logs what was refused, at most once a minute per feed and reason: a stranger must not fill the disk."""
        now = self._clock().timestamp()
        if now - self._said.get((feed, status), float("-inf")) >= SAID_AGAIN_SECONDS:
            self._said[feed, status] = now
            logger.warning("webhook of %s refused with %d: %s", feed, status, why)


def _answer(status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    if status not in (200, 422):  # what may still be on its way is not the next request
        headers["Connection"] = "close"
    return PlainTextResponse(f"{_TEXTS[status]}\n", status, headers)
