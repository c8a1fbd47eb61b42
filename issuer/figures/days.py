"""The stages of a record and how many days each took, as SQL of both databases."""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

from issuer.register.models import DoseRow, RecordState

__all__ = ["LOCAL_TIME", "SECONDS_A_DAY", "Stage", "day_number", "days_of", "local_day"]

SECONDS_A_DAY: Final = 86_400
LOCAL_TIME: Final = 7 * 3600
"""Seconds by which Vietnam is ahead of UTC: a record of the same day came before midnight there."""


class Stage(StrEnum):
    """The three ways of a record, each between two moments."""

    RECEIVED = "received"
    """From the injection to the record's arrival."""
    VALIDATED = "validated"
    """From the arrival to the decision that it counts."""
    CERTIFIED = "certified"
    """From that decision to the first certificate that shows it."""

    @property
    def states(self) -> tuple[RecordState, ...]:
        """The states in which a record tells how long this took."""
        if self is Stage.RECEIVED:
            return RecordState.ACCEPTED, RecordState.REVIEW
        return (RecordState.ACCEPTED,)


class day_number(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Days from 1970-01-01 to a date."""

    type = Integer()
    inherit_cache = True


@compiles(day_number, "sqlite")
def _in_sqlite(element: "day_number", compiler: Any, **more: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **more)}) - 2440587.5 AS INTEGER)"


@compiles(day_number, "postgresql")
def _in_postgresql(element: "day_number", compiler: Any, **more: Any) -> str:
    return f"(({compiler.process(element.clauses, **more)}) - DATE '1970-01-01')"


def local_day(moment: "ColumnElement[Any]") -> "ColumnElement[int]":
    """The day, in Vietnam, of a moment in seconds since 1970."""
    return (moment + LOCAL_TIME) // SECONDS_A_DAY


def days_of(stage: Stage) -> "ColumnElement[int]":
    """How many days a stage took, 0 on the same day; null while it has not ended."""
    received, validated, certified = (
        local_day(column.expression)
        for column in (DoseRow.received_at, DoseRow.validated_at, DoseRow.certified_at)
    )
    if stage is Stage.RECEIVED:
        return received - day_number(DoseRow.injected_on)
    return validated - received if stage is Stage.VALIDATED else certified - validated
