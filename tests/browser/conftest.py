"""A server with its own database, and a browser that records errors."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.live.database import migrate
from tests.live.server import environment_with

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
OURS = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Server:
    """The embedded server, which can be stopped and started; and its public API."""

    def __init__(self, env: dict, log: Path):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._env = env | {"HOST": "127.0.0.1", "PORT": str(port)}
        self._log = log
        self._process = None

    def start(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "marketplace.server"],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=log,
            )
        wait_for(self.url, self._process)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    def manage(self, *command: str) -> int:
        """The exit status of a management command."""
        call = [sys.executable, "manage.py", *command]
        return subprocess.run(call, cwd=ROOT, env=self._env).returncode

    def api(
        self, path: str, body: dict | None = None, token: str = "", key: str = ""
    ) -> tuple:
        """The status and the JSON of a response; with a body it is a POST."""
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def prepare(env: dict) -> None:
    def run(*command):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)

    migrate(env)
    if (ROOT / "seed/management/commands/seed.py").exists():
        run("manage.py", "seed", "--size", "small")
    run("-m", "tests.browser.rows")


def wait_for(url: str, process: subprocess.Popen) -> None:
    for _attempt in range(150):
        if process.poll() is not None:
            pytest.fail(f"The server ended with {process.returncode}.")
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("The server did not get ready.")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("server")
    own = {
        "DJANGO_SETTINGS_MODULE": "marketplace.development",
        "DATABASE_URL": f"sqlite:///{home / 'market.sqlite3'}",
        "UPLOADS_DIR": str(home / "uploads"),
        "REDIS_URL": "",
        "DEMO": "1",
    }
    env = environment_with(own)
    prepare(env)
    server = Server(env, home / "server.log")
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def strict_server(server, tmp_path_factory):
    """A server on the same database, which asks staff for a second factor."""
    env = server._env | {"STAFF_SECOND_FACTOR": "1"}
    strict = Server(env, tmp_path_factory.mktemp("strict") / "server.log")
    strict.start()
    try:
        yield strict
    finally:
        strict.stop()


@pytest.fixture(scope="session")
def worker(server, tmp_path_factory):
    """A worker beside the server, as in the demo."""
    log = (tmp_path_factory.mktemp("worker") / "worker.log").open("w")
    call = [sys.executable, "manage.py", "worker"]
    process = subprocess.Popen(call, cwd=ROOT, env=server._env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def page(server):
    """A page that fails its test for a script error or a request to another host."""
    faults = []

    def watch(request):
        if not request.url.startswith(OURS):
            faults.append(f"request to {request.url}")

    def listen(response):
        if response.status >= 400 and "/admin" not in response.url:
            faults.append(f"{response.status} for {response.url}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None, args=FLAGS
        )
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", watch)
        page.on("response", listen)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        yield page
        browser.close()
    assert faults == []


@pytest.fixture
def shoot(page):
    """Save a screenshot of the whole page in artifacts/."""
    ARTIFACTS.mkdir(exist_ok=True)

    def take(name: str) -> None:
        page.wait_for_load_state("networkidle")
        window = page.viewport_size
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size(window | {"height": max(height, window["height"])})
        page.screenshot(path=ARTIFACTS / f"admin-{name}.png")
        page.set_viewport_size(window)

    return take
