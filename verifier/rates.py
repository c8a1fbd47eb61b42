"""Holds keys to their rates, over the workers of one service or over many services by Redis.

The counts are kept by storages of the package `limits` (ADR 0016). A shared store that fails is no
reason to refuse anybody: for a while the service then counts alone, as if it had none.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from limits.storage import RedisStorage, Storage

from keys.errors import HintedError
from verifier.api_keys import ApiKey
from verifier.logs import Event, Level, Line, Log
from verifier.settings import MEMORY
from verifier.shared_rates import SharedCounts

__all__ = ["RateStoreError", "Rates", "open_rates"]

_PATIENCE: Final = 0.1
"""Seconds that the shared store gets for an answer; on one network it takes a hundredth of them."""
_PAUSE: Final = 5.0
"""Seconds without asking a store that has failed, so that it holds up one request in so long."""


class RateStoreError(HintedError):
    """The store that services share cannot be opened."""

    code = "rate_store"


class Rates:
    """Counts what keys ask for: in `shared` where there is one, in `own` while it fails."""

    def __init__(
        self,
        own: Storage,
        log: Log,
        shared: Storage | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = own
        self._shared = shared
        self._log = log
        self._monotonic = monotonic
        self._alone_until = 0.0
        self._alone = False

    def take(self, key: ApiKey, amount: int = 1) -> int | None:
        """Count a request of a key, or more; gives None, or after how many seconds to come again.

        What is refused counts too.
        """
        storage = self._storage()
        try:
            return _take(storage, key, amount)
        except Exception as error:  # of a store that is another machine, anything can come
            if storage is self._own:
                self._log.fault(error)
                return None  # nobody is refused because of a trouble of ours
            self._leave(error)
            return self.take(key, amount)

    def _storage(self) -> Storage:
        if self._shared is None:
            return self._own
        if not self._alone:
            return self._shared
        now = self._monotonic()
        if now < self._alone_until:
            return self._own
        self._alone_until = now + _PAUSE  # the other threads go on alone meanwhile
        if not self._shared.check():
            return self._own
        self._alone = False
        self._log.add(Line(event=Event.RATES_SHARED))
        return self._shared

    def _leave(self, error: Exception) -> None:
        self._alone_until = self._monotonic() + _PAUSE
        if not self._alone:
            self._alone = True
            self._log.add(
                Line(event=Event.RATES_ALONE, level=Level.WARNING, error_type=type(error).__name__)
            )


def _take(storage: Storage, key: ApiKey, amount: int) -> int | None:
    counted = f"dosepass/{key.id}/{key.rate.unit}"
    if storage.incr(counted, key.rate.seconds, amount) <= key.rate.amount:
        return None
    return max(1, math.ceil(storage.get_expiry(counted) - time.time()))


def open_rates(store: str, own: Path, log: Log) -> Rates:
    """Open the counts of a service: its `own` file, and a shared store, which is not asked yet.

    `store` is a setting: `memory`, or the address of a Redis; raises RateStoreError.
    """
    shared = None if store == MEMORY else _open_redis(store)
    return Rates(SharedCounts(own), log, shared)


def _open_redis(url: str) -> Storage:
    from redis.backoff import NoBackoff  # 50 ms and 7 MB, which a service without Redis saves
    from redis.retry import Retry

    try:
        return RedisStorage(
            url,
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
        )
    except ValueError:
        raise RateStoreError(
            "rates is no address of a Redis", hint="write it as redis://host:6379/0"
        ) from None
