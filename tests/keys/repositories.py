"""A repository without an authority, and an independent TUF client that reads it."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import FetcherInterface, Updater

from keys import files, home
from keys.algorithms import generate_private_key
from keys.publication import metadata_folder, repository
from keys.publication.founding import ROLES, Lives, found
from keys.publication.repository import StaticRepository
from keys.publication.role_keys import STATUS, STATUS_KEY_FIELD, RoleKeys
from keys.secrets import FixedSecret, SecretsHandler
from keys.times import to_datetime
from spec.cose import Algorithm
from tests.keys.homes import DAY, NOW, after, at

SECRET: Final = FixedSecret(b"correct horse battery")
LIVES: Final = Lives(
    root=730 * DAY, targets=30 * DAY, status=9 * DAY, snapshot=30 * DAY, timestamp=10 * DAY
)
CONTENTS: Final = {
    "trust-list.cbor": b"keys",
    "vaccines.json": b"{}",
    "genuine/0a/0.bin": b"\0" * 9,
}
STATUS_CONTENTS: Final = {
    "status/index.cbor": b"index",
    "status/0.cwt": b"zero",
    "status/1.cwt": b"",
}
ALL: Final = {**CONTENTS, **STATUS_CONTENTS}
NEW_STATUS: Final = {**STATUS_CONTENTS, "status/index.cbor": b"newer", "status/1.cwt": b"one"}


@dataclass
class Place:
    """A repository on disk with its private keys; `ids` are the key identifiers of its roles."""

    home: Path
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def public(self) -> Path:
        return self.home / "public"

    @property
    def root(self) -> bytes:
        return (self.public / "metadata" / "1.root.json").read_bytes()

    def keys(self, secrets: SecretsHandler = SECRET) -> RoleKeys:
        return RoleKeys(self.home / "private", secrets)

    def static(self, seconds: int = 0, secrets: SecretsHandler = SECRET) -> StaticRepository:
        return StaticRepository(self.public, self.keys(secrets), LIVES, to_datetime(after(seconds)))

    def publish(
        self,
        seconds: int = 0,
        contents: Mapping[str, bytes] = CONTENTS,
        status: Mapping[str, bytes] = STATUS_CONTENTS,
    ) -> None:
        self.static(seconds).publish(contents, status)

    def files(self) -> dict[str, bytes]:
        """Everything that is published, by its path."""
        paths = (path for path in self.public.rglob("*") if path.is_file())
        return {path.relative_to(self.public).as_posix(): path.read_bytes() for path in paths}

    def newest(self, role: str) -> int:
        return max(int(path.name.split(".")[0]) for path in self.public.rglob(f"*.{role}.json"))

    def metadata(self, name: str) -> Metadata[Any]:
        return Metadata.from_file(str(self.public / "metadata" / name))


def published(home: Path) -> Place:
    place = founded(home)
    place.publish()
    return place


def changed(before: dict[str, bytes], place: Place) -> set[str]:
    """The new files; none but the timestamp may have changed, and none have gone."""
    now = place.files()
    assert all(now[name] == data for name, data in before.items() if "timestamp" not in name)
    return {name for name, data in now.items() if before.get(name) != data}


def founded(home: Path) -> Place:
    (home / "private").mkdir(parents=True)
    place = Place(home)
    private_keys = {role: generate_private_key(Algorithm.EDDSA) for role in ROLES}
    for role, key in private_keys.items():
        place.ids[role] = place.keys().add(key, SECRET.passphrase(""))
    found(place.public, private_keys, LIVES, to_datetime(NOW))
    return place


def next_root(place: Place, *roles: str, keep: bool = True) -> Metadata[Root]:
    """The next root with new keys for some roles; without `keep` the old key files are lost."""
    root = Metadata[Root].from_bytes(
        (place.public / "metadata" / f"{place.newest('root')}.root.json").read_bytes()
    )
    root.signed.version += 1
    signers = [place.keys().signer(place.ids["root"])]
    for role in roles:
        old = place.ids[role]
        key = generate_private_key(Algorithm.EDDSA)
        place.ids[role] = place.keys().add(key, SECRET.passphrase(""))
        if role == STATUS:
            root.signed.unrecognized_fields[STATUS_KEY_FIELD] = place.ids[role]
        else:
            root.signed.add_key(CryptoSigner(key).public_key, role)
            root.signed.revoke_key(old, role)
        if role == "root":
            signers.append(CryptoSigner(key))
        if not keep:
            place.keys().path(old).unlink()
    root.signatures.clear()
    for signer in signers:
        root.sign(signer, append=True)
    return root


class _Files(FetcherInterface):
    """Reads file: URLs and remembers which."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(url2pathname(urlsplit(url).path))
        self.fetched.append(path.name)
        if not path.exists():
            raise DownloadHTTPError(f"{path} does not exist", 404)
        yield path.read_bytes()


class Client:
    """python-tuf's own client with a store of its own: no code of ours but the addresses."""

    def __init__(self, place: Place, store: Path) -> None:
        self._place = place
        self._store = store
        self._pinned = place.root
        self.fetched: list[str] = []

    def open(self, seconds: int = 0) -> Updater:
        """Refresh at a time, and give what then answers for targets."""
        fetcher = _Files()
        self.fetched = fetcher.fetched
        (self._store / "targets").mkdir(parents=True, exist_ok=True)
        base = self._place.public.as_uri()
        with at(after(seconds)):
            updater = Updater(
                metadata_dir=str(self._store),
                metadata_base_url=f"{base}/metadata/",
                target_dir=str(self._store / "targets"),
                target_base_url=f"{base}/targets/",
                fetcher=fetcher,
                bootstrap=self._pinned,
            )
            updater.refresh()
        return updater

    def read(self, seconds: int, *names: str) -> dict[str, bytes | None]:
        """The targets of some names, or of all that the tests publish."""
        with at(after(seconds)):
            updater = self.open(seconds)
            wanted = names or (*CONTENTS, *STATUS_CONTENTS)
            return {name: take(updater, name) for name in wanted}


def take(updater: Updater, name: str) -> bytes | None:
    info = updater.get_targetinfo(name)
    if info is None:
        return None
    path = updater.find_cached_target(info) or updater.download_target(info)
    return Path(path).read_bytes()


def killed(action: Callable[[], object], writes: int, *, renamed: bool) -> bool:
    """Run an action in a process of its own that kills itself at one of its atomic writes.

    `renamed` lets that write come through; else half of it lies in a file beside. Gives whether
    it came to the kill at all.
    """
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            _kill_at(writes, renamed=renamed)
            action()
            os._exit(0)
        os._exit(9)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _kill_at(writes: int, *, renamed: bool) -> None:
    left = [writes]
    write = files.write_atomically

    def write_or_die(path: Path, data: bytes, mode: int = 0o644) -> None:
        if left[0] == 0:
            if renamed:
                write(path, data, mode)
            else:
                path.with_name(f".{path.name}.part").write_bytes(data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
        write(path, data, mode)

    for module in (repository, metadata_folder, home):
        module.write_atomically = write_or_die  # type: ignore[attr-defined]
