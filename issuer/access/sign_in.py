"""Signing in: a password becomes a token, and a token the one who acts."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from issuer.access import accounts, audit
from issuer.access.accounts import Account
from issuer.access.models import AccountRow, SessionRow
from issuer.access.passwords import hash_password, is_password, outdated
from issuer.access.rights import Actor
from issuer.register.database import Register
from keys.clock import Clock
from keys.errors import HintedError
from spec.certificate import Timestamp

__all__ = [
    "MAX_TOKEN_DAYS",
    "SESSION_SECONDS",
    "MustWaitError",
    "SignInError",
    "Token",
    "actor_of",
    "authenticate",
    "issue_token",
    "sign_in",
    "sign_out",
]

SESSION_SECONDS: Final = 12 * 3600
"""A sign-in lasts one working day."""
MAX_TOKEN_DAYS: Final = 366
"""How long the token of a site's software may live; somebody has to look at it once a year."""

_PREFIX: Final = "dpt_"
"""By which scanners of source code and logs can find a token that leaked."""


class SignInError(HintedError):
    """No account has this name and password, or it is closed."""

    code = "sign_in"

    def __init__(self) -> None:
        super().__init__("the account name or the password is wrong", hint="try again")


class MustWaitError(HintedError):
    """Too many wrong passwords; `seconds` are left to wait."""

    code = "must_wait"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "too many wrong passwords for this account", hint=f"try again in {seconds} seconds"
        )
        self.seconds = seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What the client keeps; the register has its hash alone."""

    text: str
    actor: Actor
    expires_at: Timestamp


def sign_in(register: Register, name: str, password: str, clock: Clock) -> Token:
    """Check a password and open a session; raises SignInError or MustWaitError."""
    actor = authenticate(register, name, password, clock)
    now = clock.now()
    with register.writing() as connection:
        connection.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
        token = _open(connection, actor, now, SESSION_SECONDS)
        _tell(connection, actor.name, "session.open", actor, now)
    return token


def authenticate(register: Register, name: str, password: str, clock: Clock) -> Actor:
    """Check a password; raises SignInError or MustWaitError.

    The try is written down before it is judged, so that many at once cannot outrun the count; a
    right one clears it. The slow hash runs outside of any transaction.
    """
    account = _charge(register, name, clock.now())
    known = None if account is None or account.closed_at is not None else account.password_hash
    right = is_password(password, known)
    if account is None or not right:
        raise SignInError
    with register.writing() as connection:
        values: dict[str, object] = {"tries": 0, "locked_until": None}
        if outdated(account.password_hash):
            values["password_hash"] = hash_password(password)
        # Somebody may have changed the password, or closed the account, since it was read.
        still = (
            update(AccountRow)
            .where(
                AccountRow.id == account.actor.account_id,
                AccountRow.password_hash == account.password_hash,
                AccountRow.closed_at.is_(None),
            )
            .values(**values)
        )
        if connection.execute(still).rowcount != 1:
            raise SignInError
    return account.actor


def issue_token(connection: Connection, account: Account, now: Timestamp, seconds: int) -> Token:
    """Make a token that lasts, for the software of a site."""
    return _open(connection, account.actor, now, seconds)


def actor_of(connection: Connection, token: str, now: Timestamp) -> tuple[Actor, Timestamp] | None:
    """Who acts under a token, and until when; None when it is unknown, over, or its account closed.

    A hash finds it: how long the search takes tells nothing about the token.
    """
    query = (
        select(AccountRow.__table__, SessionRow.expires_at)
        .join(SessionRow, SessionRow.account_id == AccountRow.id)
        .where(
            SessionRow.digest == _digest(token),
            SessionRow.expires_at > now,
            AccountRow.closed_at.is_(None),
        )
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (accounts.account_of(row), Timestamp(row.expires_at))


def sign_out(connection: Connection, token: str, actor: Actor, now: Timestamp) -> None:
    """End the session of a token."""
    connection.execute(delete(SessionRow).where(SessionRow.digest == _digest(token)))
    _tell(connection, actor.name, "session.close", actor, now)


def _charge(register: Register, name: str, now: Timestamp) -> Account | None:
    """Count a try against an account; raises MustWaitError while it has to wait."""
    with register.writing() as connection:
        account = accounts.find_account(connection, name)
        if account is None:
            return None
        if account.locked_until is not None and account.locked_until > now:
            raise MustWaitError(account.locked_until - now)
        tries = account.tries + 1
        wait = accounts.wait_after(tries)
        connection.execute(
            update(AccountRow)
            .where(AccountRow.id == account.actor.account_id)
            .values(tries=tries, locked_until=now + wait if wait else None)
        )
        if wait:
            _tell(connection, "-", "session.locked", account.actor, now)
    return account


def _open(connection: Connection, actor: Actor, now: Timestamp, seconds: int) -> Token:
    text = _PREFIX + secrets.token_urlsafe(32)
    expires_at = Timestamp(now + seconds)
    row = {
        "account_id": actor.account_id,
        "digest": _digest(text),
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(SessionRow), row)
    return Token(text=text, actor=actor, expires_at=expires_at)


def _tell(connection: Connection, who: str, action: str, actor: Actor, now: Timestamp) -> None:
    subject = f"account {actor.name}"
    audit.append(connection, at=now, actor=who, action=action, subject=subject)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
