"""What is fuzzed: each target takes any bytes, and may raise nothing but our errors.

A target also holds its parser to its promise: what is read has no other spelling.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cbor2

from keys.bundle import TrustBundle
from keys.kept.stored_bundle import StoredBundle, StoredStatus
from spec import base45, cbor, qr_text
from spec.certificate import Certificate
from spec.certificate_number import parse_certificate_number
from spec.cose import CoseSign1, ProtectedHeader
from spec.dates import BirthDate
from spec.errors import DosepassError
from spec.match import Match, compare
from spec.papers.paper import PaperError
from spec.papers.reading import read_paper
from spec.status_index import StatusIndex
from spec.status_list import STATUS_LIST_BYTES, compress, decompress
from spec.status_token import StatusToken
from spec.trust_list import KeyState, TrustList
from spec.vaccines import VaccineTable
from spec.verdicts import Outcome
from tests.authority import NOW, Authority, vaccine_table
from tests.fuzz.bodies import BODIES
from tests.fuzz.record_files import RECORD_FILES
from verifier.pipeline import check

__all__ = ["TARGETS", "Target"]

SPEC: Final = Path(__file__).parent.parent.parent / "spec"


@dataclass(frozen=True, slots=True)
class Target:
    """One parser: how it is called, and sound or nearly sound input to begin with."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]

    def __call__(self, data: bytes) -> None:
        """Run once; our errors are answers, everything else is a finding."""
        try:
            self.run(data)
        except DosepassError:
            return


def _vectors() -> Iterator[dict[str, Any]]:
    for path in sorted((SPEC / "vectors").glob("*.json")):
        yield json.loads(path.read_text("utf-8"))


def _texts() -> Iterator[bytes]:
    for vector in _vectors():
        yield vector["text"].encode(errors="surrogatepass")


def _encoded() -> Iterator[bytes]:
    yield from (text[4:] for text in _texts())


def _messages() -> Iterator[bytes]:
    for text in _texts():
        try:
            yield qr_text.from_text(text.decode(errors="surrogatepass"))
        except DosepassError:
            continue


def _parsed() -> Iterator[CoseSign1]:
    for message in _messages():
        try:
            yield CoseSign1.from_cbor(message)
        except DosepassError:
            continue


def _headers() -> Iterator[bytes]:
    yield from (message.protected for message in _parsed())


def _payloads() -> Iterator[bytes]:
    yield from (message.payload for message in _parsed())


def _items() -> Iterator[bytes]:
    yield from (message[1:] for message in _messages())
    yield from _headers()
    yield from _payloads()
    yield from _trust_lists()
    yield from _indexes()


def _status_vectors(member: str) -> Iterator[bytes]:
    for path in sorted((SPEC / "status-vectors").glob("*.json")):
        vector = json.loads(path.read_text("utf-8"))
        if member in vector:
            yield bytes.fromhex(vector[member])


def _indexes() -> Iterator[bytes]:
    yield from _status_vectors("index")


def _tokens() -> Iterator[bytes]:
    yield from _status_vectors("token")


def _compressed() -> Iterator[bytes]:
    """What stands behind the member `lst` of each token, where it stands as it should."""
    for token in _tokens():
        _, found, rest = token.partition(b"clst")
        if found and rest[0] == 0x58:
            yield rest[2 : 2 + rest[1]]
        elif found and rest[0] == 0x59:
            yield rest[3 : 3 + int.from_bytes(rest[1:3], "big")]


def _trust_lists() -> Iterator[bytes]:
    lists = {vector["trust"]["trust_list"] for vector in _vectors()}
    yield from (bytes.fromhex(one) for one in sorted(lists))


def _tables() -> Iterator[bytes]:
    """The published table, one row of each kind at a time: small input is fuzzed best."""
    table = json.loads((SPEC / "data" / "vaccines.json").read_text("utf-8"))
    for vaccine, mixed in zip(table["vaccines"], table["mixed_courses"], strict=False):
        small = table | {"source": "", "vaccines": [vaccine], "mixed_courses": [mixed]}
        yield json.dumps(small).encode()


def _bundles() -> Iterator[bytes]:
    table = next(_tables())
    status = StoredStatus(issuer="VN", issued_at=NOW, fresh_until=NOW, lists=(bytes(32),))
    for trust_list in _trust_lists():
        yield StoredBundle(
            trust_list=trust_list,
            vaccines=table,
            fresh_until=NOW,
            status=status,
            genuine={_AUTHORITY.keys["active"].kid: {0: bytes(32)}},
            newest_time=NOW,
        ).to_cbor()


def _dates() -> Iterator[bytes]:
    yield from (b"1987-03-14", b"1952-07", b"1952", b"1987-02-30", b"0000")


def _numbers() -> Iterator[bytes]:
    yield from (b"VN-0002-7RA4", b"VN-79-0002-7RA4", b"vn 0002 7ra4")


def _papers() -> Iterator[bytes]:
    card = "079190000123|012345678|Nguyễn Thị Hoà|31121990|Nữ|Quận 1|15042021"
    yield card.encode()
    yield b"\xef\xbb\xbf" + card.encode() + b"||Nguy\r\n"
    yield card.encode().decode("latin-1").encode()
    yield b"GD4797912345678|416e|31/12/1990|2|0x41|79 - 014|-|-|-|-|-|4|-|15a0-7102|$"
    yield b"******000123|NGUYEN THI HOA|1990-**-**|1|QID|EXT"


def _text(data: bytes) -> str:
    """Any text, lone surrogates included, and the same text for the text of a seed."""
    return data.decode("utf-8", errors="surrogateescape")


def _base45(data: bytes) -> None:
    text = _text(data)
    assert base45.encode(base45.decode(text)) == text


def _encode_base45(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


def _qr_text(data: bytes) -> None:
    text = _text(data)
    assert qr_text.to_text(qr_text.from_text(text)) == text


def _cbor(data: bytes) -> None:
    value = cbor.decode(data)
    assert cbor.encode(value) == data
    assert cbor2.dumps(value) == data


def _cose(data: bytes) -> None:
    message = CoseSign1.from_cbor(data)
    assert message.to_cbor() == data
    assert cbor2.loads(data[1:]) == [message.protected, {}, message.payload, message.signature]


def _header(data: bytes) -> None:
    header = ProtectedHeader.from_cbor(data)
    if 2 not in cbor.decode(data):
        assert header.to_cbor() == data


def _claims(data: bytes) -> None:
    certificate = Certificate.from_cbor(data)
    written = certificate.to_cbor()
    assert Certificate.from_cbor(written) == certificate
    certificate.check()


def _trust_list(data: bytes) -> None:
    trust_list = TrustList.from_cbor(data)
    TrustBundle.of(
        trust_list=trust_list,
        vaccines=vaccine_table(),
        fresh_until=NOW,
        status=_BUNDLE.status,
    )


def _status_list(data: bytes) -> None:
    bits = decompress(data)
    assert len(bits) == STATUS_LIST_BYTES
    assert decompress(compress(bits)) == bits


def _status_token(data: bytes) -> None:
    token = StatusToken.from_message(CoseSign1.from_cbor(data))
    assert StatusToken.from_cbor(token.to_cbor()) == token


def _status_index(data: bytes) -> None:
    index = StatusIndex.from_cbor(data)
    assert StatusIndex.from_cbor(index.to_cbor()) == index


def _vaccines(data: bytes) -> None:
    VaccineTable.from_json(data)


def _bundle(data: bytes) -> None:
    StoredBundle.from_cbor(data).open(lambda _, length: memoryview(bytes(length)))


def _birth_date(data: bytes) -> None:
    text = _text(data)
    assert str(BirthDate.parse(text)) == text


def _certificate_number(data: bytes) -> None:
    parse_certificate_number(_text(data))


def _identity_paper(data: bytes) -> None:
    for source in (data, _text(data)):
        with suppress(PaperError):
            paper = read_paper(source)
            assert compare(paper.stated, paper.stated).verdict is Match.MATCH


_AUTHORITY: Final = Authority(seed="vectors")
_BUNDLE: Final = _AUTHORITY.bundle()
_PAYLOADS: Final = frozenset(_payloads())


def _after_the_theft() -> TrustBundle:
    authority = Authority(seed="vectors")
    authority.know(authority.certificate())
    authority.change_key("active", state=KeyState.COMPROMISED)
    return authority.bundle()


_STOLEN: Final = _after_the_theft()
_GENUINE: Final = _AUTHORITY.certificate().to_cbor()


def _pipeline(data: bytes) -> None:
    verdict = check(_text(data), _BUNDLE, NOW)
    if verdict.outcome is Outcome.ACCEPTED:
        message = CoseSign1.from_cbor(qr_text.from_text(_text(data)))
        assert message.payload in _PAYLOADS, "a forgery"


def _signed_payload(data: bytes) -> None:
    verdict = check(_AUTHORITY.sign(data), _BUNDLE, NOW)
    assert (verdict.certificate is not None) is (verdict.outcome is Outcome.ACCEPTED)


def _stolen_key(data: bytes) -> None:
    verdict = check(_AUTHORITY.sign(data), _STOLEN, NOW)
    assert (verdict.outcome is Outcome.ACCEPTED) is (data == _GENUINE), "a forgery"


TARGETS: Final = {
    "base45": Target(_base45, _encoded),
    "base45-encode": Target(_encode_base45, _messages),
    "qr-text": Target(_qr_text, _texts),
    "cbor": Target(_cbor, _items),
    "cose": Target(_cose, _messages),
    "header": Target(_header, _headers),
    "claims": Target(_claims, _payloads),
    "trust-list": Target(_trust_list, _trust_lists),
    "status-list": Target(_status_list, _compressed),
    "status-token": Target(_status_token, _tokens),
    "status-index": Target(_status_index, _indexes),
    "vaccines": Target(_vaccines, _tables),
    "stored-bundle": Target(_bundle, _bundles),
    "birth-date": Target(_birth_date, _dates),
    "certificate-number": Target(_certificate_number, _numbers),
    "identity-paper": Target(_identity_paper, _papers),
    "pipeline": Target(_pipeline, _texts),
    "signed-payload": Target(_signed_payload, _payloads),
    "stolen-key": Target(_stolen_key, _payloads),
    **{name: Target(run, seeds) for name, (run, seeds) in BODIES.items()},
    **{name: Target(run, seeds) for name, (run, seeds) in RECORD_FILES.items()},
}
