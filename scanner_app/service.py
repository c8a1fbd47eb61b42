"""Asks a verifier service over HTTP. Network trouble is an answer, never a verdict."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

from keys.clock import Clock
from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.answer_reader import AnswerError, answer_from_bytes
from scanner_app.errors import SourceError
from spec.qr_text import PREFIX
from spec.verdicts import LANGUAGES
from verifier.report import DISCLOSABLE

__all__ = ["ServiceChecker", "is_exposed", "read_api_key"]

_TIMEOUT: Final = 3.0
"""Seconds to connect, and again from there to the end of the answer: longer, and the officer would
rather scan again."""
_LARGEST_ANSWER: Final = 64 * 1024
"""Bytes: a full answer has about two thousand."""
_LONGEST_KEY: Final = 200
_REFUSALS: Final = {
    401: Trouble.KEY_WANTED,
    403: Trouble.KEY_WANTED,
    429: Trouble.SERVICE_BUSY,
    503: Trouble.SERVICE_BUSY,
}
"""What the officer can do about it; any other status is for a technician."""


class ServiceChecker:
    """Judges by `POST {url}/v1/verify`, asking for all that the officer compares.

    No redirect is followed and no proxy is used: a certificate goes to the address that was
    configured and to no other. Raises SourceError at the start for an address that is not http or
    https.
    """

    name = "service"

    def __init__(
        self,
        url: str,
        clock: Clock,
        timeout: float = _TIMEOUT,
        *,
        key: str | None = None,
        language: str = LANGUAGES[0],
    ) -> None:
        self._address = _parsed(url)
        self._clock = clock
        self._key = key
        self._language = language
        self._timeout = timeout
        self._trust: Trust | None = None

    def check(self, text: str) -> Answer:
        """Ask the service about one text.

        A code that is no certificate is not sent: it may be somebody's identity card.
        """
        if not text.startswith(PREFIX):
            return Answer.of_strange_code(self._clock.now())
        try:
            status, body = self._ask(text)
            if status != 200:
                trouble = _REFUSALS.get(status, Trouble.SERVICE_REFUSED)
                return self._trouble(trouble, f"status {status}")
            answer = answer_from_bytes(body)
        except AnswerError as error:
            return self._trouble(Trouble.SERVICE_ANSWER, str(error))
        except (OSError, HTTPException, ValueError) as error:
            return self._trouble(Trouble.SERVICE_UNREACHABLE, type(error).__name__)
        self._trust = answer.trust
        return answer

    def trust(self) -> Trust | None:
        """The times that the service named last; None before its first answer."""
        return self._trust

    def _ask(self, text: str) -> tuple[int, bytes]:
        """Give status and body; raises OSError, HTTPException or ValueError."""
        body = json.dumps({"text": text, "disclose": DISCLOSABLE}).encode()
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": self._language,
            "Connection": "close",
        }
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        with _connected(self._address, self._timeout) as connection:
            connection.request("POST", f"{self._address.path}/v1/verify", body, headers)
            response = connection.getresponse()
            return response.status, _read(response) if response.status == 200 else b""

    def _trouble(self, trouble: Trouble, reason: str) -> Answer:
        return Answer.of_trouble(trouble, reason, self._clock.now())


def read_api_key(path: Path) -> str:
    """Read the key that the service's operator gave: the file's first line; raises SourceError."""
    try:
        key = path.read_bytes().decode("ascii").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        key = ""
    if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable() or " " in key:
        raise SourceError(
            f"no API key can be read from {path}",
            hint="its first line is the key, and nothing else",
        )
    return key


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


def _parsed(url: str) -> SplitResult:
    try:
        address = urlsplit(url.rstrip("/"))
        sound = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise SourceError(
            "the service address is not an http or https address",
            hint="such as http://127.0.0.1:8080",
        )
    return address


@contextmanager
def _connected(address: SplitResult, timeout: float) -> Iterator[HTTPConnection]:
    """Connect, and end the connection at the time limit whatever happens on it.

    The time limit of a socket begins anew with each byte, so one that drips would last for ever.
    """
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=timeout)
    try:
        connection.connect()
        over = Event()
        limit = Timer(timeout, _hang_up, [connection.sock, over])
        limit.daemon = True
        limit.start()
        try:
            yield connection
            if over.is_set():
                raise TimeoutError
        finally:
            limit.cancel()
    finally:
        connection.close()


def _hang_up(open_socket: socket.socket, over: Event) -> None:
    """Wake whoever reads from a socket in another thread; that of TLS is not asked for consent."""
    over.set()
    with suppress(OSError):
        socket.socket.shutdown(open_socket, socket.SHUT_RDWR)


def _read(response: HTTPResponse) -> bytes:
    body = response.read(_LARGEST_ANSWER + 1)
    if len(body) > _LARGEST_ANSWER:
        raise AnswerError("the answer is too large")
    return body
