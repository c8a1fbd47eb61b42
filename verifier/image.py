"""Answers `POST /v1/verify/image`: the verdict on each code in a picture, or why there is none."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from keys.serving.body import pass_over_body, read_body
from verifier import problems
from verifier.envelope import exchange_of
from verifier.judge import Judge, answer, language_of
from verifier.pictures import (
    MAX_PICTURE,
    Pages,
    PictureReader,
    PictureTooLargeError,
    ReaderBusyError,
    UnreadablePictureError,
)
from verifier.problems import ProblemError
from verifier.request import VerifyRequest, read_disclose

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["MEDIA_TYPES", "ImageJudge", "images_off"]

MEDIA_TYPES: Final = ("image/png", "image/jpeg", "application/pdf", "application/octet-stream")

_AT_ONCE: Final = 8
"""Pictures that one worker has in memory: one that is read, the others wait or arrive."""
_COME_AGAIN: Final = 2
"""Seconds."""


class ImageJudge:
    """Reads pictures with a reader, and judges what is in them with the one judge."""

    def __init__(self, judge: Judge, reader: PictureReader) -> None:
        self._judge = judge
        self._reader = reader
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request with verdicts, or with a problem when the picture cannot be read."""
        try:
            disclose = read_disclose(environ)
            pages = self._pages(environ)
        except ProblemError as problem:
            return problem(environ, start_response)
        language, exchange = (
            language_of(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
            exchange_of(environ),
        )
        found = [
            {
                "page": number,
                "verdict": self._judge.judge(
                    VerifyRequest(text=text, disclose=disclose), language, exchange
                ),
            }
            for number, texts in enumerate(pages, start=1)
            for text in texts
        ]
        return answer({"pages": len(pages), "found": found}, language, start_response)

    def _pages(self, environ: "WSGIEnvironment") -> Pages:
        if not self._places.acquire(blocking=False):
            pass_over_body(environ)
            raise _busy()
        try:
            return self._reader.read(read_body(environ, MAX_PICTURE, MEDIA_TYPES))
        except UnreadablePictureError as error:
            raise ProblemError(problems.UNREADABLE_PICTURE, str(error)) from None
        except PictureTooLargeError as error:
            raise ProblemError(problems.PICTURE_TOO_LARGE, str(error)) from None
        except ReaderBusyError:
            raise _busy() from None
        finally:
            self._places.release()


def images_off() -> "WSGIApplication":
    """What answers where pictures are not switched on."""

    def refuse(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        pass_over_body(environ)
        problem = ProblemError(
            problems.IMAGES_OFF,
            "Send the text of the code to /v1/verify, or ask the operator to serve with --images.",
        )
        return problem(environ, start_response)

    return refuse


def _busy() -> ProblemError:
    return ProblemError(
        problems.BUSY, "Send the picture again after a while.", retry_after=_COME_AGAIN
    )
