"""Idempotency keys: the same request again is answered as before, another one is refused.

The register itself takes nothing in twice. A key adds that a sender who lost the answer gets it,
and that a key which two requests share by mistake is noticed (draft-ietf-httpapi-idempotency-key).
"""

from typing import Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from issuer.access.models import SentRequestRow
from issuer.register.bulk import is_postgresql
from keys.errors import HintedError
from spec.certificate import Timestamp

__all__ = ["KEPT_SECONDS", "KeyReusedError", "is_again"]

KEPT_SECONDS: Final = 7 * 86_400


class KeyReusedError(HintedError):
    """The key came before with another request."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key came before with another request",
            hint="make a new key for every request that is not the same again",
        )


def is_again(
    connection: Connection, account_id: int, key: str, digest: bytes, now: Timestamp
) -> bool:
    """Tell whether an account has sent this request under this key before, and note that it has.

    Raises KeyReusedError when it was another request.
    """
    connection.execute(delete(SentRequestRow).where(SentRequestRow.at < now - KEPT_SECONDS))
    dialect = postgresql if is_postgresql(connection) else sqlite
    row = {"account_id": account_id, "key": key, "digest": digest, "at": int(now)}
    noted = connection.execute(
        dialect.insert(SentRequestRow).on_conflict_do_nothing().values(**row)
    )
    if noted.rowcount == 1:
        return False
    query = select(SentRequestRow.digest).where(
        SentRequestRow.account_id == account_id, SentRequestRow.key == key
    )
    if connection.execute(query).scalar_one() != digest:
        raise KeyReusedError
    return True
