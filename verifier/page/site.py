"""The page's files, made once when the service starts, and the two routes that serve them.

The page names its files by a digest of them all, so that a browser may keep them for good, and
never mixes those of two versions. The page itself is asked for anew each time.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from flask import Flask, Response, request
from jinja2 import Environment, StrictUndefined

from spec.screen import PHRASES
from spec.verdicts import LANGUAGES
from verifier import problems
from verifier.judge import language_of
from verifier.page.looks import look_rules, symbols, tab_icon
from verifier.page.vocabulary import vocabulary
from verifier.page.words import WORDS
from verifier.problems import ProblemError

__all__ = ["FILES_ROUTE", "PAGE_ROUTE", "Site", "add_page"]

PAGE_ROUTE: Final = "/"
FILES_ROUTE: Final = "/page/<version>/<name>"

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Files of this service alone, nothing inline; and no text can become markup or script."""

_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), display-capture=(), geolocation=(), microphone=()",
}
_ASK_EACH_TIME: Final = "no-cache"
_KEEP: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Everything that is served, as bytes."""

    version: str
    """A digest of the files."""
    files: Mapping[str, bytes]
    pages: Mapping[str, bytes]
    """The page by its first language."""

    @classmethod
    def make(cls, *, pictures: bool) -> "Site":
        """Make it; `pictures` tells whether the service reads them."""
        files = _files()
        version = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
        pages = {language: _page(language, version, pictures) for language in LANGUAGES}
        return cls(version=version, files=files, pages=pages)


def add_page(app: Flask, *, pictures: bool) -> None:
    """Serve the page from an application."""
    site = Site.make(pictures=pictures)
    app.add_url_rule(
        PAGE_ROUTE, endpoint=PAGE_ROUTE, view_func=_page_view(site), methods=["GET"],
        strict_slashes=False,  # an empty path is the page, and no redirect to anywhere
    )  # fmt: skip
    app.add_url_rule(FILES_ROUTE, endpoint=FILES_ROUTE, view_func=_file_view(site), methods=["GET"])


def _page_view(site: Site) -> Callable[[], Response]:
    def page() -> Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        answer = Response(site.pages[language], content_type="text/html; charset=utf-8")
        answer.headers.update(_HEADERS)
        answer.headers["Cache-Control"] = _ASK_EACH_TIME
        answer.headers["Content-Language"] = language
        answer.headers["Vary"] = "Accept-Language"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    return page


def _file_view(site: Site) -> Callable[[str, str], Response]:
    def file(version: str, name: str) -> Response:
        body = site.files.get(name) if version == site.version else None
        if body is None:
            raise ProblemError(problems.NOT_FOUND, "Load the page at / again.")
        answer = Response(body, content_type=_MEDIA_TYPES[name.rpartition(".")[2]])
        answer.headers["Cache-Control"] = _KEEP
        return answer

    return file


def _files() -> dict[str, bytes]:
    """The scripts and styles as they lie in `files/`, and what is made from spec."""
    folder = resources.files("verifier.page") / "files"
    found = {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.name.endswith((".js", ".css"))
    }
    words = json.dumps(vocabulary(), ensure_ascii=False, separators=(",", ":"))
    made = {
        "vocabulary.js": f"export default {words};\n",
        "looks.css": look_rules(),
        "icon.svg": tab_icon(),
    }
    return found | {name: text.encode() for name, text in made.items()}


def _page(language: str, version: str, pictures: bool) -> bytes:
    source = (resources.files("verifier.page") / "files" / "page.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    return template.render(
        language=language,
        other_language=next(one for one in LANGUAGES if one != language),
        say={**PHRASES[language], **WORDS[language]},
        files=f"page/{version}",
        looks=vocabulary()["looks"],
        symbols=symbols(),
        pictures=pictures,
    ).encode()
