"""Asks a server on loopback as fast as it answers, or at a steady pace, over bare sockets."""

import select
import socket
import time
from dataclasses import dataclass, field

__all__ = ["Answered", "Line", "flood", "pace", "request_of"]


@dataclass(slots=True)
class Answered:
    """What came back."""

    count: int = 0
    seconds: float = 0.0
    """How long it took on the wall."""
    waits: list[float] = field(default_factory=list)
    """Seconds from when each request was due to its answer."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.count / self.seconds


class Line:
    """One connection, with at most one request on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""
        self.due = 0.0

    def receive(self) -> bytes | None:
        """Take what has come; gives a whole body, or None while it is not whole."""
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise ConnectionError("the server has closed the line")
        self._got += piece
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end:
            return None
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head[:200].decode())
        length = int(head.lower().split(b"\r\ncontent-length: ", 1)[1].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        self._got = b""
        return body


def request_of(body: bytes, path: str = "/v1/verify") -> bytes:
    """The bytes of a request, as an ordinary client sends them."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def flood(port: int, request: bytes, seconds: float, *, lines: int = 8) -> Answered:
    """Keep so many lines busy for so long, and until there was an answer."""
    done = Answered()
    with _Lines(port, lines) as all_lines:
        began = time.perf_counter()
        for line in all_lines.idle:
            line.socket.sendall(request)
        while time.perf_counter() - began < seconds or not done.count:
            for line, _ in all_lines.answers(1.0):
                done.count += 1
                line.socket.sendall(request)
        done.seconds = time.perf_counter() - began
    return done


def pace(port: int, request: bytes, rate: float, seconds: float, *, lines: int = 64) -> Answered:
    """Ask `rate` times a second, whatever the server does; a late answer counts from when due."""
    done = Answered()
    with _Lines(port, lines) as all_lines:
        began = time.perf_counter()
        asked = 0
        while (now := time.perf_counter()) < began + seconds:
            while all_lines.idle and began + asked / rate <= now:
                line = all_lines.idle.pop()
                line.due = began + asked / rate
                line.socket.sendall(request)
                asked += 1
            for line, at in all_lines.answers(max(0.0, began + asked / rate - now)):
                done.count += 1
                done.waits.append(at - line.due)
                all_lines.idle.append(line)
        done.seconds = time.perf_counter() - began
    return done


class _Lines:
    """Lines that one poll watches."""

    def __init__(self, port: int, count: int) -> None:
        self.idle = [Line(port) for _ in range(count)]
        self._by_number = {line.socket.fileno(): line for line in self.idle}
        self._poll = select.epoll()
        for number in self._by_number:
            self._poll.register(number, select.EPOLLIN)

    def answers(self, timeout: float) -> list[tuple[Line, float]]:
        """The lines on which whole answers came, and when."""
        found = []
        for number, _ in self._poll.poll(timeout):
            line = self._by_number[number]
            if line.receive() is not None:
                found.append((line, time.perf_counter()))
        return found

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._poll.close()
        for line in self._by_number.values():
            line.socket.close()
