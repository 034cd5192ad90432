"""How long a connection stays open between requests, by the clock of its loop."""

import asyncio

import pytest
import uvicorn

from marketplace.serving.config import config_of

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def application(scope, receive, send) -> None:
    head = {"status": 204, "headers": [(b"content-length", b"0")]}
    await send({"type": "http.response.start"} | head)
    await send({"type": "http.response.body"})


class Clock:
    """The clock of the running loop, which `advance` puts forward."""

    def __init__(self):
        loop = asyncio.get_running_loop()
        self._time, self._ahead = loop.time, 0.0
        loop.time = lambda: self._time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


async def answer_after(silence: float) -> bytes:
    """Return what a second request gets on a connection that was silent before it."""
    server = uvicorn.Server(config_of(application, host="127.0.0.1", port=0))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    clock = Clock()
    address = server.servers[0].sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(REQUEST)
    first = await reader.readuntil(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 204")
    clock.advance(silence)
    await asyncio.sleep(0.01)  # one turn of the loop, in which timers run
    writer.write(REQUEST)
    try:
        second = await reader.read(12)
    except ConnectionError:
        second = b""
    writer.close()
    server.should_exit = True
    await serving
    return second


@pytest.mark.parametrize(("keep_alive", "silence"), [(75, 70), (5, 4)])
def test_a_silent_connection_is_used_again(settings, keep_alive, silence):
    """K5: a balancer that waits for less than the limit meets no closed connection."""
    settings.KEEP_ALIVE_SECONDS = keep_alive
    assert asyncio.run(answer_after(silence)) == b"HTTP/1.1 204"


def test_a_connection_that_is_silent_for_longer_is_closed(settings):
    """K5: so that silent clients do not fill a process."""
    settings.KEEP_ALIVE_SECONDS = 75
    assert asyncio.run(answer_after(76)) == b""
