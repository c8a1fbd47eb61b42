"""How files of the trust bundle are read: over HTTP, or from a directory by a file: URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher
from urllib3.response import BaseHTTPResponse

from keys.errors import TrustBundleError

__all__ = ["fetcher_for"]

_TIMEOUT: Final = 15
"""Seconds to wait for a connection, and for each next piece of an answer."""
_CHUNK: Final = 65_536
_NOT_FOUND: Final = 404
_USER_AGENT: Final = "dosepass"


@contextmanager
def fetcher_for(url: str) -> Iterator[FetcherInterface]:
    """Hold a fetcher for a bundle address; raises TrustBundleError for one that we cannot read."""
    scheme = _scheme_of(url)
    if scheme == "file":
        yield _FileFetcher()
        return
    if scheme not in ("http", "https"):
        raise TrustBundleError(
            "the address of the trust bundle is not one that can be fetched",
            hint="give the published directory, as http://..., https://... or file:///...",
        )
    fetcher = _HttpFetcher()
    try:
        yield fetcher
    finally:
        fetcher.close()


def _scheme_of(url: str) -> str | None:
    """The scheme of an address that names a place, else None."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme == "file":
        return "file" if parts.netloc in ("", "localhost") and parts.path else None
    return parts.scheme if parts.hostname else None


class _HttpFetcher(Urllib3Fetcher):
    """TUF's own fetcher, which also closes an answer that was refused before its end."""

    def __init__(self) -> None:
        super().__init__(_TIMEOUT, _CHUNK, _USER_AGENT)
        self._response: BaseHTTPResponse | None = None

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        self._response = response
        yield from response.stream(self.chunk_size)

    def close(self) -> None:
        """Close the connection of the last answer, unless it went back to the pool."""
        if self._response is not None:
            self._response.close()


class _FileFetcher(FetcherInterface):
    """Reads file: URLs: a directory on a disk, a stick or a share in place of a web server."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(url2pathname(urlsplit(url).path))
        try:
            data = path.open("rb")
        except FileNotFoundError:
            # TUF tells the end of the root versions by the status that a web server would give.
            raise DownloadHTTPError(f"{path} does not exist", _NOT_FOUND) from None
        except OSError as error:
            raise DownloadError(f"{path} cannot be read: {error.strerror}") from None
        with data:
            while chunk := data.read(_CHUNK):
                yield chunk
