"""The stage of the demo: its folder, commands run as a person would, and the verifier process."""

import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

__all__ = ["Service", "Stage", "StageError", "title"]

_MARK: Final = ".dosepass-demo"
_START_LIMIT: Final = 30.0
"""Seconds for the service to become ready, on a slow machine."""


class StageError(Exception):
    """The folder of the demo is not one that it may use."""


class Stage:
    """The folder of the demo, and commands run in it as a person would type them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "authority"
        self.passphrase = folder / "passphrase.txt"
        self.certificates = folder / "certificates"
        self.frames = folder / "camera-frames"
        self.screens = folder / "scanner-screens"

    def clear(self) -> None:
        """Begin anew; a folder that is not the demo's is left alone."""
        if self.folder.exists() and any(self.folder.iterdir()):
            if not (self.folder / _MARK).exists():
                raise StageError(f"{self.folder} is not empty and not the demo's")
            try:
                shutil.rmtree(self.folder)
            except OSError as error:
                raise StageError(f"{self.folder} cannot be cleared: {error.strerror}") from None
        try:
            for folder in (self.folder, self.frames, self.screens):
                folder.mkdir(parents=True, exist_ok=True)
            (self.folder / _MARK).touch()
            self.passphrase.write_text("a demo is no secret\n")
            self.passphrase.chmod(0o600)
        except OSError as error:
            raise StageError(f"{self.folder} cannot be made: {error.strerror}") from None

    def run(self, command: str, *, expect: int = 0, quiet: bool = False) -> str:
        """Show a command, run it, show what it says; any other exit status ends the demo."""
        if not quiet:
            print(f"\n$ {command}", flush=True)
        done = subprocess.run(  # noqa: S603 -- the demo's own commands
            words(command),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
            text=True,
        )
        if not quiet:
            print(done.stdout, end="", flush=True)
        if done.returncode != expect:
            sys.exit(f"script/demo: that ended with {done.returncode}, not {expect}")
        return done.stdout


def words(command: str) -> list[str]:
    """Split a command as a shell does, and find it beside this Python."""
    name, *rest = shlex.split(command)
    return [str(Path(sys.executable).parent / name), *rest]


class Service:
    """The verifier service as its own process, on a free port of this machine."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"

    def __enter__(self) -> "Service":
        title("A verifier fetches the trust bundle and answers over HTTP")
        root = "authority/public/metadata/1.root.json"
        url = (self._stage.home / "public").as_uri()
        self._stage.run(f"dosepass-keys fetch {url} --root {root} --into trust")
        command = f"dosepass-verifier serve --trust trust --port {self.url.rpartition(':')[2]}"
        print(f"\n$ {command} &")
        with (self._stage.folder / "verifier.log").open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- the demo's own command
                words(command), cwd=self._stage.folder, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._wait()
        except BaseException:  # Ctrl-C too: nothing may go on running behind the demo's back
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=_START_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        limit = time.monotonic() + _START_LIMIT
        while time.monotonic() < limit and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=1).close()  # noqa: S310
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        sys.exit("script/demo: the verifier did not start; see verifier.log")

    def verify(self, text: str, disclose: list[str]) -> dict[str, Any]:
        """Ask for a verdict as a business would."""
        request = urllib.request.Request(  # noqa: S310 -- our own address
            f"{self.url}/v1/verify",
            data=json.dumps({"text": text, "disclose": disclose}).encode(),
            headers={"Content-Type": "application/json", "Accept-Language": "en"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            document: dict[str, Any] = json.load(answer)
            return document


def title(words: str) -> None:
    """Begin a part."""
    print(f"\n== {words}", flush=True)
