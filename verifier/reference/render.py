"""Makes the page out of the description: its operations by their tags, then its schemas."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # it ships no types
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from verifier.reference.prose import inline, prose
from verifier.reference.types import constraints, name_of, type_of

__all__ = ["policy_of", "render"]

_METHODS: Final = ("get", "post", "put", "delete")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where there is one, reads the description twelve times as fast."""

_Members = Mapping[str, Any]


def render(description: bytes) -> tuple[bytes, bytes]:
    """Give the page, and the style that stands in it."""
    document: _Members = yaml.load(description, Loader=_LOADER)  # noqa: S506 - both are safe ones
    files = resources.files("verifier.reference") / "files"
    style = (files / "reference.css").read_bytes()
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters.update(prose=prose, inline=inline)
    environment.globals.update(type_of=type_of, constraints=constraints, name_of=name_of)
    page = environment.from_string((files / "reference.html").read_text(encoding="utf-8"))
    html = page.render(
        info=document["info"],
        style=Markup(style.decode()),  # noqa: S704 - a file of ours
        groups=list(_groups(document)),
        schemas=[_schema(name, one) for name, one in document["components"]["schemas"].items()],
    )
    return html.encode(), style


def policy_of(style: bytes) -> str:
    """What a browser may do with the page: use this one style, and load nothing."""
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _groups(document: _Members) -> Iterator[dict[str, Any]]:
    operations = list(_operations(document))
    for tag in document["tags"]:
        own = [one for one in operations if one["tag"] == tag["name"]]
        yield {"name": tag["name"], "description": tag["description"], "operations": own}


def _operations(document: _Members) -> Iterator[dict[str, Any]]:
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(document, path, method, item[method])


def _operation(document: _Members, path: str, method: str, operation: _Members) -> dict[str, Any]:
    body = operation.get("requestBody", {})
    return {
        "id": operation["operationId"],
        "tag": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": [_resolved(document, one) for one in operation.get("parameters", [])],
        "body": body.get("description", ""),
        "takes": [_media(kind, content) for kind, content in body.get("content", {}).items()],
        "answers": [
            _answer(document, status, answer) for status, answer in operation["responses"].items()
        ],
    }


def _answer(document: _Members, status: str, answer: _Members) -> dict[str, Any]:
    answer = _resolved(document, answer)
    contents = answer.get("content", {}).items()
    return {
        "status": "other" if status == "default" else status,
        "description": answer["description"],
        "gives": [_media(kind, content) for kind, content in contents],
    }


def _media(kind: str, content: _Members) -> dict[str, Any]:
    examples = content.get("examples", {}).values()
    return {
        "type": kind,
        "schema": _first(content["schema"]),
        "examples": [(one["summary"], _shown(one["value"])) for one in examples],
    }


def _first(schema: _Members) -> _Members:
    """Of a schema that narrows a named one down, the named one."""
    return schema["allOf"][0] if "allOf" in schema else schema


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value.rstrip("\n")
    return json.dumps(value, ensure_ascii=False, indent=2)


def _schema(name: str, schema: _Members) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {
        "name": name,
        "description": schema.get("description", ""),
        "line": None if properties else schema,
        "members": [
            {
                "name": member,
                "schema": _first(one),
                "bounds": one,
                "required": member in schema.get("required", ()),
                "description": one.get("description", ""),
            }
            for member, one in properties.items()
        ],
    }


def _resolved(document: _Members, value: _Members) -> _Members:
    while "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value
