"""An approved correction becomes true: records are replaced, or a missing dose is added."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from issuer.course import dose_findings
from issuer.desk.corrected import corrected, read_cells
from issuer.desk.request_target import accepted_doses, people_like
from issuer.reasons import ReasonCode, Severity
from issuer.records import HISTORICAL_DAYS, DoseRecord, Rules
from issuer.register import changes as doors
from issuer.register.people import load_persons
from issuer.register.person_changes import ChangeError
from spec.certificate import Timestamp, VaccineCode
from spec.vaccines import VaccineTable

__all__ = ["carry_out"]


def carry_out(
    connection: Connection,
    person_id: int | None,
    doses: Sequence[int],
    stated: Mapping[str, str],
    changes: Mapping[str, str],
    operator: str,
    why: str,
    now: Timestamp,
    *,
    rules: Rules,
    table: VaccineTable,
) -> tuple[int, list[int]]:
    """Correct the doses that are meant; gives the person and the records that stand now.

    A dose that the register does not have is added, where all of it is stated. Raises ValuesError,
    and ChangeError where the outcome would contradict what else is recorded.
    """
    days = [] if person_id is None else accepted_doses(connection, person_id)
    made: list[int] = []
    for number in doses:
        if number <= len(days):
            others = [row for day in days if day is not days[number - 1] for row in day]
            for row in days[number - 1]:
                record = corrected(row, changes, rules, table)
                if {"vaccine", "injected_on"} & changes.keys():
                    _check_day(record, others, table)
                made.append(doors.replace(connection, row.id, record, operator, why, now))
        else:
            record = _missing(connection, person_id, days, stated, changes, rules)
            _check_day(record, [row for day in days for row in day], table)
            raw = json.dumps({"asked": why, "dose": number, **stated, **changes},
                             ensure_ascii=False)  # fmt: skip
            late = (rules.today - record.injected_on).days > HISTORICAL_DAYS
            new_id, person_id = doors.add(
                connection, person_id, record, operator, now, raw=raw, historical=late
            )
            made.append(new_id)
    if person_id is None:
        raise ChangeError("no dose was meant")
    return person_id, made


def _missing(
    connection: Connection,
    person_id: int | None,
    days: Sequence[Sequence[Any]],
    stated: Mapping[str, str],
    changes: Mapping[str, str],
    rules: Rules,
) -> DoseRecord:
    """The dose that no record states; raises ValuesError while vaccine or day are missing."""
    known = dict(stated)
    if person_id is not None:
        (person,) = load_persons(connection, [person_id])
        known |= {
            "full_name": person.name,
            "birth_date": person.birth_date,
            "sex": person.sex or "",
            "id_number": person.id_number or "",
            "phone": person.phone or "",
        }
    if days:
        known["site"] = days[-1][-1].site or ""
    record = read_cells({**known, **changes}, rules)
    if person_id is None and (found := people_like(connection, record.identity)):
        raise ChangeError(
            f"the register has somebody like that: person {min(found)}",
            hint="name the person, or let the record wait in the queue",
        )
    return record


def _check_day(record: DoseRecord, others: Sequence[Any], table: VaccineTable) -> None:
    """Raise ChangeError where one dose would become two, or two would contradict each other."""
    doses: dict[date, VaccineCode] = {row.injected_on: row.vaccine for row in others}
    for finding in dose_findings(doses, record.vaccine, record.injected_on, None, table):
        duplicate = finding.code is ReasonCode.DUPLICATE_EXACT
        if duplicate or finding.severity is not Severity.WARN:
            raise ChangeError(
                f"another dose of this person stands in the way: {finding.code}",
                hint="correct or withdraw that one first",
            )
