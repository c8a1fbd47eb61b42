"""Who may ask: keys, rates and sites of others, at the door of the whole application."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.authority import NOW, Authority
from tests.verifier.conftest import Answer, LogLines, Service
from verifier.api_keys import ApiKey, ApiKeys, change
from verifier.door import Door
from verifier.keyring import Keyring
from verifier.logs import Log
from verifier.origins import Origins, check_origin
from verifier.rate import Rate
from verifier.rates import open_rates
from verifier.service import create_app
from verifier.trust import TrustSource

KEPT, KEY = ApiKey.make("shop-1", Rate(5, "hour"), NOW)
SITE = "https://shop.example"

Build = Callable[..., Service]


@pytest.fixture
def build(authority: Authority, trust_directory: Path, log: LogLines, tmp_path: Path) -> Build:
    def service(*, keys: bool = True, sites: tuple[str, ...] = ()) -> Service:
        written = Log(authority.clock, log.write)
        trust = TrustSource(trust_directory, authority.clock, written)
        change(tmp_path / "keys.json", lambda _: ApiKeys([KEPT]))
        door = Door(
            Keyring(tmp_path / "keys.json", authority.clock, written) if keys else None,
            open_rates("memory", tmp_path / "rates", written),
            Origins(sites),
        )
        return Service(create_app(trust, authority.clock, written, door=door), log)

    return service


@pytest.fixture
def closed(build: Build) -> Service:
    return build()


def test_a_key_opens_and_its_name_stands_in_the_log(closed: Service, authority: Authority) -> None:
    answer = closed.verify(authority.sign(), Authorization=f"Bearer {KEY}")
    assert (answer.status, answer.json["code"]) == (200, "ok")
    assert closed.log.lines[-1]["key"] == "shop-1"
    assert KEY[21:] not in closed.log.raw.decode()


def streamed(closed: Service, lines: int) -> list[dict[str, Any]]:
    line = json.dumps({"text": "x"}).encode() + b"\n"
    answer = closed.call(
        "POST",
        "/v1/verify/batch",
        data=line * lines,
        headers={"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {KEY}"},
    )
    assert answer.status == 200
    return [json.loads(one) for one in answer.body.splitlines()]


def test_a_stream_ends_soon_after_its_rate(closed: Service) -> None:
    """Five an hour: the lines of one read are judged, and none of the megabytes behind them."""
    *judged, last = streamed(closed, 100_000)
    assert [one["line"] for one in judged] == list(range(1, len(judged) + 1))
    assert 5 < len(judged) < 2_000
    assert all(one["verdict"]["code"] == "not_a_certificate" for one in judged)
    assert last["line"] == len(judged) + 1
    assert last["problem"]["type"] == "/problems/rate-exceeded"
    assert last["problem"]["detail"].startswith("Ask at most 5 times an hour")
    assert closed.verify("x", Authorization=f"Bearer {KEY}").status == 429


def test_a_stream_within_its_rate_is_whole_and_charged_once(closed: Service) -> None:
    assert [one["line"] for one in streamed(closed, 4)] == [1, 2, 3, 4]
    assert closed.verify("x", Authorization=f"Bearer {KEY}").status == 200
    assert closed.verify("x", Authorization=f"Bearer {KEY}").status == 429


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_spellings_of_the_scheme(closed: Service, scheme: str) -> None:
    assert closed.verify("x", Authorization=scheme + KEY).status == 200


@pytest.mark.parametrize(
    ("authorization", "kind"),
    [
        (None, "key-missing"),
        ("", "key-unknown"),
        ("Bearer", "key-unknown"),
        ("Bearer ", "key-unknown"),
        (KEY, "key-unknown"),
        (f"Basic {KEY}", "key-unknown"),
        (f"Bearer {KEY}x", "key-unknown"),
        (f"Bearer {KEY[:-1]}", "key-unknown"),
        (f"Bearer {KEY} {KEY}", "key-unknown"),
        (f"Bearer {KEY},Bearer {KEY}", "key-unknown"),
        ("Bearer " + "é" * 64, "key-unknown"),
        ("Bearer " + "A" * 30_000, "key-unknown"),
    ],
    ids=[
        "nothing",
        "empty",
        "scheme",
        "scheme and space",
        "no scheme",
        "basic",
        "longer",
        "shorter",
        "twice",
        "two headers",
        "no ASCII",
        "endless",
    ],
)
def test_without_a_key_that_counts_nothing_is_judged(
    closed: Service, authorization: str | None, kind: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = closed.verify("x", **headers)
    assert (answer.status, answer.json["type"]) == (401, f"/problems/{kind}")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    assert "key" not in closed.log.lines[-1]
    assert "code" not in closed.log.lines[-1]


@pytest.mark.parametrize("path", ["/v1/verify", "/v1/verify/image", "/v1/trust", "/v1/", "/v1/x"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "BREW"])
def test_all_below_v1_is_closed(closed: Service, method: str, path: str) -> None:
    assert closed.call(method, path).status == 401


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/openapi.yaml"])
def test_what_else_there_is_stays_open(closed: Service, path: str) -> None:
    assert closed.call("GET", path).status == 200


@pytest.mark.parametrize(
    "path", ["//v1/verify", "///v1/verify", "v1/verify", "/V1/verify", "/x/../v1/verify",
             "/./v1/verify", "/v1\\verify", "/v1;x/verify", "/v1/verify/", "/%2Fv1/verify"],
)  # fmt: skip
def test_no_spelling_leads_around_the_door(closed: Service, path: str) -> None:
    answer = closed.raw(io.BytesIO(b'{"text": "x"}'), PATH_INFO=path)
    assert answer.status in (401, 404)


def test_the_body_of_a_refused_request_is_taken_off_the_line(closed: Service) -> None:
    stream = io.BytesIO(b" " * 300_000)
    assert closed.raw(stream).status == 401
    assert stream.tell() == 300_000


def test_a_revoked_key_opens_nothing_a_second_later(
    closed: Service, authority: Authority, tmp_path: Path
) -> None:
    change(tmp_path / "keys.json", lambda keys: keys.revoked("shop-1", NOW))
    authority.clock.advance(1)
    answer = closed.verify("x", Authorization=f"Bearer {KEY}")
    assert answer.json["type"] == "/problems/key-unknown"


def ask(service: Service) -> Answer:
    return service.verify("x", Authorization=f"Bearer {KEY}")


def test_a_key_over_its_rate_is_told_when_to_come_again(closed: Service) -> None:
    assert [ask(closed).status for _ in range(5)] == [200] * 5
    answer = ask(closed)
    assert (answer.status, answer.json["type"]) == (429, "/problems/rate-exceeded")
    assert 3_590 <= int(answer.headers["retry-after"]) <= 3_600
    assert "5 times an hour" in answer.json["detail"]
    assert closed.log.lines[-1]["key"] == "shop-1"


def test_a_service_without_keys_counts_nobody(build: Build) -> None:
    service = build(keys=False)
    assert [service.verify("x").status for _ in range(8)] == [200] * 8


def preflight(service: Service, origin: str, path: str = "/v1/verify") -> Answer:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization,content-type"}  # fmt: skip
    return service.call("OPTIONS", path, headers=asked)


@pytest.mark.parametrize("sites", [(SITE,), ("https://other.example", SITE), ("*",)])
def test_a_site_that_is_let_in_may_ask(build: Build, sites: tuple[str, ...]) -> None:
    service = build(sites=sites)
    before = preflight(service, SITE)
    assert (before.status, before.body) == (204, b"")
    allowed = "*" if sites == ("*",) else SITE
    assert before.headers["access-control-allow-origin"] == allowed
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "Authorization" in before.headers["access-control-allow-headers"]
    assert before.headers["x-request-id"]

    answer = service.verify("x", Authorization=f"Bearer {KEY}", Origin=SITE)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == allowed
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    refused = service.verify("x", Origin=SITE)
    assert refused.status == 401
    assert refused.headers["access-control-allow-origin"] == allowed


@pytest.mark.parametrize(
    "origin", ["https://shop.example.evil.example", "http://shop.example", "https://SHOP.example",
               "https://shop.example:443", "null", "", "https://shop.example/", "*"],
)  # fmt: skip
def test_another_site_is_not(build: Build, origin: str) -> None:
    service = build(sites=(SITE,), keys=False)
    assert preflight(service, origin).status == 405
    answer = service.verify("x", Origin=origin)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_no_site_is_let_in_by_itself(build: Build) -> None:
    service = build(keys=False)
    assert preflight(service, SITE).status == 405
    answer = service.verify("x", Origin=SITE)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "vary" not in answer.headers


def test_credentials_are_never_let_in(build: Build) -> None:
    """There are no cookies, so that no site can act in a visitor's name."""
    answer = build(sites=("*",), keys=False).verify("x", Origin=SITE)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "text", ["", "shop.example", "https://", "https://shop.example/", "https://Shop.example",
             "https://*.example", "file:///x", "https://a b", "https://x:0", "https://x\n"],
)  # fmt: skip
def test_origins_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        check_origin(text)


@pytest.mark.parametrize(
    "text", ["*", SITE, "http://localhost:3000", "https://xn--bn-lja.vn", "https://[::1]:8443"]
)
def test_origins(text: str) -> None:
    assert check_origin(text) == text


def test_a_faulty_ring_is_a_fault_of_ours_and_lets_nobody_in(
    closed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(KEY)

    monkeypatch.setattr("verifier.keyring.Keyring.find", fail)
    answer = ask(closed)
    assert (answer.status, answer.json["type"]) == (500, "/problems/internal")
    assert KEY not in closed.log.raw.decode() + json.dumps(answer.json)


NAMES = st.text(st.characters(codec="utf-8", categories=["L"]), min_size=5, max_size=25).map(
    lambda text: f"Đ{text}"
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES)
@pytest.mark.parametrize(
    "place", ["HTTP_AUTHORIZATION", "HTTP_ORIGIN", "PATH_INFO", "HTTP_X_REQUEST_ID"]
)
@pytest.mark.parametrize("scheme", ["", "Bearer ", "Basic "])
def test_a_name_in_the_wrong_place_is_repeated_nowhere(
    watched: Service, name: str, place: str, scheme: str
) -> None:
    """Not in the log, the answer, its head or the metrics of a service with keys and sites."""
    watched.log.raw = b""
    sent = (scheme + name).encode().decode("latin-1")
    value = f"/v1/{sent}" if place == "PATH_INFO" else sent
    answer = watched.raw(io.BytesIO(b'{"text": "x"}'), **{place: value})
    assert answer.status in (401, 404)
    metrics = watched.call("GET", "/metrics").body
    for said in (watched.log.raw, answer.body, repr(answer.headers).encode(), metrics):
        assert name not in said.decode()
        assert json.dumps(name)[1:-1] not in said.decode()


@pytest.fixture
def watched(build: Build) -> Service:
    return build(sites=(SITE,))
