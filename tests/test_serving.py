"""B4: what one client sends holds neither the threads nor the memory of a process."""

import asyncio

import pytest
from django.test import override_settings

from marketplace.serving.bodies import Bodies, Body, ClientGone
from marketplace.serving.fair_queue import FairQueue, QueueFull
from marketplace.serving.threads import InThreads, environ_of, respond

POST = {"CONTENT_LENGTH": "4", "CONTENT_TYPE": "application/json"}
SCOPE = {
    "method": "POST",
    "raw_path": b"/",
    "query_string": b"",
    "http_version": "1.1",
    "scheme": "http",
}


async def pause() -> None:
    """Let the other tasks run until they wait."""
    for _turn in range(5):
        await asyncio.sleep(0)


async def in_order(queue: FairQueue, clients: str) -> str:
    """Ask for a place for each client at once; return the order they are served in."""
    await queue.acquire("x")
    served = []

    async def ask(client: str) -> None:
        try:
            await queue.acquire(client)
        except QueueFull:
            served.append(client.upper())
            return
        served.append(client)
        queue.release()

    tasks = []
    for client in clients:
        tasks.append(asyncio.ensure_future(ask(client)))
        await pause()
    queue.release()
    await asyncio.gather(*tasks)
    return "".join(served)


def test_a_client_waits_for_one_request_of_each_other():
    """B4: however many the others have sent before."""
    order = asyncio.run(in_order(FairQueue(1, max_waiting=99), "mmmmmbm"))
    assert order == "mbmmmmm"


def test_a_full_queue_refuses_the_client_with_the_most_requests():
    """B4: here in capitals: first one of mallory's for alice's, then what is equal."""
    order = asyncio.run(in_order(FairQueue(1, max_waiting=4), "mmmmabb"))
    assert order == "MMBmabm"


def test_a_cancelled_request_gives_its_place_on():
    """B4: a client that leaves in the moment of its turn."""

    async def steps() -> None:
        queue = FairQueue(1, max_waiting=9)
        await queue.acquire("a")
        waiting = asyncio.ensure_future(queue.acquire("m"))
        await pause()
        queue.release()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.wait_for(queue.acquire("b"), 1)

    asyncio.run(steps())


def pieces(*bodies: bytes, seconds: float = 0):
    """Return `receive` of a request whose body arrives in these pieces."""
    rest = list(bodies)

    async def receive() -> dict:
        await asyncio.sleep(seconds)
        if not rest:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": rest.pop(0), "more_body": True}

    return receive


@override_settings(BODY_TIMEOUT_SECONDS=0.05)
def test_a_body_has_a_deadline_in_total():
    """B4: though each piece arrives in time."""
    receive = pieces(*[b"x"] * 100, seconds=0.02)
    with pytest.raises(TimeoutError):
        asyncio.run(Body(Bodies()).read(POST, receive))


def test_a_body_that_ends_early_reaches_no_view():
    """U1: the end of the connection is not taken for the end of the body."""
    with pytest.raises(ClientGone):
        asyncio.run(Body(Bodies()).read(POST, pieces(b"{}")))


@pytest.mark.parametrize(("length", "unread"), [(100, 0), (101, 0), (800, 0), (801, 9)])
def test_body_slightly_too_large_is_read_and_dropped(settings, length, unread):
    """U1: a client that is still sending would not see the 413; a liar is not read."""
    settings.BODY_MAX_BYTES = 100
    parts, body = [b"x"] * 9, Body(Bodies())

    async def receive() -> dict:
        piece = parts.pop()
        return {"type": "http.request", "body": piece, "more_body": bool(parts)}

    asyncio.run(body.read(POST | {"CONTENT_LENGTH": str(length)}, receive))
    assert (len(parts), body.is_complete) == (unread, not unread)
    assert len(body.content) == (9 if length == 100 else 0)


def test_slow_bodies_cannot_fill_the_memory():
    """B4: the one that has been arriving for the longest ends."""

    async def steps() -> list:
        bodies = Bodies(max_bytes=13)
        calls = [
            Body(bodies).read(POST, pieces(b"12345", b"6", seconds=0.01))
            for _client in range(3)
        ]
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert not bodies.arriving
        return [type(error) for error in ended]

    assert asyncio.run(steps()) == [TimeoutError, ClientGone, ClientGone]


def test_slow_bodies_do_not_end_those_of_others():
    """B4: the oldest one ends of the network that holds most, and not bob's."""

    async def steps() -> list:
        bodies = Bodies(max_bytes=15)
        bob = Body(bodies, "bob").read(POST, pieces(b"1", b"2", seconds=0.01))
        slow = [
            Body(bodies, "mallory").read(POST, pieces(b"12345", b"6", seconds=0.01))
            for _client in range(3)
        ]
        ended = await asyncio.gather(bob, *slow, return_exceptions=True)
        return [type(error) for error in ended]

    whole = ClientGone  # `pieces` ends with it
    assert asyncio.run(steps()) == [whole, TimeoutError, whole, whole]


def test_memory_of_networks_is_given_back():
    """B4: the names too."""
    bodies = Bodies()
    bodies.count("bob", 5)
    bodies.discount("bob", 5)
    assert not bodies.held


def test_a_slow_reader_holds_no_body():
    """B4: the memory is given back before the answer is sent."""
    read, held = [], []

    def application(environ, start_response):
        read.append(environ["wsgi.input"].read())
        start_response("200 OK", [])
        return iter([b"x"])

    async def receive() -> dict:
        return {"type": "http.request", "body": b"1234", "more_body": False}

    async def send(message) -> None:
        held.append(+server._bodies.held)

    server = InThreads(application, threads=1, lanes={})
    headers = [(b"content-length", b"4"), (b"content-type", b"application/json")]
    asyncio.run(server(SCOPE | {"headers": headers}, receive, send))
    assert read == [b"1234"]
    assert not any(held)


def answer_to(environ: dict, *, length: str = "", status: str = "200 OK", body=b"abc"):
    """Return what the server sends for a streamed answer of an application."""
    headers = [("Content-Length", length)] if length else []

    def application(environ, start_response):
        start_response(status, headers)
        return iter([body])

    # In a thread, as in the server: it closes the database connections of its thread.
    whole = {"REQUEST_METHOD": "GET"} | environ
    return asyncio.run(asyncio.to_thread(respond, application, whole))


@pytest.mark.parametrize(
    ("request_line", "answer", "expected"),
    [
        ({"SERVER_PROTOCOL": "HTTP/1.1"}, {}, []),  # in chunks
        ({"SERVER_PROTOCOL": "HTTP/1.1"}, {"length": "3"}, [b"3"]),
        ({"SERVER_PROTOCOL": "HTTP/1.0"}, {"length": "3"}, [b"3"]),
        ({"SERVER_PROTOCOL": "HTTP/1.0"}, {}, [b"3"]),
        ({"SERVER_PROTOCOL": "HTTP/1.0", "REQUEST_METHOD": "HEAD"}, {}, [b"3"]),
        (
            {"SERVER_PROTOCOL": "HTTP/1.0", "REQUEST_METHOD": "HEAD"},
            {"body": b""},
            [],
        ),
        (
            {"SERVER_PROTOCOL": "HTTP/1.0"},
            {"status": "304 Not Modified", "body": b""},
            [],
        ),
    ],
)
def test_http_1_0_gets_no_chunks(request_line, answer, expected):
    """A streamed answer without a length is read whole for it."""
    headers = answer_to(request_line, **answer).headers
    assert [value for name, value in headers if name == b"content-length"] == expected


def test_path_keeps_bytes_that_are_no_utf_8():
    """U1: Django decides what they are, as under any server of WSGI."""
    headers = [(b"accept", b"a"), (b"accept", b"b")]
    scope = SCOPE | {"raw_path": b"/api/%ff%C4%81", "headers": headers}
    environ = environ_of(scope)
    assert environ["PATH_INFO"] == "/api/\xff\xc4\x81"
    assert environ["HTTP_ACCEPT"] == "a,b"
