"""Who judges: what every way to check is, and the pipeline with a bundle on disk."""

from pathlib import Path
from typing import Protocol

from keys.clock import Clock
from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.answer_reader import AnswerError, answer_from_json
from spec.entry_policy import EntryPolicy
from spec.verdicts import LANGUAGES
from verifier.logs import Log
from verifier.pipeline import check
from verifier.report import DISCLOSABLE, verdict_to_json
from verifier.trust import TrustSource

__all__ = ["Checker", "OfflineChecker"]


class Checker(Protocol):
    """Judges the texts of QR codes."""

    name: str

    def check(self, text: str) -> Answer:
        """Judge one text; raises nothing: trouble is an answer."""
        ...

    def trust(self) -> Trust | None:
        """The times of the trust data, None while they are unknown."""
        ...


class OfflineChecker:
    """Judges with the pipeline and the last good bundle in a directory.

    A bundle that `dosepass-keys fetch` puts there meanwhile is taken up. Raises TrustBundleError
    at the start when there is none, and NoEntryRulesError for a place without rules. `policy` is
    one in place of the bundle's; `language` that of a rule's words.
    """

    name = "offline"

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        language: str = LANGUAGES[0],
        place: str | None = None,
        policy: EntryPolicy | None = None,
    ) -> None:
        self._clock = clock
        self._language = language
        # A bundle that cannot be taken up needs no log: its age is always on the screen.
        log = Log(clock, lambda _: None)
        self._source = TrustSource(directory, clock, log, place=place, policy=policy)

    def check(self, text: str) -> Answer:
        """Judge one text by the device's clock."""
        bundle, entry = self._source.present()
        verdict = check(text, bundle, self._clock.now(), entry)
        document = verdict_to_json(verdict, bundle, self._language, DISCLOSABLE)
        try:
            return answer_from_json(document)
        except AnswerError as error:
            return Answer.of_trouble(Trouble.SERVICE_ANSWER, str(error), verdict.checked_at)

    def trust(self) -> Trust:
        """The times of the bundle in use."""
        bundle = self._source.current()
        return Trust(
            issued_at=bundle.issued_at,
            fresh_until=bundle.fresh_until,
            status_issued_at=bundle.status.issued_at,
            status_fresh_until=bundle.status.fresh_until,
            newest_time=bundle.newest_time,
        )
