"""A real Chromium at the page of a real service whose clock the tests hold."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from spec.certificate import StatusPosition
from spec.entry_policy import EntryPolicy
from spec.status_list import Status
from tests.authority import DAY, NOW, Authority, doses
from tests.trust_folder import store_bundle
from tests.verifier.page.pictures import video_of
from verifier.logs import Log
from verifier.problems import ProblemError, ProblemType
from verifier.service import create_app
from verifier.trust import TrustSource

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_LOADS: Final = "Failed to load resource"


def chromium_path() -> str:
    """Where Chromium is. Without it tests are skipped, but fail where CI=true is set."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    missing = "Chromium is not installed (apt-get install chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
    pytest.skip(missing)


class World:
    """A country, certificates of every kind, and its verifier on a loopback port."""

    def __init__(self, directory: Path, policy: EntryPolicy | None = None) -> None:
        """With an entry `policy`, the verifier stands at a restaurant."""
        self.authority = Authority()
        self.refusal: ProblemError | None = None
        self.seen: list[tuple[str, str, str]] = []
        self.texts = self._certificates()
        self.silent: list[bytes] = []
        log = Log(self.authority.clock, self.silent.append)
        store_bundle(self.authority, directory, status_until=NOW + 5 * DAY)
        place = None if policy is None else "restaurant"
        trust = TrustSource(directory, self.authority.clock, log, place=place, policy=policy)
        self.app = create_app(trust, self.authority.clock, log)
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Quiet)
        self.origin = f"http://127.0.0.1:{self.server.port}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The service, or a refusal in its place where a test has said so."""
        path, authorization = environ["PATH_INFO"], environ.get("HTTP_AUTHORIZATION", "")
        self.seen.append((environ["REQUEST_METHOD"], path, authorization))
        if self.refusal is not None and path.startswith("/v1/"):
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return self.refusal(environ, start_response)
        return self.app(environ, start_response)

    def refuse(self, kind: ProblemType) -> None:
        """From now on the service refuses every question in one way."""
        self.refusal = ProblemError(kind, "Later.")

    def _certificates(self) -> dict[str, str]:
        authority = self.authority
        started = doses((4, "2021-11-02"))
        green = authority.sign()
        stranger = Authority(seed="stranger").keys["active"]

        def with_status(status: Status, index: int) -> str:
            authority.set_status(index, status)
            return authority.sign(authority.certificate(status=StatusPosition(index)))

        return {
            "green": green,
            "yellow": authority.sign(authority.certificate(doses=started)),
            "superseded": with_status(Status.SUPERSEDED, 7),
            "revoked": with_status(Status.INVALID, 8),
            "suspended": with_status(Status.SUSPENDED, 9),
            "expired": authority.sign(authority.certificate(expires_at=NOW - DAY)),
            "bad_signature": green[:-3] + ("AAA" if not green.endswith("AAA") else "BBB"),
            "malformed": "DP1:NOT A REAL ONE",
            "unknown_key": authority.sign(key=stranger),
            "other": authority.sign(authority.certificate(name="Trần Văn Bình", id_suffix=None)),
        }


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


class Visit:
    """One visit to the page, which must end without an error of any kind."""

    def __init__(self, context: BrowserContext, world: World) -> None:
        self.world = world
        self.texts = world.texts
        self.context = context
        self.page = context.new_page()
        self.errors: list[str] = []
        self.forgiven: list[str] = []
        self.urls: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        context.on("request", lambda request: self.urls.append(request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)

    def open(self) -> "Visit":
        """Open the page and wait for its scripts."""
        self.page.goto(self.world.origin)
        self.page.wait_for_selector("html[data-camera]", state="attached")
        return self

    def read(self, kind: str) -> Locator:
        """Give one of the world's certificates as a code reader does, and wait for the result."""
        self.page.fill("#text", self.texts[kind])
        self.page.press("#text", "Enter")
        return self.result()

    def result(self) -> Locator:
        result = self.page.locator(".result")
        result.wait_for()
        return result

    def look(self) -> str | None:
        return self.page.get_attribute("html", "data-look")

    def until_gone(self) -> None:
        self.page.wait_for_selector(".result", state="detached")

    def end(self) -> None:
        """Nothing went wrong, and nothing was asked of anybody else."""
        errors = [error for error in self.errors if not self._is_forgiven(error)]
        assert errors == []
        strangers = {url for url in self.urls if not url.startswith(self.world.origin + "/")}
        assert strangers == set()

    def _is_forgiven(self, error: str) -> bool:
        return any(error.startswith(_LOADS) and status in error for status in self.forgiven)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = chromium_path()
    video = video_of(Authority().sign(), tmp_path_factory.mktemp("camera") / "camera.mjpeg")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={video}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        yield browser
        browser.close()


@contextmanager
def served(world: World) -> Iterator[World]:
    thread = threading.Thread(target=world.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        world.server.shutdown()
        world.server.server_close()
        thread.join()


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all tests that change nothing in it."""
    with served(World(tmp_path_factory.mktemp("world") / "trust")) as world:
        yield world


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[World]:
    """A world whose clock and manners a test may change."""
    with served(World(tmp_path / "trust")) as world:
        yield world


@contextmanager
def visiting(browser: Browser, world: World, **options: Any) -> Iterator[Visit]:
    """A visit by a browser of its own language, size and so on."""
    context = browser.new_context(**{"locale": "vi-VN", **options})
    context.set_default_timeout(20_000)
    try:
        visit = Visit(context, world)
        yield visit
        visit.end()
    finally:
        context.close()


@pytest.fixture
def visit(browser: Browser, world: World) -> Iterator[Visit]:
    """A visit that a test has for itself."""
    with visiting(browser, world) as visit:
        yield visit.open()


@pytest.fixture(scope="module")
def long_visit(browser: Browser, world: World) -> Iterator[Visit]:
    """A visit that lasts for a file of tests, as a page stays open for a day."""
    with visiting(browser, world) as visit:
        yield visit.open()


@pytest.fixture
def door(long_visit: Visit) -> Visit:
    """The page that stays open, with nothing on it."""
    long_visit.page.keyboard.press("Escape")
    long_visit.until_gone()
    return long_visit
