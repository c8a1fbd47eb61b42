"""Signing in and out, and who one is: the only operations that see a password."""

from http import HTTPStatus
from typing import Final

from issuer.access import accounts
from issuer.access.passwords import NEW_PASSWORD, hash_password
from issuer.access.rights import Action, Actor, allowed
from issuer.access.sign_in import Token, authenticate, sign_in, sign_out
from issuer.api.answer import Answer, Json, empty, json_answer, moment
from issuer.api.call import Call
from issuer.api.operation import ANYBODY, SIGNED_IN, operations
from issuer.api.problems import invalid
from issuer.api.rates import SIGN_IN
from issuer.api.trail import tell

__all__ = ["OPERATIONS", "actor_to_json", "token_to_json"]

_LONGEST_NAME: Final = 64
_LONGEST_PASSWORD: Final = 1023


def _open(call: Call) -> Answer:
    call.no_more()
    fields = call.fields()
    name = fields.text("account", _LONGEST_NAME)
    password = fields.text("password", _LONGEST_PASSWORD)
    fields.done()
    call.parts.rates.take(SIGN_IN, call.address)
    token = sign_in(call.parts.register, name, password, call.parts.clock)
    return json_answer(token_to_json(token), HTTPStatus.CREATED)


def _show(call: Call) -> Answer:
    call.no_more()
    return json_answer(actor_to_json(call.actor))


def _close(call: Call) -> Answer:
    call.no_more()
    if call.token is not None:
        with call.parts.register.writing() as connection:
            sign_out(connection, call.token, call.actor, call.now)
    return empty()


def _change_password(call: Call) -> Answer:
    """Whoever knows the present password sets another; every session with the former one ends."""
    call.no_more()
    fields = call.fields()
    present = fields.text("present", _LONGEST_PASSWORD)
    new = fields.text("new", _LONGEST_PASSWORD, shortest=NEW_PASSWORD.shortest)
    fields.done()
    if len(new.encode()) > NEW_PASSWORD.longest:
        raise invalid(f"Give new in at most {NEW_PASSWORD.longest} bytes.", "#/new")
    actor = authenticate(call.parts.register, call.actor.name, present, call.parts.clock)
    password_hash = hash_password(new)
    with call.parts.register.writing() as connection:
        accounts.change_password_hash(connection, actor.account_id, password_hash)
        tell(connection, call, "account.password", f"account {actor.name}")
    return empty()


def actor_to_json(actor: Actor) -> Json:
    """Who somebody is, and what they may do in their area."""
    return {
        "account": actor.name,
        "level": actor.level.value,
        "province": actor.area.province,
        "district": actor.area.district,
        "site": actor.area.site,
        "rights": [one.value for one in Action if allowed(actor, one, [actor.area])],
    }


def token_to_json(token: Token) -> Json:
    """A token, which is told once."""
    return {
        "token": token.text,
        "expires_at": moment(token.expires_at),
        "account": token.actor.name,
        "level": token.actor.level.value,
    }


OPERATIONS: Final = operations(
    ("openSession", "POST", "/v1/session", ANYBODY, _open),
    ("showSession", "GET", "/v1/session", SIGNED_IN, _show),
    ("closeSession", "DELETE", "/v1/session", SIGNED_IN, _close),
    ("changePassword", "POST", "/v1/session/password", SIGNED_IN, _change_password),
)
