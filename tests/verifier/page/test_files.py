"""What the page is made of: headers, one source of words and colours, nothing inline or foreign."""

import json
import re
from importlib import resources
from typing import Any

import pytest

from spec import palette, screen, tones
from spec.colour import Colour
from spec.icons import ICONS
from spec.verdicts import LANGUAGES, Outcome, VerdictCode, colour_words, verdict_words
from tests.verifier.conftest import Answer, Service
from verifier.page.looks import look_rules, symbols
from verifier.page.vocabulary import ANY_CODE, vocabulary
from verifier.page.words import WORDS

FOLDER = resources.files("verifier.page") / "files"
SOURCES = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}
HTML = SOURCES["page.html"]
VOCABULARY: dict[str, Any] = json.loads(json.dumps(vocabulary()))


def served(service: Service, name: str) -> Answer:
    page = service.call("GET", "/").body.decode()
    [path] = re.findall(rf'"(page/[0-9a-f]+/){re.escape("page.js")}"', page)
    return service.call("GET", f"/{path}{name}")


def policy(answer: Answer) -> dict[str, str]:
    rules = (rule.partition(" ") for rule in answer.headers["content-security-policy"].split("; "))
    return {name: value for name, _, value in rules}


def test_the_page_may_load_from_its_own_service_alone(service: Service) -> None:
    rules = policy(service.call("GET", "/"))
    assert rules["default-src"] == "'none'"
    assert {value for name, value in rules.items() if name.endswith("-src")} <= {"'self'", "'none'"}
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["frame-ancestors"] == rules["form-action"] == rules["base-uri"] == "'none'"


def test_nothing_is_inline_and_nothing_foreign(service: Service) -> None:
    page = service.call("GET", "/").body.decode()
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", page)
    for name, text in {**SOURCES, "page": page}.items():
        assert not re.findall(r"https?://(?!www\.w3\.org/)|[\"'(]//", text), name
    for script in (text for name, text in SOURCES.items() if name.endswith(".js")):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|\beval\b|document\.write", script
        )


def test_it_is_asked_for_each_time_and_sent_once(service: Service) -> None:
    first = service.call("GET", "/", headers={"Accept-Language": "en"})
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["vary"] == "Accept-Language"
    again = {"Accept-Language": "en", "If-None-Match": first.headers["etag"]}
    assert service.call("GET", "/", headers=again).status == 304
    other = {"Accept-Language": "vi", "If-None-Match": first.headers["etag"]}
    assert service.call("GET", "/", headers=other).status == 200


@pytest.mark.parametrize("name", ["page.js", "page.css", "looks.css", "vocabulary.js", "icon.svg"])
def test_its_files_are_kept_for_good(service: Service, name: str) -> None:
    answer = served(service, name)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/page/0000000000000000/page.js", "/page/page.js", "/page/{version}/page.html",
     "/page/{version}/__init__.py", "/page/{version}/../site.py", "/page/{version}/%2e%2e/site.py"],
)  # fmt: skip
def test_no_other_file_is_served(service: Service, path: str) -> None:
    page = service.call("GET", "/").body.decode()
    version = re.findall(r"page/([0-9a-f]{16})/", page)[0]
    answer = service.call("GET", path.format(version=version))
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.endswith(".html")])
def test_every_file_is_used(name: str) -> None:
    users = [text for other, text in SOURCES.items() if other != name]
    assert any(f"/{name}" in text for text in users)


def test_words_and_colours_have_no_twin_in_the_files() -> None:
    titles = {verdict_words(code, "vi").title for code in VerdictCode} | {
        colour_words(colour, 1, "en") for colour in Colour
    }
    said = titles | {word for table in screen.PHRASES.values() for word in table.values()}
    colours = {style.background.lower() for style in vars(palette).values()
               if isinstance(style, palette.Style)}  # fmt: skip
    for name, text in SOURCES.items():
        assert [word for word in said if len(word) > 4 and word in text] == [], name
        assert [colour for colour in colours if colour in text.lower()] == [], name


def test_every_word_that_is_asked_for_is_there_in_both_languages() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    asked = set(re.findall(r'data-say="(\w+)"', HTML))
    scripts = "".join(text for name, text in SOURCES.items() if name.endswith(".js"))
    for language in LANGUAGES:
        phrases = VOCABULARY["phrases"][language]
        assert asked <= phrases.keys()
        unused = [w for w in WORDS[language] if w not in asked and f'"{w}"' not in scripts
                  and f"say.{w} " not in HTML]  # fmt: skip
        assert unused == []


@pytest.mark.parametrize(
    "code", [code for code in VerdictCode if code.outcome is not Outcome.ACCEPTED]
)
def test_looks_are_those_of_the_palette(code: VerdictCode) -> None:
    look = VOCABULARY["looks"][code.outcome][code]
    style = palette.style_for(code.outcome, code, None)
    assert (
        f'[data-look="{look}"] {{ --paper: {style.background}; --ink: {style.foreground}; }}'
        in (look_rules().splitlines())
    )
    assert (
        VOCABULARY["looks"][code.outcome][ANY_CODE] not in VOCABULARY["looks"]["accepted"].values()
    )


def test_every_icon_is_on_the_page(service: Service) -> None:
    page = service.call("GET", "/").body.decode()
    assert symbols() in page
    assert set(re.findall(r'<symbol id="icon-(\w+)"', page)) == set(ICONS)


def test_words_times_and_tones_are_those_of_the_specification() -> None:
    for language in LANGUAGES:
        for code in VerdictCode:
            words = verdict_words(code, language)
            assert VOCABULARY["verdicts"][language][code] == {
                "title": words.title,
                "advice": words.advice,
            }
        for colour, given in ((Colour.GREEN, 2), (Colour.YELLOW, 1), (Colour.YELLOW, 12)):
            title = VOCABULARY["colours"][language][colour.word][str(given)]
            assert title == colour_words(colour, given, language)
    assert VOCABULARY["times"]["show"] == screen.Times().show
    low = [[beep.hertz, beep.seconds] for beep in tones.REJECTED]
    assert VOCABULARY["tones"]["rejected"] == low
