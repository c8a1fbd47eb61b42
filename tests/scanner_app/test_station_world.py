"""The station while the world changes: network cut, clock turned, data that end and come again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from werkzeug.serving import make_server

from scanner_app.answer import Answer
from scanner_app.cascade import Cascade
from scanner_app.checks import Checker, OfflineChecker
from scanner_app.decoders import Picture, ZxingDecoder
from scanner_app.desk import Desk
from scanner_app.drawing import bgr
from scanner_app.fallback import FallbackChecker
from scanner_app.service import ServiceChecker
from scanner_app.sources import Frame, SourceEnd
from scanner_app.states import Showing, Times
from scanner_app.station import Station
from scanner_app.typing_hand import Stroke
from spec.certificate import Timestamp
from spec.palette import UNDETERMINED
from spec.status_list import Status
from tests.authority import DAY, Authority, MovingClock
from tests.scanner_app.pictures import qr_picture
from tests.trust_folder import store_bundle
from verifier.logs import Log
from verifier.service import create_app
from verifier.trust import TrustSource

EMPTY = np.full((240, 320, 3), 90, np.uint8)
QUICK = Times(show=0.25, keep=0.05, cooldown=0.05, note=0.05, blank=0.05)
WAIT = 20.0


class Gate:
    """A camera, a screen and an officer, driven by a test in a thread of its own."""

    name = "gate"
    live = True
    single = False

    def __init__(self) -> None:
        self.picture: Picture = EMPTY
        self.bar: tuple[int, ...] = ()
        self.over = False
        self.answers: list[Answer] = []

    def read(self, timeout: float) -> Frame | None:
        if self.over:
            raise SourceEnd
        threading.Event().wait(min(timeout, 0.01))
        return Frame(name="gate", picture=self.picture, at=time.monotonic())

    def close(self) -> None:
        pass

    def size(self) -> tuple[int, int]:
        return 640, 360

    def show(self, picture: Picture) -> None:
        self.bar = tuple(int(level) for level in picture[-2, 2])

    def strokes(self) -> list[Stroke]:
        return []

    def touch(self) -> None:
        return None

    def closed(self) -> bool:
        return False

    def toggle_full_screen(self) -> None:
        pass

    def keep(self, _: str, state: Showing, __: Picture) -> None:
        self.answers.append(state.answer)

    def comes(self, text: str) -> str:
        """Show a code until it is judged, take it away, and give the verdict or the trouble."""
        before = len(self.answers)
        self.picture = qr_picture(text, scale=4)
        until(lambda: len(self.answers) > before)
        self.picture = EMPTY
        time.sleep(0.5)  # longer than result and cooldown
        assert len(self.answers) == before + 1
        answer = self.answers[-1]
        return answer.trouble or answer.code or ""


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def running(checker: Checker, clock: MovingClock) -> Iterator[Gate]:
    gate = Gate()
    station = Station(
        source=gate,
        cascade=Cascade([ZxingDecoder()]),
        checker=checker,
        display=gate,
        clock=clock,
        desk=Desk(),
        language="vi",
        times=QUICK,
        on_shown=gate.keep,
    )
    thread = threading.Thread(target=station.run)
    thread.start()
    try:
        yield gate
    finally:
        gate.over = True
        thread.join(timeout=WAIT)
    assert not thread.is_alive()


class Service:
    """The real service over loopback, which can be switched off and on at one address."""

    def __init__(self, trust: Path, clock: MovingClock) -> None:
        log = Log(clock, lambda _: None)
        self._app = create_app(TrustSource(trust, clock, log), clock, log)
        self.port = 0
        self.on()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self) -> None:
        self._server = make_server("127.0.0.1", self.port, self._app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def off(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def clock(authority: Authority) -> MovingClock:
    return MovingClock(authority.now)


BLUE = bgr(UNDETERMINED.background)


def test_the_network_is_cut_and_comes_back(
    authority: Authority, trust_directory: Path, clock: MovingClock
) -> None:
    """Nobody is refused for it; the bundle judges meanwhile, and then the service again."""
    service = Service(trust_directory, clock)
    first = ServiceChecker(service.url, clock, timeout=2)
    checker = FallbackChecker(first, OfflineChecker(trust_directory, clock), rest=0.05)
    try:
        with running(checker, clock) as gate:
            assert gate.comes(authority.sign()) == "ok"
            service.off()
            assert gate.comes(authority.sign()) == "ok"
            assert checker._silent.is_set()
            service.on()
            until(lambda: not checker._silent.is_set())
            assert gate.comes(authority.sign()) == "ok"
    finally:
        service.off()


def test_without_a_bundle_a_cut_is_cannot_check_and_may_be_tried_again(
    authority: Authority, trust_directory: Path, clock: MovingClock
) -> None:
    service = Service(trust_directory, clock)
    with running(ServiceChecker(service.url, clock, timeout=2), clock) as gate:
        assert gate.comes(authority.sign()) == "ok"
        service.off()
        assert gate.comes(authority.sign()) == "service_unreachable"
        service.on()
        assert gate.comes(authority.sign()) == "ok"
        service.off()


def test_the_clock_is_turned(
    authority: Authority, trust_directory: Path, clock: MovingClock
) -> None:
    """Back, the screen says so before anybody comes; forward, the data are too old. Never green."""
    with running(OfflineChecker(trust_directory, clock), clock) as gate:
        assert gate.comes(authority.sign()) == "ok"
        assert gate.bar != BLUE
        for turned, verdict in ((-DAY, "clock_suspect"), (8 * DAY, "trust_stale")):
            clock.moment = Timestamp(authority.now + turned)
            until(lambda: gate.bar == BLUE)
            assert gate.comes(authority.sign()) == verdict
            assert gate.answers[-1].accepted is None
            clock.moment = authority.now
            until(lambda: gate.bar != BLUE)
            assert gate.comes(authority.sign()) == "ok"


def test_what_is_revoked_meanwhile_is_refused_from_the_next_bundle_on(
    authority: Authority, trust_directory: Path, clock: MovingClock
) -> None:
    certificate = authority.certificate()
    text = authority.sign(certificate)
    with running(OfflineChecker(trust_directory, clock), clock) as gate:
        assert gate.comes(text) == "ok"
        authority.set_status(certificate.status, Status.INVALID)
        authority.clock.moment = clock.advance(3600)
        store_bundle(authority, trust_directory)
        until(lambda: gate.comes(text) == "revoked")
        (trust_directory / "bundle.cbor").write_bytes(b"broken")
        clock.advance(3600)
        assert gate.comes(text) == "revoked"
