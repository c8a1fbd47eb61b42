"""Wrong roots, changed files and bad servers: each is refused, and the last good bundle stays."""

import json
import shutil
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from keys import client
from keys.authority import Authority
from keys.client import TrustBundleError
from spec.cose import Algorithm
from tests.keys.homes import HOUR, SECRET, Answers, after, fetch, found, root_of, serving


def test_no_root_and_none_pinned(url: str, directory: Path) -> None:
    with pytest.raises(TrustBundleError, match="no root is pinned") as caught:
        fetch(directory, url)
    assert "--root" in (caught.value.hint or "")


def test_the_root_of_another_authority(
    authority: Authority, url: str, directory: Path, tmp_path: Path
) -> None:
    other = root_of(found(tmp_path / "other"))
    with pytest.raises(TrustBundleError, match="do not come from the pinned root"):
        fetch(directory, url, other)
    # Nothing was pinned, so that the right root can still be given.
    assert fetch(directory, url, root_of(authority)).keys
    with pytest.raises(TrustBundleError, match="another root is pinned"):
        fetch(directory, url, other)


def _with_other_expiry(root: bytes) -> bytes:
    document = json.loads(root)
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: b"",
        lambda root: b"{}",
        lambda root: b"\xff" + root,
        lambda root: root[:-20],
        lambda root: root.replace(b'"root"', b'"boot"'),
        _with_other_expiry,
    ],
)
def test_a_root_that_is_none(
    authority: Authority, url: str, directory: Path, change: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(TrustBundleError) as caught:
        fetch(directory, url, change(root_of(authority)))
    assert caught.value.hint
    assert not (directory / "bundle.cbor").exists()


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change signed metadata without signing them again."""
    document = json.loads(path.read_bytes())
    change(document["signed"])
    path.write_text(json.dumps(document))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def target(public: Path, name: str) -> Path:
    """The newest published target of a name."""
    return max(public.glob(f"targets/*.{name}"), key=lambda path: path.stat().st_mtime_ns)


def roll_back(public: Path) -> None:
    """Put back the timestamp, itself well signed, that was there a publication ago."""
    (public / "metadata" / "timestamp.json").write_bytes((public / "old.json").read_bytes())


META = "metadata"
ATTACKS: list[tuple[str, Callable[[Path], object], str]] = [
    ("the trust list changed", lambda at: flip(target(at, "trust-list.cbor")), "refused"),
    (
        "the trust list cut",
        lambda at: target(at, "trust-list.cbor").write_bytes(b"\xa2"),
        "refused",
    ),
    ("the trust list missing", lambda at: target(at, "trust-list.cbor").unlink(), "missing"),
    (
        "the trust list too long",
        lambda at: target(at, "trust-list.cbor").write_bytes(b"\0" * 9_999_999),
        "longer than it may be",
    ),
    (
        "timestamp: version changed",
        lambda at: edit(at / META / "timestamp.json", lambda it: it.update(version=99)),
        "signatures",
    ),
    (
        "timestamp: expiry changed",
        lambda at: edit(
            at / META / "timestamp.json", lambda it: it.update(expires="2099-01-01T00:00:00Z")
        ),
        "signatures",
    ),
    (
        "snapshot: changed",
        lambda at: edit(at / META / "2.snapshot.json", lambda it: it.update(version=3)),
        "signatures",
    ),
    (
        "targets: changed",
        lambda at: edit(at / META / "2.targets.json", lambda it: it["targets"].clear()),
        "signatures",
    ),
    ("timestamp: rolled back", roll_back, "older than what this machine has seen"),
    (
        "snapshot: an older one in its place",
        lambda at: shutil.copy(at / META / "1.snapshot.json", at / META / "2.snapshot.json"),
        "do not fit together",
    ),
    (
        "targets: older ones in their place",
        lambda at: shutil.copy(at / META / "1.targets.json", at / META / "2.targets.json"),
        "do not fit together",
    ),
    ("timestamp: missing", lambda at: (at / META / "timestamp.json").unlink(), "missing"),
    ("snapshot: missing", lambda at: (at / META / "2.snapshot.json").unlink(), "missing"),
    ("targets: missing", lambda at: (at / META / "2.targets.json").unlink(), "missing"),
    ("timestamp: empty", lambda at: (at / META / "timestamp.json").write_bytes(b""), "refused"),
    (
        "timestamp: a web page",
        lambda at: (at / META / "timestamp.json").write_text("<p>"),
        "refused",
    ),
    ("timestamp: a list", lambda at: (at / META / "timestamp.json").write_text("[]"), "refused"),
    (
        "timestamp: too long",
        lambda at: (at / META / "timestamp.json").write_bytes(b" " * 20_000),
        "longer than it may be",
    ),
    (
        "a next root from nowhere",
        lambda at: shutil.copy(at / META / "1.root.json", at / META / "2.root.json"),
        "do not fit together",
    ),
    ("everything missing", lambda at: shutil.rmtree(at / META), "missing"),
]


@pytest.mark.parametrize(
    ("attack", "words"), [pytest.param(*row[1:], id=row[0]) for row in ATTACKS]
)
def test_an_attack_is_refused_and_the_last_good_bundle_stays(
    authority: Authority, url: str, directory: Path, attack: Callable[[Path], object], words: str
) -> None:
    authority.publish(after(HOUR), SECRET)
    timestamp = authority.public / "metadata" / "timestamp.json"
    shutil.copy(timestamp, authority.public / "old.json")
    authority.publish(after(2 * HOUR), SECRET)
    fetch(directory, url, root_of(authority), after(2 * HOUR))
    before = (directory / "bundle.cbor").read_bytes()

    if attack is not roll_back:
        authority.generate(Algorithm.EDDSA, SECRET, after(3 * HOUR), at_once=False)
        authority.publish(after(3 * HOUR), SECRET)
    attack(authority.public)

    with pytest.raises(TrustBundleError, match=words) as caught:
        fetch(directory, url, None, after(3 * HOUR))
    assert caught.value.hint
    assert (directory / "bundle.cbor").read_bytes() == before
    assert len(client.load(directory).keys) == 1


def test_a_mended_mirror_is_read_again(authority: Authority, url: str, directory: Path) -> None:
    fetch(directory, url, root_of(authority))
    timestamp = authority.public / "metadata" / "timestamp.json"
    good = timestamp.read_bytes()
    timestamp.write_bytes(b"")
    with pytest.raises(TrustBundleError):
        fetch(directory, url)
    timestamp.write_bytes(good)
    assert fetch(directory, url).keys


def _status(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda request: request.send_error(code)


def _cut_off(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "4000")
    request.end_headers()
    request.wfile.write(b'{"signed"')


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b" " * 65_536)
    except OSError:
        pass


def _nothing(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


@pytest.mark.parametrize(
    "answer", [_status(403), _status(404), _status(500), _cut_off, _endless, _nothing]
)
def test_bad_servers(
    authority: Authority, directory: Path, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    fetch(directory, authority.public.as_uri(), root_of(authority))
    handler = type("Handler", (Answers,), {"answer": staticmethod(answer)})
    with serving(handler) as address, pytest.raises(TrustBundleError) as caught:
        fetch(directory, address)
    assert caught.value.hint
    assert client.load(directory).keys
