"""The code of the identity card: CCCD with a chip (2021) and Căn cước (2024). Section 17.1.

    number | old CMND or empty | name | birth date | Nam or Nữ | residence | issue date [| ...]

Dates are ddmmyyyy. The card of 2024 adds fields behind these; how they are separated is not
published, so they are kept as they stand. Fields are never shifted: a text of six was made by
somebody who left one out, and nobody can tell which.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from spec.dates import BirthDate
from spec.identity import Sex, parse_sex, stated_by_number
from spec.papers.fields import name_of, plain_date, year_or_day
from spec.papers.paper import BrokenPaperError, IdentityPaper, PaperField, PaperKind, PaperWarning
from spec.provinces import is_place_of_birth

__all__ = ["is_cccd", "read_cccd"]

_FIELDS: Final = 7
_NUMBER: Final = re.compile(r"\d{12}", re.ASCII)
_OLD_NUMBER: Final = re.compile(r"(\d{9})?", re.ASCII)
_DATE: Final = re.compile(r"(\d\d)(\d\d)(\d{4})", re.ASCII)


def is_cccd(fields: Sequence[str]) -> bool:
    """Tell whether fields are those of an identity card."""
    return len(fields) >= _FIELDS and _NUMBER.fullmatch(fields[0]) is not None


def read_cccd(fields: Sequence[str]) -> IdentityPaper:
    """Read the seven fields by their places; raises PaperError."""
    number, old, name, born, sex, address, issued, *rest = fields
    if not _OLD_NUMBER.fullmatch(old):
        raise BrokenPaperError(PaperField.OLD_NUMBER)
    the_name = name_of(name)
    the_birth = year_or_day(born, _DATE)
    the_sex = parse_sex(sex)
    if the_sex is None:
        raise BrokenPaperError(PaperField.SEX)
    issued_on = plain_date(issued, _DATE)
    warnings = list(_contradictions(number, the_birth, the_sex))
    if not address:
        warnings.append(PaperWarning.ADDRESS)
    if issued_on is None:
        warnings.append(PaperWarning.ISSUE_DATE)
    return IdentityPaper(
        kind=PaperKind.CCCD,
        name=the_name,
        birth_date=the_birth,
        sex=the_sex,
        number=number,
        old_numbers=(old,) if old else (),
        address=address or None,
        issued_on=issued_on,
        rest=tuple(rest),
        warnings=tuple(warnings),
    )


def _contradictions(number: str, born: BirthDate, sex: Sex) -> Iterator[PaperWarning]:
    """Where the number says otherwise (section 17.2): the rule behind it lapsed in 2024."""
    stated = stated_by_number(number)
    if stated is not None and stated[0] != born.year:
        yield PaperWarning.NUMBER_YEAR
    if stated is not None and stated[1] is not sex:
        yield PaperWarning.NUMBER_SEX
    if not is_place_of_birth(number[:3]):
        yield PaperWarning.NUMBER_PROVINCE
