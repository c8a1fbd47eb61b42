"""Clients who keep a service waiting, from an address of their own."""

import socket
from contextlib import ExitStack

__all__ = ["opened"]


def opened(port: int, crowd: ExitStack, count: int, sent: bytes) -> list[socket.socket]:
    """Connect so many clients that send this; `crowd` closes them.

    They come from another address than 127.0.0.1: a service tells clients apart by it.
    """
    clients = [
        crowd.enter_context(socket.create_connection(("127.0.0.1", port), 10, ("127.0.0.2", 0)))
        for _ in range(count)
    ]
    for client in clients:
        client.sendall(sent)
    return clients
