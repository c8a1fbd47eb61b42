"""Asks a verifier service over HTTP. Network trouble is an answer, never a verdict."""

import json
import time
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from keys.clock import Clock
from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.answer_reader import AnswerError, answer_from_bytes
from scanner_app.errors import SourceError
from spec.qr_text import PREFIX
from verifier.report import DISCLOSABLE

__all__ = ["ServiceChecker", "is_exposed"]

_TIMEOUT: Final = 3.0
"""Seconds for the whole exchange: longer, and the officer would rather scan again."""
_LARGEST_ANSWER: Final = 64 * 1024
"""Bytes: a full answer has about two thousand."""
_CHUNK: Final = 4096


class ServiceChecker:
    """Judges by `POST {url}/v1/verify`, asking for all that the officer compares.

    Raises SourceError at the start for an address that is not http or https.
    """

    name = "service"

    def __init__(self, url: str, clock: Clock, timeout: float = _TIMEOUT) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise SourceError(
                "the service address is not an http or https address",
                hint="such as http://127.0.0.1:8080",
            )
        self._address = url.rstrip("/") + "/v1/verify"
        self._clock = clock
        self._timeout = timeout
        self._opener = _opener()
        self._trust: Trust | None = None

    def check(self, text: str) -> Answer:
        """Ask the service about one text.

        A code that is no certificate is not sent: it may be somebody's identity card.
        """
        if not text.startswith(PREFIX):
            return Answer.of_strange_code(self._clock.now())
        try:
            answer = answer_from_bytes(self._ask(text))
        except HTTPError as error:
            with error:
                return self._trouble(Trouble.SERVICE_REFUSED, f"status {error.code}")
        except AnswerError as error:
            return self._trouble(Trouble.SERVICE_ANSWER, str(error))
        except (OSError, HTTPException, UnicodeError) as error:
            return self._trouble(Trouble.SERVICE_UNREACHABLE, type(error).__name__)
        self._trust = answer.trust
        return answer

    def trust(self) -> Trust | None:
        """The times that the service named last; None before its first answer."""
        return self._trust

    def _ask(self, text: str) -> bytes:
        body = json.dumps({"text": text, "disclose": DISCLOSABLE}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = Request(self._address, data=body, headers=headers, method="POST")  # noqa: S310 - the scheme was checked
        deadline = time.monotonic() + self._timeout
        with self._opener.open(request, timeout=self._timeout) as response:
            if response.status != 200:
                raise HTTPError(self._address, response.status, "", response.headers, None)
            return _read(response, deadline)

    def _trouble(self, trouble: Trouble, reason: str) -> Answer:
        return Answer.of_trouble(trouble, reason, self._clock.now())


def is_exposed(url: str) -> bool:
    """Tell whether certificates would cross a network unencrypted on their way to the service."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True


def _read(response: HTTPResponse, deadline: float) -> bytes:
    """Read a body within the time and size limits; a service that drips bytes gains nothing."""
    body = b""
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > _LARGEST_ANSWER:
            raise AnswerError("the answer is too large")
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


class _NoRedirects(HTTPRedirectHandler):
    """A certificate goes to the address that was configured and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Refuse; the 3xx then surfaces as an HTTPError."""


def _opener() -> OpenerDirector:
    return build_opener(_NoRedirects)
