"""JSON as strictly as RFC 8259 allows: what two readers could read in two ways is refused."""

import json
from typing import Final

__all__ = ["decode_strictly"]


def decode_strictly(data: bytes) -> object:
    """Decode any JSON; raises ValueError or RecursionError for what is none, or is ambiguous."""
    return _DECODER.decode(data.decode())


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse repeated names: two readers of one text could see two texts (RFC 8259, sec. 4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is repeated")
    return members


def _no_constant(_: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError("not a JSON value")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
