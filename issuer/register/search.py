"""Finding people by what somebody knows of them, by what the indexes hold alone.

Numbers find who has or had them. A name finds those who write it so, then those who write it with
other marks or none, then those whose name begins so. A birth date, also of a month or year alone,
narrows a name; a whole one finds people by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select, text
from sqlalchemy.sql import ColumnElement

from issuer.register.bulk import is_postgresql, within
from issuer.register.models import CertificateRow, CertificateState, PersonRow
from issuer.register.people_models import IdentifierRow
from spec.certificate import Certificate, StatusPosition
from spec.colour import Colour
from spec.dates import BirthDate
from spec.names import bare_letters, canonical_name

__all__ = ["Current", "Found", "Wanted", "current_certificates", "find_people"]

_LAST: Final = chr(0x10FFFF)
"""Behind every letter that a name can go on with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What somebody knows of a person; all of it has to agree."""

    position: StatusPosition | None = None
    """Of a certificate of theirs, in whatever state it is."""
    id_number: str | None = None
    phone: str | None = None
    name: str | None = None
    birth_date: BirthDate | None = None

    @property
    def narrow(self) -> bool:
        """Whether it can be looked for: a year or month alone would find too many."""
        whole = self.birth_date is not None and self.birth_date.day is not None
        return whole or any((self.position is not None, self.id_number, self.phone, self.name))


@dataclass(frozen=True, slots=True)
class Found:
    """A person who agrees with what was asked."""

    id: int
    name: str
    birth_date: str
    sex: str | None
    id_number: str | None
    phone: str | None
    merged_into: int | None
    """The person who stands for this one too."""


@dataclass(frozen=True, slots=True)
class Current:
    """The certificate that is issued to a person now."""

    number: str
    colour: Colour


_COLUMNS: Final = (
    PersonRow.id, PersonRow.name, PersonRow.birth_date, PersonRow.sex, PersonRow.id_number,
    PersonRow.phone, PersonRow.merged_into,
)  # fmt: skip


def find_people(connection: Connection, issuer: str, wanted: Wanted, limit: int) -> list[Found]:
    """The first so many people who agree, those who agree best first.

    `issuer` is whose certificates are meant by a position.
    """
    found: dict[int, Found] = {}
    for conditions, order in _looks(connection, issuer, wanted):
        query = select(*_COLUMNS).where(*conditions).order_by(*order)
        for row in connection.execute(query.limit(limit + len(found))):
            found.setdefault(row.id, Found(*row))
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def current_certificates(connection: Connection, person_ids: Iterable[int]) -> dict[int, Current]:
    """The certificates that are issued to persons now."""
    query = select(CertificateRow.person_id, CertificateRow.number, CertificateRow.payload).where(
        within(connection, CertificateRow.__table__.c.person_id, person_ids),
        CertificateRow.state == CertificateState.ISSUED.value,
    )
    return {
        person_id: Current(number, Certificate.from_cbor(payload).colour)
        for person_id, number, payload in connection.execute(query)
    }


_Look = tuple[list["ColumnElement[bool]"], tuple[Any, ...]]


def _looks(connection: Connection, issuer: str, wanted: Wanted) -> Iterator[_Look]:
    """The questions to ask in turn, each with its order; the later ones find more."""
    further = [*_born(wanted.birth_date), *_numbered(connection, issuer, wanted)]
    by_age = (PersonRow.birth_date, PersonRow.id)
    if wanted.name is None:
        yield further, by_age
        return
    canonical = canonical_name(wanted.name)
    bare = bare_letters(canonical)
    yield [PersonRow.canonical_name == canonical, *further], by_age
    yield [PersonRow.bare_name == bare, *further], by_age
    yield [*_begins(connection, bare), *further], _by_name(connection)


def _born(birth_date: BirthDate | None) -> Iterator["ColumnElement[bool]"]:
    """The date as it is, and where only the year or month is asked, all days in it."""
    if birth_date is None:
        return
    stated = f"{birth_date}"
    if birth_date.day is not None:
        yield PersonRow.birth_date == stated
    else:
        yield or_(
            PersonRow.birth_date == stated,
            and_(PersonRow.birth_date > f"{stated}-", PersonRow.birth_date < f"{stated}-99"),
        )


def _numbered(
    connection: Connection, issuer: str, wanted: Wanted
) -> Iterator["ColumnElement[bool]"]:
    """The people of numbers are looked up first: they are few."""
    if wanted.position is not None:
        holder = select(CertificateRow.person_id).where(
            CertificateRow.issuer == issuer, CertificateRow.position == wanted.position.number
        )
        yield _among(connection, connection.execute(holder).scalars())
    for kind, column in (("id_number", PersonRow.id_number), ("phone", PersonRow.phone)):
        number = getattr(wanted, kind)
        if number is not None:
            own = select(PersonRow.id).where(column == number)
            noted = select(IdentifierRow.person_id).where(
                IdentifierRow.value == number, IdentifierRow.kind == kind
            )
            yield _among(connection, connection.execute(own.union(noted)).scalars())


def _among(connection: Connection, person_ids: Iterable[int]) -> "ColumnElement[bool]":
    return within(connection, PersonRow.__table__.c.id, person_ids)


def _begins(connection: Connection, start: str) -> Iterator["ColumnElement[bool]"]:
    """The bare name begins so, letter by letter and not as some language sorts."""
    least, below = ("~>=~", "~<~") if is_postgresql(connection) else (">=", "<")
    yield PersonRow.bare_name.bool_op(least)(start)
    yield PersonRow.bare_name.bool_op(below)(start + _LAST)


def _by_name(connection: Connection) -> tuple[Any, ...]:
    """The order of the index, so that a name that begins many others is not sorted whole."""
    using = " USING ~<~" if is_postgresql(connection) else ""
    return text(f"persons.bare_name{using}"), PersonRow.birth_date
