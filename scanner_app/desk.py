"""What goes with each result at a station: the counters, the sound, the hook, the sign of life."""

from collections.abc import Sequence

from scanner_app.counts import Counts, Result
from scanner_app.states import Showing

__all__ = ["Companion", "Desk"]


class Companion:
    """Something that goes along with the station; does nothing of itself.

    No method may wait, and none may raise.
    """

    def count(self, result: Result) -> None:
        """Take note of how a presentation ended."""

    def announce(self, state: Showing) -> None:
        """Tell a result in its own way."""

    def remark(self, language: str) -> str | None:
        """A few words for the status bar, while there is something to say."""
        del language
        return None

    def beat(self) -> None:
        """The loop goes on: called many times a second."""

    def mute(self) -> None:
        """The officer wants sound off, or on again."""

    def close(self) -> None:
        """The station ends."""


class Desk:
    """Keeps the counts on the screen and passes all else on to its companions."""

    def __init__(self, companions: Sequence[Companion] = (), counts: Counts | None = None) -> None:
        self._companions = tuple(companions)
        self.counts = Counts() if counts is None else counts

    def count(self, result: Result) -> None:
        """Count one result."""
        self.counts = self.counts.plus(result)
        for companion in self._companions:
            companion.count(result)

    def announce(self, state: Showing) -> None:
        """Have a result told."""
        for companion in self._companions:
            companion.announce(state)

    def remarks(self, language: str) -> tuple[str, ...]:
        """What the companions have to say."""
        said = (companion.remark(language) for companion in self._companions)
        return tuple(words for words in said if words is not None)

    def mute(self) -> None:
        """Turn sound off, or on again."""
        for companion in self._companions:
            companion.mute()

    def beat(self) -> None:
        """Give a sign of life."""
        for companion in self._companions:
            companion.beat()

    def close(self) -> None:
        """End all companions."""
        for companion in self._companions:
            companion.close()
