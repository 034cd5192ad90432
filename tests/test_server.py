"""U1: bodies that lie about their size, against the real servers."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
with socket.create_server(("127.0.0.1", 0)) as free:
    PORT = free.getsockname()[1]
HEAD = "POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
JSON = "Content-Type: application/json\r\n"
SERVERS = {
    "gunicorn": ["-m", "gunicorn", "--config", "gunicorn.conf.py"],
    "the demo's": ["-m", "marketplace.server"],
}


@pytest.fixture(scope="module", params=SERVERS)
def server(tmp_path_factory, request):
    database = tmp_path_factory.mktemp("server") / "market.sqlite3"
    own = {"DATABASE_URL": f"sqlite:///{database}", "REDIS_URL": "", "PORT": str(PORT)}
    own["BODY_PATIENCE_SECONDS"] = "0.5"
    own["WEB_THREADS"] = "8"
    manage = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=os.environ | own, check=True)
    command = [sys.executable, *SERVERS[request.param]]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own)
    wait_for(process)
    yield process
    process.terminate()
    process.wait(timeout=30)


def wait_for(process) -> None:
    for _try in range(300):
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server does not come up")


def said(*pieces: str | bytes) -> bytes:
    """What the server answers to these bytes."""
    with socket.create_connection(("127.0.0.1", PORT), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece if isinstance(piece, bytes) else piece.encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


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
def test_length_that_lies_is_refused(server, headers, body, expected):
    """U1: at once, and not after the body has been read."""
    assert status(said(f"{HEAD}{headers}\r\n{body}")) == expected


def test_server_outlives_who_leaves_in_the_middle(server):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", PORT), timeout=20) as connection:
            head = f"{HEAD}{JSON}Content-Length: 500\r\n\r\n{{"
            connection.sendall(head.encode())
    answer = said(
        "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert status(answer) == 200


def test_body_that_stops_arriving_frees_its_thread(server):
    """U1: as many as there are threads, and the server still answers."""
    head = HEAD + JSON + "Content-Length: 100\r\n\r\n{"
    idle = [socket.create_connection(("127.0.0.1", PORT), timeout=20) for _ in range(8)]
    for connection in idle:
        connection.sendall(head.encode())
    answers = [connection.recv(65536) for connection in idle]
    assert {status(answer) for answer in answers} == {408}
    health = said("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status(health) == 200
    for connection in idle:
        connection.close()


@pytest.mark.parametrize(("length", "expected"), [(10_000, 400), (20_000, 414)])
def test_long_address_gets_the_one_error_shape(server, length, expected):
    """G6: through the real server, not the test client alone."""
    query = "x" * length
    answer = said(
        f"GET /api/listings?search={query} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert status(answer) == expected
    assert b'"error"' in answer


def test_handshake_that_is_too_long_is_hung_up_on(server):
    """Before the application runs, so that no limit of its own counts it."""
    answer = said(
        f"GET /ws?ticket={'x' * 9000} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert not answer or status(answer) >= 400
