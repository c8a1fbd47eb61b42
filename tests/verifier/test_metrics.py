"""What Prometheus is told: names, counts, and never a person."""

from pathlib import Path

import pytest

from tests.authority import DAY, Authority
from tests.trust_folder import store_bundle
from tests.verifier.conftest import Service
from verifier.metrics import COUNTERS, DURATION, GAUGES, WORKERS

PAGE = Path(__file__).parents[2] / "docs" / "running.md"


def samples(service: Service) -> dict[str, float]:
    answer = service.call("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = (line for line in answer.body.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_times_of_the_bundle_in_use(
    service: Service, authority: Authority, trust_directory: Path
) -> None:
    week = 7 * DAY
    for _ in range(2):
        now = float(authority.now)
        assert {name: value for name, value in samples(service).items() if name in GAUGES} == {
            "dosepass_trust_issued_seconds": now,
            "dosepass_trust_fresh_until_seconds": now + week,
            "dosepass_status_issued_seconds": now,
            "dosepass_status_fresh_until_seconds": now + week,
            "dosepass_newest_signed_seconds": now,
        }
        authority.clock.advance(DAY)
        store_bundle(authority, trust_directory)


def test_requests_and_verdicts_are_counted(service: Service, authority: Authority) -> None:
    for _ in range(3):
        service.verify(authority.sign())
    service.verify("junk")
    service.post(b"no JSON")
    service.call("GET", "/Nguyen")
    found = samples(service)
    assert found['dosepass_requests_total{route="/v1/verify",status="200"}'] == 4
    assert found['dosepass_requests_total{route="/v1/verify",status="400"}'] == 1
    assert found['dosepass_requests_total{route="other",status="404"}'] == 1
    assert found['dosepass_verdicts_total{code="ok",outcome="accepted"}'] == 3
    assert found['dosepass_verdicts_total{code="not_a_certificate",outcome="rejected"}'] == 1
    assert found['dosepass_request_duration_seconds_count{route="/v1/verify"}'] == 5
    assert found['dosepass_request_duration_seconds_bucket{le="+Inf",route="/v1/verify"}'] == 5
    assert found['dosepass_request_duration_seconds_sum{route="/v1/verify"}'] > 0
    assert (found["dosepass_workers"], found["dosepass_workers_wanted"]) == (1, 1)
    assert not [name for name in found if "Nguyen" in name]


def test_buckets_grow(service: Service) -> None:
    service.call("GET", "/healthz")
    buckets = [value for name, value in samples(service).items() if "_bucket" in name]
    assert buckets == sorted(buckets)


def test_a_counter_without_labels_begins_at_0(service: Service) -> None:
    assert samples(service)["dosepass_worker_starts_total"] == 0


@pytest.mark.parametrize("name", [*COUNTERS, DURATION, *WORKERS, *GAUGES])
def test_the_page_explains(name: str) -> None:
    labels = COUNTERS.get(name, ("", ("route",) if name == DURATION else ()))[1]
    shown = f"{name}{{{','.join(labels)}}}" if labels else name
    assert f"| `{shown}` |" in PAGE.read_text(encoding="utf-8")
