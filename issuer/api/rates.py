"""How much anybody may ask in how short a time: buckets that drip full again.

Each worker counts for itself and forgets when it ends. What must hold over all workers and for long
- the waiting after wrong passwords - stands in the register instead (issuer/access/sign_in.py).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from issuer.api.problems import TOO_MANY, ProblemError
from keys.clock import Clock

__all__ = ["ACCOUNT", "ADDRESS", "PROOF", "SIGN_IN", "Rate", "Rates"]

_MOST_BUCKETS: Final = 100_000
"""Askers that are remembered; of more, those that were quiet the longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and after that one in every `seconds`."""

    name: str
    burst: int
    seconds: float


ACCOUNT: Final = Rate("account", 200, 0.05)
"""Of one account: a page of a program asks for a few at once, software sends its records."""
ADDRESS: Final = Rate("address", 60, 1.0)
"""Of one address without a sign-in: a ward behind one address, not a machine that tries all."""
SIGN_IN: Final = Rate("sign_in", 20, 3.0)
"""Sign-ins of one address: each costs 20 ms of a core (argon2id), right or wrong."""
PROOF: Final = Rate("proof", 5, 180.0)
"""Tries to prove to be the person of one correction: a birth date has some 36,000 values."""


class Rates:
    """Counts requests by kind and asker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        """When each bucket is full again; one that is full is no different from none."""

    def take(self, rate: Rate, asker: str) -> None:
        """Take one from the asker's bucket; raises ProblemError when it is empty."""
        key, now = (rate.name, asker), float(self._clock.now())
        with self._lock:
            full_at = max(self._full_at.pop(key, now), now)
            wait = full_at - now - rate.seconds * (rate.burst - 1)
            self._full_at[key] = full_at if wait > 0 else full_at + rate.seconds
            while len(self._full_at) > _MOST_BUCKETS:
                self._full_at.popitem(last=False)
        if wait > 0:
            seconds = int(wait) + 1
            raise ProblemError(
                TOO_MANY, f"Wait {seconds} seconds and send it again.", retry_after=seconds
            )
