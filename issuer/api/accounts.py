"""Accounts of lower levels, managed by those above: made, listed, closed, given tokens."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from sqlalchemy import Connection

from issuer.access import accounts
from issuer.access.accounts import Account
from issuer.access.passwords import NEW_PASSWORD, hash_password
from issuer.access.rights import Action, Area, Level, NotAllowedError, may_manage
from issuer.access.sign_in import MAX_TOKEN_DAYS, issue_token
from issuer.api.answer import Answer, Json, empty, json_answer, moment
from issuer.api.call import Call
from issuer.api.operation import operations
from issuer.api.problems import no_such
from issuer.api.sessions import token_to_json
from issuer.api.trail import tell
from spec.certificate import Timestamp

__all__ = ["OPERATIONS"]

_LONGEST_NAME: Final = 64
_LONGEST_CODE: Final = 32
_LONGEST_PASSWORD: Final = 1023
_DAY: Final = int(timedelta(days=1).total_seconds())


def _list(call: Call) -> Answer:
    """Those that this account may manage; nobody needs to see more."""
    call.no_more()
    with call.parts.register.reading() as connection:
        every = accounts.all_accounts(connection)
    found = [one for one in every if may_manage(call.actor, one.actor.level, one.actor.area)]
    return json_answer({"accounts": [_to_json(one, call.now) for one in found]})


def _make(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    name = fields.text("account", _LONGEST_NAME)
    level = fields.choice("level", Level)
    area = Area(
        province=fields.maybe_text("province", _LONGEST_CODE),
        district=fields.maybe_text("district", _LONGEST_CODE),
        site=fields.maybe_text("site", _LONGEST_CODE),
    )
    password = fields.text("password", _LONGEST_PASSWORD, shortest=NEW_PASSWORD.shortest)
    fields.done()
    _check(call, level, area)
    accounts.check_area(name, level, area)
    password_hash = hash_password(password)
    with call.parts.register.writing() as connection:
        accounts.insert_account(connection, name, password_hash, level, area, call.now)
        made = _find(connection, call, name)
        tell(connection, call, "account.add", f"account {name}", level=level, area=str(area))
    return json_answer(
        _to_json(made, call.now), HTTPStatus.CREATED, location=f"/v1/accounts/{name}"
    )


def _show(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.reading() as connection:
        return json_answer(_to_json(_named(connection, call), call.now))


def _close(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        one = _named(connection, call)
        accounts.close_account(connection, one.actor.account_id, call.now)
        tell(connection, call, "account.close", f"account {one.actor.name}")
    return empty()


def _open(call: Call) -> Answer:
    call.no_more()
    with call.parts.register.writing() as connection:
        one = _named(connection, call)
        accounts.open_again(connection, one.actor.account_id)
        tell(connection, call, "account.open", f"account {one.actor.name}")
    return empty()


def _set_password(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    password = fields.text("password", _LONGEST_PASSWORD, shortest=NEW_PASSWORD.shortest)
    fields.done()
    with call.parts.register.reading() as connection:
        _named(connection, call)
    password_hash = hash_password(password)
    with call.parts.register.writing() as connection:
        one = _named(connection, call)
        accounts.change_password_hash(connection, one.actor.account_id, password_hash)
        tell(connection, call, "account.password", f"account {one.actor.name}")
    return empty()


def _issue_token(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    days = fields.whole("days", 1, MAX_TOKEN_DAYS)
    fields.done()
    with call.parts.register.writing() as connection:
        one = _named(connection, call)
        token = issue_token(connection, one, call.now, days * _DAY)
        tell(connection, call, "account.token", f"account {one.actor.name}", days=days)
    return json_answer(token_to_json(token), HTTPStatus.CREATED)


def _check(call: Call, level: Level, area: Area) -> None:
    if not may_manage(call.actor, level, area):
        raise NotAllowedError(Action.MANAGE_ACCOUNTS)


def _named(connection: Connection, call: Call) -> Account:
    """The account of the path. One that this account may not manage is as good as none."""
    return _find(connection, call, call.path["account"])


def _find(connection: Connection, call: Call, name: str) -> Account:
    found = accounts.find_account(connection, name)
    if found is None or not may_manage(call.actor, found.actor.level, found.actor.area):
        raise no_such("account")
    return found


def _to_json(one: Account, now: Timestamp) -> Json:
    actor = one.actor
    waits = one.locked_until is not None and one.locked_until > now
    return {
        "account": actor.name,
        "level": actor.level.value,
        "province": actor.area.province,
        "district": actor.area.district,
        "site": actor.area.site,
        "state": "closed" if one.closed_at is not None else "waits" if waits else "open",
        "created_at": moment(one.created_at),
    }


OPERATIONS: Final = operations(
    ("listAccounts", "GET", "/v1/accounts", Action.MANAGE_ACCOUNTS, _list),
    ("makeAccount", "POST", "/v1/accounts", Action.MANAGE_ACCOUNTS, _make),
    ("showAccount", "GET", "/v1/accounts/{account}", Action.MANAGE_ACCOUNTS, _show),
    ("closeAccount", "POST", "/v1/accounts/{account}/close", Action.MANAGE_ACCOUNTS, _close),
    ("openAccount", "POST", "/v1/accounts/{account}/open", Action.MANAGE_ACCOUNTS, _open),
    (
        "setPassword", "POST", "/v1/accounts/{account}/password", Action.MANAGE_ACCOUNTS,
        _set_password,
    ),
    (
        "issueToken", "POST", "/v1/accounts/{account}/token", Action.MANAGE_ACCOUNTS,
        _issue_token,
    ),
)  # fmt: skip
