"""Keys in real SoftHSM2 tokens: made, used, lost; each way to be wrong has its own words."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11 import exceptions as p11

from keys.algorithms import generate_private_key, kid_of, public_key_of
from keys.errors import SignerError
from keys.pkcs11.module import release_tokens
from keys.pkcs11.objects import mechanism_for
from keys.pkcs11.uri import Pkcs11Uri
from keys.secrets import FixedSecret
from keys.signer import generate_in_token, signer_from_uri
from spec.cose import Algorithm
from tests.keys.tokens import (
    PIN,
    SECRET,
    URI,
    Tokens,
    full_disk,
    lose_session,
    made,
    make_keys,
    proven,
    replace_public,
    softhsm,
    tokens_in,
    writing,
)

ES256, EDDSA = Algorithm.ES256, Algorithm.EDDSA
P256: Final = bytes.fromhex("06082a8648ce3d030107")
P384: Final = bytes.fromhex("06052b81040022")


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[Tokens]:
    with tokens_in(tmp_path) as found:
        found.make("dosepass")
        yield found


@pytest.mark.usefixtures("tokens")
class TestUse:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    @pytest.mark.parametrize("name", ["signing", "kh%C3%B3a%20k%C3%BD%3B"])
    def test_round_trip(self, algorithm: Algorithm, name: str) -> None:
        uri, public_key = generate_in_token(
            f"pkcs11:token=dosepass;object={name}", algorithm, SECRET
        )
        release_tokens()
        signer = signer_from_uri(uri, SECRET)
        assert signer.public_key == public_key
        assert public_key.algorithm is algorithm
        assert signer.kid == kid_of(public_key)
        assert len(signer.sign(b"")) == 64
        assert proven(signer, b"x" * 10_000)

    def test_the_uri_to_keep_names_the_key_fully_and_no_pin(self) -> None:
        path = softhsm()
        given = f"pkcs11:object=signing?module-path={path}"
        uri = Pkcs11Uri.from_text(generate_in_token(given, ES256, SECRET)[0])
        assert (uri.token, uri.object, uri.module_path) == ("dosepass", "signing", str(path))
        assert len(uri.id or b"") == 8
        assert PIN.decode() not in uri.to_text()

    def test_a_given_id_is_kept(self) -> None:
        uri, _ = generate_in_token(f"{URI};id=%01%02;type=private", ES256, SECRET)
        assert "id=%01%02" in uri
        assert proven(signer_from_uri("pkcs11:id=%01%02", SECRET))

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    def test_the_private_key_stays_in_the_token(self, algorithm: Algorithm) -> None:
        made(algorithm)
        with writing("dosepass") as session:
            (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            yes = ("TOKEN", "PRIVATE", "SENSITIVE", "SIGN", "LOCAL", "NEVER_EXTRACTABLE")
            no = ("EXTRACTABLE", "DECRYPT", "UNWRAP", "DERIVE")
            assert [flag for flag in yes if not key[Attribute[flag]]] == []
            assert [flag for flag in no if key[Attribute[flag]]] == []
            with pytest.raises(p11.AttributeSensitive):
                key[Attribute.VALUE]

    def test_two_keys_of_one_token_share_a_login(self) -> None:
        first, second = made(), made(EDDSA, "pkcs11:token=dosepass;object=other")
        assert proven(first)
        assert proven(second)

    def test_two_tokens(self, tokens: Tokens) -> None:
        tokens.make("other", b"999999")
        first = made()
        other = FixedSecret(b"", pin=b"999999")
        uri, _ = generate_in_token("pkcs11:token=other;object=signing", EDDSA, other)
        second = signer_from_uri(uri, other)
        assert proven(first)
        assert proven(second)
        assert proven(first)

    @pytest.mark.parametrize("wrapper", [b"", b"\x04\x41", b"\x03\x42\x00"])
    def test_the_point_of_p256_in_any_form(self, wrapper: bytes) -> None:
        key = made().public_key
        replace_public("dosepass", wrapper + b"\x04" + key.x + (key.y or b""))
        assert signer_from_uri(URI, SECRET).public_key == key

    @pytest.mark.parametrize("wrapper", [b"", b"\x04\x20", b"\x03\x21\x00"])
    def test_the_point_of_ed25519_in_any_form(self, wrapper: bytes) -> None:
        key = made(EDDSA).public_key
        replace_public("dosepass", wrapper + key.x)
        assert signer_from_uri(URI, SECRET).public_key == key

    @pytest.mark.parametrize("parameters", ["130c656477617264733235353139", "06032b6570"])
    def test_ed25519_under_each_name(self, parameters: str) -> None:
        make_keys("dosepass", KeyType.EC_EDWARDS, bytes.fromhex(parameters), label="signing")
        assert proven(signer_from_uri(URI, SECRET))

    def test_a_pair_without_id_is_matched_by_its_label(self) -> None:
        make_keys("dosepass", KeyType.EC, P256, label="other")
        make_keys("dosepass", KeyType.EC, P256, label="signing")
        assert proven(signer_from_uri(URI, SECRET))


AVAILABLE = [
    (ES256, {Mechanism.ECDSA_SHA256, Mechanism.ECDSA}, Mechanism.ECDSA_SHA256),
    (ES256, {Mechanism.ECDSA, Mechanism.EDDSA}, Mechanism.ECDSA),
    (EDDSA, {Mechanism.ECDSA, Mechanism.EDDSA}, Mechanism.EDDSA),
    (ES256, {Mechanism.EDDSA}, None),
    (EDDSA, {Mechanism.ECDSA, 0x80000001}, None),
    (EDDSA, set[Mechanism](), None),
]


@pytest.mark.parametrize(("algorithm", "available", "expected"), AVAILABLE)
def test_the_mechanism(
    algorithm: Algorithm, available: set[Mechanism], expected: Mechanism | None
) -> None:
    if expected is None:
        with pytest.raises(SignerError, match="no mechanism for"):
            mechanism_for(algorithm, available)
    else:
        assert mechanism_for(algorithm, available) is expected


Spoil = Callable[[Tokens], object]


def _twice(name: str) -> Spoil:
    def spoil(tokens: Tokens) -> None:
        for key_id in (b"\x01", b"\x02"):
            make_keys("dosepass", KeyType.EC, P256, label=name, id=key_id)

    return spoil


def _keys(kind: Any, parameters: bytes | int, **settings: Any) -> Spoil:
    return lambda _: make_keys("dosepass", kind, parameters, label="signing", **settings)


def _public(*points: bytes, **changes: Any) -> Spoil:
    def spoil(tokens: Tokens) -> None:
        made()
        replace_public("dosepass", *points, **changes)

    return spoil


def _nothing(tokens: Tokens) -> None:
    pass


def _stranger() -> bytes:
    key = public_key_of(generate_private_key(ES256))
    return b"\x04\x41\x04" + key.x + (key.y or b"")


OPEN: list[tuple[str, str, Spoil, str, str]] = [
    ("no key", URI, _nothing, "the key signing in the token dosepass is not there", "generate"),
    ("no token", "pkcs11:token=absent", _nothing, "the token absent is not there", "list"),
    ("no serial", "pkcs11:serial=1", _nothing, "serial number 1 is not there", "list"),
    ("other slot", "pkcs11:slot-id=4", _nothing, "token in slot 4 is not there", "list"),
    ("other maker", f"{URI};manufacturer=x", _nothing, "dosepass is not there", "list"),
    ("other library", f"{URI};library-version=1", _nothing, "dosepass is not there", "list"),
    ("two tokens", URI, lambda t: t.make("dosepass"), "2 tokens match the token", "serial="),
    ("two keys", URI, _twice("signing"), "2 private keys match the key signing", "%01, %02"),
    ("any key", "pkcs11:token=dosepass", _twice("x"), "2 private keys match", "%01, %02"),
    ("RSA", URI, _keys(KeyType.RSA, 1024), "neither on P-256 nor Ed25519", "generate"),
    ("P-384", URI, _keys(KeyType.EC, P384), "neither on P-256 nor Ed25519", "generate"),
    (
        "no signing",
        URI,
        _keys(KeyType.EC, P256, capabilities=MechanismFlag.DERIVE),
        "is not allowed to sign",
        "CKA_SIGN",
    ),
    ("no public key", URI, _public(), "shows no public key", "CKA_ID"),
    ("other id", URI, _public(_stranger(), ID=b"\x07"), "shows no public key", "CKA_ID"),
    ("two public", URI, _public(_stranger(), _stranger()), "several public keys", "CKA_ID"),
    ("stranger", URI, _public(_stranger()), "does not belong to the private one", "CKA_ID"),
    ("no point", URI, _public(b"\x04\x41\x04" + bytes(64)), "is no sound key", "generate"),
    ("compressed", URI, _public(b"\x04\x21\x02" + bytes(32)), "none of PKCS#11", "generate"),
    ("empty point", URI, _public(b""), "none of PKCS#11", "generate"),
    (
        "mechanism",
        URI,
        lambda t: (made(), t.configure("slots.mechanisms = CKM_EDDSA")),
        "no mechanism for ES256",
        "CKM_ECDSA",
    ),
    ("public", f"{URI};type=public", _nothing, "type public", "type=private"),
    ("PIN in it", f"{URI}?pin-value=1", _nothing, "where the PIN is", "--pin-file"),
    ("other module", f"{URI}?module-name=x", _nothing, "is not the module x", "module-path"),
    ("no module", f"{URI}?module-path=/x/y.so", _nothing, "/x/y.so is missing", "module-path"),
    ("relative", f"{URI}?module-path=y.so", _nothing, "not an absolute path", "module-path"),
]


@pytest.mark.parametrize(
    ("uri", "spoil", "words", "hint"), [pytest.param(*row[1:], id=row[0]) for row in OPEN]
)
def test_not_opened(tokens: Tokens, uri: str, spoil: Spoil, words: str, hint: str) -> None:
    spoil(tokens)
    with pytest.raises(SignerError, match=words) as caught:
        signer_from_uri(uri, SECRET)
    assert hint in (caught.value.hint or "")


@pytest.mark.usefixtures("tokens")
class TestGenerate:
    @pytest.mark.parametrize(
        "uri", [URI, f"{URI};id=%07", "pkcs11:token=dosepass;object=other;id=%01"]
    )
    def test_nothing_is_overwritten(self, uri: str) -> None:
        generate_in_token(f"{URI};id=%01", ES256, SECRET)
        with pytest.raises(SignerError, match="exists and is not overwritten") as caught:
            generate_in_token(uri, EDDSA, SECRET)
        assert "another object" in (caught.value.hint or "")
        assert self._count() == 2

    @pytest.mark.parametrize("uri", ["pkcs11:token=dosepass", "pkcs11:object=", "pkcs11:id=%01"])
    def test_a_name_is_needed(self, uri: str) -> None:
        with pytest.raises(SignerError, match="names no object"):
            generate_in_token(uri, ES256, SECRET)

    def test_a_full_disk_leaves_nothing(self) -> None:
        signer = made()  # logs in: SoftHSM2 spoils its token when the disk is full at a login
        with full_disk(), pytest.raises(SignerError, match="dosepass failed") as caught:
            generate_in_token(f"{URI}2", ES256, SECRET)
        assert "full or write-protected" in (caught.value.hint or "")
        assert self._count() == 2
        assert proven(signer)

    @pytest.mark.parametrize("algorithm", list(Algorithm))
    def test_a_token_that_cannot(self, tokens: Tokens, algorithm: Algorithm) -> None:
        tokens.configure("slots.mechanisms = CKM_RSA_PKCS")
        with pytest.raises(SignerError, match=f"no mechanism for {algorithm.name}"):
            generate_in_token(URI, algorithm, SECRET)
        tokens.configure()
        assert self._count() == 0

    def test_a_key_that_fails_at_its_first_use_is_taken_away(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("keys.pkcs11.signer.public_half", _fails)
        with pytest.raises(SignerError, match="the test says so"):
            generate_in_token(URI, ES256, SECRET)
        assert self._count() == 0

    def _count(self) -> int:
        with writing("dosepass") as session:
            return len(list(session.get_objects()))


def _fails(*_: object) -> None:
    raise SignerError("the test says so")


class TestFailures:
    @pytest.mark.parametrize("algorithm", list(Algorithm))
    def test_a_token_removed_and_put_back(self, tokens: Tokens, algorithm: Algorithm) -> None:
        signer = made(algorithm)
        with tokens.away():
            for words in ("the session with the token dosepass is lost", "cannot be loaded"):
                with pytest.raises(SignerError, match=words) as caught:
                    signer.sign(b"message")
                assert caught.value.hint
        assert proven(signer)

    def test_a_lost_session(self, tokens: Tokens) -> None:
        signer = made()
        lose_session(URI)
        with pytest.raises(SignerError, match="session with the token dosepass is lost"):
            signer.sign(b"message")
        assert proven(signer)

    def test_one_failure_does_not_stop_another_key(self, tokens: Tokens) -> None:
        signer = made()
        with pytest.raises(SignerError, match="is not there"):
            signer_from_uri("pkcs11:token=absent", SECRET)
        assert proven(signer)

    def test_another_token_under_the_same_name(self, tokens: Tokens, tmp_path: Path) -> None:
        made()
        signer = signer_from_uri(URI, SECRET)  # without the random id, which would differ
        with tokens.away():
            tokens.folder.mkdir()
            tokens.make("dosepass")
            made()
            with pytest.raises(SignerError, match="is another key than before") as caught:
                signer.sign(b"message")
            assert "right token" in (caught.value.hint or "")
            tokens.folder.rename(tmp_path / "other")
            release_tokens()
        assert proven(signer)
