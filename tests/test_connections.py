"""B4: who fills a process with connections loses his own, and nobody else's."""

import asyncio
import socket
from contextlib import ExitStack
from itertools import pairwise
from types import SimpleNamespace

import pytest
import uvicorn
from uvicorn.server import ServerState

from marketplace.serving import protocol
from marketplace.serving.protocol import HttpProtocol
from marketplace.serving.worker import SharedListener

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
SLOW = HEAD + b"\r\n1"  # all but the last byte
WHOLE = HEAD + b"\r\n12"


class Transport(asyncio.Transport):
    """What a connection is sent, and whether it was ended."""

    def __init__(self, address: str):
        super().__init__({"peername": (address, 1)})
        self.sent = b""
        self.is_open = True

    def write(self, data):
        self.sent += data

    def abort(self):
        self.is_open = False

    def is_closing(self):
        return not self.is_open

    def pause_reading(self):
        """No bytes come by themselves."""


async def application(scope, receive, send) -> None:
    """Answer nothing."""
    await asyncio.Event().wait()


async def connect(address: str, data: bytes = b"") -> Transport:
    """Open a connection and send `data`."""
    config = uvicorn.Config(application, ws="none", log_config=None)
    connection = HttpProtocol(config, ServerState(), {})
    transport = Transport(address)
    transport.receive = connection.data_received
    connection.connection_made(transport)
    if data and transport.is_open:
        connection.data_received(data)
    await asyncio.sleep(0)
    return transport


@pytest.fixture(autouse=True)
def three(monkeypatch):
    """A process has three connections at most."""
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(HttpProtocol, "open", {})


async def stop() -> None:
    """End the tasks of requests that wait."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


def run(*clients: tuple[str, bytes]) -> SimpleNamespace:
    """Connect one after the other; return which are open, and all that was sent."""

    async def steps() -> list[Transport]:
        opened = [await connect(*client) for client in clients]
        await stop()
        return opened

    opened = asyncio.run(steps())
    return SimpleNamespace(
        open=[one.is_open for one in opened], sent=[one.sent for one in opened]
    )


@pytest.mark.parametrize("data", [b"", b"GET / HT", SLOW, WHOLE])
def test_a_newcomer_ends_the_oldest_connection_of_who_has_most(data):
    """B4: silent, in its head, in its body, or waiting for its answer."""
    mallory = [("10.0.0.2", data)] * 2
    done = run(("10.0.0.1", data), *mallory, ("10.0.0.3", b""))
    assert done.open == [True, False, True, True]


@pytest.mark.parametrize(("data", "is_told"), [(b"", 0), (b"GET", 1), (SLOW, 1)])
def test_who_must_give_way_is_told_to_come_back(data, is_told):
    """B4: if it has begun to ask; a silent connection expects no answer."""
    done = run(*[("10.0.0.2", data)] * 3, ("10.0.0.1", b""))
    assert done.sent[0].startswith(b"HTTP/1.1 503") == is_told
    assert (b"retry-after: 1" in done.sent[0]) == is_told


def test_a_request_that_is_being_answered_is_the_last_to_end():
    """B4: a slow body of the same network ends before it, though it is younger."""
    sent = [("10.0.0.2", data) for data in (WHOLE, SLOW, WHOLE)]
    assert run(*sent, ("10.0.0.2", b"")).open == [True, False, True, True]


def test_a_connection_is_as_old_as_its_newest_request():
    """B4: one that a proxy keeps open for long does not end for its age."""

    async def steps() -> list[bool]:
        kept, *others = [await connect("10.0.0.2") for _number in range(3)]
        kept.receive(SLOW)
        await connect("10.0.0.1")
        await stop()
        return [one.is_open for one in (kept, *others)]

    assert asyncio.run(steps()) == [True, False, True]


def test_one_customer_is_one_network():
    """B4: however many networks of IPv6 a customer has."""
    mallory = [(f"2001:db8:1:{number}::1", SLOW) for number in range(2)]
    done = run(("2001:db8:2::1", SLOW), *mallory, ("10.0.0.3", b""))
    assert done.open == [True, False, True, True]


def test_clients_behind_a_proxy_are_told_apart(settings):
    """B4: by the address that it forwards; until then they count as the proxy."""
    settings.TRUSTED_PROXIES = 1

    def slow(address: bytes) -> tuple[str, bytes]:
        forwarded = b"X-Forwarded-For: 1.1.1.1, %s\r\n\r\n1" % address
        return "127.0.0.1", HEAD + forwarded

    clients = [slow(b"10.0.0.1"), slow(b"10.0.0.2"), slow(b"10.0.0.2")]
    assert run(*clients, slow(b"10.0.0.3")).open == [True, False, True, True]


async def accepted_by_turn(turns: int, clients: int) -> list[int]:
    """How many connections of a burst a process has after each turn of its loop."""
    made, counts = [], []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport):
            made.append(transport)

    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        loop = asyncio.get_running_loop()
        shared = SharedListener.of(listener)
        async with await loop.create_server(Protocol, sock=shared, backlog=1):
            for _client in range(clients):
                address = listener.getsockname()
                stack.enter_context(socket.create_connection(address, timeout=2))
            for _turn in range(turns):
                await asyncio.sleep(0)
                counts.append(len(made))
            for transport in made:
                transport.abort()
    return counts


def test_a_process_takes_a_burst_one_by_one():
    """B4: or it would serve all of them, while the other processes are idle."""
    counts = asyncio.run(accepted_by_turn(turns=50, clients=8))
    assert counts[-1] == 8
    assert max(later - earlier for earlier, later in pairwise(counts)) == 1
