"""One message to one gateway, as a process of its own that can be killed: job as JSON on stdin, outcome as exit code.

Apprise's libraries and strangers' servers may hang, print addresses or take memory; none of it reaches the escalator.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from typing import Any

SENT, NOT_NOW, NEVER = 0, 75, 65
_STATUS = re.compile(r"error=(\d{3})\b")
_LATER = frozenset({408, 425, 429})
_ANSWER_SECONDS = 10


def main() -> int:
    """Sends the job of stdin; the exit code is the outcome, one short reason goes to stdout."""
    job = json.load(sys.stdin)
    code, why = _webhook(job) if job["way"] == "webhook" else _apprise(job)
    print(why)
    return code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What somebody's gateway answers must not send our message elsewhere."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        return None


def _webhook(job: dict[str, Any]) -> tuple[int, str]:
    request = urllib.request.Request(  # http(s) only: the on-call folder is checked
        job["url"],
        data=json.dumps(job["body"]).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "p2i-escalator"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_ANSWER_SECONDS) as answer:
            return SENT, str(answer.status)
    except urllib.error.HTTPError as error:
        return _of_status(error.code)
    except (OSError, ValueError) as error:
        return NOT_NOW, type(error).__name__


def _apprise(job: dict[str, Any]) -> tuple[int, str]:
    import apprise  # here and not above: a webhook does without

    target = apprise.Apprise.instantiate(job["url"], suppress_exceptions=True)
    if target is None:
        return NEVER, "the URL is none that Apprise knows"
    if "overflow=" not in job["url"]:
        target.overflow_mode = apprise.OverflowMode.TRUNCATE  # a text too long is cut rather than refused
    service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, secure_logging=True))
    service.add(target)
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:  # type: ignore[no-untyped-call]
        is_sent = service.notify(
            title=job["title"], body=job["body"], body_format=apprise.NotifyFormat.TEXT, notify_type=job["type"]
        )
        said = log.getvalue()
    if is_sent:
        return SENT, "sent"
    status = _STATUS.search(said)
    return _of_status(int(status[1])) if status else (NOT_NOW, "the gateway did not take it")


def _of_status(status: int) -> tuple[int, str]:
    is_permanent = 400 <= status < 500 and status not in _LATER
    return NEVER if is_permanent else NOT_NOW, f"HTTP {status}"


if __name__ == "__main__":
    sys.exit(main())
