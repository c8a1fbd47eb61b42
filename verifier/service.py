"""The Flask application: thin views, built by a factory from the parts that it needs."""

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from keys.clock import Clock
from keys.serving.tally import Tally
from spec.errors import ClockSuspectError, StatusStaleError, TrustStaleError
from verifier import problems
from verifier.batch import BatchJudge
from verifier.door import OPEN, Door
from verifier.envelope import Envelope
from verifier.image import ImageJudge, images_off
from verifier.judge import Judge, encode
from verifier.logs import Log
from verifier.matching import MatchJudge
from verifier.metrics import CONTENT_TYPE, Metrics
from verifier.outlook import warnings
from verifier.page.site import PAGE_ROUTE, add_page
from verifier.pictures import PictureReader
from verifier.pipeline import check_status_lists, check_trust
from verifier.problems import ProblemError, problem_of_status
from verifier.reference.site import REFERENCE_ROUTE, add_reference
from verifier.report import Json, trust_to_json
from verifier.request import DEFAULT_MAX_BODY
from verifier.trust import TrustSource
from verifier.trust_report import trust_report

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["create_app"]

_VERIFY: Final = "/v1/verify"
_BATCH: Final = "/v1/verify/batch"
_MATCH: Final = "/v1/match"

_View: TypeAlias = "Callable[[], Response | WSGIApplication]"
"""Flask takes a WSGI application for an answer, and asks it with the environment at hand."""


def create_app(
    trust: TrustSource,
    clock: Clock,
    log: Log,
    *,
    max_body: int = DEFAULT_MAX_BODY,
    pictures: PictureReader | None = None,
    tally: Tally | None = None,
    workers: int = 1,
    door: Door = OPEN,
) -> Flask:
    """Build the application.

    `max_body` limits the body of a request other than a picture, in bytes; without `pictures`,
    none are taken. `tally` is shared by the `workers` that there should be; without one, this
    process is alone. `door` says who may ask.
    """
    app = Flask("verifier", static_folder=None, template_folder=None)
    # The envelope catches what nobody foresaw; Flask's own log would print the error's message.
    app.config.update(PROPAGATE_EXCEPTIONS=True, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False
    metrics = Metrics(
        trust.current,
        tally or Tally(),
        workers_wanted=workers,
        file_refused=trust.refuses_file,
    )
    judge = Judge(trust, clock, max_body=max_body)
    batch = BatchJudge(judge, max_line=max_body)
    match = MatchJudge(judge, max_body=max_body)
    image = images_off() if pictures is None else ImageJudge(judge, pictures)
    description = (resources.files("spec") / "openapi" / "verifier.yaml").read_bytes()
    views: dict[str, tuple[str, _View]] = {
        _VERIFY: ("POST", lambda: judge),
        _BATCH: ("POST", lambda: batch),
        "/v1/verify/image": ("POST", lambda: image),
        _MATCH: ("POST", lambda: match),
        "/v1/trust": ("GET", _trust_view(trust, clock)),
        "/healthz": ("GET", _healthz),
        "/readyz": ("GET", _readyz_view(trust, clock, metrics, workers)),
        "/metrics": ("GET", _metrics_view(metrics)),
        "/openapi.yaml": ("GET", _openapi_view(description)),
    }
    for route, (method, view) in views.items():
        app.add_url_rule(route, endpoint=route, view_func=view, methods=[method])
    add_reference(app, description)
    add_page(app, pictures=pictures is not None)
    app.register_error_handler(ProblemError, lambda problem: problem)
    app.register_error_handler(HTTPException, _answer_http_exception)
    app.wsgi_app = Envelope(  # type: ignore[method-assign]
        app.wsgi_app,
        log,
        metrics,
        routes=frozenset({*views, PAGE_ROUTE, REFERENCE_ROUTE}),
        direct={("POST", _VERIFY): judge, ("POST", _BATCH): batch, ("POST", _MATCH): match},
        door=door,
    )
    return app


def _healthz() -> Response:
    return _json({"status": "alive"})


def _readyz_view(trust: TrustSource, clock: Clock, metrics: Metrics, wanted: int) -> _View:
    def readyz() -> Response:
        bundle = trust.current()
        now = clock.now()
        try:
            check_trust(bundle, now)
            check_status_lists(bundle.status, now)
        except (TrustStaleError, StatusStaleError):
            raise ProblemError(
                problems.NOT_READY, "Fetch a new trust bundle: dosepass-keys fetch."
            ) from None
        except ClockSuspectError:
            raise ProblemError(
                problems.NOT_READY, "Set the clock of the service: it stands before its trust data."
            ) from None
        ending = [warning.value for warning, _ in warnings(bundle, now)]
        document = {
            "status": "ready",
            "warnings": ending,
            "workers": {"alive": metrics.workers(), "wanted": wanted},
            "trust": trust_to_json(bundle, now),
        }
        return _json(document)

    return readyz


def _trust_view(trust: TrustSource, clock: Clock) -> _View:
    def report() -> Response:
        bundle, entry = trust.present()
        return _json(trust_report(bundle, clock.now(), entry))

    return report


def _metrics_view(metrics: Metrics) -> _View:
    def exposition() -> Response:
        return Response(metrics.exposition(), content_type=CONTENT_TYPE)

    return exposition


def _openapi_view(description: bytes) -> _View:
    def openapi() -> Response:
        return Response(description, content_type="application/yaml")

    return openapi


def _json(document: Json) -> Response:
    return Response(encode(document), content_type="application/json")


def _answer_http_exception(error: HTTPException) -> BaseResponse:
    """Give the framework's own refusals our form, keeping the Allow header of a 405."""
    answer = Response.from_app(problem_of_status(error.code or 500), request.environ)
    answer.headers.extend(
        (name, value) for name, value in error.get_headers() if name.lower() == "allow"
    )
    return answer
