"""Stolen role keys, bad mirrors and bad lines: each is refused, and the last good bundle stays."""

import gzip
import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from keys import client
from keys.bundle import STATUS_INDEX, TRUST_LIST, VACCINES, genuine_list_name, status_list_name
from keys.client import TrustBundleError
from keys.fetching.patience import Patience
from keys.kept.bundle_folder import BUNDLE_FILE
from spec import cbor
from spec.cose import Algorithm
from spec.genuine_list import GENUINE_LIST_BYTES
from spec.status_list import STATUS_LIST_BYTES, Status
from spec.status_token import status_subject
from spec.trust_list import KeyState
from tests.authority import DAY
from tests.keys.static_repository import (
    Answer,
    Contents,
    Country,
    Handler,
    Repository,
    World,
    mirrored,
    new_signer,
    whole,
)

HOUR: Final = 3600


@pytest.fixture
def far(tmp_path: Path) -> Iterator[World]:
    """A verifier that has fetched twice from a web server, and one key that was stolen unused."""
    with mirrored({}) as mirror:
        yield _seasoned(World(_country(), mirror, tmp_path))


@pytest.fixture
def struck(tmp_path: Path) -> Iterator[World]:
    """The same, and the stolen key had signed something."""
    with mirrored({}) as mirror:
        yield _seasoned(World(_struck_country(), mirror, tmp_path))


def _country() -> Country:
    country = Country()
    country.add_key("stolen", state=KeyState.COMPROMISED)
    return country


def _struck_country() -> Country:
    country = _country()
    country.know(country.certificate(), key="stolen")
    return country


def _seasoned(world: World) -> World:
    world.first_fetch()
    world.after(HOUR).publish()
    world.fetch()
    return world


def move_on(world: World) -> None:
    """Publish something new everywhere, which an attack can then spoil."""
    world.country.add_key("next", algorithm=Algorithm.EDDSA)
    world.country.set_status(world.country.certificate().status, Status.INVALID)
    if world.country.genuine:
        world.country.know(world.country.certificate(name="Trần Văn Ân"), key="stolen")
    world.after(HOUR).publish()


def refused(world: World, words: str, **options: Any) -> None:
    """Fetch in vain: a hint says what to do, and nothing that counts has changed."""
    path = world.directory / BUNDLE_FILE
    before = path.read_bytes()
    with pytest.raises(TrustBundleError, match=words) as caught:
        world.fetch(**options)
    assert caught.value.hint
    assert path.read_bytes() == before
    assert len(world.load().keys) == 2


def mended(world: World) -> None:
    """The next good refresh brings everything."""
    world.publish()
    bundle = world.fetch()
    assert bundle.status.issued_at == bundle.issued_at == world.country.now
    assert world.load().newest_time == world.country.now


# The root


def test_no_root_and_none_pinned(tmp_path: Path) -> None:
    world = World(Country(), None, tmp_path)
    with pytest.raises(TrustBundleError, match="no root is pinned") as caught:
        world.fetch()
    assert "--root" in (caught.value.hint or "")


def test_the_root_of_another_authority(tmp_path: Path) -> None:
    world = World(Country(), None, tmp_path)
    other = Repository(world.country.now).root
    with pytest.raises(TrustBundleError, match="do not come from the pinned root"):
        world.fetch(other)
    # Nothing was pinned, so that the right root can still be given.
    assert world.first_fetch().keys
    with pytest.raises(TrustBundleError, match="another root is pinned"):
        world.fetch(other)


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
        lambda root: b"[" * 100_000,
        _with_other_expiry,
    ],
)
def test_a_root_that_is_none(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    world = World(Country(), None, tmp_path)
    with pytest.raises(TrustBundleError) as caught:
        world.fetch(change(world.repository.root))
    assert caught.value.hint
    assert not (world.directory / BUNDLE_FILE).exists()


# A mirror without any key: it can change, keep, mix and play again what was published


def target(files: Contents, name: str) -> str:
    """The newest published path of a target."""
    folder, slash, base = name.rpartition("/")
    head = f"targets/{folder}{slash}"
    return [p for p in files if p.startswith(head) and p.removeprefix(head)[65:] == base][-1]


def newest(files: Contents, role: str) -> str:
    """The path of a role's newest metadata."""
    return [path for path in files if path.endswith((f".{role}.json", f"/{role}.json"))][-1]


def at_role(role: str, change: Callable[[bytes], bytes | None]) -> Callable[[World], None]:
    return lambda world: put(world.files, newest(world.files, role), change)


def put(files: Contents, path: str, change: Callable[[bytes], bytes | None]) -> None:
    data = change(files[path])
    if data is None:
        del files[path]
    else:
        files[path] = data


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes((data[middle] ^ 1,)) + data[middle + 1 :]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def gone(_: bytes) -> None:
    return None


def signed(**changes: Any) -> Callable[[bytes], bytes]:
    """Change signed metadata without signing them again."""

    def change(data: bytes) -> bytes:
        document = json.loads(data)
        document["signed"] |= changes
        return json.dumps(document).encode()

    return change


def older(role: str) -> Callable[[World], None]:
    """Put the version before in the place of a role's newest metadata."""

    def change(world: World) -> None:
        path = newest(world.files, role)
        number = int(path.rpartition("/")[2].partition(".")[0])
        world.files[path] = world.files[f"metadata/{number - 1}.{role}.json"]

    return change


PARTS = {
    "trust list": TRUST_LIST,
    "vaccines": VACCINES,
    "status index": STATUS_INDEX,
    "status list": status_list_name(0),
    "genuine list": "genuine",
}
NAMED = ("timestamp", "snapshot", "targets", "status")
NEW_ONLY = {"vaccines"}
"""What `move_on` leaves as it was, so that no verifier asks for it again."""


def _name(world: World, part: str) -> str:
    if part == "genuine list":
        return genuine_list_name(world.country.keys["stolen"].kid, 0)
    return PARTS[part]


@pytest.mark.parametrize("part", sorted(set(PARTS) - NEW_ONLY))
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (flip, "refused"),
        (cut, "refused"),
        (lambda data: b"", "refused"),
        (gone, "missing"),
        (lambda data: data + b"\0" * 70_000, "longer than it may be"),
    ],
    ids=["changed", "cut", "empty", "missing", "too long"],
)
def test_a_spoiled_target(
    struck: World, part: str, change: Callable[[bytes], bytes | None], words: str
) -> None:
    move_on(struck)
    put(struck.files, target(struck.files, _name(struck, part)), change)
    refused(struck, words)
    mended(struck)


MIRRORS: list[tuple[str, Callable[[World], None], str]] = [
    *((f"{r}: version changed", at_role(r, signed(version=99)), "signatures") for r in NAMED),
    *(
        (f"{r}: end changed", at_role(r, signed(expires="2099-01-01T00:00:00Z")), "signatures")
        for r in NAMED
    ),
    *((f"{r}: missing", at_role(r, gone), "missing") for r in NAMED),
    *((f"{r}: empty", at_role(r, lambda data: b""), "refused") for r in NAMED),
    *((f"{r}: cut", at_role(r, cut), "refused") for r in NAMED),
    *((f"{r}: a web page", at_role(r, lambda data: b"<p>"), "refused") for r in NAMED),
    *((f"{r}: a list", at_role(r, lambda data: b"[]"), "refused") for r in NAMED),
    *((f"{r}: deep", at_role(r, lambda data: b"[" * 16_000), "refused") for r in NAMED),
    *((f"{r}: an older one", older(r), "do not fit together") for r in NAMED[1:]),
    *(
        (f"{r}: too long", at_role(r, lambda data: b" " * 5_000_000), "longer than it may be")
        for r in NAMED
    ),
    ("targets: those of status", at_role("targets", signed(_type="root")), "refused"),
    (
        "a next root from nowhere",
        lambda w: w.files.update({"metadata/2.root.json": w.files["metadata/1.root.json"]}),
        "do not fit together",
    ),
    ("a next root that is junk", lambda w: w.files.update({"metadata/2.root.json": b"{"}), "refu"),
    ("everything missing", lambda w: w.files.clear(), "missing"),
]


@pytest.mark.parametrize(
    ("attack", "words"), [pytest.param(*row[1:], id=row[0]) for row in MIRRORS]
)
def test_a_mirror_is_refused(far: World, attack: Callable[[World], None], words: str) -> None:
    move_on(far)
    good = dict(far.files)
    attack(far)
    refused(far, words)
    far.files.clear()
    far.files.update(good)
    mended(far)


@pytest.mark.parametrize("role", NAMED)
def test_a_role_played_again_in_the_newest_snapshot(far: World, role: str) -> None:
    """Rollback by a mirror alone, of each role: all of an earlier publication from there up."""
    old = dict(far.files)
    move_on(far)
    far.fetch()
    far.files["metadata/timestamp.json"] = old["metadata/timestamp.json"]
    for path in [path for path in far.files if path.endswith(f".{role}.json")]:
        far.files[path] = old.get(path, b"")
    with pytest.raises(TrustBundleError, match="older than what this machine has seen"):
        far.fetch()
    assert len(far.load().keys) == 3
    mended(far)


def test_a_frozen_mirror_is_read_until_its_time_is_over(far: World) -> None:
    far.country.clock.advance(5 * DAY)
    assert far.fetch().keys
    far.country.clock.advance(5 * DAY)
    refused(far, "expired")
    mended(far)


# Role keys that were stolen, or misused: everything is signed, and still refused


@pytest.mark.parametrize("role", ["targets", "status", "snapshot", "timestamp"])
def test_a_version_rolled_back_and_signed_above_it(far: World, role: str) -> None:
    """Whoever holds the keys of timestamp and snapshot cannot bring older lists back."""
    versions = dict(far.repository.versions)
    far.repository.versions[role] -= 1
    if role == "snapshot":
        far.repository.publish_timestamp()
    elif role == "timestamp":
        far.repository.versions[role] -= 1
        far.repository.publish_timestamp()
    else:
        far.repository.publish_snapshot()
    refused(far, "older than what this machine has seen")
    far.repository.versions = {name: number + 5 for name, number in versions.items()}
    mended(far)


def test_status_of_another_snapshot(far: World) -> None:
    """A status role's new metadata, under a snapshot that does not name them."""
    before = far.files["metadata/timestamp.json"]
    move_on(far)
    far.files["metadata/timestamp.json"] = before
    newer = newest(far.files, "status")
    number = int(newer.rpartition("/")[2].partition(".")[0])
    far.files[f"metadata/{number - 1}.status.json"] = far.files[newer]
    (far.directory / "tuf" / "status.json").unlink()
    refused(far, "do not fit together")
    far.repository.versions = dict.fromkeys(far.repository.versions, 30)
    mended(far)


def expired(role: str) -> Callable[[World], None]:
    def attack(world: World) -> None:
        world.repository.days[role] = -1
        world.publish()

    return attack


def strange_key(role: str) -> Callable[[World], None]:
    """A role's metadata signed by a key that nobody named."""

    def attack(world: World) -> None:
        own = world.repository.signers[role]
        top = world.files[newest(world.files, "targets")]
        world.repository.signers[role] = [new_signer()]
        world.publish()
        world.repository.signers[role] = own
        if role == "status":  # targets must go on naming the right one
            version = world.repository.versions["targets"]
            old = json.loads(top)
            new = json.loads(world.files[f"metadata/{version}.targets.json"])
            new["signed"]["delegations"] = old["signed"]["delegations"]
            _sign_again(world, "targets", new)

    return attack


def _sign_again(world: World, role: str, document: dict[str, Any]) -> None:
    from tuf.api.metadata import Metadata

    metadata: Metadata[Any] = Metadata.from_dict(document)
    metadata.signatures.clear()
    for signer in world.repository.signers[role]:
        metadata.sign(signer, append=True)
    version = metadata.signed.version
    world.files[f"metadata/{version}.{role}.json"] = metadata.to_bytes()


def wrong_threshold(role: str) -> Callable[[World], None]:
    """Two signatures are asked for, and one is there."""

    def attack(world: World) -> None:
        repository = world.repository
        both = [*repository.signers[role], new_signer()]
        repository.signers[role] = both
        repository.thresholds[role] = 2
        if role != "status":
            repository.publish_root()
        world.publish()
        path = newest(world.files, role)
        document = json.loads(world.files[path])
        document["signatures"] = document["signatures"][:1]
        world.files[path] = json.dumps(document).encode()

    return attack


def one_key_twice(world: World) -> None:
    """A threshold of two is not met by one signature that is there twice."""
    wrong_threshold("targets")(world)
    path = newest(world.files, "targets")
    document = json.loads(world.files[path])
    document["signatures"] *= 2
    world.files[path] = json.dumps(document).encode()


def with_status(**changes: Any) -> Callable[[World], None]:
    """Something else in the status role, by a function of the country for each name."""

    def attack(world: World) -> None:
        made = {name.replace("_", "/", 1): make for name, make in changes.items()}
        names = {
            "status/index": STATUS_INDEX,
            "status/0": "status/0.cwt",
            "status/9": "status/9.cwt",
        }
        world.publish(status={names[name]: make(world.country) for name, make in made.items()})

    return attack


def bomb(country: Country) -> bytes:
    """A status list that unpacks to sixty megabytes."""
    return country.seal(_claims(country, zlib.compress(bytes(60_000_000), 1)))


def _claims(country: Country, lst: bytes, bits: object = 2) -> bytes:
    return cbor.encode(
        {
            2: status_subject(country.issuer, 0),
            4: country.now + DAY,
            6: country.now,
            65_534: 60,
            65_533: {"bits": bits, "lst": lst},
        }
    )


def sized(length: int) -> Callable[[Country], bytes]:
    return lambda country: country.seal(_claims(country, zlib.compress(bytes(length), 9)))


def genuine_of(length: int, number: object = 0) -> Callable[[World], None]:
    def attack(world: World) -> None:
        kid = world.country.keys["stolen"].kid.hex()
        world.publish(contents={f"genuine/{kid}/{number}.bin": b"\1" * length})

    return attack


def trust_list_by_the_status_role(world: World) -> None:
    """The status role signs a trust list, and none is left where it belongs."""
    forged = world.country.trust_list().to_cbor()
    world.publish(contents={TRUST_LIST: b""}, status={TRUST_LIST: forged})


def index_by_the_targets_role(world: World) -> None:
    """Status that lives as long as the keys: the short life is what it must not escape."""
    world.publish(contents={STATUS_INDEX: world.country.index()})


def delegated_paths(world: World) -> None:
    world.repository.paths = ["other/*"]
    world.publish()


def without_sha256(world: World) -> None:
    """A genuine list that is named by another hash."""
    genuine_of(GENUINE_LIST_BYTES)(world)
    path = newest(world.files, "targets")
    document = json.loads(world.files[path])
    for name, about in document["signed"]["targets"].items():
        if name.startswith("genuine/"):
            about["hashes"] = {"sha512": "00" * 64}
    _sign_again(world, "targets", document)


def hash_of_no_digits(world: World) -> None:
    genuine_of(GENUINE_LIST_BYTES)(world)
    path = newest(world.files, "targets")
    document = json.loads(world.files[path])
    for name, about in document["signed"]["targets"].items():
        if name.startswith("genuine/"):
            about["hashes"] = {"sha256": "../../etc/passwd"}
    _sign_again(world, "targets", document)


HOLDERS: list[tuple[str, Callable[[World], None], str]] = [
    *((f"{role}: expired", expired(role), "expired") for role in NAMED),
    *((f"{role}: a stranger's key", strange_key(role), "signatures") for role in NAMED),
    *((f"{role}: one signature of two", wrong_threshold(role), "signatures") for role in NAMED),
    ("targets: one signature twice", one_key_twice, "refused|signatures"),
    ("a trust list by the status role", trust_list_by_the_status_role, "trust-list.cbor is not pu"),
    ("status by the targets role", index_by_the_targets_role, "no role of their own"),
    ("status outside its paths", delegated_paths, "index.cbor is not published"),
    ("no index", with_status(status_index=lambda c: b""), "index.cbor is not published"),
    ("index: junk", with_status(status_index=lambda c: b"\xff"), "refused"),
    ("index: too large", with_status(status_index=lambda c: bytes(300_000)), "larger than"),
    ("index: a list more", with_status(status_index=lambda c: c.index(lists=3)), "contradict"),
    ("index: a list less", with_status(status_index=lambda c: c.index(lists=1)), "contradict"),
    ("index: of others", with_status(status_index=lambda c: c.index(issuer="LA")), "another list"),
    ("a list missing", with_status(status_0=lambda c: b""), "contradict"),
    ("a list too many", with_status(status_9=lambda c: c.token(1)), "contradict"),
    ("a list: junk", with_status(status_0=lambda c: b"\xd2junk"), "refused"),
    ("a list: too large", with_status(status_0=lambda c: bytes(80_000)), "larger than"),
    ("a list: another's", with_status(status_0=lambda c: c.token(1)), "another list"),
    (
        "a list: of another country",
        with_status(status_0=lambda c: c.token(0, subject=status_subject("LA", 0))),
        "another list",
    ),
    ("a list: a certificate", with_status(status_0=lambda c: c.sign_message()), "refused"),
    ("a list: one byte short", with_status(status_0=sized(STATUS_LIST_BYTES - 1)), "whole list"),
    ("a list: one byte long", with_status(status_0=sized(STATUS_LIST_BYTES + 1)), "whole list"),
    ("a list: empty", with_status(status_0=sized(0)), "whole list"),
    ("a list: a bomb", with_status(status_0=bomb), "larger than|whole list"),
    (
        "a list: of one bit",
        with_status(status_0=lambda c: c.seal(_claims(c, zlib.compress(bytes(65_536)), 1))),
        "two bits",
    ),
    (
        "a list: not compressed",
        with_status(status_0=lambda c: c.seal(_claims(c, bytes(65_000)))),
        "refused",
    ),
    ("genuine: too short", genuine_of(GENUINE_LIST_BYTES - 1), "not a whole list"),
    ("genuine: too long", genuine_of(GENUINE_LIST_BYTES + 1), "larger than"),
    ("genuine: one byte", genuine_of(1), "not a whole list"),
    ("genuine: number too high", genuine_of(GENUINE_LIST_BYTES, 16_384), "not the name"),
    ("genuine: number with a zero", genuine_of(GENUINE_LIST_BYTES, "01"), "not the name"),
    ("genuine: no number", genuine_of(GENUINE_LIST_BYTES, "x"), "not the name"),
    ("genuine: digits of others", genuine_of(GENUINE_LIST_BYTES, "١"), "not the name"),
    ("genuine: below another folder", genuine_of(GENUINE_LIST_BYTES, "../1"), "not the name"),
    ("genuine: no SHA-256", without_sha256, "SHA-256"),
    ("genuine: no digits in the hash", hash_of_no_digits, "SHA-256|refused"),
    ("a trust list that is none", lambda w: w.publish({TRUST_LIST: b"\xa0"}), "refused"),
    ("a trust list too large", lambda w: w.publish({TRUST_LIST: bytes(1_048_577)}), "larger than"),
    ("a vaccine table that is none", lambda w: w.publish({VACCINES: b"{}"}), "refused"),
]


@pytest.mark.parametrize(
    ("attack", "words"), [pytest.param(*row[1:], id=row[0]) for row in HOLDERS]
)
def test_a_holder_of_keys_is_refused(
    tmp_path: Path, attack: Callable[[World], None], words: str
) -> None:
    world = _seasoned(World(_country(), None, tmp_path))
    world.after(HOUR)
    attack(world)
    refused(world, words)
    thresholds = dict.fromkeys(world.repository.thresholds, 1)
    if thresholds != world.repository.thresholds:
        world.repository.thresholds = thresholds
        world.repository.publish_root()
    world.repository.paths = ["status/*"]
    world.repository.days = {**world.repository.days, **dict.fromkeys(NAMED, 9)}
    mended(world)


def test_what_is_below_the_status_role_alone_fails_the_whole(far: World) -> None:
    """New keys with old status would be a state that nobody signed."""
    move_on(far)
    put(far.files, target(far.files, status_list_name(0)), gone)
    refused(far, "missing")
    assert len(far.load().keys) == 2
    mended(far)
    assert len(far.load().keys) == 3


# Bad lines


def test_a_mirror_that_dies_half_way_at_every_request(struck: World) -> None:
    far, mirror = struck, struck.mirror
    assert mirror is not None
    move_on(far)
    before = (far.directory / BUNDLE_FILE).read_bytes()
    for answers in range(100):
        mirror.requests.clear()
        mirror.dies_after = answers
        try:
            far.fetch()
        except TrustBundleError:
            assert (far.directory / BUNDLE_FILE).read_bytes() == before
            assert len(client.load(far.directory).keys) == 2
            continue
        break
    # What had arrived whole was kept, so the refresh came on by a file or two at each attempt.
    assert 2 <= answers <= 10
    assert len(far.load().keys) == 3


def test_a_first_fetch_that_dies_half_way_at_every_request(tmp_path: Path) -> None:
    with mirrored({}) as mirror:
        world = World(_struck_country(), mirror, tmp_path)
        for answers in range(100):
            mirror.requests.clear()
            mirror.dies_after = answers
            try:
                world.first_fetch()
            except TrustBundleError:
                assert not (world.directory / BUNDLE_FILE).exists()
                assert not (world.directory / "pinned-root.json").exists()
                continue
            break
        assert 10 <= answers <= 14
        assert len(world.load().keys) == 2


def _status_code(code: int) -> Answer:
    return lambda request, _: request.send_error(code)


def _cut_off(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "4000")
    request.end_headers()
    request.wfile.write(b'{"signed"')
    request.close_connection = True


def _endless(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.end_headers()
    request.close_connection = True
    try:
        while True:
            request.wfile.write(b" " * 65_536)
    except OSError:
        pass


def _endless_pieces(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.close_connection = True
    try:
        while True:
            request.wfile.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
    except OSError:
        pass


def _packed_bomb(request: Handler, data: bytes) -> None:
    packed = gzip.compress(bytes(5_000_000), 1)
    request.send_response(200)
    request.send_header("Content-Encoding", "gzip")
    request.send_header("Content-Length", str(len(packed)))
    request.end_headers()
    request.wfile.write(packed)


def _nothing(request: Handler, data: bytes) -> None:
    request.close_connection = True


def _round_about(request: Handler, data: bytes) -> None:
    request.send_response(302)
    request.send_header("Location", request.path)
    request.send_header("Content-Length", "0")
    request.end_headers()


WHERE = ["timestamp.json", "index.cbor", ".0.bin"]


@pytest.mark.parametrize(
    "answer",
    [_status_code(403), _status_code(404), _status_code(500), _cut_off, _endless, _endless_pieces,
     _packed_bomb, _nothing, _round_about],
    ids=["403", "404", "500", "cut", "endless", "endless pieces", "bomb", "nothing", "round about"],
)  # fmt: skip
@pytest.mark.parametrize("where", WHERE)
def test_bad_servers(struck: World, answer: Answer, where: str) -> None:
    assert struck.mirror is not None
    move_on(struck)
    struck.mirror.answers = {where: answer}
    refused(struck, "no trust bundle from http")
    struck.mirror.answers = {}
    mended(struck)


# Slow lines: real seconds, few of them


def _drip_body(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    _drip(request, data)


def _drip_chunks(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    _drip(request, b"".join(b"1\r\n%c\r\n" % byte for byte in data[:2000]))


def _drip_head(request: Handler, data: bytes) -> None:
    _drip(request, b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000)


def _drip(request: Handler, data: bytes) -> None:
    request.close_connection = True
    try:
        for byte in data:
            request.wfile.write(bytes((byte,)))
            time.sleep(0.02)
    except OSError:
        pass


HURRIED = Patience(in_all=0.4, grace=30)
"""The time limit alone."""
PACED = Patience(in_all=30, grace=0.2, slowest=1000)
"""The least pace alone."""


@pytest.mark.parametrize("where", ["timestamp.json", ".0.bin"])
@pytest.mark.parametrize(
    ("answer", "patience"),
    [
        (_drip_body, HURRIED), (_drip_chunks, HURRIED), (_drip_head, HURRIED),
        (_drip_body, PACED), (_drip_chunks, PACED),
    ],
)  # fmt: skip
def test_a_server_that_drips(struck: World, answer: Answer, patience: Patience, where: str) -> None:
    assert struck.mirror is not None
    move_on(struck)
    struck.mirror.answers = {where: answer}
    began = time.monotonic()
    refused(struck, "too slow", patience=patience)
    assert time.monotonic() - began < 10
    struck.mirror.answers = {}
    mended(struck)


def test_all_files_together_have_one_time_limit(far: World) -> None:
    assert far.mirror is not None
    move_on(far)

    def slow(request: Handler, data: bytes) -> None:
        time.sleep(0.06)
        whole(request, data)

    far.mirror.answers = {"": slow}
    refused(far, "too slow", patience=HURRIED)
    # The next ones go on from what has arrived.
    for _ in range(10):
        try:
            assert len(far.fetch(patience=HURRIED).keys) == 3
        except TrustBundleError:
            continue
        break
    assert len(far.load().keys) == 3


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's context, whose certificate this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=5_000))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, SHA256())
    )
    public, private = tmp_path / "server.crt", tmp_path / "server.key"
    public.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    return context


def _late_country() -> Country:
    """One of 2026: urllib3 warns of a clock that stands before itself."""
    country = _country()
    country.clock.advance(5 * 365 * DAY)
    return country


def test_an_encrypted_line(tls: ssl.SSLContext, tmp_path: Path) -> None:
    with mirrored({}, tls) as mirror:
        world = _seasoned(World(_late_country(), mirror, tmp_path))
        move_on(world)
        mirror.answers = {"timestamp.json": _drip_body}
        refused(world, "too slow", patience=HURRIED)
        mirror.answers = {"status.json": _drip_head}
        refused(world, "too slow", patience=HURRIED)
        mirror.answers = {}
        mended(world)


def test_a_strange_server_certificate(
    tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mirrored({}, tls) as mirror:
        world = World(_late_country(), mirror, tmp_path)
        with pytest.raises(TrustBundleError, match=r"not downloaded.*certificate") as caught:
            world.first_fetch()
    assert caught.value.hint


def test_a_handshake_that_never_ends(tmp_path: Path) -> None:
    """An https address behind which somebody answers one byte now and then."""
    with mirrored({}) as mirror:
        far = _seasoned(World(_late_country(), mirror, tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def dribble() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    threading.Thread(target=drip, args=(line,), daemon=True).start()

        def drip(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.sendall(b"\x16\x03\x03\x40\x00")
                while True:
                    line.sendall(b"\x02")
                    time.sleep(0.02)

        threading.Thread(target=dribble, daemon=True).start()
        mirror.url = f"https://127.0.0.1:{port}"
        began = time.monotonic()
        refused(far, "too slow", patience=HURRIED)
        assert time.monotonic() - began < 10


def test_a_silent_server(far: World) -> None:
    assert far.mirror is not None

    def silent(request: Handler, data: bytes) -> None:
        request.close_connection = True
        time.sleep(1.2)

    far.mirror.answers = {"timestamp.json": silent}
    refused(far, "too slow", patience=HURRIED)
    far.mirror.answers = {}
    mended(far)
