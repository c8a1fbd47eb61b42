"""Answers of every kind for the tests of session and screens."""

from datetime import date

from scanner_app.answer import Accepted, Answer, ShownDose, Trouble
from spec.certificate import Timestamp
from spec.colour import Colour, colour_of
from spec.dates import BirthDate
from spec.verdicts import Outcome, VerdictCode

NOW = Timestamp(1_640_000_000)


def accepted(
    name: str = "Nguyễn Thị Hồng Phượng",
    *,
    given: int = 2,
    needed: int = 2,
    vaccine: str = "Comirnaty (Pfizer)",
    birth_date: BirthDate | None = None,
    id_suffix: str | None = "4821",
) -> Accepted:
    doses = tuple(
        ShownDose(vaccine=vaccine, code=4, day=date(2021, 6 + number, 16))
        for number in range(given)
    )
    return Accepted(
        colour=colour_of(given=given, needed=needed),
        needed=needed,
        name=name,
        birth_date=birth_date or BirthDate(1990, 12, 31),
        id_suffix=id_suffix,
        doses=doses,
        issuer="VN",
        issued_at=NOW,
        expires_at=Timestamp(NOW + 1),
    )


def answer(code: VerdictCode = VerdictCode.OK, facts: Accepted | None = None) -> Answer:
    if code.outcome is Outcome.ACCEPTED and facts is None:
        facts = accepted()
    return Answer(
        outcome=code.outcome, code=code.value, reason=None, checked_at=NOW, accepted=facts
    )


def trouble(kind: Trouble = Trouble.SERVICE_UNREACHABLE) -> Answer:
    return Answer.of_trouble(kind, "no connection", NOW)


GREEN = answer()
YELLOW = answer(facts=accepted("Đặng Văn Ân", given=1))
FORGED = answer(VerdictCode.BAD_SIGNATURE)
STALE = answer(VerdictCode.TRUST_STALE)
assert YELLOW.accepted is not None
assert YELLOW.accepted.colour is Colour.YELLOW
