"""The Flask application: thin views, built by a factory from the parts that it needs."""

from collections.abc import Callable
from importlib import resources
from typing import TypeAlias

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from keys.clock import Clock
from spec.errors import ClockSuspectError, TrustStaleError
from verifier import problems
from verifier.envelope import Envelope
from verifier.judge import Judge, encode
from verifier.logs import Log
from verifier.pipeline import check_trust
from verifier.problems import ProblemError, problem_of_status
from verifier.report import Json, trust_to_json
from verifier.request import DEFAULT_MAX_BODY
from verifier.trust import TrustSource

__all__ = ["create_app"]

_View: TypeAlias = Callable[[], Response]


def create_app(
    trust: TrustSource, clock: Clock, log: Log, *, max_body: int = DEFAULT_MAX_BODY
) -> Flask:
    """Build the application; `max_body` limits a request body, in bytes."""
    app = Flask("verifier", static_folder=None, template_folder=None)
    # The envelope catches what nobody foresaw; Flask's own log would print the error's message.
    app.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False
    views: dict[str, tuple[str, _View]] = {
        "/v1/verify": ("POST", _verify_view(Judge(trust, clock, max_body=max_body))),
        "/healthz": ("GET", _healthz),
        "/readyz": ("GET", _readyz_view(trust, clock)),
        "/openapi.yaml": ("GET", _openapi_view()),
    }
    for route, (method, view) in views.items():
        app.add_url_rule(route, endpoint=route, view_func=view, methods=[method])
    app.register_error_handler(ProblemError, _answer_problem)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.wsgi_app = Envelope(app.wsgi_app, log, frozenset(views))  # type: ignore[method-assign]
    return app


def _verify_view(judge: Judge) -> _View:
    def verify() -> Response:
        answer = judge.answer(request.environ)
        headers = [("Content-Type", "application/json"), ("Content-Language", answer.language)]
        return Response(answer.body, headers=headers)

    return verify


def _healthz() -> Response:
    return _json({"status": "alive"})


def _readyz_view(trust: TrustSource, clock: Clock) -> _View:
    def readyz() -> Response:
        bundle = trust.current()
        now = clock.now()
        try:
            check_trust(bundle, now)
        except TrustStaleError:
            raise ProblemError(
                problems.NOT_READY, "Fetch a new trust bundle: dosepass-keys fetch."
            ) from None
        except ClockSuspectError:
            raise ProblemError(
                problems.NOT_READY, "Set the clock of the service: it stands before its trust data."
            ) from None
        return _json({"status": "ready", "trust": trust_to_json(bundle, now)})

    return readyz


def _openapi_view() -> _View:
    description = (resources.files("spec") / "openapi" / "verifier.yaml").read_bytes()

    def openapi() -> Response:
        return Response(description, content_type="application/yaml")

    return openapi


def _json(document: Json) -> Response:
    return Response(encode(document), content_type="application/json")


def _answer_problem(problem: ProblemError) -> Response:
    return Response(problem.to_json(), problem.kind.status, content_type=problems.MEDIA_TYPE)


def _answer_http_exception(error: HTTPException) -> Response:
    """Give the framework's own refusals our form, keeping the Allow header of a 405."""
    answer = _answer_problem(problem_of_status(error.code or 500))
    answer.headers.extend(
        (name, value) for name, value in error.get_headers() if name.lower() == "allow"
    )
    return answer
