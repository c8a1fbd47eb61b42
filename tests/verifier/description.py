"""Holds answers against the description `spec/openapi/verifier.yaml`."""

import json
import re
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

PATH: Final = Path(__file__).parents[2] / "spec" / "openapi" / "verifier.yaml"
DOCUMENT: Final[dict[str, Any]] = yaml.safe_load(PATH.read_text(encoding="utf-8"))

_BASE: Final = "urn:verifier"
_REGISTRY: Final[Registry[Any]] = Registry().with_resource(
    _BASE, DRAFT202012.create_resource(DOCUMENT)
)
_REQUEST_ID: Final = re.compile(DOCUMENT["components"]["schemas"]["RequestId"]["pattern"])


def schema(name: str) -> dict[str, Any]:
    """A named schema of the description."""
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return found


def is_valid(value: object, schema_name: str) -> bool:
    """Whether a value is of a named schema."""
    return _validator(f"/components/schemas/{schema_name}").is_valid(value)


def hold(path: str, method: str, status: int, headers: dict[str, str], body: bytes) -> None:
    """Fail unless an answer is one that the description announces.

    That to a preflight is announced by the Fetch Standard, and has no body.
    """
    if (method, status) == ("OPTIONS", 204):
        assert body == b""
        return
    pointer, answer = _described(path, method, status)
    assert _REQUEST_ID.fullmatch(headers["x-request-id"])
    if "content" not in answer:
        assert body == b""
        return
    media_type = headers["content-type"].partition(";")[0]
    assert media_type in answer["content"], (status, media_type)
    if media_type == "application/x-ndjson":
        for line in body.splitlines():
            _validator("/components/schemas/BatchLine").validate(json.loads(line))
    elif media_type.endswith("json") and method != "HEAD":
        escaped = media_type.replace("/", "~1")
        _validator(f"{pointer}/content/{escaped}/schema").validate(json.loads(body))


def _described(path: str, method: str, status: int) -> tuple[str, dict[str, Any]]:
    """The announced answer, and where it stands; an unknown path or method is a plain problem."""
    path = _template_of(path)
    operation = DOCUMENT["paths"].get(path, {}).get("get" if method == "HEAD" else method.lower())
    if operation is None:
        return "/components/responses/Problem", DOCUMENT["components"]["responses"]["Problem"]
    key = str(status) if str(status) in operation["responses"] else "default"
    answer = operation["responses"][key]
    if "$ref" in answer:
        name = answer["$ref"].rpartition("/")[2]
        return f"/components/responses/{name}", DOCUMENT["components"]["responses"][name]
    escaped = path.replace("/", "~1")
    return f"/paths/{escaped}/{method.lower()}/responses/{key}", answer


def _template_of(path: str) -> str:
    """The path as it is described: with the names of its variable parts."""
    for template in DOCUMENT["paths"]:
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
            return str(template)
    return path


def _validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_BASE}#{pointer}"}, registry=_REGISTRY)
