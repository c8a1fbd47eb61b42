"""Problem details (RFC 9457): requests that could not be answered. Used at the edge only.

The types are those of the descriptions in `spec/openapi/`. No detail repeats what a client sent: a
name could be in it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from spec.errors import DosepassError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = [
    "BAD_REQUEST",
    "BUSY",
    "INTERNAL",
    "INVALID_REQUEST",
    "MEDIA_TYPE",
    "METHOD_NOT_ALLOWED",
    "NOT_FOUND",
    "NOT_JSON",
    "NOT_UTF_8",
    "TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "ProblemError",
    "ProblemType",
    "problem_of_status",
    "problem_type",
]

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem: a stable path, its status, and its title."""

    path: str
    status: HTTPStatus
    title: str


def problem_type(name: str, status: HTTPStatus, title: str) -> ProblemType:
    """A kind of problem by its short name."""
    return ProblemType(f"/problems/{name}", status, title)


BAD_REQUEST: Final = problem_type(
    "bad-request", HTTPStatus.BAD_REQUEST, "The request is not sound HTTP, or did not arrive whole."
)
NOT_UTF_8: Final = problem_type("not-utf-8", HTTPStatus.BAD_REQUEST, "The body is not UTF-8.")
NOT_JSON: Final = problem_type("not-json", HTTPStatus.BAD_REQUEST, "The body is not JSON.")
NOT_FOUND: Final = problem_type("not-found", HTTPStatus.NOT_FOUND, "There is nothing at this path.")
METHOD_NOT_ALLOWED: Final = problem_type(
    "method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "The path does not take this method."
)
TOO_LARGE: Final = problem_type(
    "too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is longer than the service takes."
)
UNSUPPORTED_MEDIA_TYPE: Final = problem_type(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is not of a type that the path takes.",
)
INVALID_REQUEST: Final = problem_type(
    "invalid-request",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The request has another form than described.",
)
INTERNAL: Final = problem_type(
    "internal", HTTPStatus.INTERNAL_SERVER_ERROR, "The service made a mistake."
)
BUSY: Final = problem_type("busy", HTTPStatus.SERVICE_UNAVAILABLE, "The service is busy.")

_OF_STATUS: Final = {
    404: (
        NOT_FOUND,
        "Use a path that GET /openapi.yaml describes.",
    ),
    405: (METHOD_NOT_ALLOWED, "Use a method that the Allow header of this answer names."),
    500: (INTERNAL, "Try again; if it persists, report the X-Request-Id of this answer."),
}


class ProblemError(DosepassError):
    """A request cannot be answered; the message is the detail: what the client should change.

    Like an exception of Werkzeug, it is the WSGI application of its own answer.
    """

    code = "problem"

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        pointer: str | None = None,
        *,
        reason: str | None = None,
        retry_after: int | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.pointer = pointer
        """Where in the body, as a JSON pointer in a URI fragment (RFC 6901, section 6)."""
        self.reason = reason
        """The stable code of the error behind it, where one type has several."""
        self.retry_after = retry_after
        """Seconds after which the same request may be answered."""
        self.headers = tuple(headers)
        """Further headers of the answer."""

    def __call__(self, _: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer with the problem document."""
        body = self.to_json()
        headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body))), *self.headers]
        if self.retry_after is not None:
            headers.append(("Retry-After", str(self.retry_after)))
        start_response(f"{self.kind.status.value} {self.kind.status.phrase}", headers)
        return [body]

    def to_json(self) -> bytes:
        """The problem document as it is sent."""
        return json.dumps(self.document(), ensure_ascii=False).encode()

    def document(self) -> dict[str, object]:
        """The problem document, where it stands inside an answer."""
        members: dict[str, object] = {
            "type": self.kind.path,
            "title": self.kind.title,
            "status": self.kind.status.value,
            "detail": str(self),
        }
        if self.pointer is not None:
            members["pointer"] = self.pointer
        if self.reason is not None:
            members["reason"] = self.reason
        return members


def problem_of_status(status: int) -> ProblemError:
    """The problem that stands for a bare HTTP status of the framework."""
    kind, detail = _OF_STATUS.get(
        status, (BAD_REQUEST, "Send the request again, whole, as RFC 9110 and RFC 9112 describe.")
    )
    return ProblemError(kind, detail)
