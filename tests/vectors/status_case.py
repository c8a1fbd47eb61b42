"""One test vector of a status list token or a status index: its bytes, and what they say."""

import json
from dataclasses import dataclass
from typing import Any, Final

import cbor2

from spec import cbor
from spec.cose import ProtectedHeader, to_be_signed
from spec.limits import STATUS_LIST_SIZE
from spec.status_index import StatusIndex
from spec.status_list import Status, filled, put
from spec.status_token import status_header, status_subject
from tests.authority import Authority
from tests.vectors.case import StatusList

__all__ = ["KEY", "KEYS", "StatusCase", "bits_of", "index_case", "signed_token", "token_case"]

_AUTHORITY: Final = Authority(seed="status vectors")
KEY: Final = _AUTHORITY.keys["active"]
"""The key that signs the tokens; it signs nothing else."""

KEYS: Final = cbor.encode(
    [KEY.public_key.to_cose_key() | {2: KEY.kid, 3: int(KEY.public_key.algorithm)}]
)
"""What is published as status/keys.cbor."""


@dataclass(frozen=True, kw_only=True)
class StatusCase:
    """One file of `spec/status-vectors/`."""

    name: str
    document: dict[str, Any]

    def to_json(self) -> str:
        """The file, to the byte."""
        return json.dumps(self.document, ensure_ascii=False, indent=2) + "\n"


def bits_of(statuses: StatusList) -> bytes:
    """The bytes of a list."""
    bits = filled(statuses.fill)
    for index, status in statuses.others.items():
        assert 0 <= index < STATUS_LIST_SIZE
        put(bits, [index], Status(status))
    return bytes(bits)


def signed_token(
    payload: bytes, header: ProtectedHeader | bytes | None = None, unprotected: object = None
) -> bytes:
    """Sign claims of any bytes under a header of any bytes, as COSE says."""
    if header is None:
        header = status_header(KEY.public_key.algorithm, KEY.kid)
    protected = header if isinstance(header, bytes) else header.to_cbor()
    signature = KEY.sign(to_be_signed(protected, payload))
    unprotected = {} if unprotected is None else unprotected
    return Authority.message(protected, unprotected, payload, signature)


def token_case(
    name: str,
    description: str,
    token: bytes,
    statuses: StatusList | None = None,
    *,
    cddl: bool = True,
    issuer: str = "VN",
    number: int = 0,
) -> StatusCase:
    """A token for one list of an issuer: accepted when `statuses` say what is in it."""
    content = None
    if statuses is not None:
        claims = cbor2.loads(cbor2.loads(token).value[2])
        content = {
            "subject": status_subject(issuer, number),
            "issued_at": claims[6],
            "expires_at": claims[4],
            "time_to_live": claims[65_534],
            **statuses.document,
        }
    document = {
        "description": description,
        "section": "12.2",
        "issuer": issuer,
        "list": number,
        "keys": KEYS.hex(),
        "token": token.hex(),
        "expect": "refused" if statuses is None else "accepted",
        "cddl": cddl,
        "content": content,
    }
    return StatusCase(name=f"token-{name}", document=document)


def index_case(
    name: str, description: str, index: bytes, content: StatusIndex | None, *, cddl: bool
) -> StatusCase:
    """An index: accepted when `content` says what is in it."""
    document = {
        "description": description,
        "section": "12.3",
        "index": index.hex(),
        "expect": "refused" if content is None else "accepted",
        "cddl": cddl,
        "content": content
        and {
            "issued_at": content.issued_at,
            "issuer": content.issuer,
            "lists": [[counts.assigned, counts.revoked] for counts in content.lists],
        },
    }
    return StatusCase(name=f"index-{name}", document=document)
