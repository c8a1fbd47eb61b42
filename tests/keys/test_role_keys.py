"""The private keys of roles: found by their identifiers, never overwritten, opened once."""

import shutil
from pathlib import Path

import pytest
from tuf.api.metadata import Root

from keys.algorithms import generate_private_key
from keys.errors import SignerError
from keys.publication.role_keys import STATUS_KEY_FIELD, RoleKeys, status_keyid
from keys.secrets import FixedSecret
from spec.cose import Algorithm

PASSPHRASE = b"correct horse battery"


@pytest.fixture
def keys(tmp_path: Path) -> RoleKeys:
    return RoleKeys(tmp_path, FixedSecret(PASSPHRASE))


@pytest.mark.parametrize("algorithm", [Algorithm.EDDSA, Algorithm.ES256])
def test_a_key_that_was_added_signs(keys: RoleKeys, tmp_path: Path, algorithm: Algorithm) -> None:
    keyid = keys.add(generate_private_key(algorithm), PASSPHRASE)
    (path,) = tmp_path.iterdir()
    assert path == keys.path(keyid) == tmp_path / f"role-{keyid[:16]}.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.has(keyid)
    signer = keys.signer(keyid)
    assert signer.public_key.keyid == keyid
    signer.public_key.verify_signature(signer.sign(b"data"), b"data")


def test_a_key_is_opened_once(keys: RoleKeys) -> None:
    keyid = keys.add(generate_private_key(Algorithm.EDDSA), PASSPHRASE)
    first = keys.signer(keyid)
    keys.path(keyid).unlink()
    assert keys.signer(keyid) is first


def test_nothing_is_overwritten(keys: RoleKeys) -> None:
    private_key = generate_private_key(Algorithm.EDDSA)
    keyid = keys.add(private_key, PASSPHRASE)
    before = keys.path(keyid).read_bytes()
    with pytest.raises(SignerError, match="not overwritten"):
        keys.add(private_key, PASSPHRASE)
    assert keys.path(keyid).read_bytes() == before


def test_a_missing_key(keys: RoleKeys) -> None:
    assert not keys.has("0" * 64)
    with pytest.raises(SignerError, match="is missing"):
        keys.signer("0" * 64)


def test_a_key_under_the_name_of_another(keys: RoleKeys) -> None:
    one, other = (keys.add(generate_private_key(Algorithm.EDDSA), PASSPHRASE) for _ in range(2))
    shutil.copy(keys.path(one), keys.path(other))
    with pytest.raises(SignerError, match="holds another key than its name says"):
        keys.signer(other)


def test_a_wrong_passphrase(keys: RoleKeys, tmp_path: Path) -> None:
    keyid = keys.add(generate_private_key(Algorithm.EDDSA), PASSPHRASE)
    with pytest.raises(SignerError, match="does not open"):
        RoleKeys(tmp_path, FixedSecret(b"another passphrase")).signer(keyid)


@pytest.mark.parametrize(
    "keyid", ["", "0" * 63, "0" * 65, "A" * 64, "../" * 21 + "a", "0" * 63 + "\n", "\0" * 64]
)
def test_what_is_no_identifier_names_no_file(keys: RoleKeys, keyid: str) -> None:
    assert not keys.has(keyid)
    with pytest.raises(SignerError, match="64 hexadecimal digits") as caught:
        keys.signer(keyid)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, None), ({STATUS_KEY_FIELD: "ab"}, "ab"), ({STATUS_KEY_FIELD: 1}, None)],
)
def test_the_status_key_that_a_root_names(fields: dict[str, object], expected: str | None) -> None:
    assert status_keyid(Root(unrecognized_fields=fields)) == expected
