"""Key files: encrypted, private, never overwritten; each way to be wrong has its own words."""

import errno
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from keys.algorithms import generate_private_key, verifier_for
from keys.errors import SignerError
from keys.file_signer import load_private_key, save_private_key
from keys.secrets import FixedSecret
from keys.signer import Signer, signer_from_uri
from spec.cose import Algorithm
from spec.errors import BadSignatureError
from tests.keys.homes import SECRET

PASSPHRASE = SECRET.passphrase("tests")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "signing.pem"
    save_private_key(path, generate_private_key(Algorithm.ES256), PASSPHRASE)
    return path


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("name", ["signing.pem", "khóa ký 100%.pem"])
def test_round_trip(tmp_path: Path, algorithm: Algorithm, name: str) -> None:
    path = tmp_path / name
    save_private_key(path, generate_private_key(algorithm), PASSPHRASE)
    signer: Signer = signer_from_uri(f"file:{path.as_uri()[7:]}", SECRET)
    assert signer.public_key.algorithm is algorithm
    signature = signer.sign(b"message")
    assert len(signature) == 64
    verify = verifier_for(signer.public_key)
    verify(signature, b"message")
    with pytest.raises(BadSignatureError):
        verify(signature, b"massage")


def test_the_form_with_an_empty_host(key_file: Path) -> None:
    assert signer_from_uri(key_file.as_uri(), SECRET).kid


def test_a_signer_does_not_show_its_key(key_file: Path) -> None:
    assert "rivate" not in repr(signer_from_uri(f"file:{key_file}", SECRET))


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_key_file_is_private_and_encrypted(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        path = tmp_path / "signing.pem"
        save_private_key(path, generate_private_key(Algorithm.EDDSA), PASSPHRASE)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


def test_an_existing_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(SignerError, match="not overwritten"):
        save_private_key(key_file, generate_private_key(Algorithm.ES256), PASSPHRASE)
    assert key_file.read_bytes() == before


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "signing.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(SignerError, match="not overwritten"):
        save_private_key(
            tmp_path / "signing.pem", generate_private_key(Algorithm.ES256), PASSPHRASE
        )
    assert not (tmp_path / "elsewhere.pem").exists()


def test_nothing_is_left_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SignerError, match="No space left"):
        save_private_key(
            tmp_path / "signing.pem", generate_private_key(Algorithm.ES256), PASSPHRASE
        )
    assert list(tmp_path.iterdir()) == []


def _pem(curve: ec.EllipticCurve, *, encrypted: bool = True) -> bytes:
    return ec.generate_private_key(curve).private_bytes(
        Encoding.PEM,
        PrivateFormat.PKCS8,
        BestAvailableEncryption(PASSPHRASE) if encrypted else NoEncryption(),
    )


def _damaged(pem: bytes) -> bytes:
    middle = len(pem) // 2
    return pem[:middle] + (b"A" if pem[middle : middle + 1] != b"A" else b"B") + pem[middle + 1 :]


GOOD = _pem(ec.SECP256R1())
REFUSED = [
    ("empty", b"", "not a private key"),
    ("text", b"Dear colleague,\n", "not a private key"),
    ("without encryption", _pem(ec.SECP256R1(), encrypted=False), "not encrypted"),
    ("cut off", GOOD[:200], "damaged"),
    ("endless", GOOD + b"\n" * 20_000, "damaged"),
    ("one letter changed", _damaged(GOOD), "does not open"),
    ("no Base64", GOOD.replace(b"\nM", b"\n*"), "does not open"),
    ("another curve", _pem(ec.SECP384R1()), "neither on P-256 nor Ed25519"),
]


@pytest.mark.parametrize(("pem", "words"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_files_refused(key_file: Path, pem: bytes, words: str) -> None:
    key_file.write_bytes(pem)
    with pytest.raises(SignerError, match=words) as caught:
        load_private_key(key_file, SECRET)
    assert caught.value.hint


@pytest.mark.parametrize("passphrase", [b"wrong passphrase", b"correct horse battery ", b"x"])
def test_a_wrong_passphrase(key_file: Path, passphrase: bytes) -> None:
    with pytest.raises(SignerError, match="passphrase does not open") as caught:
        load_private_key(key_file, FixedSecret(passphrase))
    assert passphrase.decode().strip() not in str(caught.value).split()
    assert "check the passphrase" in (caught.value.hint or "")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_file_open_to_others(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(SignerError, match="open to other users") as caught:
        load_private_key(key_file, SECRET)
    assert "chmod 600" in (caught.value.hint or "")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SignerError, match="is missing"):
        load_private_key(tmp_path / "signing.pem", SECRET)


URIS = [
    ("awskms:alias/signing", "awskms:"),
    ("PKCS11:token=dosepass;object=signing", "PKCS11:"),
    ("FILE:/x.pem", "FILE:"),
    ("https://example.org/key.pem", "https:"),
    ("/srv/signing.pem", "not a key URI"),
    ("", "not a key URI"),
    ("file:private/signing.pem", "not absolute"),
    ("file:", "not absolute"),
]


@pytest.mark.parametrize(("uri", "words"), URIS)
def test_uris_refused(uri: str, words: str) -> None:
    with pytest.raises(SignerError, match=words) as caught:
        signer_from_uri(uri, SECRET)
    assert "file:" in (caught.value.hint or "")
