"""The problems of this service (RFC 9457): those that all services have, and its own.

The types are those of `spec/openapi/verifier.yaml`.
"""

from http import HTTPStatus
from typing import Final

from keys.serving.problems import (
    BAD_REQUEST,
    BUSY,
    INTERNAL,
    INVALID_REQUEST,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    NOT_JSON,
    NOT_UTF_8,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
    ProblemType,
    problem_of_status,
    problem_type,
)

__all__ = [
    "BAD_REQUEST",
    "BUSY",
    "IMAGES_OFF",
    "INTERNAL",
    "INVALID_REQUEST",
    "KEY_MISSING",
    "KEY_UNKNOWN",
    "MEDIA_TYPE",
    "METHOD_NOT_ALLOWED",
    "NOT_FOUND",
    "NOT_JSON",
    "NOT_READY",
    "NOT_UTF_8",
    "PICTURE_TOO_LARGE",
    "RATE_EXCEEDED",
    "TOO_LARGE",
    "UNREADABLE_PAPER",
    "UNREADABLE_PICTURE",
    "UNSUPPORTED_MEDIA_TYPE",
    "ProblemError",
    "ProblemType",
    "problem_of_status",
]

IMAGES_OFF: Final = problem_type(
    "images-off", HTTPStatus.NOT_FOUND, "This service takes no pictures."
)

KEY_MISSING: Final = problem_type(
    "key-missing", HTTPStatus.UNAUTHORIZED, "This service answers those who have a key."
)
KEY_UNKNOWN: Final = problem_type(
    "key-unknown", HTTPStatus.UNAUTHORIZED, "The key is unknown, or it was revoked."
)
RATE_EXCEEDED: Final = problem_type(
    "rate-exceeded", HTTPStatus.TOO_MANY_REQUESTS, "This key has asked as often as it may."
)

UNREADABLE_PICTURE: Final = problem_type(
    "unreadable-picture", HTTPStatus.UNPROCESSABLE_ENTITY, "The picture cannot be read."
)

UNREADABLE_PAPER: Final = problem_type(
    "unreadable-paper",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The code of the identity paper cannot be read.",
)

PICTURE_TOO_LARGE: Final = problem_type(
    "picture-too-large",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The picture takes more than the service gives.",
)

NOT_READY: Final = problem_type(
    "not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The trust data cannot be relied on now."
)
