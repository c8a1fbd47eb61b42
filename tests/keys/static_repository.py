"""A publishing country in memory: real TUF metadata over any content, sound or not, and a server.

In the manner of python-tuf's repository simulator. Nothing of our own publishing is used, so what
the client is shown can be anything that holders of the keys, or a mirror, could make.
"""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, Key
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

from keys import client
from keys.bundle import (
    STATUS_INDEX,
    STATUS_KEYS,
    TRUST_LIST,
    VACCINES,
    TrustBundle,
    genuine_list_name,
    status_list_name,
)
from keys.clock import FixedClock
from keys.fetching.patience import DEFAULT_PATIENCE, Patience
from spec.certificate import Timestamp as Moment
from spec.cose import CoseSign1, to_be_signed
from spec.limits import STATUS_LIST_SIZE
from spec.status_index import ListCounts, StatusIndex
from spec.status_list import Status, filled
from spec.status_token import StatusToken, status_header, status_subject
from tests.authority import DAY, Authority

ROLES: Final = ("root", "targets", "status", "snapshot", "timestamp")
DAYS: Final = {"root": 730, "targets": 30, "status": 9, "snapshot": 30, "timestamp": 10}
VACCINE_TABLE: Final = Path(__file__).parents[2] / "spec" / "data" / "vaccines.json"

Contents = dict[str, bytes]


def new_signer() -> CryptoSigner:
    return CryptoSigner(Ed25519PrivateKey.generate())


class Repository:
    """TUF metadata and targets by path; every publication is a new version of each role."""

    def __init__(self, now: Moment) -> None:
        self.now = now
        self.signers = {role: [new_signer()] for role in ROLES}
        self.files: Contents = {}
        self.versions = dict.fromkeys(ROLES, 0)
        self.days = dict(DAYS)
        self.paths = ["status/*"]
        self.thresholds = dict.fromkeys(ROLES, 1)
        self.publish_root()
        self.root = self.files["metadata/1.root.json"]

    def publish_root(self) -> None:
        """Sign a root that names the present signers, with those of the root before as well."""
        root = Root(version=self._next("root"), expires=self._end("root"))
        for role in ROLES:
            if role != "status":
                root.roles[role].threshold = self.thresholds[role]
                for signer in self.signers[role]:
                    root.add_key(signer.public_key, role)
        self._sign("root", root, f"{root.version}.root.json")

    def publish(self, contents: Mapping[str, bytes], status: Mapping[str, bytes]) -> None:
        """Sign new versions of everything."""
        top = Targets(version=self._next("targets"), expires=self._end("targets"))
        top.targets = self._add_targets(contents)
        keys: dict[str, Key] = {s.public_key.keyid: s.public_key for s in self.signers["status"]}
        role = DelegatedRole("status", list(keys), self.thresholds["status"], True, self.paths)
        top.delegations = Delegations(keys, {"status": role})
        self._sign("targets", top, f"{top.version}.targets.json")
        self.publish_status(status)

    def publish_status(self, status: Mapping[str, bytes]) -> None:
        """Sign new versions of the status role and of what stands above it."""
        below = Targets(version=self._next("status"), expires=self._end("status"))
        below.targets = self._add_targets(status)
        self._sign("status", below, f"{below.version}.status.json")
        self.publish_snapshot()

    def publish_snapshot(self) -> None:
        """Sign a new snapshot of the present versions, and a timestamp."""
        snapshot = Snapshot(version=self._next("snapshot"), expires=self._end("snapshot"))
        for role in ("targets", "status"):
            snapshot.meta[f"{role}.json"] = MetaFile(version=self.versions[role])
        self._sign("snapshot", snapshot, f"{snapshot.version}.snapshot.json")
        self.publish_timestamp()

    def publish_timestamp(self) -> None:
        """Sign a new timestamp of the present snapshot."""
        timestamp = Timestamp(version=self._next("timestamp"), expires=self._end("timestamp"))
        timestamp.snapshot_meta = MetaFile(version=self.versions["snapshot"])
        self._sign("timestamp", timestamp, "timestamp.json")

    def _add_targets(self, contents: Mapping[str, bytes]) -> dict[str, TargetFile]:
        for name, data in contents.items():
            folder, slash, base = name.rpartition("/")
            self.files[f"targets/{folder}{slash}{sha256(data).hexdigest()}.{base}"] = data
        return {n: TargetFile.from_data(n, data, ["sha256"]) for n, data in contents.items()}

    def _sign(self, role: str, signed: Any, name: str) -> None:
        metadata = Metadata(signed)
        for signer in self.signers[role]:
            metadata.sign(signer, append=True)
        self.files[f"metadata/{name}"] = metadata.to_bytes()

    def _next(self, role: str) -> int:
        self.versions[role] += 1
        return self.versions[role]

    def _end(self, role: str) -> datetime:
        return datetime.fromtimestamp(self.now, UTC) + timedelta(days=self.days[role])


class Country(Authority):
    """The authority in memory, and what it would publish: sound unless a test changes it."""

    def __init__(self, lists: int = 2) -> None:
        super().__init__()
        self.lists = lists
        self._token_key = self.make_key("status token")
        self._tokens: dict[tuple[int, bytes], bytes] = {}

    def contents(self) -> Contents:
        """The targets of the top-level role."""
        genuine = {
            genuine_list_name(kid, number): bytes(digests)
            for kid, lists in self.genuine.items()
            for number, digests in lists.items()
        }
        trust_list = self.trust_list().to_cbor()
        return {TRUST_LIST: trust_list, VACCINES: VACCINE_TABLE.read_bytes()} | genuine

    def status_contents(self) -> Contents:
        """The targets of the status role."""
        tokens = {status_list_name(number): self.token(number) for number in range(self.lists)}
        return {STATUS_INDEX: self.index(), STATUS_KEYS: b"\x80"} | tokens

    def index(self, lists: int | None = None, issuer: str = "VN") -> bytes:
        counts = ListCounts(assigned=STATUS_LIST_SIZE, revoked=0)
        return StatusIndex(
            issued_at=self.now,
            issuer=issuer,
            lists=(counts,) * (self.lists if lists is None else lists),
        ).to_cbor()

    def token(self, number: int, **changes: Any) -> bytes:
        """The token of a list; one that says the same stays the same, byte for byte."""
        bits = bytes(self.statuses.get(number, filled(Status.VALID)))
        known = self._tokens.get((number, bits))
        if known is not None and not changes:
            return known
        facts: dict[str, Any] = {
            "subject": status_subject(self.issuer, number),
            "issued_at": self.now,
            "expires_at": Moment(self.now + 30 * DAY),
            "time_to_live": DAY,
            "bits": bits,
        }
        token = self.seal(StatusToken(**facts | changes).to_cbor())
        if not changes:
            self._tokens[number, bits] = token
        return token

    def seal(self, payload: bytes) -> bytes:
        """Sign the claims of a status token."""
        key = self._token_key
        header = status_header(key.public_key.algorithm, key.kid)
        protected = header.to_cbor()
        signature = key.sign(to_be_signed(protected, payload))
        return CoseSign1(header, protected, payload, signature).to_cbor()


Handler = BaseHTTPRequestHandler
Answer = Callable[[Handler, bytes], None]


def whole(request: Handler, data: bytes) -> None:
    """Answer as a good server does."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


@dataclass
class Mirror:
    """A web server before a dictionary of files, which can be made to misbehave."""

    files: Contents
    requests: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    """How to answer for paths that contain a word; by default as a good server does."""
    dies_after: int | None = None
    """Answers before it dies, half way through the next one; None: it lives."""
    url: str = ""

    def answer(self, request: Handler) -> None:
        path = request.path.lstrip("/")
        self.requests.append(path)
        data = self.files.get(path)
        if data is None:
            request.send_error(404)
        elif self.dies_after is not None and len(self.requests) > self.dies_after:
            _half(request, data)
        else:
            word = next((word for word in self.answers if word in path), None)
            (whole if word is None else self.answers[word])(request, data)


def _half(request: Handler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data[: len(data) // 2])
    request.close_connection = True


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up early is what some tests are about."""


@contextmanager
def mirrored(files: Contents, tls: ssl.SSLContext | None = None) -> Iterator[Mirror]:
    """Serve files over loopback, encrypted where a context is given."""
    mirror = Mirror(files)

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            mirror.answer(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            pass

    server = _Server(("127.0.0.1", 0), Answers)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        mirror.url = f"{scheme}://127.0.0.1:{server.server_port}"
        yield mirror
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class World:
    """A country, its repository, one address of it, and a verifier's directory."""

    def __init__(self, country: Country, mirror: Mirror | None, folder: Path) -> None:
        self.country = country
        self.repository = Repository(country.now)
        self.mirror = mirror
        self.public = folder / "public"
        self.directory = folder / "verifier" / "trust"
        if mirror is not None:
            mirror.files = self.repository.files
        self.publish()

    @property
    def url(self) -> str:
        return self.public.as_uri() if self.mirror is None else self.mirror.url

    @property
    def files(self) -> Contents:
        return self.repository.files

    def publish(
        self, contents: Mapping[str, bytes] | None = None, status: Mapping[str, bytes] | None = None
    ) -> None:
        """Publish what the country has now; what is given replaces parts of it, empty ones go."""
        self.repository.now = self.country.now
        self.repository.publish(
            _without_empty(self.country.contents() | dict(contents or {})),
            _without_empty(self.country.status_contents() | dict(status or {})),
        )

    def after(self, seconds: int) -> "World":
        """Let time pass."""
        self.country.clock.advance(seconds)
        return self

    def fetch(
        self, root: bytes | None = None, *, patience: Patience = DEFAULT_PATIENCE
    ) -> TrustBundle:
        """Refresh the verifier's directory, now."""
        self.lay_out()
        moment = datetime.fromtimestamp(self.country.now, UTC)
        with time_machine.travel(moment, tick=False):
            clock = FixedClock(self.country.now)
            return client.refresh(self.directory, self.url, root, clock, patience)

    def first_fetch(self) -> TrustBundle:
        return self.fetch(self.repository.root)

    def load(self) -> TrustBundle:
        return client.load(self.directory)

    def lay_out(self) -> None:
        """Write the files that a file: URL reads; the server has them in memory."""
        if self.mirror is None:
            for old in [path for path in self.public.rglob("*") if path.is_file()]:
                if str(old.relative_to(self.public)) not in self.files:
                    old.unlink()
            for path, data in self.files.items():
                target = self.public / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists() or target.read_bytes() != data:
                    target.write_bytes(data)


def _without_empty(contents: Contents) -> Contents:
    return {name: data for name, data in contents.items() if data}
