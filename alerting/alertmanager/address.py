"""Requests to one Alertmanager: where it is, how to show who we are, and one exchange of JSON."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from store.connection import secret_of_environment
from store.errors import InputError, P2IError

TIMEOUT_SECONDS = 5.0
MOST_BYTES = 64 * 1024 * 1024  # of an answer: the silences of years
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


class AlertmanagerAway(P2IError):
    """It cannot be reached, is not ready or does not let us in: the same will be tried again."""

    permanent = False


class AlertmanagerRefused(P2IError):
    """It took what was right of the request and says what was not; trying again would not help."""


@dataclass(frozen=True, slots=True)
class Address:
    """One Alertmanager. `authorization` is the value of that header, never shown; `url` has no secret in it."""

    url: str
    authorization: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def exchange(self, method: str, path: str, body: Any = None) -> Any:
        """Sends JSON to `path` ("/api/v2/…") and returns the JSON that comes back; None for an empty answer.

        No proxy and no redirect is followed. Raises AlertmanagerRefused for 400 (and 404 of a silence that has
        gone), AlertmanagerAway for anything else that is not 2xx, and when nothing comes back in time.
        """
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        link: http.client.HTTPConnection
        if parts.scheme == "https":
            link = http.client.HTTPSConnection(
                parts.hostname,
                parts.port,
                timeout=TIMEOUT_SECONDS,
                context=self.context or ssl.create_default_context(),
            )
        else:
            link = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            link.request(method, parts.path.rstrip("/") + path, sent, headers)
            answer = link.getresponse()
            text = answer.read(MOST_BYTES)
            if 200 <= answer.status < 300:
                return json.loads(text) if text.strip() else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AlertmanagerAway(f"{self.url}: {_said(error)}") from error
        finally:
            link.close()
        says = " ".join(text.decode("utf-8", "replace").split())[:300]
        if answer.status == 400 or (answer.status == 404 and "/silence" in path):
            raise AlertmanagerRefused(f"{self.url}: answers {answer.status}: {says}")
        raise AlertmanagerAway(f"{self.url}: answers {answer.status}")


def addresses(environment: Mapping[str, str] = os.environ) -> list[Address]:
    """The Alertmanagers of `P2I_ALERTMANAGER_URL`, several with commas between; none when it is not set.

    All get the same credentials: `P2I_ALERTMANAGER_USER` with `P2I_ALERTMANAGER_PASSWORD`, or
    `P2I_ALERTMANAGER_TOKEN` (secrets also by `…_FILE`). `P2I_ALERTMANAGER_CA` is the file that vouches for https.
    InputError says which setting is wrong.
    """
    urls = [one.strip() for one in environment.get("P2I_ALERTMANAGER_URL", "").split(",") if one.strip()]
    if not urls:
        return []
    for url in urls:
        _check(url)
    authorization = _authorization(environment.get("P2I_ALERTMANAGER_USER") or None)
    context = None
    if authority := environment.get("P2I_ALERTMANAGER_CA"):
        try:
            context = ssl.create_default_context(cafile=authority)
        except (OSError, ssl.SSLError) as error:
            raise InputError(f"P2I_ALERTMANAGER_CA: {authority}: {_said(error)}") from error
    return [Address(url.rstrip("/"), authorization, context) for url in dict.fromkeys(urls)]


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InputError("P2I_ALERTMANAGER_URL: not an address such as http://127.0.0.1:9093") from None
    if "@" in parts.netloc:
        raise InputError("P2I_ALERTMANAGER_URL: no user or password in it; P2I_ALERTMANAGER_USER names the user")
    if not is_address or parts.query or parts.fragment or not _PRINTABLE.fullmatch(url) or " " in url:
        raise InputError(f'P2I_ALERTMANAGER_URL: "{url}" is not an address such as http://127.0.0.1:9093')


def _authorization(user: str | None) -> str | None:
    password = secret_of_environment("P2I_ALERTMANAGER_PASSWORD")
    token = secret_of_environment("P2I_ALERTMANAGER_TOKEN")
    if token is not None:
        if user is not None or password is not None:
            raise InputError("P2I_ALERTMANAGER_TOKEN: set together with a user or password; keep one of the two ways")
        if not _PRINTABLE.fullmatch(token):
            raise InputError("P2I_ALERTMANAGER_TOKEN: holds characters that no header can carry")
        return f"Bearer {token}"
    if user is None and password is None:
        return None
    if user is None or password is None or ":" in user:
        raise InputError("P2I_ALERTMANAGER_USER, P2I_ALERTMANAGER_PASSWORD: set both (no colon in the user) or neither")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _said(error: Exception) -> str:
    """What went wrong, in few words and without what was sent."""
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_SECONDS:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):  # a ValueError as well
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ValueError):
        return "the answer is no JSON"
    return (getattr(error, "strerror", None) or type(error).__name__).strip()
