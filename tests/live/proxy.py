"""Run nginx with docker/nginx.conf in front of both servers: `make proxy-check`.

Only the ports, the certificate and the place of the pid are replaced. Prints one JSON
line per check; the exit status is 1 if one fails. Needs nginx and openssl.
"""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.live.bounds import end_within
from tests.live.database import migrate
from tests.live.processes import EMBEDDED, ManagedProcess
from tests.live.server import (
    GUNICORN,
    HOST,
    ROOT,
    Server,
    free_port,
    serve,
    stop,
)

MAX_RUN_S = 240  # on a busy machine; about 20 on an idle one
IDLE_S = 6  # longer than the servers keep connections open without a proxy
MEGABYTE = 1024 * 1024
TLS = ssl._create_unverified_context()


class Proxy(ManagedProcess):
    """nginx with the configuration that is shipped."""

    def __init__(self, folder: Path, web: Server, sockets: Server):
        super().__init__()
        self.web = web
        self.plain_port, self.port = free_port(), free_port()
        text = (ROOT / "docker" / "nginx.conf").read_text()
        for found, own in {
            "127.0.0.1:8000": f"{HOST}:{web.port}",
            "127.0.0.1:8001": f"{HOST}:{sockets.port}",
            "listen 80 ": f"listen {HOST}:{self.plain_port} ",
            "listen 443 ": f"listen {HOST}:{self.port} ",
            "/etc/nginx/certificates/": f"{folder}/",
            "/run/nginx.pid": f"{folder}/nginx.pid",
        }.items():
            assert found in text, found
            text = text.replace(found, own)
        # The machine may have no IPv6.
        text = re.sub(r" *listen \[::\].*\n", "", text)
        config = folder / "nginx.conf"
        config.write_text(text)
        certificate(folder)
        self.command = ["nginx", "-c", str(config), "-g", "daemon off;"]

    def get(self, path: str, **headers: str) -> tuple[int, HTTPMessage, bytes]:
        """Return status, headers and body of the answer to a GET over TLS."""
        return self.send("GET", path, None, headers)

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict
    ) -> tuple[int, HTTPMessage, bytes]:
        """The same for any request."""
        http = HTTPSConnection(HOST, self.port, timeout=20, context=TLS)
        with closing(http):
            http.request(method, path, body, {"Host": "market.example"} | headers)
            answer = http.getresponse()
            return answer.status, answer.headers, answer.read()


def certificate(folder: Path) -> None:
    """Write a certificate that is its own authority."""
    names = ["-keyout", str(folder / "market.key"), "-out", str(folder / "market.pem")]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", *kind, "-subj", "/CN=market.example", *names],
        check=True,
        capture_output=True,
    )


def main() -> int:
    """Return the exit status."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        sys.exit("First: apt-get install nginx-light openssl")
    end_within(MAX_RUN_S)
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="proxy-"))
        folder = Path(name)
        own = {
            "DATABASE_URL": f"sqlite:///{folder / 'market.sqlite3'}",
            "REDIS_URL": "",
            "DEBUG": "true",
            "TRUSTED_PROXIES": "1",
            "ALLOWED_HOSTS": "market.example",
            "THROTTLE_ANONYMOUS_READ": "1000",
        }
        migrate(own)
        web = stack.enter_context(serve(own, workers=1, command=GUNICORN))
        sockets = stack.enter_context(serve(own, workers=1, command=EMBEDDED))
        proxy = stack.enter_context(Proxy(folder, web, sockets))
        results = [report(check, proxy) for check in CHECKS]
        if not all(results):
            print(proxy.log.read_text()[-2000:])
    return int(not all(results))


def report(check, proxy: Proxy) -> bool:
    """Run a check and print whether it holds."""
    found = check(proxy)
    print(
        json.dumps({"check": check.__name__, "ok": found[0] == found[1], "is": found})
    )
    return found[0] == found[1]


def plain_http_leads_to_tls(proxy: Proxy):
    with closing(HTTPConnection(HOST, proxy.plain_port, timeout=5)) as http:
        http.request("GET", "/api/tasks?a=b", headers={"Host": "market.example"})
        answer = http.getresponse()
        found = answer.status, answer.headers["Location"]
    return found, (308, "https://market.example/api/tasks?a=b")


def answers_are_compressed_once(proxy: Proxy):
    kinds = []
    for path in ("/api/categories", "/api/schema"):
        status, headers, body = proxy.get(path, **{"Accept-Encoding": "gzip"})
        kinds.append((status, headers.get("Content-Encoding"), body[:2] == b"\x1f\x8b"))
    return kinds, [(200, "gzip", True)] * 2


def clients_are_counted_by_the_address_that_nginx_saw(proxy: Proxy):
    left = []
    for number in range(2):
        spoofed = {
            "X-Forwarded-For": f"198.51.100.{number}",
            "X_Forwarded_For": "9.9.9.9",
        }
        _status, headers, _body = proxy.get("/api/categories", **spoofed)
        left.append(int(headers["RateLimit"].split(";r=")[1].split(";")[0]))
    return left[0] - left[1], 1


def large_bodies_are_refused_by_the_application(proxy: Proxy):
    status, _headers, body = proxy.send(
        "POST",
        "/api/auth/login",
        b"x" * 2 * MEGABYTE,
        {"Content-Type": "application/json"},
    )
    return (status, json.loads(body)["code"]), (413, "too_large")


def long_urls_are_refused_by_the_application(proxy: Proxy):
    status, _headers, body = proxy.get(f"/api/tasks?search={'x' * 20_000}")
    return (status, json.loads(body)["code"]), (414, "uri_too_long")


def idle_connections_behind_nginx_stay_open(proxy: Proxy):
    """K5: nginx uses a connection again that was silent for a while."""
    statuses = [proxy.get("/api/categories")[0]]
    time.sleep(IDLE_S)
    statuses += [proxy.get("/api/categories")[0] for _time in range(3)]
    return statuses, [200] * 4


def sockets_are_upgraded(proxy: Proxy):
    async def code_of_a_wrong_ticket() -> int:
        url = "wss://market.example/ws?ticket=wrong"
        async with connect(url, ssl=TLS, host=HOST, port=proxy.port) as socket:
            try:
                await asyncio.wait_for(socket.recv(), 10)
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 0
        return 0

    return asyncio.run(code_of_a_wrong_ticket()), 4401


def the_proxy_itself_answers_in_the_one_shape(proxy: Proxy):
    """Y5: as the application would, also while the application is away."""
    large = proxy.send("POST", "/api/uploads", b"x" * 9 * MEGABYTE, {})
    stop(proxy.web.process)
    away = proxy.get("/api/tasks", **{"Accept-Language": "lv"})
    socket = proxy.get("/ws")  # of the other server, which is still there
    found = [
        (status, headers["Content-Type"], json.loads(body)["code"])
        for status, headers, body in (large, away)
    ]
    found.append((away[1]["Retry-After"], away[1]["Access-Control-Allow-Origin"]))
    found.append(("Pašlaik" in json.loads(away[2])["error"], socket[0] < 500))
    return found, [
        (413, "application/json", "too_large"),
        (503, "application/json", "unavailable"),
        ("5", "*"),
        (True, True),
    ]


CHECKS = [
    plain_http_leads_to_tls,
    answers_are_compressed_once,
    clients_are_counted_by_the_address_that_nginx_saw,
    large_bodies_are_refused_by_the_application,
    long_urls_are_refused_by_the_application,
    idle_connections_behind_nginx_stay_open,
    sockets_are_upgraded,
    the_proxy_itself_answers_in_the_one_shape,  # the last one: it stops a server
]


if __name__ == "__main__":
    sys.exit(main())
