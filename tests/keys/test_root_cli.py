"""The commands of a root ceremony: three machines, real files, a real client that follows."""

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from keys.authority import Authority
from keys.cli import main
from keys.errors import TrustBundleError
from keys.root.draft import RootFile
from tests.keys.homes import DAY, after, fetch, found_and_publish, root_of
from tests.keys.homes import SECRET as PASSPHRASE
from tests.keys.repositories import killed

SECRET = ("--passphrase-file", "passphrase")
ROOT = "authority/public/metadata/{}.root.json"


@dataclass(frozen=True)
class Ended:
    code: object
    out: str
    err: str

    @property
    def path(self) -> str:
        """The file that the last line names."""
        assert self.code == 0, self.err
        return self.out.splitlines()[-1]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_and_publish(tmp_path_factory.mktemp("model") / "authority").home


Command = Callable[..., Ended]


@pytest.fixture
def root(
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """Run `dosepass-keys root ...` at a time, beside a home that has published."""
    shutil.copytree(model, tmp_path / "authority")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOSEPASS_HOME", raising=False)
    (tmp_path / "passphrase").write_bytes(PASSPHRASE.passphrase("") + b"\n")
    (tmp_path / "other").write_text("another passphrase\n")

    def run(*arguments: str, at: int = 0) -> Ended:
        monkeypatch.setattr("sys.argv", ["dosepass-keys", *arguments])
        moment = datetime.fromtimestamp(after(at), UTC)
        with time_machine.travel(moment, tick=False), pytest.raises(SystemExit) as caught:
            main()
        output = capsys.readouterr()
        return Ended(caught.value.code, output.out, output.err)

    return lambda *arguments, at=0: run("root", *arguments, at=at)


@pytest.fixture
def home(root: Command) -> Authority:
    return Authority.open(Path("authority"))


def custodians(root: Command, *names: str) -> list[str]:
    """Make keys with the same names as their folders; gives `--key FILE` for each."""
    options = []
    for name in names:
        Path(name).mkdir()
        public = root("generate", f"{name}/{name}.pem", "--name", f"Office {name}", *SECRET).path
        options += ["--key", public]
    return options


def signed(root: Command, draft: str, previous: str, *names: str, at: int = 0) -> list[str]:
    """Let custodians sign, each from a copy in a folder of their own; gives the signatures."""
    signatures = []
    for name in names:
        if name == "home":
            ended = root("sign", draft, "--home", "authority", "--yes", *SECRET, at=at)
        else:
            shutil.copy(draft, name)
            key_file = ("--key-file", f"{name}/{name}.pem", "--previous", previous)
            copy = f"{name}/{Path(draft).name}"
            ended = root("sign", copy, *key_file, "--yes", *SECRET, at=at)
        signatures.append(ended.path)
    return signatures


def first_ceremony(root: Command, *options: str) -> Ended:
    """From the trial authority's single key to two of three custodians."""
    keys = custodians(root, "an", "binh", "chi")
    draft = root("init", *keys, *options, *SECRET).path
    signatures = signed(root, draft, ROOT.format(1), "home", "an", "chi")
    return root("publish", draft, *signatures, *SECRET)


def test_a_ceremony_on_separate_machines(root: Command, home: Authority, tmp_path: Path) -> None:
    verifier = tmp_path / "verifier"
    fetch(verifier, home.public.as_uri(), root_of(home), after(0))

    drafted = root("init", *custodians(root, "an", "binh", "chi"), *SECRET)
    draft = drafted.path
    assert Path(draft) == tmp_path / "authority" / "root" / "2.root.json"
    assert "signatures needed: 1 of 1 becomes 2 of 3" in drafted.err
    assert "custodian added: Office binh (" in drafted.err

    verify = ("verify", draft, "--previous", ROOT.format(1))
    nothing = root(*verify)
    assert nothing.code == 1
    assert nothing.out.count("signed by nobody; ") == 2

    signatures = signed(root, draft, ROOT.format(1), "an", "home")
    some = root(*verify, *signatures)
    assert some.code == 1
    first, second = some.out.splitlines()
    assert first.startswith("root 1 asks for 1 of 1: signed by ")
    assert first.endswith("; enough")
    assert second.startswith("root 2 asks for 2 of 3: signed by Office an (")
    assert second.endswith("; 1 missing")
    refused = root("publish", draft, *signatures, *SECRET)
    assert (refused.code, refused.out) == (2, "")
    assert "1 more of the custodians that root 2 names must sign" in refused.err
    assert not Path(ROOT.format(2)).exists()

    signatures += signed(root, draft, ROOT.format(1), "chi")
    assert root(*verify, *signatures).code == 0
    published = root("publish", draft, *signatures, *SECRET)
    assert published.path == str(tmp_path / ROOT.format(2))
    assert "no role has the key in" in published.err
    assert fetch(verifier, home.public.as_uri(), None, after(1)).keys
    # The root that new verifiers pin is an ordinary one.
    pinned = Path(ROOT.format(2)).read_bytes()
    assert fetch(tmp_path / "new", home.public.as_uri(), pinned, after(1)).keys


def test_verify_as_json(root: Command) -> None:
    draft = root("init", *SECRET).path
    answer = root("verify", draft, "--previous", ROOT.format(1), "--json")
    document = json.loads(answer.out)
    assert answer.code == 1
    assert (document["version"], document["complete"]) == (2, False)
    assert [(one["root"], one["threshold"], one["missing"]) for one in document["by"]] == [
        (1, 1, 1),
        (2, 1, 1),
    ]
    (signature,) = signed(root, draft, ROOT.format(1), "home")
    answer = root("verify", draft, signature, signature, "--previous", ROOT.format(1), "--json")
    document = json.loads(answer.out)
    assert (answer.code, document["complete"]) == (0, True)
    assert [len(one["signed"]) for one in document["by"]] == [1, 1]
    assert document["sha256"] == RootFile.from_json(Path(draft).read_bytes(), "").sha256


def test_a_verifier_follows_through_many_roots(
    root: Command, home: Authority, tmp_path: Path
) -> None:
    """Custodians that change, an online key that changes, a root renewed after its end."""
    url, pinned = home.public.as_uri(), root_of(home)
    for name in ("always", "late"):
        fetch(tmp_path / name, url, pinned, after(0))
    assert first_ceremony(root).code == 0

    keys = custodians(root, "dung", "giang")
    draft = root("init", "--key", "an/an.pub.json", *keys, "--new-role-keys", *SECRET).path
    signatures = signed(root, draft, ROOT.format(2), "an", "binh", "dung")
    assert root("publish", draft, *signatures, *SECRET).code == 0
    assert fetch(tmp_path / "always", url, None, after(1)).keys

    late = 800 * DAY  # the root has ended, and so has everything else
    draft = root("init", *SECRET, at=late).path
    signatures = signed(root, draft, ROOT.format(3), "dung", "giang", at=late)
    published = root("publish", draft, *signatures, *SECRET, at=late)
    assert published.code == 0
    assert "run: dosepass-keys publish" in published.err
    with pytest.raises(TrustBundleError, match="has expired"):
        fetch(tmp_path / "always", url, None, after(late))
    home.publish(after(late), PASSPHRASE)
    for name in ("always", "late"):
        assert fetch(tmp_path / name, url, None, after(late)).fresh_until > after(late)
    assert fetch(tmp_path / "new", url, pinned, after(late)).keys


def test_new_role_keys(root: Command, home: Authority, tmp_path: Path) -> None:
    fetch(tmp_path / "old", home.public.as_uri(), root_of(home), after(0))
    before = set(Path("authority/private").iterdir())
    published = first_ceremony(root, "--new-role-keys")
    made = set(Path("authority/private").iterdir()) - before
    assert len(made) == 4
    unneeded = {
        Path(line.split("the key in ")[1].split(" any more")[0])
        for line in published.err.splitlines()
        if "no role has the key" in line
    }
    assert {path.name for path in unneeded} == {path.name for path in before if "role" in path.name}
    # Before anything is published by the new keys alone, old and new clients read everything.
    for name, pinned in (("old", None), ("new", root_of(home))):
        assert fetch(tmp_path / name, home.public.as_uri(), pinned, after(1)).keys
    for path in unneeded:
        path.unlink()
    home.publish(after(DAY), PASSPHRASE)
    assert fetch(tmp_path / "old", home.public.as_uri(), None, after(DAY)).keys


def test_publish_is_completed_by_the_same_command_after_a_kill(
    root: Command, home: Authority, tmp_path: Path
) -> None:
    fetch(tmp_path / "old", home.public.as_uri(), root_of(home), after(0))
    draft = root("init", "--new-role-keys", *SECRET).path
    command = ("publish", draft, *signed(root, draft, ROOT.format(1), "home"), *SECRET)
    writes = 0
    while killed(lambda: root(*command), writes, renamed=False):
        assert fetch(tmp_path / "old", home.public.as_uri(), None, after(1)).keys
        writes += 1
    assert writes > 2
    again = root(*command)
    assert again.code == 0
    assert "was online already" in again.err
    assert "no role has the key" in again.err
    assert fetch(tmp_path / "old", home.public.as_uri(), None, after(1)).keys


def test_sign_shows_everything_and_asks(root: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = root("init", *SECRET).path
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = root("sign", draft, "--home", "authority", *SECRET)
    assert (refused.code, refused.out) == (2, "")
    assert [path.name for path in Path("authority/root").iterdir()] == ["2.root.json"]
    shown = RootFile.from_json(Path(draft).read_bytes(), "")
    assert f"fingerprint: {shown.fingerprint}" in refused.err
    assert "root 2, ends at 2023-10-01T08:00:00Z" in refused.err
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert root("sign", draft, "--home", "authority", *SECRET).code == 0


def test_sign_without_the_root_in_force_says_what_is_not_shown(root: Command) -> None:
    draft = root("init", *custodians(root, "an"), *SECRET).path
    ended = root("sign", draft, "--key-file", "an/an.pem", "--yes", *SECRET, at=731 * DAY)
    assert ended.code == 0
    assert "give --previous to see what this root changes" in ended.err
    assert "has ended already" in ended.err


def test_keys_are_never_overwritten_and_leave_nothing_behind(root: Command) -> None:
    custodians(root, "an")
    before = {path: path.read_bytes() for path in Path("an").iterdir()}
    for name in ("an/an.pem", "an/an.pub.json"):
        Path("an", "spare").mkdir(exist_ok=True)
        shutil.move(name, "an/spare")
        again = root("generate", "an/an.pem", *SECRET)
        assert (again.code, again.out) == (2, "")
        assert "is not overwritten" in again.err
        assert not Path(name).exists()
        shutil.move(f"an/spare/{Path(name).name}", name)
    Path("an/spare").rmdir()
    assert {path: path.read_bytes() for path in Path("an").iterdir()} == before
    assert Path("an/an.pem").stat().st_mode & 0o777 == 0o600


def test_an_es256_key_signs_as_well(root: Command) -> None:
    public = root("generate", "an.pem", "--algorithm", "ES256", *SECRET).path
    draft = root("init", "--key", public, *SECRET).path
    signatures = signed(root, draft, ROOT.format(1), "home")
    key_file = ("--key-file", "an.pem", "--previous", ROOT.format(1))
    signatures.append(root("sign", draft, *key_file, "--yes", *SECRET).path)
    assert root("publish", draft, *signatures, *SECRET).code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--threshold", "2"), "a threshold of 2 of 1 keys cannot be"),
        (("--threshold", "0"), "is not in the range"),
        (("--key", "an/an.pub.json", "--key", "an/an.pub.json"), "given twice"),
        (("--key", "an/an.pem"), "is not a JSON object"),
        (("--key", "nothing.json"), "cannot be read"),
        (("--key", ROOT.format(1)), "not a JSON object of at most|no public key"),
        (("--out", "passphrase"), "is not overwritten"),
        (("--out", "no/folder/2.root.json"), "cannot be written"),
        (("--new-role-keys", "--threshold", "2"), "a threshold of 2 of 1 keys cannot be"),
        (("--home", "nowhere"), "there is no authority"),
    ],
)
def test_drafts_that_are_refused_leave_nothing_behind(
    root: Command, arguments: tuple[str, ...], words: str
) -> None:
    custodians(root, "an")
    before = {path for path in Path().rglob("*") if path.is_file()}
    ended = root("init", *arguments, *SECRET)
    assert (ended.code, ended.out) == (2, "")
    assert any(word in ended.err for word in words.split("|"))
    assert {path for path in Path().rglob("*") if path.is_file()} - before <= {
        Path("authority/.lock")
    }


def test_a_draft_is_not_overwritten(root: Command) -> None:
    draft = root("init", *SECRET).path
    before = Path(draft).read_bytes()
    again = root("init", "--new-role-keys", *SECRET, at=DAY)
    assert "is not overwritten" in again.err
    assert Path(draft).read_bytes() == before


def test_a_wrong_passphrase(root: Command, home: Authority) -> None:
    draft = root("init", *custodians(root, "an"), *SECRET).path
    before = sorted(Path().rglob("*"))
    wrong = ("--passphrase-file", "other")
    for arguments in (
        ("init", "--new-role-keys", "--out", "3.root.json", *wrong),
        ("sign", draft, "--home", "authority", "--yes", *wrong),
        ("sign", draft, "--key-file", "an/an.pem", "--yes", *wrong),
    ):
        ended = root(*arguments)
        assert (ended.code, ended.out) == (2, "")
        assert "does not open" in ended.err
        assert "another passphrase" not in ended.err
    assert sorted(Path().rglob("*")) == before


def _cut(path: str) -> None:
    Path(path).write_bytes(Path(path).read_bytes()[:-30])


def _edit(path: str) -> None:
    text = Path(path).read_text()
    Path(path).write_text(text.replace("2023-10-01T08:00:00Z", "2033-10-01T08:00:00Z"))


SPOILT: list[tuple[str, Callable[[str, str], object], str]] = [
    ("a draft cut off", lambda draft, sig: _cut(draft), "is not a JSON object"),
    ("a draft edited", lambda draft, sig: _edit(draft), "or it was changed since"),
    ("a huge draft", lambda draft, sig: Path(draft).write_text(" " * 10**7), "not a JSON object"),
    ("no draft", lambda draft, sig: Path(draft).unlink(), "cannot be read"),
    ("a signature cut off", lambda draft, sig: _cut(sig), "is not a JSON object"),
    ("a huge signature", lambda draft, sig: Path(sig).write_text("[" * 10**6), "not a JSON object"),
    ("no signature", lambda draft, sig: Path(sig).unlink(), "cannot be read"),
    ("a draft for a signature", lambda draft, sig: shutil.copy(draft, sig), "not a signature"),
    ("a signature for a draft", lambda draft, sig: shutil.copy(sig, draft), "is not TUF metadata"),
    (
        "a root for a draft",
        lambda draft, sig: shutil.copy(ROOT.format(1), draft),
        "root 1 does not follow root 1",
    ),
    (
        "targets for a draft",
        lambda draft, sig: shutil.copy("authority/public/metadata/1.targets.json", draft),
        "holds targets metadata, not a root",
    ),
]


@pytest.mark.parametrize(("spoil", "words"), [pytest.param(*row[1:], id=row[0]) for row in SPOILT])
def test_spoilt_files_are_refused_and_nothing_is_published(
    root: Command, spoil: Callable[[str, str], object], words: str
) -> None:
    draft = root("init", "--out", "draft.json", *SECRET).path
    (signature,) = signed(root, draft, ROOT.format(1), "home")
    spoil(draft, signature)
    before = {path: path.read_bytes() for path in Path("authority/public").rglob("*.json")}
    for command in (("verify", "--previous", ROOT.format(1)), ("publish", *SECRET)):
        ended = root(*command, draft, signature)
        if command[0] == "publish" and spoil is SPOILT[9][1]:
            continue  # the newest root itself: it is online already
        assert (ended.code, ended.out) == (2, "")
        assert words in ended.err
        assert "hint: " in ended.err
    assert {path: path.read_bytes() for path in Path("authority/public").rglob("*.json")} == before


def test_a_draft_that_ended_or_was_overtaken_is_not_published(root: Command) -> None:
    draft = root("init", "--out", "draft.json", *SECRET).path
    signatures = signed(root, draft, ROOT.format(1), "home")
    late = root("publish", draft, *signatures, *SECRET, at=730 * DAY)
    assert "has ended already, at 2023-10-01T08:00:00Z" in late.err
    assert first_ceremony(root).code == 0
    overtaken = root("publish", draft, *signatures, *SECRET)
    assert (overtaken.code, overtaken.out) == (2, "")
    assert "root 2 does not follow root 2" in overtaken.err
    assert not Path(ROOT.format(3)).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give --key-file, or --home"),
        (("--key-file", "an/an.pem", "--home", "authority"), "give --key-file, or --home"),
        (("--key-file", "stranger/stranger.pem"), "is no custodian's"),
        (("--key-file", "stranger/stranger.pub.json"), "is open to other users|not a private key"),
        (("--key-file", "nothing.pem"), "is missing"),
        (("--key-file", "an/an.pem", "--previous", "draft.json"), "not signed by its own"),
        (("--key-file", "an/an.pem", "--previous", "an/an.pub.json"), "is not TUF metadata"),
        (("--key-file", "an/an.pem", "--out", "passphrase"), "is not overwritten"),
    ],
)
def test_signatures_that_are_not_made(
    root: Command, arguments: tuple[str, ...], words: str
) -> None:
    draft = root("init", *custodians(root, "an"), "--out", "draft.json", *SECRET).path
    custodians(root, "stranger")
    before = sorted(Path().rglob("*"))
    ended = root("sign", draft, *arguments, "--yes", *SECRET)
    assert (ended.code, ended.out) == (2, "")
    assert any(word in ended.err for word in words.split("|"))
    assert sorted(Path().rglob("*")) == before


def test_a_home_without_a_custodians_key(root: Command) -> None:
    assert first_ceremony(root).code == 0
    draft = root("init", *SECRET, at=DAY).path
    ended = root("sign", draft, "--home", "authority", "--yes", *SECRET)
    assert "no custodian's key lies in" in ended.err


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "An\nBình", "An\x1b[2J"])
def test_names_that_cannot_be_shown(root: Command, name: str) -> None:
    ended = root("generate", "an.pem", "--name", name, *SECRET)
    assert (ended.code, ended.out) == (2, "")
    assert "visible characters" in ended.err
    assert not list(Path().glob("an*"))
