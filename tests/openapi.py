"""Holds answers against an OpenAPI description, whichever service gave them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

__all__ = ["Description"]

_BASE = "urn:description"


class Description:
    """One file below `spec/openapi/`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._registry: Registry[Any] = Registry().with_resource(
            _BASE, DRAFT202012.create_resource(self.document)
        )
        self._request_id = re.compile(self.schema("RequestId")["pattern"])

    def schema(self, name: str) -> dict[str, Any]:
        """A named schema."""
        found: dict[str, Any] = self.document["components"]["schemas"][name]
        return found

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, method and description of every operation."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if method != "parameters":
                    yield path, method.upper(), operation

    def hold(
        self, path: str, method: str, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        """Fail unless an answer is one that the description announces."""
        pointer, answer = self._described(path, method, status)
        assert self._request_id.fullmatch(headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
        if "content" not in answer:
            assert body == b""
            return
        media_type = headers["content-type"].partition(";")[0]
        assert media_type in answer["content"], (status, media_type, body)
        if media_type.endswith("json") and method != "HEAD":
            escaped = media_type.replace("/", "~1")
            self._validator(f"{pointer}/content/{escaped}/schema").validate(json.loads(body))

    def _described(self, path: str, method: str, status: int) -> tuple[str, dict[str, Any]]:
        """The announced answer, and where it stands; an unknown path or method is a problem."""
        responses = self.document["components"]["responses"]
        path = self._template_of(path)
        method = "get" if method == "HEAD" else method.lower()
        operation = self.document["paths"].get(path, {}).get(method)
        if operation is None:
            return "/components/responses/Problem", responses["Problem"]
        answer = operation["responses"].get(str(status))
        assert answer is not None, f"{operation['operationId']} announces no {status}"
        if "$ref" in answer:
            name = answer["$ref"].rpartition("/")[2]
            return f"/components/responses/{name}", responses[name]
        escaped = path.replace("/", "~1")
        return f"/paths/{escaped}/{method}/responses/{status}", answer

    def _template_of(self, path: str) -> str:
        """The path as it is described: with the names of its variable parts."""
        if path in self.document["paths"]:
            return path
        for template in self.document["paths"]:
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
                return str(template)
        return path

    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{_BASE}#{pointer}"}, registry=self._registry)
