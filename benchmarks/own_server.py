"""A PostgreSQL to measure with, set up as one that has a machine of its own."""

from typing import Final

from tests.postgresql import Server

__all__ = ["own_server"]

_SETTINGS: Final = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
"""What anybody sets who gives PostgreSQL a machine of its own."""


def own_server() -> Server:
    """A server whose every commit is durable. Use it as a context."""
    return Server(durable=True, **_SETTINGS)
