"""How files of the trust bundle are read: over HTTP, or from a directory by a file: URL."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient import FetcherInterface
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from keys.errors import TrustBundleError
from keys.fetching.patience import DEFAULT_PATIENCE, Patience, TimeLimit, pools_under

__all__ = ["TooSlowError", "fetcher_for"]

_CHUNK: Final = 65_536
_NOT_FOUND: Final = 404
_USER_AGENT: Final = "dosepass"


class TooSlowError(SlowRetrievalError):
    """The server answers, but not within our patience."""


@contextmanager
def fetcher_for(url: str, patience: Patience = DEFAULT_PATIENCE) -> Iterator[FetcherInterface]:
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
    with TimeLimit(patience.in_all) as limit:
        fetcher = _HttpFetcher(patience, limit)
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
    """TUF's own fetcher, which also gives a slow server up and closes an answer that it refused."""

    def __init__(self, patience: Patience, limit: TimeLimit) -> None:
        super().__init__(patience.silence, _CHUNK, _USER_AGENT)
        self._patience = patience
        self._limit = limit
        self._pools = pools_under(limit)
        self._response: BaseHTTPResponse | None = None

    def _fetch(self, url: str) -> Iterator[bytes]:
        parts = urlsplit(url)
        manager = self._proxy_env.get_pool_manager(parts.scheme, parts.hostname)
        manager.pool_classes_by_scheme = self._pools
        try:
            return super()._fetch(url)
        except (HTTPError, DownloadError):
            self._check_time()
            raise

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        """Give each piece as it comes, so that one that drips is noticed.

        The bytes count as they were sent: nothing is unpacked, since nothing packed was asked for.
        """
        self._response = response
        began, received = time.monotonic(), 0
        try:
            while piece := response.read1(_CHUNK, decode_content=False):
                received += len(piece)
                if self._patience.is_over(time.monotonic() - began, received):
                    raise TooSlowError
                yield piece
        except HTTPError:
            self._check_time()
            raise
        self._check_time()
        response.release_conn()

    def _check_time(self) -> None:
        """Say that time is up, where a line that broke or ended was our doing."""
        if self._limit.is_over():
            raise TooSlowError

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
