"""The verifier's side of the trust bundle: fetch it through TUF, keep the last good one.

All trust begins with root metadata that a person handed over. They are pinned in the directory at
the first refresh that succeeds; afterwards only a chain of signed roots can lead away from them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
    UnsignedMetadataError,
)
from urllib3.exceptions import HTTPError

from keys.bundle import TrustBundle
from keys.clock import Clock
from keys.errors import TrustBundleError
from keys.fetching.fetchers import TooSlowError, fetcher_for
from keys.fetching.patience import DEFAULT_PATIENCE, Patience
from keys.fetching.published import Published
from keys.files import locked, write_atomically
from keys.kept import bundle_folder
from keys.kept.bundle_folder import BUNDLE_FILE, load
from spec.certificate import Timestamp
from spec.errors import DosepassError
from spec.limits import CLOCK_TOLERANCE

__all__ = ["BUNDLE_FILE", "TrustBundleError", "check_source", "load", "refresh"]

_PINNED_ROOT: Final = "pinned-root.json"
_LOCK_FILE: Final = ".lock"
_NOTHING_SEEN: Final = Timestamp(0)


def refresh(
    directory: Path,
    url: str,
    root: bytes | None,
    clock: Clock,
    patience: Patience = DEFAULT_PATIENCE,
) -> TrustBundle:
    """Fetch what is published at a URL, keep it as the last good bundle, and give it.

    `root` is needed for the first refresh into a directory and must be the same later; None uses
    what is pinned. TUF judges expiry by the system clock; `clock` is asked as well. Raises
    TrustBundleError, and then the bundle from before stays in its place, unless what was fetched
    is sound and shows that the clock is wrong: that is kept, as evidence.
    """
    with _as_ours(url), fetcher_for(url, patience) as fetcher:
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory / _LOCK_FILE):
            before = bundle_folder.former(directory)
            seen = _NOTHING_SEEN if before is None else before.newest_time
            # TUF's checks of expiry are worth nothing by a clock that is known to be behind.
            _check_clock(seen, clock)
            bundle_folder.sweep(directory)
            pinned = _pinned(directory, root)
            # Keys without status, or status without keys, would be a state that nobody signed: a
            # mirror could hold one of them back. So the whole is taken, or the last good one stays.
            stored = Published(directory, url.rstrip("/"), pinned, fetcher).bring(seen)
            bundle = bundle_folder.open_stored(directory, stored)
            if min(bundle.fresh_until, bundle.status.fresh_until) <= clock.now():
                raise ExpiredMetadataError
            if not (directory / _PINNED_ROOT).exists():
                write_atomically(directory / _PINNED_ROOT, pinned)
            bundle_folder.replace(directory, stored, before)
    _check_clock(bundle.newest_time, clock)
    return bundle


def check_source(directory: Path, url: str) -> None:
    """Raise TrustBundleError where refreshes by themselves would never work.

    The address must be one that can be fetched, and a root must be pinned, which only a person's
    first fetch does.
    """
    with fetcher_for(url):
        pass
    if not (directory / _PINNED_ROOT).exists():
        raise _not_pinned(f"no root is pinned in {directory}")


def _check_clock(newest_time: Timestamp, clock: Clock) -> None:
    if clock.now() < newest_time - CLOCK_TOLERANCE:
        raise TrustBundleError(
            "the clock of this machine stands behind a time that was signed already",
            hint="set its date and time; if they are right, the issuer signed a time to come: "
            "tell it, and fetch into a new directory once it has published anew",
        )


def _pinned(directory: Path, root: bytes | None) -> bytes:
    """The root that all trust in this directory begins with."""
    path = directory / _PINNED_ROOT
    if not path.exists():
        if root is None:
            raise _not_pinned("no root is pinned yet, and none was given")
        # What a failed first attempt left was verified by another root, or by none.
        shutil.rmtree(directory / "tuf", ignore_errors=True)
        return root
    pinned = path.read_bytes()
    if root is not None and root != pinned:
        raise TrustBundleError(
            f"another root is pinned in {directory}",
            hint="fetch into a new directory, if the issuer really began anew",
        )
    return pinned


def _not_pinned(message: str) -> TrustBundleError:
    return TrustBundleError(
        message,
        hint="fetch once with --root FILE, the root metadata that the issuer handed over: "
        "dosepass-keys fetch URL --root FILE --into DIR",
    )


@contextmanager
def _as_ours(url: str) -> Iterator[None]:
    """Turn whatever a fetch can raise into a TrustBundleError that says what to do."""
    try:
        yield
    except TrustBundleError:
        raise
    except (RepositoryError, DownloadError, HTTPError, OSError, DosepassError) as error:
        message, hint = next(
            (message, hint) for kind, message, hint in _REASONS if isinstance(error, kind)
        )
        raise _error(url, message.format(_detail(error)), hint) from error


def _detail(error: Exception) -> str:
    """The innermost reason in words: TUF and urllib3 wrap it up to three times."""
    cause = error.__cause__ if isinstance(error, DownloadError) else None
    return str(getattr(cause, "reason", cause) or error) or type(error).__name__


_REASONS: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (
        ExpiredMetadataError,
        "what is published has expired",
        "check this machine's date and time; if right, the issuer must publish anew",
    ),
    (
        BadVersionNumberError,
        "the data are older than what this machine has seen, or do not fit together",
        "the mirror is behind, or somebody plays old data; use another address",
    ),
    (
        UnsignedMetadataError,
        "the signatures do not come from the pinned root",
        "check the address, and that --root is this issuer's root metadata",
    ),
    (RepositoryError, "refused: {}", "the mirror is damaged, or --root is no root; try another"),
    (DosepassError, "refused: {}", "the issuer may publish for a newer version of dosepass"),
    (
        DownloadHTTPError,
        "a file is missing or refused: {}",
        "check the address; the issuer may not have published yet",
    ),
    (
        DownloadLengthMismatchError,
        "a file is longer than it may be: {}",
        "the mirror is damaged; use another address",
    ),
    (
        TooSlowError,
        "the server is too slow",
        "check the network, then try again: what has arrived whole is kept",
    ),
    (DownloadError, "not downloaded: {}", "check the network and the address, then try again"),
    (HTTPError, "not downloaded: {}", "check the network and the address, then try again"),
    (OSError, "not kept: {}", "check the rights and the space on the disk"),
)
"""What an error means and what to do about it; the first kind that fits counts."""


def _error(url: str, message: str, hint: str) -> TrustBundleError:
    """Name the address without a user or password that may stand in it."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return TrustBundleError(f"no trust bundle from {place}: {message}", hint=hint)
