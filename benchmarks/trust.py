"""What status lists and genuine lists cost the verifier: a lookup, a verdict, a bundle taken up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measure import Row, compare, seconds_each
from keys.bundle import TrustBundle
from keys.kept import bundle_folder
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import Status, status_at
from spec.trust_list import KeyState
from tests.authority import Authority
from tests.trust_folder import store_bundle
from verifier.pipeline import check

__all__ = ["rows"]

_LISTS: Final = 39
"""Status lists of ten million certificates."""
_GENUINE: Final = 4
"""Genuine lists, full ones: of a million certificates under one key."""
_LOOKUP: Final = 1.0
_RATIO: Final = 1.1
_LOAD: Final = 250.0
_ROUNDS: Final = 5


def rows() -> Iterator[Row]:
    """Measure with the lists in files and mapped, as a running service has them."""
    with TemporaryDirectory() as folder:
        sound, stolen, texts, now = _bundles(Path(folder))
        yield _lookup(sound)
        yield _stolen_key(sound, stolen, texts, now)
        yield _load(Path(folder) / "sound")


def _lookup(bundle: TrustBundle) -> Row:
    """Look positions all over the lists up, each through the map of lists as the pipeline does."""
    lists = bundle.status.lists
    step = 7_919 * 64 + 1  # another list, page and bit at each turn
    positions = [
        StatusPosition(turn * step % (_LISTS * STATUS_LIST_SIZE)) for turn in range(10_000)
    ]

    def ours() -> None:
        for position in positions:
            status_at(lists[position.list_number], position.index)

    each = min(seconds_each(ours, 3) for _ in range(_ROUNDS)) / len(positions) * 1e6
    return Row(
        what=f"status lookup in {_LISTS} mapped lists",
        figure=f"{each:.2f} us",
        bound=f"at most {_LOOKUP:.0f} us",
        holds=each <= _LOOKUP,
    )


def _stolen_key(sound: TrustBundle, stolen: TrustBundle, texts: list[str], now: Timestamp) -> Row:
    """Judge the same certificates while their key is sound, and after it was stolen."""

    def judging(bundle: TrustBundle) -> Callable[[], object]:
        assert all(check(text, bundle, now).certificate for text in texts)
        turn = iter(range(10**9))
        return lambda: check(texts[next(turn) % len(texts)], bundle, now)

    seconds, _, ratio = compare(judging(stolen), judging(sound))
    return Row(
        what="a verdict under a stolen key with a million genuine certificates, against another",
        figure=f"{ratio:.2f} times ({1 / seconds:,.0f}/s)",
        bound=f"at most {_RATIO:.1f}",
        holds=ratio <= _RATIO,
    )


def _load(directory: Path) -> Row:
    """Map every list of a bundle and read it through once, as at each refresh."""
    each = min(seconds_each(lambda: bundle_folder.load(directory), 1) for _ in range(_ROUNDS))
    return Row(
        what=f"take a bundle of {_LISTS} status lists up",
        figure=f"{each * 1000:.0f} ms",
        bound=f"at most {_LOAD:.0f} ms",
        holds=each * 1000 <= _LOAD,
    )


def _bundles(folder: Path) -> tuple[TrustBundle, TrustBundle, list[str], Timestamp]:
    """Two bundles of one country, before and after its key was stolen, and certificates of it."""
    authority = Authority()
    for number in range(_LISTS):  # no two lists are the same, nor the same file
        authority.set_status(number * STATUS_LIST_SIZE + number + 1, Status.INVALID)
    certificates = [_certificate(authority, number) for number in range(50)]
    sound = bundle_folder.load(store_bundle(authority, folder / "sound", lists=_LISTS))
    authority.change_key("active", state=KeyState.COMPROMISED)
    # Digests of other certificates: what the lists hold elsewhere makes no difference but its room.
    kid = authority.keys["active"].kid
    full = b"0123456789" * (GENUINE_LIST_BYTES // DIGEST_LENGTH)
    authority.genuine[kid] = {number: bytearray(full) for number in range(_GENUINE)}
    for certificate in certificates:
        authority.know(certificate)
    stolen = bundle_folder.load(store_bundle(authority, folder / "stolen", lists=_LISTS))
    texts = [authority.sign(certificate) for certificate in certificates]
    return sound, stolen, texts, authority.now


def _certificate(authority: Authority, number: int) -> Certificate:
    place = StatusPosition(number * 20_011 % (_GENUINE * STATUS_LIST_SIZE))
    return authority.certificate(name=f"Nguyễn Thị Số {number}", status=place)
