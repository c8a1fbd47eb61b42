"""Answers `POST /v1/verify/batch`: a JSON body of up to 1,000 texts, or any number of lines.

Lines are read, judged and answered as they come, in memory that does not grow with their number.
Each answer names its line, and what is wrong with one line is said in its answer and spoils no
other.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from keys.serving.body import (
    announced_length,
    body_stream,
    check_media_type,
    is_of_media_type,
    pass_over_body,
    read_body,
)
from verifier import problems
from verifier.envelope import Exchange, Streamed, exchange_of
from verifier.judge import Judge, answer, encode, language_of
from verifier.lines import EAGER, STEADY, NumberedLine, read_lines
from verifier.problems import ProblemError
from verifier.report import Json
from verifier.request import (
    DEFAULT_MAX_BODY,
    MAX_BATCH_BODY,
    VerifyRequest,
    batch_request_of,
    verify_request_of,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

__all__ = ["MEDIA_TYPES", "BatchJudge"]

_LINES: Final = "application/x-ndjson"
MEDIA_TYPES: Final = ("application/json", _LINES)

_AT_ONCE: Final = 8
"""Batches that one worker works on: each holds a thread for as long as its client takes."""
_COME_AGAIN: Final = 2
"""Seconds."""
_SLICE: Final = 250
"""Texts that take the steps of the pipeline together; more brings no more speed (ADR 0018)."""


_CHARGED_AT: Final = 50
"""Verdicts of a stream after which its key is charged, or as many as it may have if that is less: a
stream ends soon after its rate does, and a shared store of rates is not asked about every line."""


class BatchJudge:
    """Judges many texts with the one judge; `max_line` limits a line as it does a request body."""

    def __init__(self, judge: Judge, *, max_line: int = DEFAULT_MAX_BODY) -> None:
        self._judge = judge
        self._max_line = max_line
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request: whole for a JSON body, line by line for a stream of lines."""
        if not self._places.acquire(blocking=False):
            pass_over_body(environ)
            busy = ProblemError(
                problems.BUSY, "Send the batch again after a while.", retry_after=_COME_AGAIN
            )
            return busy(environ, start_response)
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        try:
            check_media_type(environ, MEDIA_TYPES)
        except ProblemError as problem:
            self._places.release()
            pass_over_body(environ)
            return problem(environ, start_response)
        if is_of_media_type(environ, (_LINES,)):
            headers = [("Content-Type", _LINES), ("Content-Language", language)]
            start_response("200 OK", headers)
            return Streamed(self._stream(environ, language), self._places.release)
        try:
            return self._whole(environ, start_response, language)
        finally:
            self._places.release()

    def _whole(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", language: str
    ) -> Iterable[bytes]:
        try:
            asked = batch_request_of(read_body(environ, MAX_BATCH_BODY, MEDIA_TYPES))
        except ProblemError as problem:
            return problem(environ, start_response)
        exchange = exchange_of(environ)
        verdicts: list[Json] = []
        for start in range(0, len(asked), _SLICE):
            part = asked[start : start + _SLICE]
            verdicts += self._judge.judge_all(part, language, exchange)
        return answer({"verdicts": verdicts}, language, start_response)

    def _stream(self, environ: "WSGIEnvironment", language: str) -> Iterator[bytes]:
        """Answer lines as they come; where the body breaks off, so does the answer.

        The last line says so where the rate of the key is exceeded: what follows is not judged.
        """
        exchange = exchange_of(environ)
        step = _CHARGED_AT if exchange.key is None else min(_CHARGED_AT, exchange.key.rate.amount)
        piece = EAGER if announced_length(environ) is None else STEADY
        try:
            for lines in read_lines(body_stream(environ), self._max_line, piece):
                yield b"".join(self._answers(lines, language, exchange))
                refusal = exchange.charge(step)
                if refusal is not None:
                    yield _answer_with_problem(lines[-1].number + 1, refusal)
                    pass_over_body(environ)
                    return
        except ProblemError:
            return

    def _answers(
        self, lines: Sequence[NumberedLine], language: str, exchange: Exchange
    ) -> Iterator[bytes]:
        asked = [self._asked(line) for line in lines]
        sound = [one for one in asked if not isinstance(one, ProblemError)]
        verdicts = iter(self._judge.judge_all(sound, language, exchange))
        for line, one in zip(lines, asked, strict=True):
            if isinstance(one, ProblemError):
                yield _answer_with_problem(line.number, one)
            else:
                yield encode({"line": line.number, "verdict": next(verdicts)}) + b"\n"

    def _asked(self, line: NumberedLine) -> VerifyRequest | ProblemError:
        if line.content is None:
            return ProblemError(
                problems.TOO_LARGE, f"Send lines of at most {self._max_line} bytes."
            )
        try:
            return verify_request_of(line.content)
        except ProblemError as problem:
            return problem


def _answer_with_problem(line: int, problem: ProblemError) -> bytes:
    return encode({"line": line, "problem": problem.document()}) + b"\n"
