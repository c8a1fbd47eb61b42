"""The Flask application: one table of operations, one place where sign-in and rights are asked."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from issuer.access.rights import Actor, check
from issuer.access.sign_in import actor_of
from issuer.api import (
    accounts,
    audit_trail,
    corrections,
    dose_records,
    doubles,
    falls,
    figures,
    imports,
    lawful,
    people,
    review,
    running,
    sending,
    sessions,
)
from issuer.api.answer import Answer
from issuer.api.call import Call, address_of
from issuer.api.counts import Counts
from issuer.api.envelope import Envelope, exchange_of
from issuer.api.logs import Log
from issuer.api.operation import Door, Operation
from issuer.api.parts import Parts
from issuer.api.problems import UNSIGNED, ProblemError, problem_of, problem_of_status
from issuer.api.rates import ACCOUNT, ADDRESS
from keys.serving.body import pass_over_body
from keys.serving.tally import Tally
from spec.certificate import Timestamp
from spec.errors import DosepassError

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

__all__ = ["OPERATIONS", "create_app"]

OPERATIONS: Final[tuple[Operation, ...]] = (
    *sessions.OPERATIONS,
    *sending.OPERATIONS,
    *imports.OPERATIONS,
    *dose_records.OPERATIONS,
    *people.OPERATIONS,
    *review.OPERATIONS,
    *corrections.OPERATIONS,
    *falls.OPERATIONS,
    *doubles.OPERATIONS,
    *lawful.OPERATIONS,
    *figures.OPERATIONS,
    *accounts.OPERATIONS,
    *audit_trail.OPERATIONS,
)
"""Everything that the service does for people and programs; the description has the same."""

_BEARER: Final = "Bearer "
_LONGEST_TOKEN: Final = 100


def create_app(parts: Parts, log: Log, tally: Tally | None = None) -> Flask:
    """Build the application; `tally` is shared by all workers of a service."""
    app = Flask("register", static_folder=None, template_folder=None)
    # The envelope catches what nobody foresaw; Flask's own log would print the error's message.
    app.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False
    counts = Counts(tally or Tally())
    for one in (*OPERATIONS, *running.operations_of(counts)):
        app.add_url_rule(
            one.rule, endpoint=one.name, view_func=_view(one, parts), methods=[one.method]
        )
    app.register_error_handler(ProblemError, _answer_problem)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.wsgi_app = Envelope(app.wsgi_app, log, counts)  # type: ignore[method-assign]
    return app


def _view(operation: Operation, parts: Parts) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        exchange_of(request.environ).operation = operation.name
        try:
            call = _admit(operation, parts, request.environ, path)
            return _response(operation.view(call))
        except DosepassError as error:
            raise problem_of(error) from error

    return view


def _admit(
    operation: Operation, parts: Parts, environ: "WSGIEnvironment", path: dict[str, Any]
) -> Call:
    """Let a request in, or raise ProblemError or NotAllowedError: before its body is read."""
    now = parts.clock.now()
    address = address_of(environ, behind_proxy=parts.behind_proxy)
    if operation.right in (Door.ANYBODY, Door.PROBE):
        if operation.right is Door.ANYBODY:
            parts.rates.take(ADDRESS, address)
        return Call(parts=parts, environ=environ, now=now, path=path, address=address)
    token = _token(environ)
    actor = None if token is None else _signed_in(parts, token, now)
    if actor is None:
        parts.rates.take(ADDRESS, address)
        raise ProblemError(
            UNSIGNED,
            "Send the header Authorization: Bearer with a token of POST /v1/session.",
            headers=[("WWW-Authenticate", 'Bearer realm="register"')],
        )
    parts.rates.take(ACCOUNT, actor.name)
    if not isinstance(operation.right, Door):
        check(actor, operation.right, actor.area)
    return Call(
        parts=parts, environ=environ, now=now, path=path, address=address, account=actor,
        token=token,
    )  # fmt: skip


def _signed_in(parts: Parts, token: str, now: Timestamp) -> Actor | None:
    with parts.register.reading() as connection:
        found = actor_of(connection, token, now)
    return None if found is None else found[0]


def _token(environ: "WSGIEnvironment") -> str | None:
    """The token of a request.

    It comes in a header alone: what a browser sends of its own accord, a cookie, could be made use
    of by a foreign page.
    """
    value: str = environ.get("HTTP_AUTHORIZATION", "")
    if not value.startswith(_BEARER) or len(value) > _LONGEST_TOKEN or not value.isascii():
        return None
    return value.removeprefix(_BEARER).strip()


def _response(answer: Answer) -> Response:
    response = Response(answer.body, status=answer.status, content_type=answer.media_type)
    response.headers.extend(answer.headers)
    if answer.media_type is None:
        del response.headers["Content-Type"]
    return response


def _answer_problem(problem: ProblemError) -> ProblemError:
    """Answer a problem, when the client has come to read: what it still sends is taken off."""
    exchange_of(request.environ).problem = problem.kind.path
    with suppress(ProblemError):
        pass_over_body(request.environ)
    return problem


def _answer_http_exception(error: HTTPException) -> BaseResponse:
    """Give the framework's own refusals our form, keeping the Allow header of a 405."""
    problem = _answer_problem(problem_of_status(error.code or 500))
    answer = Response.from_app(problem, request.environ)
    answer.headers.extend(
        (name, value) for name, value in error.get_headers() if name.lower() == "allow"
    )
    return answer
