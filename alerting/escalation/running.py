"""The escalator at work: notices, one sender a lane and the heartbeat as threads, the pages and hooks over them."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerting.escalation.heartbeat import Heartbeat
from alerting.escalation.hooks import Hooks
from alerting.escalation.lane import LaneWorker
from alerting.escalation.oncall import OnCall
from alerting.escalation.page_app import Pages
from alerting.escalation.rounds import LANES, Rounds
from alerting.escalation.settings import Settings
from alerting.watch import Watch
from facilities.http_server import http_server
from facilities.process import stop_event
from store.connection import Connection, connect
from store.errors import StoreUnavailable
from store.migrations import require_current_schema

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 60.0
Body = Callable[[Connection], int]


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


def application(oncall: OnCall, settings: Settings, dsn: str) -> Starlette:
    """The ASGI application: notifications in, pages out, and whether the database answers."""

    def connected() -> Connection:
        return connect(dsn, "page")

    def answers() -> bool:
        with suppress(StoreUnavailable):
            connected().close()
            return True
        return False

    async def health(_request: Request) -> Response:
        is_well = await run_in_threadpool(answers)
        return PlainTextResponse("ok\n" if is_well else "the database does not answer\n", 200 if is_well else 503)

    hooks = Hooks(settings.hook_secrets, connected, clock)
    pages = Pages(oncall, connected, clock)
    return Starlette(routes=[*hooks.routes, *pages.routes, Route("/healthz", health, methods=["GET"])])


def bodies(oncall: OnCall, settings: Settings, *, every_seconds: float) -> dict[str, tuple[float, Body]]:
    """What each thread does again and again, by name, with the seconds between."""
    # Of two containers' processes machine and number may be the same, and of one before a restart and after.
    claimed_by = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    rounds = Rounds(oncall, clock, silent_for=settings.silent_for, started_at=clock())
    found: dict[str, tuple[float, Body]] = {"notices": (every_seconds, rounds)}
    for lane in LANES:
        worker = LaneWorker(
            lane,
            oncall,
            os.environ,
            mail_server=settings.mail_server,
            base_url=settings.base_url,
            claimed_by=claimed_by,
            clock=clock,
        )
        found[lane] = (every_seconds, worker.send)
    if settings.heartbeat_url is not None:
        found["heartbeat"] = (HEARTBEAT_SECONDS, Heartbeat(settings.heartbeat_url, clock))
    return found


def work_and_serve(
    oncall: OnCall, settings: Settings, dsn: str, listener: socket.socket, *, every_seconds: float
) -> None:
    """Works until asked to stop: no new request first, then what is being sent is confirmed."""
    asked = stop_event()
    with suppress(StoreUnavailable), connect(dsn, "page") as connection:
        require_current_schema(connection)
    web = http_server(application(oncall, settings, dsn))
    stop = threading.Event()
    failures: list[BaseException] = []

    def repeat(every: float, body: Body, lane: bool) -> None:
        def until_done(connection: Connection) -> int:
            tried = body(connection)
            while lane and tried and not stop.is_set():
                tried = body(connection)
            return tried

        watch = Watch(dsn, every, until_done)
        try:
            while not stop.wait(watch.step()):
                pass
        except BaseException as error:  # noqa: BLE001 - raised below, in the main thread
            failures.append(error)
            web.should_exit = True
        finally:
            watch.close()

    threads = [
        threading.Thread(target=repeat, args=(every, body, name in LANES), name=name)
        for name, (every, body) in bodies(oncall, settings, every_seconds=every_seconds).items()
    ]
    for thread in threads:
        thread.start()
    try:
        if not asked.is_set():
            address, port = listener.getsockname()[:2]
            logger.info("paging by %s, on %s:%d", oncall.path, address, port)
            web.run(sockets=[listener])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
