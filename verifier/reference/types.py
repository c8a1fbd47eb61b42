"""Says in a line what a schema of the description allows."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

__all__ = ["constraints", "name_of", "type_of"]

_BOUNDS: Final = (
    ("pattern", Markup("of the form {}")),
    ("minLength", Markup("at least {} characters")),
    ("maxLength", Markup("at most {} characters")),
    ("minimum", Markup("at least {}")),
    ("maximum", Markup("at most {}")),
    ("minItems", Markup("at least {} of them")),
    ("maxItems", Markup("at most {} of them")),
    ("minProperties", Markup("at least {} members")),
)


def name_of(reference: str) -> str:
    """The name in a `$ref`."""
    return reference.rpartition("/")[2]


def type_of(schema: Mapping[str, Any]) -> Markup:
    """What kind of value it is, with links to the schemas that have names."""
    if "$ref" in schema:
        return Markup('<a href="#schema-{0}">{0}</a>').format(name_of(schema["$ref"]))
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema and all("required" not in one for one in schema[choice]):
            return Markup(" or ").join(type_of(one) for one in schema[choice])
    if "const" in schema:
        return Markup("always {}").format(_code(schema["const"]))
    if "enum" in schema:
        return Markup("one of {}").format(Markup(", ").join(map(_code, schema["enum"])))
    if schema.get("type") == "array":
        return Markup("array of {}").format(type_of(schema.get("items", {})))
    return Markup(" or ").join(map(escape, _types(schema)))


def constraints(schema: Mapping[str, Any]) -> Markup:
    """Its bounds, as far as there are any."""
    return Markup(", ").join(_constraints(schema))


def _constraints(schema: Mapping[str, Any]) -> Iterator[Markup]:
    for name, words in _BOUNDS:
        if name in schema:
            value = schema[name]
            shown = f"{value:,}" if type(value) is int else None
            yield words.format(shown or _code(value))
    if schema.get("uniqueItems"):
        yield Markup("each once")


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", "any value")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    form = schema.get("format")
    return [f"{kind} ({form})" if form and kind == "string" else kind for kind in kinds]


def _code(value: object) -> Markup:
    text = value if isinstance(value, str) else json.dumps(value)
    return Markup("<code>{}</code>").format(text)
