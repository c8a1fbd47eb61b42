"""The verifier's side of the trust bundle: fetch it through TUF, keep the last good one.

All trust begins with root metadata that a person handed over. They are pinned in the directory at
the first refresh that succeeds; afterwards only a chain of signed roots can lead away from them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
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
from tuf.api.metadata import Metadata
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig
from urllib3.exceptions import HTTPError

from keys.algorithms import KeyMaterialError
from keys.bundle import TRUST_LIST, VACCINES, TrustBundle
from keys.clock import Clock
from keys.errors import TrustBundleError
from keys.fetchers import fetcher_for
from keys.files import locked, write_atomically
from keys.stored_bundle import StoredBundle
from spec.certificate import Timestamp
from spec.errors import DosepassError, MalformedError
from spec.vaccines import VaccineTableError

__all__ = ["BUNDLE_FILE", "TrustBundleError", "load", "refresh"]

BUNDLE_FILE: Final = "bundle.cbor"

_PINNED_ROOT: Final = "pinned-root.json"
_LOCK_FILE: Final = ".lock"
_MAX_TARGET: Final = 1_048_576
"""Bytes of a trust list or vaccine table; a thousand keys take a fifth of it."""
_MAX_BUNDLE: Final = 2 * _MAX_TARGET + 4096

_LIMITS: Final = UpdaterConfig(
    max_root_rotations=64,  # roots are signed by hand, about once a year
    max_delegations=8,  # the status role, and room
    root_max_length=65_536,  # a dozen keys and their signatures take a tenth of it
    timestamp_max_length=16_384,
    snapshot_max_length=262_144,
    targets_max_length=_MAX_TARGET,
)
"""How much a server may make us read, in bytes, before any signature is checked."""

_DAMAGED: Final = "fetch it again with: dosepass-keys fetch URL --root root.json --into DIR"
_PARTS_WITH_AN_END: Final = ("timestamp", "snapshot", "targets")


def load(directory: Path) -> TrustBundle:
    """The last good bundle of a directory, also when its time is over: the pipeline says so.

    Raises TrustBundleError when there is none, or when it is damaged.
    """
    path = directory / BUNDLE_FILE
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BUNDLE + 1)
    except FileNotFoundError:
        raise TrustBundleError(f"there is no trust bundle in {directory}", hint=_DAMAGED) from None
    except OSError as error:
        raise TrustBundleError(f"{path} cannot be read: {error.strerror}") from None
    try:
        return StoredBundle.from_cbor(data).open()
    except (MalformedError, KeyMaterialError, VaccineTableError):
        raise TrustBundleError(f"the trust bundle {path} is damaged", hint=_DAMAGED) from None


def refresh(directory: Path, url: str, root: bytes | None, clock: Clock) -> TrustBundle:
    """Fetch what is published at a URL, keep it as the last good bundle, and give it.

    `root` is needed for the first refresh into a directory and must be the same later; None uses
    what is pinned. TUF judges expiry by the system clock; `clock` is asked as well. Raises
    TrustBundleError, and then the bundle from before stays in its place.
    """
    with _as_ours(url), fetcher_for(url) as fetcher:
        directory.mkdir(parents=True, exist_ok=True)
        with locked(directory / _LOCK_FILE):
            pinned = _pinned(directory, root)
            stored = _fetch(directory / "tuf", url.rstrip("/"), pinned, fetcher)
            bundle = stored.open()
            if bundle.fresh_until <= clock.now():
                raise ExpiredMetadataError
            if not (directory / _PINNED_ROOT).exists():
                write_atomically(directory / _PINNED_ROOT, pinned)
            write_atomically(directory / BUNDLE_FILE, stored.to_cbor())
    return bundle


def _pinned(directory: Path, root: bytes | None) -> bytes:
    """The root that all trust in this directory begins with."""
    path = directory / _PINNED_ROOT
    if not path.exists():
        if root is None:
            raise TrustBundleError(
                "no root is pinned yet, and none was given",
                hint="give --root FILE with the root metadata that the issuer handed over",
            )
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


def _fetch(store: Path, base: str, root: bytes, fetcher: FetcherInterface) -> StoredBundle:
    """Bring the TUF metadata and targets of a store up to date, and take the bundle from it."""
    (store / "targets").mkdir(parents=True, exist_ok=True)
    updater = Updater(
        metadata_dir=str(store),
        metadata_base_url=f"{base}/metadata/",
        target_dir=str(store / "targets"),
        target_base_url=f"{base}/targets/",
        fetcher=fetcher,
        config=_LIMITS,
        bootstrap=root,
    )
    updater.refresh()
    return StoredBundle(
        trust_list=_target(updater, TRUST_LIST),
        vaccines=_target(updater, VACCINES),
        fresh_until=_fresh_until(store),
    )


def _target(updater: Updater, name: str) -> bytes:
    target = updater.get_targetinfo(name)
    if target is None:
        raise RepositoryError(f"{name} is not published")
    if target.length > _MAX_TARGET:
        raise RepositoryError(f"{name} is larger than {_MAX_TARGET} bytes")
    path = updater.find_cached_target(target) or updater.download_target(target)
    return Path(path).read_bytes()


def _fresh_until(store: Path) -> Timestamp:
    """The earliest end among the metadata that the updater has just verified and kept."""
    kept: list[Metadata[Any]] = [
        Metadata.from_file(str(store / f"{part}.json")) for part in _PARTS_WITH_AN_END
    ]
    return Timestamp(min(int(metadata.signed.expires.timestamp()) for metadata in kept))


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
        raise _error(url, message.format(_detail(error)), hint) from None


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
