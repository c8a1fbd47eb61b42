"""Real SoftHSM2 tokens in a folder of the test, and ways to spoil them."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from pkcs11 import Attribute, MechanismFlag, ObjectClass, Session

from keys.algorithms import verifier_for
from keys.pkcs11.module import MODULE_VARIABLE, module_for, release_tokens
from keys.pkcs11.objects import find_token
from keys.pkcs11.uri import Pkcs11Uri
from keys.secrets import FixedSecret
from keys.signer import Signer, generate_in_token, signer_from_uri
from spec.cose import Algorithm

PIN: Final = b"271828"
SECRET: Final = FixedSecret(b"correct horse battery", pin=PIN)
URI: Final = "pkcs11:token=dosepass;object=signing"
WRONG: Final = FixedSecret(b"correct horse battery", pin=b"314159")
PLACES: Final = (
    "usr/lib/softhsm/libsofthsm2.so",
    "usr/lib/*/softhsm/libsofthsm2.so",
    "usr/lib64/pkcs11/libsofthsm2.so",
    "usr/local/lib/softhsm/libsofthsm2.so",
    "opt/homebrew/lib/softhsm/libsofthsm2.so",
)
"""Where Debian, Fedora, a build from source and Homebrew put the module."""


def softhsm(root: Path = Path("/")) -> Path:
    """The module of SoftHSM2. Without it the test is skipped, but fails where CI=true is set."""
    found = [path for place in PLACES for path in sorted(root.glob(place))]
    if found:
        return found[0]
    missing = "SoftHSM2 is not installed (apt-get install softhsm2)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, and CI=true lets no test be skipped for that")
    pytest.skip(missing)


class Tokens:
    """A folder of tokens, and the configuration that leads SoftHSM2 there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tokens"
        self.folder.mkdir(parents=True)
        self.configuration = folder / "softhsm2.conf"
        self.configure()

    def configure(self, *lines: str) -> None:
        """Write the configuration, with further lines; read when the module is next started."""
        settings = (f"directories.tokendir = {self.folder}", "log.level = ERROR", *lines)
        self.configuration.write_text("".join(f"{line}\n" for line in settings))
        release_tokens()

    def make(self, label: str, pin: bytes = PIN) -> None:
        """Initialise a token; the module sees it when it is next started."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label]
        command += ["--so-pin", "security officer", "--pin", pin.decode()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words
        release_tokens()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take all tokens away for a while."""
        hidden = self.folder.with_name("hidden")
        self.folder.rename(hidden)
        try:
            yield
        finally:
            hidden.rename(self.folder)


@contextmanager
def tokens_in(folder: Path) -> Iterator[Tokens]:
    """Let this process use the tokens of a folder, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MODULE_VARIABLE, str(softhsm()))
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        try:
            yield Tokens(folder)
        finally:
            release_tokens()


@contextmanager
def writing(label: str, pin: bytes = PIN) -> Iterator[Session]:
    """A session with a token that may change it, past all of our own rules."""
    uri = Pkcs11Uri(token=label)
    release_tokens()
    with module_for(uri).used(label) as library:
        yield find_token(library, uri).open(rw=True, user_pin=pin.decode())
    release_tokens()


def lose_session(uri: str) -> None:
    """Close the session that signers of a token share, behind their back."""
    parsed = Pkcs11Uri.from_text(uri)
    module = module_for(parsed)
    with module.used("the test") as library:
        module.session(find_token(library, parsed), SECRET).close()


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow: what a full disk is to SoftHSM2, for any user."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def make_keys(token: str, kind: Any, parameters: bytes | int, **settings: Any) -> None:
    """Make a key pair of any kind in a token."""
    with writing(token) as session:
        if isinstance(parameters, int):
            session.generate_keypair(kind, parameters, store=True, **settings)
            return
        domain = session.create_domain_parameters(
            kind, {Attribute.EC_PARAMS: parameters}, local=True
        )
        settings = {"capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY} | settings
        domain.generate_keypair(store=True, **settings)


def replace_public(label: str, *points: bytes, **changes: Any) -> None:
    """Take the public key objects of a token away, and put others with these points there."""
    with writing(label) as session:
        (public,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY})
        names = ("CLASS", "KEY_TYPE", "EC_PARAMS", "ID", "LABEL")
        template = {Attribute[name]: public[Attribute[name]] for name in names}
        public.destroy()
        template |= {Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.VERIFY: True}
        template |= {Attribute[name]: value for name, value in changes.items()}
        for point in points:
            session.create_object(template | {Attribute.EC_POINT: point})


def made(algorithm: Algorithm = Algorithm.ES256, uri: str = URI) -> Signer:
    """Make a key in a token and open it."""
    return signer_from_uri(generate_in_token(uri, algorithm, SECRET)[0], SECRET)


def proven(signer: Signer, message: bytes = b"message") -> bool:
    """Whether a signature holds; raises when it does not."""
    verifier_for(signer.public_key)(signer.sign(message), message)
    return True
