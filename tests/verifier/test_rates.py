"""Rates of keys: counted over processes, over services by a real Redis, and while that fails."""

import multiprocessing
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from keys.clock import FixedClock
from tests.authority import NOW
from tests.verifier import redis_server
from tests.verifier.conftest import LogLines
from tests.verifier.redis_server import RedisServer
from verifier.api_keys import ApiKey
from verifier.logs import Log
from verifier.rate import Rate
from verifier.rates import Rates, RateStoreError, open_rates
from verifier.shared_rates import SharedCounts


def key_of(rate: str, name: str = "shop") -> ApiKey:
    return ApiKey.make(name, Rate.parse(rate), NOW)[0]


@pytest.fixture
def lines() -> LogLines:
    return LogLines()


@pytest.fixture
def log(lines: LogLines) -> Log:
    return Log(FixedClock(NOW), lines.write)


def test_a_key_gets_what_its_rate_says_and_not_one_more(tmp_path: Path, log: Log) -> None:
    rates, key, other = Rates(SharedCounts(tmp_path / "r"), log), key_of("3/hour"), key_of("1/day")
    assert [rates.take(key) is None for _ in range(5)] == [True, True, True, False, False]
    assert rates.take(other) is None
    wait = rates.take(key)
    assert wait is not None
    assert 3_590 <= wait <= 3_600


def test_a_window_begins_anew_when_it_is_over(tmp_path: Path, log: Log) -> None:
    rates, key = Rates(SharedCounts(tmp_path / "r"), log), key_of("2/minute")
    with time_machine.travel(NOW, tick=False) as traveller:
        assert [rates.take(key) for _ in range(3)] == [None, None, 60]
        traveller.shift(59)
        assert rates.take(key) == 1
        traveller.shift(1)
        assert rates.take(key) is None


def test_several_texts_count_as_several(tmp_path: Path, log: Log) -> None:
    rates, key = Rates(SharedCounts(tmp_path / "r"), log), key_of("10/hour")
    assert rates.take(key, 10) is None
    assert rates.take(key) is not None


def take_many(path: Path, key: ApiKey, times: int) -> None:
    rates = Rates(SharedCounts(path), Log(FixedClock(NOW), LogLines().write))
    for _ in range(times):
        rates.take(key)


def test_processes_count_together_and_a_killed_one_holds_nothing(tmp_path: Path, log: Log) -> None:
    path, key = tmp_path / "r", key_of("999999/day")
    spawn = multiprocessing.get_context("spawn")
    whole = [spawn.Process(target=take_many, args=(path, key, 500)) for _ in range(2)]
    endless = spawn.Process(target=take_many, args=(path, key_of("1/day"), 10_000_000))
    for process in (*whole, endless):
        process.start()
    for process in whole:
        process.join(20)
    endless.kill()
    endless.join(5)
    assert endless.exitcode == -signal.SIGKILL
    counts = SharedCounts(path)
    assert counts.get(f"dosepass/{key.id}/day") == 1_000
    assert Rates(counts, log).take(key) is None


def test_more_keys_than_places_refuse_nobody(
    tmp_path: Path, log: Log, lines: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.shared_rates._PLACES", 4)
    rates = Rates(SharedCounts(tmp_path / "r"), log)
    assert [rates.take(key_of("1/day")) for _ in range(6)] == [None] * 6
    assert [line["event"] for line in lines.lines] == ["fault"] * 2


def test_a_place_that_is_over_is_given_to_another(
    tmp_path: Path, log: Log, lines: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.shared_rates._PLACES", 4)
    rates = Rates(SharedCounts(tmp_path / "r"), log)
    with time_machine.travel(NOW, tick=False) as traveller:
        for _ in range(10):
            keys = [key_of("1/minute") for _ in range(4)]
            assert [rates.take(key) for key in keys * 2] == [None] * 4 + [60] * 4
            traveller.shift(61)
    assert lines.lines == []


def test_counts_can_be_forgotten(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path / "r")
    assert counts.check()
    assert (counts.incr("a", 60), counts.incr("b", 60, 5)) == (1, 5)
    counts.clear("a")
    assert (counts.get("a"), counts.get("b")) == (0, 5)
    counts.reset()
    assert counts.get("b") == 0
    assert counts.get_expiry("b") <= time.time()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server.running(tmp_path_factory.mktemp("redis")) as server:
        yield server


def test_services_count_together_by_redis(tmp_path: Path, log: Log, redis: RedisServer) -> None:
    services = [open_rates(redis.url, tmp_path / name, log) for name in ("a", "b")]
    key = key_of("4/hour")
    taken = [services[number % 2].take(key) for number in range(6)]
    assert [wait is None for wait in taken] == [True] * 4 + [False] * 2
    assert taken[-1] is not None
    assert 3_590 <= taken[-1] <= 3_600


def test_a_redis_that_fails_refuses_nobody_and_is_taken_up_again(
    tmp_path: Path, log: Log, lines: LogLines
) -> None:
    """Meanwhile each service counts for itself, and asks again only after a pause."""
    moment = 0.0
    with redis_server.running(tmp_path) as redis:
        rates = open_rates(redis.url, tmp_path / "own", log)
        rates._monotonic = lambda: moment
        key = key_of("3/hour")
        assert [rates.take(key) for _ in range(2)] == [None, None]
        redis.stop()
        began = time.perf_counter()
        assert [rates.take(key) is None for _ in range(5)] == [True, True, True, False, False]
        assert time.perf_counter() - began < 1
        [line] = lines.lines
        assert (line["event"], line["level"]) == ("rates_alone", "warning")

        moment = 6.0
        assert rates.take(key) is not None
        redis.start()
        assert rates.take(key) is not None
        moment = 12.0
        assert rates.take(key) is None
        assert [line["event"] for line in lines.lines] == ["rates_alone", "rates_shared"]


def test_a_redis_that_hangs_holds_up_one_request_for_a_moment(
    tmp_path: Path, log: Log, lines: LogLines
) -> None:
    with redis_server.running(tmp_path) as redis:
        rates = open_rates(redis.url, tmp_path / "own", log)
        assert rates.take(key_of("3/hour")) is None
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        began = time.perf_counter()
        for _ in range(50):
            assert rates.take(key_of("3/hour")) is None
        assert time.perf_counter() - began < 1
        assert [line["event"] for line in lines.lines] == ["rates_alone"]


def test_a_redis_that_never_was(tmp_path: Path, log: Log) -> None:
    rates = open_rates("redis://127.0.0.1:1/0", tmp_path / "own", log)
    assert rates.take(key_of("1/day")) is None


def test_an_address_that_is_none(tmp_path: Path, log: Log) -> None:
    with pytest.raises(RateStoreError, match="no address of a Redis"):
        open_rates("redis://host:port", tmp_path / "own", log)
