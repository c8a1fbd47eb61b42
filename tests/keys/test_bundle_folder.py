"""The bundle on disk: lists are mapped, whole or refused; old files go; no descriptor stays."""

import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.bundle import TrustBundle
from keys.errors import TrustBundleError
from keys.kept import bundle_folder
from keys.kept.bundle_folder import BUNDLE_FILE, keep, list_path, load
from keys.kept.mapped_file import map_file
from spec import cbor
from spec.genuine_list import GENUINE_LIST_BYTES, is_genuine
from spec.limits import STATUS_LIST_SIZE
from spec.status_list import STATUS_LIST_BYTES, Status, filled, status_at
from spec.trust_list import KeyState
from tests.authority import Authority
from tests.trust_folder import store_bundle


@pytest.fixture
def authority() -> Authority:
    authority = Authority()
    authority.set_status(3, Status.INVALID)
    authority.set_status(STATUS_LIST_SIZE + 5, Status.SUPERSEDED)
    authority.change_key("active", state=KeyState.COMPROMISED)
    authority.know(authority.certificate())
    return authority


@pytest.fixture
def directory(authority: Authority, tmp_path: Path) -> Path:
    return store_bundle(authority, tmp_path / "trust")


def lists_in(directory: Path) -> set[str]:
    return {path.name for path in (directory / "lists").iterdir()}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_was_stored_is_loaded(authority: Authority, directory: Path) -> None:
    bundle, now = load(directory), authority.bundle()
    key = bundle.keys[authority.keys["active"].kid]
    assert bundle.status.lists.keys() == {0, 1}
    assert status_at(bundle.status.lists[0], 3) is Status.INVALID
    assert status_at(bundle.status.lists[0], 4) is Status.VALID
    assert status_at(bundle.status.lists[1], 5) is Status.SUPERSEDED
    assert (bundle.status.issuer, bundle.status.issued_at) == ("VN", authority.now)
    assert bundle.newest_time == now.newest_time
    certificate = authority.certificate()
    place = certificate.status
    assert is_genuine(key.genuine[0], place.index, certificate.to_cbor())
    assert not is_genuine(key.genuine[0], place.index, b"another")
    assert not is_genuine(key.genuine[0], place.index + 1, certificate.to_cbor())
    assert 1 not in key.genuine


def test_every_byte_of_a_mapped_list_is_that_of_the_list(
    authority: Authority, directory: Path
) -> None:
    bits = bytes(authority.statuses[1])
    mapped = load(directory).status.lists[1]
    assert bytes(mapped[index] for index in range(STATUS_LIST_BYTES)) == bits
    with pytest.raises(IndexError):
        mapped[STATUS_LIST_BYTES]


def test_no_descriptor_stays_open(directory: Path) -> None:
    gc.collect()  # what other tests left behind may close its files at any moment
    held: list[TrustBundle] = [load(directory)]
    before = descriptors()
    held += [load(directory) for _ in range(50)]
    assert descriptors() == before
    assert len(held) == 51


def test_a_map_lives_as_long_as_it_is_used_and_no_longer(tmp_path: Path) -> None:
    def maps() -> int:
        return Path("/proc/self/maps").read_text().count(str(tmp_path / "data"))

    (tmp_path / "data").write_bytes(bytes(range(256)) * 64)
    view = map_file(tmp_path / "data")
    part = view[16_000:]
    (tmp_path / "data").unlink()
    del view
    gc.collect()
    assert part[1] == 129
    assert maps() == 1
    del part
    gc.collect()
    assert maps() == 0


def test_a_map_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"data")
    with pytest.raises(TypeError):
        map_file(tmp_path / "data")[0] = 1


@pytest.mark.parametrize("name", ["empty", "missing", "folder"])
def test_what_cannot_be_mapped(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=name):
        map_file(tmp_path / name)


def of_the_genuine(authority: Authority, directory: Path) -> Path:
    return next(path for path in (directory / "lists").iterdir() if path.stat().st_size > 2**20)


def of_the_status(authority: Authority, directory: Path) -> Path:
    return list_path(directory, hashlib.sha256(authority.statuses[1]).digest())


DAMAGES: list[Callable[[bytes], bytes | None]] = [
    lambda data: None,
    lambda data: b"",
    lambda data: data[:-1],
    lambda data: data + b"\0",
    lambda data: data[:77] + bytes((data[77] ^ 1,)) + data[78:],
    lambda data: bytes(len(data)),
]


@pytest.mark.parametrize("which", [of_the_genuine, of_the_status])
@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_a_damaged_list_is_noticed_and_mended(
    authority: Authority,
    directory: Path,
    which: Callable[[Authority, Path], Path],
    damage: Callable[[bytes], bytes | None],
) -> None:
    path = which(authority, directory)
    good = path.read_bytes()
    bad = damage(good)
    path.unlink()
    if bad is not None:
        path.write_bytes(bad)
    with pytest.raises(TrustBundleError, match=f"list .*{path.name}") as caught:
        load(directory)
    assert "dosepass-keys fetch" in (caught.value.hint or "")
    assert keep(directory, good).hex() == path.name
    assert load(directory).keys


def test_a_damaged_list_is_replaced_and_maps_of_it_stay(directory: Path) -> None:
    """To write into a file that is mapped would change, or end, the processes that use it."""
    data = bytes(filled(Status.SUSPENDED))
    path = list_path(directory, keep(directory, data))
    path.write_bytes(b"\xff" * STATUS_LIST_BYTES)
    damaged = map_file(path)
    keep(directory, data)
    assert damaged[0] == 0xFF
    assert path.read_bytes() == data


def test_the_lists_of_the_bundle_before_stay_one_turn(
    authority: Authority, directory: Path
) -> None:
    first = lists_in(directory)
    running = load(directory)
    authority.set_status(4, Status.INVALID)
    store_bundle(authority, directory)
    second = lists_in(directory)
    assert first < second
    authority.set_status(5, Status.INVALID)
    store_bundle(authority, directory)
    assert not first <= lists_in(directory)
    assert lists_in(directory) & second
    # What a process has mapped goes on, file or none.
    assert status_at(running.status.lists[0], 3) is Status.INVALID
    assert status_at(running.status.lists[0], 4) is Status.VALID


def test_strange_files_and_rests_among_the_lists_go(authority: Authority, directory: Path) -> None:
    (directory / "lists" / ".rest.part").write_bytes(b"half")
    (directory / "lists" / ("0" * 64)).write_bytes(b"strange")
    bundle_folder.sweep(directory)
    store_bundle(authority, directory)
    assert all(len(name) == 64 and set(name) != {"0"} for name in lists_in(directory))


def test_a_bundle_of_the_former_version(directory: Path) -> None:
    parts = cbor.decode((directory / BUNDLE_FILE).read_bytes())
    (directory / BUNDLE_FILE).write_bytes(cbor.encode({key: parts[key] for key in (1, 2, 3, 4)}))
    with pytest.raises(TrustBundleError, match="former version") as caught:
        load(directory)
    assert "fetch it again" in (caught.value.hint or "")
    assert bundle_folder.former(directory) is None


def test_a_list_in_the_place_of_another_kind_is_refused(
    authority: Authority, directory: Path
) -> None:
    """Lists are named by their content alone; the length tells the kinds apart."""
    stored = bundle_folder.former(directory)
    assert stored is not None
    [genuine] = next(iter(stored.genuine.values())).values()
    assert list_path(directory, genuine).stat().st_size == GENUINE_LIST_BYTES
    with pytest.raises(TrustBundleError, match="is damaged"):
        bundle_folder.open_stored(
            directory,
            type(stored)(
                **{name: getattr(stored, name) for name in stored.__dataclass_fields__}
                | {"genuine": {authority.keys["active"].kid: {0: stored.status.lists[0]}}}
            ),
        )


def test_many_processes_share_one_copy(directory: Path) -> None:
    """What a process adds to its own memory for a genuine list is next to nothing."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from keys.kept.bundle_folder import load\n"
        "bundle = load(Path(sys.argv[1]))\n"
        "rows = Path('/proc/self/smaps').read_text().splitlines()\n"
        "mapped = own = inside = 0\n"
        "for row in rows:\n"
        "    if '-' in row.split()[0] and not row.split()[0].endswith(':'):\n"
        "        inside = '/lists/' in row\n"
        "        mapped += inside\n"
        "    elif inside and row.startswith('Private_Dirty:'):\n"
        "        own += int(row.split()[1])\n"
        "print(mapped, own)\n"
    )
    printed = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program, str(directory)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": "."},
    ).stdout  # fmt: skip
    assert printed.split() == ["3", "0"]
