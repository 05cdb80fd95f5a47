"""Sends to gateways through processes of their own, a few at a time, each killed when its time is over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from alerting.escalation.gateway_child import NEVER
from alerting.escalation.gateway_child import SENT as EXIT_SENT
from alerting.escalation.outcome import NO_TIME_LEFT, SENT, Outcome, never, not_now

SECONDS = 30.0
AT_ONCE = 4
_LONGEST_WHY = 80


def apprise_job(url: str, title: str, body: str, *, is_over: bool, is_urgent: bool) -> dict[str, Any]:
    """The job of one message through Apprise; the type is what Apprise colours it by."""
    kind = "success" if is_over else "failure" if is_urgent else "warning"
    return {"way": "apprise", "url": url, "title": title, "body": body, "type": kind}


def webhook_job(url: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The job of one message to a webhook."""
    return {"way": "webhook", "url": url, "body": body}


def send_jobs(
    jobs: Sequence[tuple[int, Mapping[str, Any]]], has_time: Callable[[], bool]
) -> Iterator[tuple[int, Outcome]]:
    """Sends jobs, by number, and yields what became of each as soon as it is known."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        running = {threads.submit(_sent, job, has_time): number for number, job in jobs}
        for done in as_completed(running):
            yield running[done], done.result()


def _sent(job: Mapping[str, Any], has_time: Callable[[], bool]) -> Outcome:
    if not has_time():
        return NO_TIME_LEFT
    try:
        done = subprocess.run(  # the job goes by stdin: an argument would show its URL to everybody on the machine
            [sys.executable, "-m", "alerting.escalation.gateway_child"],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return not_now(f"gateway: no answer within {SECONDS:g} s")
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines() or [f"ended with {done.returncode}"]
    why = f"gateway: {lines[-1]}"[:_LONGEST_WHY]
    if done.returncode == EXIT_SENT:
        return SENT
    return never(why) if done.returncode == NEVER else not_now(why)
