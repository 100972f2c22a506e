"""A closed loop of HTTP clients in one thread: each sends its next request when it has its answer.

Written on bare sockets, because the clients share the machine with the server they measure.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from indicators.bench.registry import Broken

_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """One answer: its status, its headers by lower-case name, and the length of its body."""

    status: int
    headers: dict[str, str]
    length: int


@dataclass
class Load:
    """What a loop measured: each answer's seconds, and the seconds from the first request to the last answer."""

    latencies: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.elapsed

    def percentile(self, share: float) -> float:
        """The seconds within which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class _Client:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.expected = -1
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.expected = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Takes what has come; True when the answer is whole."""
        portion = self.socket.recv(1 << 18)
        if not portion:
            raise Broken("the server closed the connection")
        self.received += portion
        if self.expected < 0:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.received[:end]).lower()
            place = head.find(b"\r\ncontent-length:")
            length = 0 if place < 0 else int(head[place + 17 :].split(b"\r\n", 1)[0])
            self.expected = end + 4 + length
        return len(self.received) >= self.expected

    @property
    def status(self) -> int:
        return int(self.received[9:12])


def request_bytes(path: str, headers: dict[str, str]) -> bytes:
    """A GET of this path on this machine."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ask(port: int, request: bytes) -> Answer:
    """One request on a connection of its own."""
    client = _Client(port)
    with client.socket:
        client.send(request)
        while not client.receive():
            pass
        head, _body = bytes(client.received).split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        return Answer(client.status, headers, len(_body))


def closed_loop(
    port: int, request: bytes, *, status: int, clients: int, seconds: float, before: Callable[[], object] | None = None
) -> Load:
    """Runs the clients for so many seconds. `before` is called before every request; its time is nobody's latency.

    Raises `Broken` at an answer with another status.
    """
    load, selector = Load(), selectors.DefaultSelector()
    crew = [_Client(port) for _number in range(clients)]

    def send(client: _Client) -> None:
        if before is not None:
            before()
        client.send(request)

    try:
        began = time.perf_counter()
        for client in crew:
            selector.register(client.socket, selectors.EVENT_READ, client)
            send(client)
        waiting = clients
        while waiting:
            ready = selector.select(_PATIENCE)
            if not ready:
                raise Broken(f"no answer within {_PATIENCE:g} s")
            now = time.perf_counter()
            for key, _events in ready:
                client = key.data
                if not client.receive():
                    continue
                if client.status != status:
                    raise Broken(f"status {client.status} instead of {status}: {bytes(client.received[:200])!r}")
                load.latencies.append(time.perf_counter() - client.sent_at)
                if now - began < seconds:
                    send(client)
                else:
                    waiting -= 1
        load.elapsed = time.perf_counter() - began
        return load
    finally:
        selector.close()
        for client in crew:
            client.socket.close()
