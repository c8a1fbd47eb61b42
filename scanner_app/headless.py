"""Verdicts as lines: for folders, files, keyboards and turnstiles without a screen."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from keys.clock import Clock
from scanner_app.answer import Accepted, Answer
from scanner_app.cascade import Cascade
from scanner_app.checks import Checker
from scanner_app.counts import result_of
from scanner_app.desk import Desk
from scanner_app.reading import Tally, answers_for, seen_of, sight_of
from scanner_app.session import Session
from scanner_app.sources import Item, Source, SourceEnd
from scanner_app.states import Checking, Showing, Times
from scanner_app.words import answer_words, birth_words, headline, masked_id

__all__ = ["Report", "json_line", "run_headless", "text_line"]

Report = Callable[[str, Answer], None]
"""Takes the name of the item and its answer."""

_WAIT: Final = 0.5
"""Seconds between looks at the keyboard's interrupt while a live source is silent."""
_NO_KEEPING: Final = Times(keep=0.0)
"""Without a screen no result has to be protected from the next person's."""


def run_headless(
    source: Source, cascade: Cascade, checker: Checker, clock: Clock, report: Report, desk: Desk
) -> Tally:
    """Judge all that a source gives, report and count each answer; ends with the source."""
    each = _each_item if source.single else _each_presentation
    tally = Tally()
    for name, answer, began in each(_items(source, desk), cascade, checker, clock):
        tally.add(answer.outcome)
        now = time.monotonic()
        desk.count(result_of(Showing(answer, now, now, began), now))
        report(name, answer)
    return tally


def text_line(name: str, answer: Answer, language: str) -> str:
    """One line for a person: where, what, and either whose or what to do."""
    verdict = answer.code or (answer.trouble.value if answer.trouble else "")
    start = f"{name}: {answer.outcome.value} {verdict}: {headline(answer, language)}"
    if answer.accepted is None:
        return f"{start}. {answer_words(answer, language).advice}"
    return f"{start} {_facts(answer.accepted, language)}"


def json_line(name: str, answer: Answer, language: str) -> str:
    """One JSON object: the name of the item, its words, and the fields of the answer."""
    title, advice = headline(answer, language), answer_words(answer, language).advice
    words = {"language": language, "title": title, "advice": advice}
    return json.dumps({"source": name, **answer.to_json(), "words": words}, ensure_ascii=False)


def _facts(accepted: Accepted, language: str) -> str:
    last = accepted.doses[-1]
    parts = (
        f"{accepted.given}/{accepted.needed}",
        accepted.name,
        birth_words(accepted.birth_date),
        masked_id(accepted.id_suffix, language),
        f"{last.day:%d/%m/%Y} {last.vaccine}",
    )
    return ", ".join(parts)


_Judged: TypeAlias = tuple[str, Answer, float]
"""The name of an item, its answer, and when it came."""


def _each_item(
    items: Iterator[Item], cascade: Cascade, checker: Checker, clock: Clock
) -> Iterator[_Judged]:
    for item in items:
        began = time.monotonic()
        for answer in answers_for(item, sight_of(item, cascade).texts, checker, clock):
            yield item.name, answer, began


def _each_presentation(
    items: Iterator[Item], cascade: Cascade, checker: Checker, _: Clock
) -> Iterator[_Judged]:
    """Answer once for each time that a code is shown, however many frames it fills."""
    session = Session(times=_NO_KEEPING)
    for item in items:
        began = time.monotonic()
        session = session.saw(seen_of(sight_of(item, cascade)), item.at)
        if isinstance(session.state, Checking):
            text = session.state.text
            answer = checker.check(text)
            session = session.answered(text, answer, item.at)
            yield item.name, answer, began


def _items(source: Source, desk: Desk) -> Iterator[Item]:
    while True:
        desk.beat()
        try:
            item = source.read(_WAIT)
        except SourceEnd:
            return
        if item is not None:
            yield item
