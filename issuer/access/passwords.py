"""Passwords: hashed with argon2id, compared at the same cost whether the account exists or not."""

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from keys.secret_lines import Kind

__all__ = ["NEW_PASSWORD", "PASSWORD", "hash_password", "is_password", "outdated"]

PASSWORD: Final = Kind(name="password", shortest=1, longest=1023, option="--password")
"""One that is tried."""

NEW_PASSWORD: Final = Kind(name="new password", shortest=12, longest=1023, option="--password")
"""One to be. Length is what counts (NIST SP 800-63B, section 5.1.1.2); no rule about characters."""

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""19 MiB and two passes, the least that OWASP asks of argon2id: some 20 ms a try here."""

_AT_ONCE: Final = threading.BoundedSemaphore(4)
"""Hashes that one process works on at a time: who floods the sign-in shall not take the memory."""

_NOBODY: Final = _HASHER.hash("an account that does not exist")


def hash_password(password: str) -> str:
    """Hash a password; parameters and salt are part of the text."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is the one that was hashed; without a hash the work is the same."""
    with _AT_ONCE:
        try:
            right = _HASHER.verify(password_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return right and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)
