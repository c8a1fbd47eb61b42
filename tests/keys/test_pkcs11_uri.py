"""`pkcs11:` URIs: read strictly, written so that they read back the same, never with a PIN."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import SignerError
from keys.pkcs11.uri import Pkcs11Uri

READ = [
    ("pkcs11:", Pkcs11Uri()),
    ("pkcs11:token=dosepass", Pkcs11Uri(token="dosepass")),
    ("pkcs11:object=signing;token=a", Pkcs11Uri(token="a", object="signing")),
    ("pkcs11:id=%00%1F%ff;type=private", Pkcs11Uri(id=b"\x00\x1f\xff", type="private")),
    ("pkcs11:id=abc", Pkcs11Uri(id=b"abc")),
    ("pkcs11:token=", Pkcs11Uri(token="")),
    ("pkcs11:token=B%E1%BB%99%20Y%20t%E1%BA%BF", Pkcs11Uri(token="Bộ Y tế")),
    ("pkcs11:object=a=b&c", Pkcs11Uri(object="a=b&c")),
    ("pkcs11:object=a%3Bb%25", Pkcs11Uri(object="a;b%")),
    ("pkcs11:slot-id=7;slot-description=s;slot-manufacturer=m", None),
    ("pkcs11:manufacturer=m;model=o;serial=1", None),
    ("pkcs11:library-version=2.06", Pkcs11Uri(library_version=(2, 6))),
    ("pkcs11:library-version=3", Pkcs11Uri(library_version=(3, 0))),
    ("pkcs11:library-manufacturer=m;library-description=d", None),
    ("pkcs11:token=a?module-path=/usr/lib/m.so", Pkcs11Uri(token="a", module_path="/usr/lib/m.so")),
    ("pkcs11:?module-name=softhsm2", Pkcs11Uri(module_name="softhsm2")),
    ("pkcs11:token=a?x-vendor=1", Pkcs11Uri(token="a")),
]


@pytest.mark.parametrize(("text", "uri"), READ)
def test_read(text: str, uri: Pkcs11Uri | None) -> None:
    read = Pkcs11Uri.from_text(text)
    assert uri in (read, None)
    assert Pkcs11Uri.from_text(read.to_text()) == read


REFUSED = [
    ("", "not a pkcs11: URI"),
    ("file:/x.pem", "not a pkcs11: URI"),
    ("PKCS11:token=a", "not a pkcs11: URI"),
    ("pkcs11:token", "pairs"),
    ("pkcs11:token=a;", "pairs"),
    ("pkcs11:;token=a", "pairs"),
    ("pkcs11:token=a;;object=b", "pairs"),
    ("pkcs11:=a", "pairs"),
    ("pkcs11:to ken=a", "pairs"),
    ("pkcs11:tok%65n=a", "pairs"),
    ("pkcs11:token=a;token=a", "token stands twice"),
    ("pkcs11:id=%01;id=%02", "id stands twice"),
    ("pkcs11:?module-path=/a&module-path=/b", "module-path stands twice"),
    ("pkcs11:token=a b", "percent-encoded"),
    ("pkcs11:token=a%", "percent-encoded"),
    ("pkcs11:token=a%2", "percent-encoded"),
    ("pkcs11:token=a%GG", "percent-encoded"),
    ("pkcs11:token=a/b", "percent-encoded"),
    ("pkcs11:token=a#b", "percent-encoded"),
    ("pkcs11:token=a\n", "percent-encoded"),
    ("pkcs11:token=Bộ", "percent-encoded"),
    ("pkcs11:?module-path=/a;b", "percent-encoded"),
    ("pkcs11:token=%FF", "not UTF-8"),
    ("pkcs11:object=%C3", "not UTF-8"),
    ("pkcs11:type=key", "none of RFC 7512"),
    ("pkcs11:type=", "none of RFC 7512"),
    ("pkcs11:slot-id=", "not a number"),
    ("pkcs11:slot-id=-1", "not a number"),
    ("pkcs11:slot-id=1x", "not a number"),
    ("pkcs11:slot-id=%D9%A1", "not a number"),
    ("pkcs11:slot-id=" + "9" * 21, "not a number"),
    ("pkcs11:library-version=", "not a version"),
    ("pkcs11:library-version=1.", "not a version"),
    ("pkcs11:library-version=1.2.3", "not a version"),
    ("pkcs11:vendor=1", "vendor is not an attribute"),
    ("pkcs11:x-colour=red", "x-colour is not an attribute"),
    ("pkcs11:Token=a", "Token is not an attribute"),
    ("pkcs11:module-path=a", "module-path is not an attribute"),
    ("pkcs11:slot_id=1", "slot_id is not an attribute"),
    ("pkcs11:pin-value=1234", "must not say where the PIN is"),
    ("pkcs11:token=a?pin-value=1234", "must not say where the PIN is"),
    ("pkcs11:token=a?pin-source=file:/pin", "must not say where the PIN is"),
    ("pkcs11:token=a?", "question mark"),
    ("pkcs11:token=a?other", "pairs"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refused(text: str, words: str) -> None:
    with pytest.raises(SignerError, match=words) as caught:
        Pkcs11Uri.from_text(text)
    assert caught.value.hint
    assert "1234" not in f"{caught.value} {caught.value.hint}"


TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
URIS = st.builds(
    Pkcs11Uri,
    **dict.fromkeys(("token", "manufacturer", "serial", "model", "object"), TEXT),
    **dict.fromkeys(("library_manufacturer", "library_description"), TEXT),
    **dict.fromkeys(("slot_manufacturer", "slot_description", "module_name", "module_path"), TEXT),
    library_version=st.none() | st.tuples(st.integers(0, 255), st.integers(0, 255)),
    type=st.sampled_from([None, "public", "private", "cert", "secret-key", "data"]),
    id=st.none() | st.binary(max_size=40),
    slot_id=st.none() | st.integers(0, 2**64 - 1),
)


@given(URIS)
def test_what_is_written_reads_back_the_same(uri: Pkcs11Uri) -> None:
    text = uri.to_text()
    assert text.isascii()
    assert Pkcs11Uri.from_text(text) == uri


@given(st.text() | st.text("pkcs11:;?&=%tokenid-0aF").map(lambda text: f"pkcs11:{text}"))
def test_any_text_is_read_or_refused_by_our_error(text: str) -> None:
    try:
        uri = Pkcs11Uri.from_text(text)
    except SignerError:
        return
    assert Pkcs11Uri.from_text(uri.to_text()) == uri


WORDS = [
    (Pkcs11Uri(), "the key in the token"),
    (Pkcs11Uri(token="t", object="o"), "the key o in the token t"),
    (Pkcs11Uri(serial="7", id=b"\x01"), "the key with id 01 in the token with serial number 7"),
    (Pkcs11Uri(slot_id=3, object="o"), "the key o in the token in slot 3"),
]


@pytest.mark.parametrize(("uri", "words"), WORDS)
def test_words_for_people(uri: Pkcs11Uri, words: str) -> None:
    assert uri.key_words() == words
