"""Papers that no request names: found when they are old, and never one that a request has."""

import os
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import update

from issuer.desk import corrections, lawful
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.attachments import attach
from issuer.desk.corrections import Asker, CorrectionAsk
from issuer.desk.orphans import orphans
from issuer.register.desk_models import AttachmentRow
from issuer.source import COLUMNS
from spec.certificate import Timestamp
from tests.issuer.console import Console, make_home
from tests.issuer.desk import TABLE, Desk
from tests.issuer.test_paper_kinds import JPEG, png
from tests.issuer.world import row

OLD: Final = 1_500_000_000
SOON: Final = Timestamp(OLD + 1)
STATED: Final = {name: row()[name] for name in COLUMNS[:5]}


def store_of(desk: Desk) -> AttachmentStore:
    return AttachmentStore(desk.world.folder / "attachments")


def age(folder: Path, name: str, at: int = OLD) -> str:
    os.utime(folder / name, (at, at))
    return name


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def ask(desk: Desk) -> str:
    wish = CorrectionAsk(
        asker=Asker.SITE, doses=(1,), changes={"full_name": "Lê Lan"}, stated=STATED, site="46001"
    )
    number: str = desk.do(corrections.open_request, "tram", wish, rules=desk.rules, table=TABLE)
    return number


def attached(desk: Desk, number: str, *, old: bool = True) -> str:
    """A paper of a request; gives its file's name."""
    folder = desk.world.folder / "attachments"
    before = {path.name for path in folder.glob("*")}
    desk.do(attach, "tram", store_of(desk), number, JPEG)
    (name,) = {path.name for path in folder.glob("*")} - before
    return age(folder, name) if old else name


def found(desk: Desk, before: Timestamp = SOON) -> list[str]:
    with desk.world.register.reading() as connection:
        return [one.name for one in orphans(connection, store_of(desk), before)]


def left_behind(desk: Desk, at: int = OLD) -> str:
    """A file whose row was never committed."""
    return age(desk.world.folder / "attachments", store_of(desk).put(png()).name, at)


@pytest.mark.usefixtures("either_database")
def test_only_what_no_row_names_is_found(desk: Desk) -> None:
    assert found(desk) == [], "there is no folder yet"
    number = ask(desk)
    kept, lost = attached(desk, number), left_behind(desk)
    left_behind(desk, at=OLD + 1)
    assert found(desk) == [lost]
    store_of(desk).remove(lost)
    assert (found(desk), kept in names_in(desk.world.folder / "attachments")) == ([], True)


@pytest.mark.parametrize("name", ["a note.txt", "0" * 31, "A" * 32, "x.jpg"])
def test_what_is_not_of_ours_is_left_alone(desk: Desk, name: str) -> None:
    attached(desk, ask(desk))
    folder = desk.world.folder / "attachments"
    (folder / name).write_bytes(b"x")
    age(folder, name)
    (folder / ("1" * 32)).mkdir()
    (folder / ("2" * 32)).symlink_to(folder / name)
    assert found(desk, Timestamp(2**40)) == []


def test_a_paper_that_is_decided_stays_and_one_that_was_removed_is_found(desk: Desk) -> None:
    number = ask(desk)
    name = attached(desk, number)
    desk.do(corrections.reject, "tram", number, corrections.Rejection.PAPER_BLURRED)
    assert found(desk) == []
    with desk.acting() as connection:
        connection.execute(update(AttachmentRow).values(removed_at=5))
    assert found(desk) == [name]


class Crashed(AttachmentStore):
    """A store on a disk that fails when a file is to go."""

    def remove(self, name: str) -> None:
        raise OSError(5, "input/output error")


def test_what_an_erasure_left_is_found(desk: Desk) -> None:
    """The erasure is taken back as a whole when a file cannot go; after the commit nothing is."""
    desk.world.issue(row(site="46001"))
    number = ask(desk)
    name = attached(desk, number)
    desk.do(corrections.reject, "tram", number, corrections.Rejection.PAPER_BLURRED)
    erasure = desk.do(lawful.ask_erasure, "bo", 1, "her letter")
    with pytest.raises(OSError, match="error"):
        desk.do(lawful.confirm_erasure, "cuc", Crashed(desk.world.folder / "attachments"), erasure)
    assert found(desk) == []
    desk.do(lawful.confirm_erasure, "cuc", store_of(desk), erasure)
    (desk.world.folder / "attachments" / name).write_bytes(JPEG)  # as a backup would bring it
    age(desk.world.folder / "attachments", name)
    assert found(desk) == [name]


@pytest.mark.usefixtures("either_database")
def test_an_upload_on_its_way_is_young_and_then_it_is_named(desk: Desk) -> None:
    number = ask(desk)
    now = desk.world.clock.now()
    folder = desk.world.folder / "attachments"
    with desk.acting() as connection:
        attach(connection, desk.actors["tram"], store_of(desk), number, JPEG, now)
        (name,) = names_in(folder)
        assert found(desk) == [], "its row is not committed, and nobody else sees it"
        age(folder, name)
        assert found(desk) == [name], "by its age alone it is safe"
        age(folder, name, OLD + 1)
    age(folder, name)
    assert found(desk) == []


def test_what_is_committed_while_the_folder_is_read_is_known(desk: Desk) -> None:
    """The folder is read before the register."""
    number = ask(desk)

    class Slow(AttachmentStore):
        def files_before(self, moment: Timestamp):  # type: ignore[no-untyped-def]
            attached(desk, number)
            return super().files_before(moment)

    with desk.world.register.reading() as connection:
        assert orphans(connection, Slow(desk.world.folder / "attachments"), SOON) == []


@pytest.fixture
def console(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Console:
    """A home whose register is that of the desk."""
    home = make_home(desk.world.folder, monkeypatch)
    (home / "attachments").symlink_to(desk.world.folder / "attachments")
    monkeypatch.setenv("DOSEPASS_REGISTER", f"sqlite:///{desk.world.folder / 'register.sqlite3'}")
    return Console(desk.world.folder, monkeypatch, capsys)


def sweep(console: Console, *arguments: str) -> tuple[int | str | None, str, str]:
    ended = console("corrections", "sweep", *arguments, "--home", "authority")
    return ended.code, ended.out, ended.err


def test_the_command_lists_and_removes_only_when_asked(desk: Desk, console: Console) -> None:
    kept = attached(desk, ask(desk))
    lost = left_behind(desk)
    young = store_of(desk).put(png()).name
    size = len(png())
    assert sweep(console)[:2] == (0, f"{lost}  {size}  2017-07-14T02:40:00Z\n")
    assert lost in sweep(console, "--json")[1]
    folder = desk.world.folder / "attachments"
    assert sorted(names_in(folder)) == sorted([kept, lost, young])
    code, out, said = sweep(console, "--remove", "--yes")
    assert (code, lost in out, "1 files removed" in said) == (0, True, True)
    assert sorted(names_in(folder)) == sorted([kept, young])
    assert desk.told()[-1] == "console:minh attachments.sweep -"
    told = len(desk.told())
    assert "0 files" in sweep(console, "--remove", "--yes")[2]
    assert len(desk.told()) == told, "nothing was done"


@pytest.mark.parametrize(
    "arguments", [("--older-than", "0"), ("--older-than", "x"), ("--remove", "--operator", " ")]
)
def test_what_the_command_refuses(desk: Desk, console: Console, arguments: tuple[str, ...]) -> None:
    attached(desk, ask(desk))
    left_behind(desk)
    assert sweep(console, *arguments)[0] == 2
    assert len(names_in(desk.world.folder / "attachments")) == 2


def test_without_a_yes_nothing_goes(desk: Desk, console: Console) -> None:
    attached(desk, ask(desk))
    lost = left_behind(desk)
    assert sweep(console, "--remove")[0] != 0
    assert found(desk) == [lost]


def test_the_folder_of_another_register_is_left_alone(desk: Desk, console: Console) -> None:
    lost = left_behind(desk)
    code, _, said = sweep(console, "--remove", "--yes")
    assert (code, "belong together" in said) == (2, True)
    assert found(desk) == [lost]
