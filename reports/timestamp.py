"""Time stamps of RFC 3161: a server that others trust says that bytes existed at its time. Needs the extra `seal`."""

from __future__ import annotations

import asyncio
import hashlib
import urllib.error
import urllib.request

from asn1crypto import tsp
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response

from store.errors import P2IError

TIMEOUT_SECONDS = 20
MOST_BYTES = 1 << 20


class Unreachable(P2IError):
    """The server did not give a time stamp; asking again later may help."""

    permanent = False


class HttpTimeStamper(TimeStamper):
    """Asks a server over HTTP, without the session that pyHanko's own keeps."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if not url.startswith(("http://", "https://")):
            raise P2IError(f"P2I_TIMESTAMP_URL: {url}: is no http or https URL")
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The server's answer."""
        return await asyncio.to_thread(self._answer, req.dump())

    def _answer(self, asked: bytes) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        request = urllib.request.Request(self.url, asked, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                return tsp.TimeStampResp.load(response.read(MOST_BYTES))
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise Unreachable(f"time stamp of {self.url}: {error}") from error


def time_stamp(content: bytes, url: str) -> bytes:
    """The server's answer for the SHA-256 of `content`, in DER, as `openssl ts -verify -data … -in …` takes it.

    It is of these bytes and of our question; whether its certificate is to be trusted is for whoever verifies.
    """
    stamper, digest = HttpTimeStamper(url), hashlib.sha256(content).digest()
    nonce, asked = stamper.request_cms(digest, "sha256")  # type: ignore[no-untyped-call]
    answer = asyncio.run(stamper.async_request_tsa_response(asked))
    try:
        token = handle_tsp_response(answer, nonce)
        imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
        is_ours = imprint["hashed_message"].native == digest
    except (TimestampRequestError, ValueError, KeyError, TypeError) as error:
        raise Unreachable(f"time stamp of {url}: {error}") from error
    if not is_ours:
        raise Unreachable(f"time stamp of {url}: is of other bytes than those we asked for")
    stamped: bytes = answer.dump()
    return stamped
