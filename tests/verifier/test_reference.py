"""The page at /docs: all of the description, readable, and nothing from elsewhere."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contrast import contrast
from tests.verifier import description
from tests.verifier.conftest import Service
from verifier.reference.prose import prose
from verifier.reference.render import policy_of, render
from verifier.reference.types import constraints, type_of

HTML, STYLE = render(description.PATH.read_bytes())
PAGE = HTML.decode()
VOID = {"meta", "link", "br", "img"}


class Reader(HTMLParser):
    """Collects identifiers and addresses, and finds what is opened and never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.links += [str(given[name]) for name in ("href", "src") if given.get(name)]
        assert not any(name.startswith("on") or name == "style" for name in given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = Reader()
    found.feed(PAGE)
    return found


def test_it_is_well_formed_and_its_links_lead_somewhere(reader: Reader) -> None:
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)
    inner = {link[1:] for link in reader.links if link.startswith("#")}
    assert inner <= set(reader.ids)


def test_it_loads_nothing(reader: Reader) -> None:
    assert reader.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert "url(" not in STYLE.decode()
    assert "@import" not in STYLE.decode()
    outer = {link for link in reader.links if not link.startswith("#")}
    assert outer == {"openapi.yaml", "./"}


def test_every_operation_and_schema_is_on_it(reader: Reader) -> None:
    operations = {
        operation["operationId"]
        for item in description.DOCUMENT["paths"].values()
        for operation in item.values()
    }
    schemas = {f"schema-{name}" for name in description.DOCUMENT["components"]["schemas"]}
    assert operations | schemas <= set(reader.ids)


def test_no_word_of_the_description_is_lost() -> None:
    text = re.sub(r"<[^>]+>", " ", PAGE)
    seen = set(re.findall(r"\w+", text))
    assert set(re.findall(r"\w+", description.DOCUMENT["info"]["description"])) <= seen
    for item in description.DOCUMENT["paths"].values():
        for operation in item.values():
            assert set(re.findall(r"\w+", operation.get("description", ""))) <= seen


def test_it_is_served_for_browsers(service: Service) -> None:
    answer = service.call("GET", "/docs")
    assert (answer.status, answer.body) == (200, HTML)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    digest = base64.b64encode(hashlib.sha256(STYLE).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy_of(STYLE)
    assert f"<style>{STYLE.decode()}</style>" in PAGE
    again = service.call("GET", "/docs", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_methods(service: Service, method: str) -> None:
    assert service.call(method, "/docs").status == 405


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_can_be_told_apart(scheme: str) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE.decode(), re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", light if scheme == "light" else dark))
    for ground in (colours["paper"], colours["tint"]):
        for ink in ("ink", "quiet", "link"):
            assert contrast(colours[ink], ground) >= 4.5
        assert contrast(colours["line"], ground) >= 3


@given(text=st.text(max_size=60))
def test_no_text_becomes_markup(text: str) -> None:
    found = Reader()
    found.feed(prose(text))
    found.close()
    assert found.open == []
    assert found.tags <= {"p", "code", "strong", "a", "div", "table", "thead", "tbody", "tr", "th",
                          "td"}  # fmt: skip


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "`<b>`", "**<i>**", '[<u>](https://x.org/"onclick=y)', "a|<s>"]
)
def test_markup_in_prose_is_shown_and_not_obeyed(text: str) -> None:
    made = str(prose(text))
    assert not re.search(r"<(script|b|i|u|s)\b", made)
    assert '"onclick' not in made


@pytest.mark.parametrize(
    ("schema", "line", "bounds"),
    [
        ({"$ref": "#/components/schemas/Moment"}, '<a href="#schema-Moment">Moment</a>', ""),
        ({"type": ["string", "null"], "maxLength": 32}, "string or null", "at most 32 characters"),
        ({"enum": ["vi", "en"]}, "one of <code>vi</code>, <code>en</code>", ""),
        ({"const": 3}, "always <code>3</code>", ""),
        ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, "array of integer",
         "each once"),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null", ""),
        ({"type": "string", "format": "date", "pattern": "<a>"}, "string (date)",
         "of the form <code>&lt;a&gt;</code>"),
        ({}, "any value", ""),
    ],
)  # fmt: skip
def test_types_in_words(schema: dict[str, Any], line: str, bounds: str) -> None:
    assert (str(type_of(schema)), str(constraints(schema))) == (line, bounds)
