"""A PKCS#11 module in one process: loaded, shared by threads, renewed after forks, its PIN kept."""

import _hashlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from pkcs11 import exceptions as p11

from keys.errors import SecretError, SignerError
from keys.pkcs11.errors import signer_error
from keys.pkcs11.module import MODULE_VARIABLE, module_for, release_tokens
from keys.pkcs11.uri import Pkcs11Uri
from keys.secrets import FixedSecret
from keys.signer import generate_in_token, signer_from_uri
from spec.cose import Algorithm
from tests.keys.tokens import (
    PIN,
    SECRET,
    URI,
    WRONG,
    Tokens,
    made,
    proven,
    softhsm,
    tokens_in,
    writing,
)

ES256, EDDSA = Algorithm.ES256, Algorithm.EDDSA
FORK: Final = multiprocessing.get_context("fork")


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[Tokens]:
    with tokens_in(tmp_path) as found:
        found.make("dosepass")
        yield found


def test_threads(tokens: Tokens) -> None:
    signers = [made(), made(EDDSA, "pkcs11:token=dosepass;object=other")] * 2
    with ThreadPoolExecutor(8) as pool:
        work = [(signers[n % 4], n.to_bytes(2, "big")) for n in range(240)]
        assert all(pool.map(lambda one: proven(*one), work))


def test_threads_that_open_at_one_moment(tokens: Tokens) -> None:
    uri, _ = generate_in_token(URI, ES256, SECRET)
    barrier = threading.Barrier(4)

    def open_and_sign(_: int) -> bool:
        barrier.wait(30)
        return proven(signer_from_uri(uri, SECRET))

    with ThreadPoolExecutor(4) as pool:
        for _ in range(8):
            release_tokens()
            assert all(pool.map(open_and_sign, range(4)))


def in_child(work: Callable[[], object]) -> bool:
    """Fork as a server does, and say whether the work went well in the child."""
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # a child that waits for ever has failed
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
class TestFork:
    @pytest.fixture(params=["", "library.reset_on_fork = true"], autouse=True)
    def configuration(self, tokens: Tokens, request: pytest.FixtureRequest) -> None:
        """SoftHSM2 takes children as initialised, or as not, by its configuration."""
        tokens.configure(request.param)

    def test_parent_and_children_sign(self) -> None:
        signer = made()
        assert in_child(lambda: proven(signer))
        assert proven(signer)
        assert in_child(lambda: proven(signer) and in_child(lambda: proven(signer)))
        assert in_child(lambda: proven(signer) and proven(signer_from_uri(URI, SECRET)))
        assert proven(signer)

    def test_processes_of_multiprocessing(self) -> None:
        """Each opens the token on its own: SoftHSM2 fails when several log in at one moment."""
        signer = made(EDDSA)
        gate = FORK.Lock()

        def work() -> None:
            with gate:
                proven(signer)
            for _ in range(20):
                proven(signer)

        processes = [FORK.Process(target=work) for _ in range(3)]
        for process in processes:
            process.start()
        work()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0, 0]

    def test_a_fork_before_the_first_use(self) -> None:
        uri, _ = generate_in_token(URI, ES256, SECRET)
        release_tokens()
        assert in_child(lambda: proven(signer_from_uri(uri, SECRET)))
        assert proven(signer_from_uri(uri, SECRET))

    def test_a_fork_while_another_thread_signs(self) -> None:
        signer = made()
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with module_for(Pkcs11Uri.from_text(URI)).used("the test"):
                held.set()
                done.wait(30)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            assert held.wait(30)
            assert in_child(lambda: proven(signer))
        finally:
            done.set()
            thread.join()
        assert proven(signer)


@pytest.mark.usefixtures("tokens")
class TestModule:
    @pytest.mark.parametrize("content", [b"", b"no library", None])
    def test_not_a_module(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "module.so"
        path.mkdir() if content is None else path.write_bytes(content)
        with pytest.raises(SignerError, match=f"{path} (is missing|cannot be loaded)") as caught:
            signer_from_uri(f"{URI}?module-path={path}", SECRET)
        assert caught.value.hint

    def test_a_library_of_another_kind(self) -> None:
        with pytest.raises(SignerError, match="cannot be loaded"):
            signer_from_uri(f"{URI}?module-path={_hashlib.__file__}", SECRET)

    def test_none_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(MODULE_VARIABLE)
        with pytest.raises(SignerError, match="no PKCS#11 module is named") as caught:
            signer_from_uri(URI, SECRET)
        assert MODULE_VARIABLE in (caught.value.hint or "")

    def test_one_file_under_two_names(self, tmp_path: Path) -> None:
        signer = made()
        (tmp_path / "libother.so").symlink_to(softhsm())
        again = signer_from_uri(f"{URI}?module-path={tmp_path}/libother.so", SECRET)
        assert again.kid == signer.kid
        assert proven(signer)

    def test_a_configuration_that_is_gone(self, tokens: Tokens) -> None:
        signer = made()
        release_tokens()
        with tokens.away(), pytest.raises(SignerError, match="cannot be loaded or started"):
            signer.sign(b"message")
        assert proven(signer)


@pytest.mark.usefixtures("tokens")
class TestPin:
    def test_a_wrong_one(self) -> None:
        made()
        release_tokens()
        with pytest.raises(SignerError, match="the token dosepass refused the PIN") as caught:
            signer_from_uri(URI, WRONG)
        assert "a token locks after a few wrong PINs" in (caught.value.hint or "")
        assert "314159" not in f"{caught.value} {caught.value.hint}"
        assert proven(signer_from_uri(URI, SECRET))

    def test_a_refused_one_is_not_sent_again(self, tokens: Tokens) -> None:
        """The token would take it by now; so the words show that it was not asked."""
        made()
        tokens.make("other", b"999999")
        for uri in (URI, "pkcs11:token=other"):
            with pytest.raises(SignerError, match="refused the PIN"):
                signer_from_uri(uri, WRONG)
        with writing("dosepass") as session:
            session.set_pin(PIN.decode(), "314159")
        for _ in range(2):
            with pytest.raises(SignerError, match="dosepass refused this PIN before"):
                signer_from_uri(URI, WRONG)

    def test_none(self) -> None:
        with pytest.raises(SecretError, match="there is no PIN for the token dosepass"):
            signer_from_uri(URI, FixedSecret(b"correct horse battery"))
        assert made()

    def test_one_that_is_no_text(self) -> None:
        with pytest.raises(SecretError, match="not UTF-8"):
            signer_from_uri(URI, FixedSecret(b"", pin=b"\xff\xfe\xfd\xfc"))


@pytest.mark.parametrize(
    ("error", "words", "hint"),
    [
        (p11.PinLocked, "the PIN of the token t is locked", "security officer"),
        (p11.PinExpired, "has no PIN that may be used", "own tool"),
        (p11.UserPinNotInitialized, "has no PIN that may be used", "own tool"),
        (p11.PinLenRange, "refused the PIN", "nothing is tried again"),
        (p11.DeviceMemory, "the token t is full", "remove"),
        (p11.TokenWriteProtected, "is write-protected", "protection"),
        (p11.TokenNotPresent, "the token t is gone", "put it back"),
    ],
)
def test_what_softhsm_never_says(error: type[Exception], words: str, hint: str) -> None:
    """SoftHSM2 does not lock, and is neither protected nor of a fixed size."""
    found = signer_error(error(), "the token t")
    assert words in str(found)
    assert hint in (found.hint or "")


def families() -> Iterator[type[Exception]]:
    waiting: list[type[Exception]] = [p11.PKCS11Error]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += found.__subclasses__()


FAMILIES: Final = sorted(set(families()), key=lambda error: error.__name__)


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pkcs11Uri]:
    """Names the module alone."""
    with tokens_in(tmp_path_factory.mktemp("empty")):
        yield Pkcs11Uri(module_path=str(softhsm()))


@pytest.mark.parametrize("error", [*FAMILIES, ValueError, NotImplementedError])
def test_no_foreign_error_comes_out(uri: Pkcs11Uri, error: type[Exception]) -> None:
    with pytest.raises(SignerError) as caught, module_for(uri).used("the token t"):
        raise error
    message = str(caught.value)
    assert "the token t" in message
    assert message[0].islower()
    assert not message.endswith(".")
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_the_family_is_known() -> None:
    assert len(FAMILIES) > 60


def test_the_package_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keys.pkcs11.signer", None)
    for act in (
        lambda: signer_from_uri(URI, SECRET),
        lambda: generate_in_token(URI, ES256, SECRET),
    ):
        with pytest.raises(SignerError, match="is not installed") as caught:
            act()
        assert "dosepass[hsm]" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_where_softhsm_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="SoftHSM2 is not installed"):
        softhsm(tmp_path)
