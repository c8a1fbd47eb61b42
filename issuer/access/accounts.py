"""Accounts in the register: made, found, closed; and what a try to sign in costs them."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from issuer.access.models import AccountRow, SessionRow
from issuer.access.rights import Actor, Area, Level
from keys.errors import HintedError
from spec.certificate import Timestamp

__all__ = [
    "FREE_TRIES",
    "Account",
    "AccountError",
    "account_of",
    "all_accounts",
    "change_password_hash",
    "check_area",
    "close_account",
    "find_account",
    "insert_account",
    "open_again",
    "wait_after",
]

FREE_TRIES: Final = 5
"""Wrong passwords in a row before an account has to wait: a typist's bad day."""
_FIRST_WAIT: Final = 30
_LONGEST_WAIT: Final = 900
"""Seconds. It doubles from 30: some 100 guesses a day and account, and a lock-out that a stranger
provokes ends by itself within a quarter of an hour."""

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", re.ASCII)
_CODES: Final = {
    "province": re.compile(r"[0-9]{2}", re.ASCII),
    "district": re.compile(r"[0-9]{3}", re.ASCII),
    "site": re.compile(r"[0-9A-Za-z._-]{1,32}", re.ASCII),
}
_NEEDED: Final = {
    Level.NATION: (set[str](), set[str]()),
    Level.PROVINCE: ({"province"}, set[str]()),
    Level.DISTRICT: ({"district"}, {"province"}),
    Level.SITE: ({"site"}, {"district", "province"}),
    Level.AUDITOR: (set[str](), {"province"}),
}
"""The parts of an area that each level has to have, and may have."""


class AccountError(HintedError):
    """An account cannot be made or changed as asked."""

    code = "account"


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account, with what signing in needs."""

    actor: Actor
    password_hash: str
    created_at: Timestamp
    closed_at: Timestamp | None
    tries: int
    locked_until: Timestamp | None


def check_area(name: str, level: Level, area: Area) -> None:
    """Raise AccountError for a name, or an area, that no account of the level can have."""
    if not _NAME.fullmatch(name):
        raise AccountError(
            "an account name has from 1 to 64 of the characters a-z 0-9 . _ -",
            hint="begin and end it with a letter or digit",
        )
    needed, possible = _NEEDED[level]
    given = {part for part in _CODES if getattr(area, part) is not None}
    if not needed <= given <= needed | possible:
        wanted = " and ".join(f"--{part}" for part in sorted(needed)) or "no area"
        raise AccountError(f"an account of the level {level.value} needs {wanted}")
    for part in given:
        if not _CODES[part].fullmatch(getattr(area, part)):
            raise AccountError(
                f"that is no {part} code", hint="province: 2 digits; district: 3; site: as listed"
            )


def insert_account(
    connection: Connection, name: str, password_hash: str, level: Level, area: Area, now: Timestamp
) -> int:
    """Store a new account and give its id; raises AccountError when the name is taken."""
    if find_account(connection, name) is not None:
        raise AccountError("there is an account of that name", hint="names are given once")
    row = {
        "name": name,
        "password_hash": password_hash,
        "level": level.value,
        "province": area.province,
        "district": area.district,
        "site": area.site,
        "created_at": now,
        "tries": 0,
    }
    return connection.execute(insert(AccountRow).returning(AccountRow.id), row).scalar_one()


def find_account(connection: Connection, name: str) -> Account | None:
    """The account of a name; until the commit of a writer nobody else changes it."""
    query = select(AccountRow.__table__).where(AccountRow.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    return None if row is None else _account(row)


def all_accounts(connection: Connection) -> list[Account]:
    """Every account, in the order of their making."""
    query = select(AccountRow.__table__).order_by(AccountRow.id)
    return [_account(row) for row in connection.execute(query)]


def change_password_hash(connection: Connection, account_id: int, password_hash: str) -> None:
    """Give an account another password; every sign-in with the former one ends."""
    _set(connection, account_id, password_hash=password_hash, tries=0, locked_until=None)
    connection.execute(delete(SessionRow).where(SessionRow.account_id == account_id))


def close_account(connection: Connection, account_id: int, now: Timestamp) -> None:
    """Close an account: nobody signs in any more, and who is signed in is so no longer."""
    _set(connection, account_id, closed_at=now)
    connection.execute(delete(SessionRow).where(SessionRow.account_id == account_id))


def open_again(connection: Connection, account_id: int) -> None:
    """Let a closed or waiting account sign in again."""
    _set(connection, account_id, closed_at=None, tries=0, locked_until=None)


def wait_after(tries: int) -> int:
    """Seconds that an account waits after so many wrong passwords in a row."""
    if tries < FREE_TRIES:
        return 0
    doublings = min(tries - FREE_TRIES, 10)  # any more would be over the longest by far
    return min(_FIRST_WAIT << doublings, _LONGEST_WAIT)


def account_of(row: Row[tuple[object, ...]]) -> Actor:
    """Who acts through an account, from its row."""
    return Actor(
        account_id=row.id,
        name=row.name,
        level=Level(row.level),
        area=Area(province=row.province, district=row.district, site=row.site),
    )


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        actor=account_of(row),
        password_hash=row.password_hash,
        created_at=Timestamp(row.created_at),
        closed_at=row.closed_at,
        tries=row.tries,
        locked_until=row.locked_until,
    )


def _set(connection: Connection, account_id: int, **values: object) -> None:
    connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(**values))
