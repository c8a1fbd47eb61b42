"""What clients send, fuzzed: bodies and lines of requests, and entry policies.

Each holds its reader to its promise: the quick decoder reads what the strict one reads, and lines
are those of the body however it is cut.
"""

import io
import json
from collections.abc import Callable, Iterator
from typing import Final

from keys.serving import body as serving
from keys.serving.problems import ProblemError
from keys.strict_json import decode_strictly
from spec.entry_policy import EntryPolicy
from spec.entry_rules import EntryRefusedError, EntryRules
from tests.authority import NOW, Authority
from tests.vectors.files import all_policy_cases
from verifier.lines import read_lines
from verifier.matching import match_request_of, match_to_json
from verifier.request import batch_request_of, verify_request_of

__all__ = ["BODIES"]

_LONGEST: Final = 256
_CERTIFICATE: Final = Authority(seed="vectors").certificate()
_CARD: Final = "079187004821|012345678|Nguyễn Thị Minh Châu|14031987|Nữ|Quận 1|15042021"


def _verify_body(data: bytes) -> None:
    _hold_decoder(data)
    verify_request_of(data)


def _batch_body(data: bytes) -> None:
    _hold_decoder(data)
    assert 1 <= len(batch_request_of(data)) <= 1000


def _match_body(data: bytes) -> None:
    asked = match_request_of(data)
    told = json.dumps(match_to_json(_CERTIFICATE, asked, "vi"), ensure_ascii=False)
    assert asked.stated.name.text not in told or len(asked.stated.name.text) < 8, "a name came back"


def _batch_lines(data: bytes) -> None:
    whole = [line for some in read_lines(io.BytesIO(data), _LONGEST, 1 << 20) for line in some]
    for piece in (1, 64):
        cut = [line for some in read_lines(io.BytesIO(data), _LONGEST, piece) for line in some]
        assert cut == whole
    for line in whole:
        if line.content is not None:
            try:
                verify_request_of(line.content)
            except ProblemError:
                continue


def _entry_policy(data: bytes) -> None:
    policy = EntryPolicy.from_json(data)
    for place in policy.places:
        try:
            EntryRules.of(policy, place).check(_CERTIFICATE, NOW)
        except EntryRefusedError as error:
            moment = error.refusal.passes_from
            assert moment is None or NOW < moment < _CERTIFICATE.expires_at


def _hold_decoder(data: bytes) -> None:
    """The quick decoder of texts is the strict one, or leaves it to that."""
    try:
        strict: object = decode_strictly(data)
    except (ValueError, RecursionError):
        strict = None
    quick = serving.decode_texts(data)
    assert quick is None or quick == strict


def _bodies() -> Iterator[bytes]:
    for document in (
        {"text": "DP1:ABC"},
        {"text": "", "disclose": ["name", "doses"]},
        {"text": 'with "marks"'},
        {"texts": ["DP1:", "x"], "disclose": []},
        {"text": "", "paper": _CARD},
        {"text": "", "identity": {"name": "An", "birth_date": "1990", "id_number": "4821"}},
        {"text": 1.5, "texts": [None, True]},
    ):
        yield json.dumps(document, ensure_ascii=False).encode()
    yield b'{"text": "a", "text": "b"}'
    yield b'{"te\\u0078t": "a", "text": "b"}'
    yield b'{"text": "\xff"}'


def _streams() -> Iterator[bytes]:
    yield b"\n".join(_bodies())
    yield b"\r\n".join(_bodies()) + b"\r\n"
    yield b"x" * 300 + b"\n{}\n\n"


def _policies() -> Iterator[bytes]:
    yield from (case.document["policy"].encode() for case in all_policy_cases())


BODIES: Final[dict[str, tuple[Callable[[bytes], None], Callable[[], Iterator[bytes]]]]] = {
    "verify-body": (_verify_body, _bodies),
    "batch-body": (_batch_body, _bodies),
    "batch-lines": (_batch_lines, _streams),
    "match-body": (_match_body, _bodies),
    "entry-policy": (_entry_policy, _policies),
}
"""By name: what is called, and what to begin with."""
