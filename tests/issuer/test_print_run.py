"""Drawing with several processes: everybody's pictures once, and again what was not whole."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from issuer.printing import print_run
from issuer.printing.print_run import PrintRunError, draw_many
from issuer.register.certificates import StandingCertificate
from issuer.register.models import CertificateState
from tests.issuer.people import TABLE, certificate, text_of

COUNT = 20


def standing(number: int) -> StandingCertificate:
    facts = certificate()
    return StandingCertificate(
        id=number, number=f"VN-TEST-{number:04}", state=CertificateState.ISSUED, kid="00",
        payload=facts.to_cbor(), text=text_of(facts), issued_at=0,
    )  # fmt: skip


ALL = [standing(number) for number in range(COUNT)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are drawn elsewhere; here a folder tells who drew it."""

    def draw(one: StandingCertificate, out: Path, table: object) -> bool:
        folder = out / one.number
        if (folder / "drawn").exists():
            return False
        folder.mkdir(parents=True)
        (folder / "drawn").write_text(f"{os.getpid()}")
        return True

    monkeypatch.setattr(print_run, "draw", draw)


def drawn_by(out: Path) -> list[str]:
    return [path.read_text() for path in sorted(out.glob("*/drawn"))]


def test_several_processes_draw_each_once_and_nothing_again(tmp_path: Path, quick: None) -> None:
    assert list(draw_many(ALL, tmp_path, TABLE, 2)) == [True] * COUNT
    assert len(drawn_by(tmp_path)) == COUNT
    assert f"{os.getpid()}" not in drawn_by(tmp_path)
    assert list(draw_many(ALL, tmp_path, TABLE, 2)) == [False] * COUNT


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, quick: None) -> None:
    run = draw_many(ALL, tmp_path, TABLE, 2)
    assert next(run)
    run.close()
    made = list(draw_many(ALL, tmp_path, TABLE, 2))
    assert len(made) == COUNT
    assert made[0] is False
    assert len(drawn_by(tmp_path)) == COUNT


@pytest.mark.parametrize(("count", "processes"), [(0, 2), (3, 2), (COUNT, 1)])
def test_few_are_drawn_here(tmp_path: Path, quick: None, count: int, processes: int) -> None:
    assert list(draw_many(ALL[:count], tmp_path, TABLE, processes)) == [True] * count
    assert set(drawn_by(tmp_path)) <= {f"{os.getpid()}"}


def test_what_was_erased_is_left_out(tmp_path: Path, quick: None) -> None:
    assert list(draw_many([replace(ALL[0], text=None)], tmp_path, TABLE)) == [False]
    assert drawn_by(tmp_path) == []


def test_a_process_that_is_killed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    monkeypatch.setattr(print_run, "draw", die)
    with pytest.raises(PrintRunError) as caught:
        list(draw_many(ALL, tmp_path, TABLE, 2))
    assert caught.value.hint is not None


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        list(draw_many(ALL, tmp_path / "file", TABLE, 2))


def test_the_real_pictures(tmp_path: Path) -> None:
    assert list(draw_many(ALL[:8], tmp_path, TABLE, 2)) == [True] * 8
    assert len(list(tmp_path.glob("*/card.png"))) == len(list(tmp_path.glob("*/text.txt"))) == 8
