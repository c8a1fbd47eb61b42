"""What the views of the desk share: a part of the country, a place in a list, corrected cells."""

import re
from collections.abc import Sequence
from typing import Final

from issuer.access.rights import Area
from issuer.api.call import Call
from issuer.api.fields import Fields
from issuer.api.problems import invalid

__all__ = ["area_of_query", "cells_of_body", "position", "write_position"]

_POSITION: Final = re.compile(r"([0-9]{1,12})\.([0-9]{1,15})", re.ASCII)
_LONGEST_CODE: Final = 32
_LONGEST_CELL: Final = 1000


def area_of_query(call: Call) -> Area:
    """A part of the account's own area: `province`, `district`, `site`."""
    return Area(
        province=call.query("province", _LONGEST_CODE),
        district=call.query("district", _LONGEST_CODE),
        site=call.query("site", _LONGEST_CODE),
    )


def position(call: Call) -> tuple[int, int] | None:
    """Where a page of a queue begins: `start`, as the page before gave it under `next`."""
    text = call.query("start", 30)
    if text is None:
        return None
    found = _POSITION.fullmatch(text)
    if found is None:
        raise invalid("Give start as the answer before has it under next.")
    return int(found[1]), int(found[2])


def write_position(at: tuple[int, int] | None) -> str | None:
    """Where the next page begins, for `start`."""
    return None if at is None else f"{at[0]}.{at[1]}"


def cells_of_body(fields: Fields, name: str, known: Sequence[str]) -> dict[str, str]:
    """Values by field, such as `{"birth_date": "31/12/1990"}`, of those that are known."""
    given = fields.maybe_object(name)
    if given is None:
        return {}
    cells = {one: given.text(one, _LONGEST_CELL) for one in given.names(known)}
    given.done()
    return cells
