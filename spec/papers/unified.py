"""The unified personal code of the apps of 2021 (QĐ 1405/QĐ-BTTTT): recognised. Section 17.4.

    number | name | birth date | 0 self or 1 proxy | QID | EXT

It is not signed and says only who somebody is, with the first six characters of the number and
mostly the day and month masked. Everything else was looked up online, in systems that are gone.
"""

import re
from collections.abc import Sequence
from typing import Final

from spec.dates import BirthDate
from spec.errors import MalformedError
from spec.papers.fields import name_of
from spec.papers.paper import BrokenPaperError, IdentityPaper, PaperField, PaperKind, PaperWarning

__all__ = ["is_unified", "read_unified"]

_FIELDS: Final = 6
_NUMBER: Final = re.compile(r"\*{6}([A-Z0-9]{2,6})", re.ASCII)
_BORN: Final = re.compile(r"(\d{4})-(\d\d|\*\*)-(\d\d|\*\*)", re.ASCII)
_PROXY: Final = "1"


def is_unified(fields: Sequence[str]) -> bool:
    """Tell whether fields are those of the code of 2021: its masked number gives it away."""
    sound = len(fields) >= _FIELDS and fields[3] in ("0", _PROXY)
    return sound and _NUMBER.fullmatch(fields[0]) is not None


def read_unified(fields: Sequence[str]) -> IdentityPaper:
    """Read what is not masked; raises PaperError."""
    number, name, born, proxy, *rest = fields
    match = _NUMBER.fullmatch(number)
    warnings = [PaperWarning.UNSIGNED, PaperWarning.MASKED]
    if proxy == _PROXY:
        warnings.append(PaperWarning.PROXY)
    return IdentityPaper(
        kind=PaperKind.UNIFIED_2021,
        name=name_of(name),
        birth_date=_birth_date(born),
        number_suffix=match[1] if match else None,
        rest=tuple(rest),
        warnings=tuple(warnings),
    )


def _birth_date(field: str) -> BirthDate:
    match = _BORN.fullmatch(field)
    if match is None:
        raise BrokenPaperError(PaperField.BIRTH_DATE)
    known = [part for part in match.groups() if part != "**"]
    try:
        # A day without its month says nothing that could be compared.
        return BirthDate.parse("-".join(known if match[2] != "**" else known[:1]))
    except MalformedError:
        raise BrokenPaperError(PaperField.BIRTH_DATE) from None
