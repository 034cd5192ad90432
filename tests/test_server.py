"""U1: invalid lengths, slow bodies and slow clients, against the real servers."""

import socket
import sys
from functools import partial

import pytest

from tests.live.database import migrate
from tests.live.server import GUNICORN, HOST, serve

HEAD = "POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
HEALTH = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
JSON = "Content-Type: application/json\r\n"
SERVERS = {
    "gunicorn": GUNICORN,
    "uvicorn": [sys.executable, "-m", "marketplace.server"],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The environment that names a database with its tables."""
    file = tmp_path_factory.mktemp("server") / "market.sqlite3"
    own = {"DATABASE_URL": f"sqlite:///{file}", "REDIS_URL": ""}
    migrate(own)
    return own


@pytest.fixture(scope="module", params=SERVERS)
def connect(database, request):
    """`connect()` opens a connection to the server."""
    own = database | {"BODY_TIMEOUT_SECONDS": "0.5"}
    with serve(own, workers=1, command=SERVERS[request.param]) as server:
        yield partial(socket.create_connection, (HOST, server.port), timeout=20)


@pytest.fixture
def send(connect):
    """`send(*pieces)` returns what the server answers to these bytes."""

    def send_all(*pieces: str | bytes) -> bytes:
        with connect() as connection:
            for piece in pieces:
                whole = piece if isinstance(piece, bytes) else piece.encode()
                connection.sendall(whole)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        return answer

    return send_all


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        (JSON + "Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n", 411),
        (JSON + "Content-Length: 99999999999\r\n", "{}", 413),
        (JSON + "Content-Length: -1\r\n", "{}", 400),
        (JSON + "Content-Length: 1e3\r\n", "{}", 400),
        (JSON + "Content-Length: 2\r\nContent-Length: 3\r\n", "{}", 400),
        (JSON + "Content-Length: 500\r\n", '{"email": "a"}', 408),
        (JSON, "{}", 400),
    ],
    ids=["chunked", "too long", "negative", "1e3", "twice", "cut off", "none"],
)
def test_invalid_length_is_refused(send, headers, body, expected):
    """U1: at once, and not after the body has been read."""
    assert status(send(f"{HEAD}{headers}\r\n{body}")) == expected


def test_server_survives_clients_that_disconnect(connect, send):
    for _ in range(20):
        with connect() as connection:
            head = f"{HEAD}{JSON}Content-Length: 500\r\n\r\n{{"
            connection.sendall(head.encode())
    assert status(send(HEALTH)) == 200


def test_body_that_stops_arriving_frees_its_thread(connect, send):
    """U1: as many as there are threads, and the server still answers."""
    head = HEAD + JSON + "Content-Length: 100\r\n\r\n{"
    idle = [connect() for _ in range(8)]
    for connection in idle:
        connection.sendall(head.encode())
    answers = [connection.recv(65536) for connection in idle]
    assert {status(answer) for answer in answers} == {408}
    assert status(send(HEALTH)) == 200
    for connection in idle:
        connection.close()


def test_clients_that_never_close_delay_nobody(connect, send):
    """U1: they get complete answers, and other requests do not wait for them."""
    clients = [connect() for _ in range(20)]
    for connection in clients:
        connection.sendall(HEALTH.encode())
    assert status(send(HEALTH)) == 200  # before the timeout of the fixture
    assert {status(connection.recv(65536)) for connection in clients} == {200}
    for connection in clients:
        connection.close()


@pytest.mark.parametrize(("length", "expected"), [(10_000, 400), (20_000, 414)])
def test_long_url_gets_the_one_error_shape(send, length, expected):
    """G6: through the real server, not the test client alone."""
    query = "x" * length
    answer = send(
        f"GET /api/listings?search={query} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert status(answer) == expected
    assert b'"error"' in answer


def test_handshake_that_is_too_long_is_closed(send):
    """Before the application runs, so that no limit of its own counts it."""
    answer = send(
        f"GET /ws?ticket={'x' * 9000} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert not answer or status(answer) >= 400


def test_header_with_an_underscore_is_ignored(send):
    """B6: its name would be that of a header which our proxy sets."""
    head = HEALTH.removesuffix("\r\n")
    assert b"mine" in send(f"{head}X-Request-ID: mine\r\n\r\n")
    assert b"mine" not in send(f"{head}X_Request_ID: mine\r\n\r\n")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_http_1_0_gets_a_length_and_no_chunks(send, method):
    """RFC 9112 forbids chunks for it."""
    head, _, body = send(f"{method} /health HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head
    assert b"content-length: 16" in head
    assert len(body) == (16 if method == "GET" else 0)
