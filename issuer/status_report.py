"""What `revoke` and its siblings tell: a line for each number, or counts where there are many."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from issuer.status_changes import Outcome, Result
from issuer.status_rules import Action, words_of

__all__ = ["StatusReport"]

_DONE: Final = {
    Action.REVOKE: "revoked",
    Action.SUSPEND: "suspended",
    Action.REINSTATE: "reinstated",
    Action.SUPERSEDE: "superseded",
}


class StatusReport:
    """One run over some requests. It holds numbers and states, nothing of their holders."""

    def __init__(self, action: Action, file: str | None, *, as_json: bool) -> None:
        """Take the file that the requests stand in; None where they were arguments."""
        self._action = action
        self._file = file
        self._as_json = as_json
        self._lines: list[str] = []
        self.counts: Counter[Result] = Counter()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Take the outcomes of a batch up."""
        for outcome in outcomes:
            self.counts[outcome.result] += 1
            if self._as_json:
                self._lines.append(_json(outcome))
            elif outcome.refusal is not None or self._file is None:
                self._lines.append(self._told(outcome))

    def lines(self) -> Iterator[str]:
        """All that is to be printed; the counts only where not every number has its line."""
        yield from self._lines
        if self._file is not None and not self._as_json:
            yield _count(_DONE[self._action], self.counts[Result.DONE])
            yield _count("so before", self.counts[Result.ALREADY])
            yield _count("refused", self.counts[Result.REFUSED])

    def _told(self, outcome: Outcome) -> str:
        where = f"{self._file}:{outcome.line}" if self._file else f"argument {outcome.line}"
        if outcome.refusal is not None:
            return f"{where}: {outcome.refusal}: {words_of(outcome.refusal)}"
        if outcome.result is Result.ALREADY:
            return f"{outcome.number}  already {outcome.state}"
        return f"{outcome.number}  {outcome.former_state} -> {outcome.state}"


def _json(outcome: Outcome) -> str:
    refusal = outcome.refusal
    document = {
        "line": outcome.line,
        "number": outcome.number,
        "result": outcome.result,
        "code": refusal,
        "words": None if refusal is None else words_of(refusal),
        "former_state": outcome.former_state,
        "state": outcome.state,
    }
    return json.dumps(document)


def _count(what: str, count: int) -> str:
    return f"{what:<22}{count:>10}"
