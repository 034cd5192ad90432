"""Documents, container image, and the server that production starts."""

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.core.management import get_commands, load_command_class
from django.db import connection

from core.db.locks import process_lock
from marketplace.management.commands.draw_workflows import page
from marketplace.management.commands.migrate_together import LOCK_ID
from seed.people import DEMO_PASSWORD, DEMO_ROLES

ROOT = Path(__file__).parents[1]
NAME = r"[A-Z][A-Z0-9_]+"
PRODUCTION = {
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "ALLOWED_HOSTS": "market.test",
    "SITE_URL": "https://market.test",
    "DEFAULT_FROM_EMAIL": "hello@market.test",
    "TRUSTED_PROXIES": "1",
}


def text(name: str) -> str:
    return (ROOT / name).read_text()


# --- Documents ------------------------------------------------------------------------


def variables_read() -> set[str]:
    source = text("marketplace/settings.py") + text("gunicorn.conf.py")
    return set(re.findall(rf"""env\.\w+\(\s*['"]({NAME})['"]""", source))


def test_every_variable_is_in_the_readme():
    assert set(re.findall(rf"^\| `({NAME})`", text("README.md"), re.M)) == (
        variables_read()
    )


def test_every_variable_is_in_the_example():
    named = re.findall(rf"^(?:# )?({NAME})=", text(".env.example"), re.M)
    assert (sorted(named), len(named)) == (sorted(variables_read()), len(set(named)))


def simple_settings(**environment: str) -> dict[str, str]:
    """The settings of production, without objects that differ in each process."""
    code = "from marketplace import settings as s; import json; "
    code += "print(json.dumps({n: repr(v) for n, v in vars(s).items()"
    code += " if n.isupper() and n != 'UNFOLD'}))"
    own = PRODUCTION | {"SECRET_KEY": "of-sessions-" * 6} | environment
    own |= {"JWT_SIGNING_KEY": "of-tokens-" * 6}
    done = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=own)
    found = json.loads(done.decode().replace(f"{ROOT}/", ""))
    return {name: text for name, text in found.items() if " at 0x" not in text}


def test_commented_lines_of_the_example_show_the_defaults():
    lines = dict(re.findall(rf"^# ({NAME})=(.*)$", text(".env.example"), re.M))
    assert lines.pop("LOG_LEVEL") == "INFO"  # read as a number
    del lines["ANYMAIL"]  # of one provider
    assert simple_settings(**lines) == simple_settings()


def own_commands() -> list[str]:
    names = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    return sorted(names - {"__init__"})


@pytest.mark.parametrize("name", own_commands())
def test_help_of_a_command_speaks_to_operators(name):
    """Y2: what it does, not which function it calls."""
    words = load_command_class(get_commands()[name], name).help
    assert words
    assert not re.search(r"`|manage\.py|^Call ", words.splitlines()[0])


def test_commands_of_a_backup_end_at_once_without_their_variables():
    for block in re.findall(r"```(?:sh)?\n(set .*?)```", text("docs/backup.md"), re.S):
        first, guards = block.splitlines()[:2]
        given = set(re.findall(rf"^({NAME})=", block, re.M))
        used = set(re.findall(rf"\$\{{?({NAME})", block)) - given
        assert first == "set -eu"
        assert set(re.findall(rf"\$\{{({NAME}):\?\}}", guards)) == used
    # No block with commands is without guards.
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", text("docs/backup.md"), re.S)
    assert all("set -eu" in block for block in blocks if "$" in block)


def test_links_between_documents_lead_somewhere():
    dead = [
        f"{document.name}: {link}"
        for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text())
        if not (document.parent / link).exists()
    ]
    assert dead == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a git checkout")
def test_the_searches_of_the_guide_find_one_or_two_places():
    guide = (
        text("CONTRIBUTING.md").partition("## Find your way")[2].partition("\n## ")[0]
    )
    commands = re.findall(r"^git grep .*", guide, re.M)
    assert len(commands) == 6
    for command in commands:
        done = subprocess.run(
            shlex.split(command),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert 1 <= len(done.stdout.splitlines()) <= 2, command


def test_every_decision_is_listed():
    listed = re.findall(r"\((\d{4}-.*\.md)\)", text("docs/decisions/README.md"))
    written = sorted(path.name for path in ROOT.glob("docs/decisions/0*.md"))
    assert listed == written


def test_the_diagrams_are_current():
    assert text("docs/workflow.md") == page(), "make diagrams"


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_tour_of_the_readme_works(live_server):
    blocks = re.findall(r"```sh\n(.*?)```", text("README.md"), re.S)
    tour = "\n".join(blocks).replace("http://127.0.0.1:8000", live_server.url)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", tour],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("409\n")
    assert '"average_rating":5.0' in done.stdout
    assert [word for word in ('"error"', "Traceback") if word in done.stdout] == []


def translations(catalogue) -> dict:
    """Strings by their English original; those with plural forms as tuples."""
    return {
        tuple(m.id) if m.pluralizable else m.id: (
            tuple(m.string) if m.pluralizable else m.string
        )
        for m in catalogue
        if m.id
    }


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_the_translations_are_complete_and_compiled(language):
    folder = ROOT / "marketplace" / "locale" / language / "LC_MESSAGES"
    with (
        (folder / "django.po").open() as words,
        (folder / "django.mo").open("rb") as mo,
    ):
        written = translations(read_po(words, locale=language))
        compiled = translations(read_mo(mo))
    page = text("marketplace/templates/welcome.html")
    needed = set(re.findall(r'translate "(.*?)"', page))
    assert needed - {i for i, words in written.items() if words} == set()
    assert compiled == written, "make messages"


# --- The first page -------------------------------------------------------------------


def test_the_demo_names_its_accounts(client, settings):
    settings.DEMO = True
    shown = client.get("/").content.decode()
    accounts = [f"{name}@example.com" for name in DEMO_ROLES]
    assert [word for word in (*accounts, DEMO_PASSWORD) if word not in shown] == []


def test_no_account_is_named_outside_the_demo(client, settings):
    settings.DEMO = False
    shown = client.get("/").content.decode()
    assert [word for word in (DEMO_PASSWORD, "@example.com") if word in shown] == []


def test_the_example_of_an_account_is_served_by_the_demo_alone(client, settings):
    settings.DEMO = True
    page = client.get("/examples/account")
    assert page.content.decode() == text("docs/examples/account.html")
    assert "unsafe" not in page["Content-Security-Policy"]
    settings.DEMO = False
    assert client.get("/examples/account").status_code == 404


def test_the_example_is_served_by_the_demo_alone(client, settings):
    settings.DEMO = True
    page = client.get("/examples/chat")
    assert page.content.decode() == text("docs/examples/chat.html")
    assert DEMO_PASSWORD in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]
    assert 'href="/examples/chat"' in client.get("/").content.decode()
    settings.DEMO = False
    assert client.get("/examples/chat").status_code == 404
    assert "/examples/chat" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("accepted", "language", "heading"),
    [
        ("lv-LV,lv;q=0.9,en;q=0.1", "lv", "Pieslēgties"),
        ("ru", "ru", "Войти"),
        ("de", "en", "Sign in"),
    ],
)
def test_the_first_page_is_translated(client, settings, accepted, language, heading):
    settings.DEMO = True
    shown = client.get("/", headers={"Accept-Language": accepted}).content.decode()
    assert f'<html lang="{language}">' in shown
    assert f"<h2>{heading}</h2>" in shown


# --- The image ------------------------------------------------------------------------


def start(keys: Path, path: str = PRODUCTION["PATH"]) -> str:
    """Start a container with these keys; return its secret key."""
    return subprocess.run(
        ["docker/entrypoint.sh", "sh", "-c", 'cat "$SECRET_KEY_FILE"'],
        cwd=ROOT,
        env={"PATH": path, "KEYS_DIR": str(keys), "MIGRATE_ON_START": "false"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_container_generates_its_keys_once(tmp_path):
    first = start(tmp_path)
    assert (len(first), start(tmp_path)) == (86, first)
    assert (tmp_path / "tokens").read_text().strip() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret", "tokens"]


def test_a_container_uses_a_key_that_another_one_generated_first(tmp_path):
    keys = tmp_path / "keys"
    slow = tmp_path / "python"  # while it runs, another container leaves its key
    leave = f"[ -e {keys}/secret ] || echo quicker > {keys}/secret"
    slow.write_text(f"#!/bin/sh\n{leave}\necho slower\n")
    slow.chmod(0o755)
    assert start(keys, f"{tmp_path}:{PRODUCTION['PATH']}") == "quicker"


@pytest.mark.django_db(transaction=True)
def test_one_container_migrates_and_the_others_wait():
    """In-memory SQLite is used by one process only."""
    other = connection.copy()

    def is_free() -> bool:
        if connection.vendor != "postgresql":
            return True
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_ID])
            [free] = cursor.fetchone()
            cursor.execute("SELECT pg_advisory_unlock_all()")
        return free

    with process_lock(LOCK_ID):
        within = is_free()
    assert (within, is_free()) == (connection.vendor != "postgresql", True)
    other.close()


# --- The server -----------------------------------------------------------------------


class Server:
    """gunicorn as production starts it, on a free port."""

    def __init__(self, directory: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._log = directory / "log"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"],
            cwd=ROOT,
            env=PRODUCTION
            | {
                "PORT": str(self.port),
                "SECRET_KEY": "of-sessions-" * 6,
                "JWT_SIGNING_KEY": "of-tokens-" * 6,
                "STATIC_ROOT": str(directory / "static"),
                "DATABASE_URL": f"sqlite:///{directory / 'market.sqlite3'}",
            },
            stderr=self._log.open("w"),
        )

    def get(self, path: str, **headers) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def wait(self) -> None:
        check = [sys.executable, "docker/healthcheck.py"]
        environment = os.environ | {"PORT": str(self.port)}
        for _ in range(200):
            if self.process.poll() is not None:
                break
            if subprocess.run(check, cwd=ROOT, env=environment).returncode == 0:
                return
        raise AssertionError(self._log.read_text())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    try:
        server.wait()
        yield server
    finally:
        server.process.kill()
        server.process.wait()


def test_a_server_in_production_is_strict(server):
    """P1: bad Host 400, a redirect to HTTPS, HSTS of a year behind our own proxy."""
    https = {"Host": "market.test", "X_Forwarded_Proto": "https"}
    status, _, body = server.get("/api/categories", **https | {"Host": "evil.test"})
    assert (status, json.loads(body)["code"]) == (400, "invalid")
    status, headers, _ = server.get("/api/categories", Host="market.test")
    assert (status, headers["Location"]) == (301, "https://market.test/api/categories")
    status, headers, _ = server.get("/api/reports/categories", **https)
    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_server_in_production_logs_json_and_stops_on_sigterm(server):
    _, headers, _ = server.get("/health", Host="10.0.0.7")
    assert server.stop() == 0
    lines = server.lines()
    own = [x for x in lines if x["request_id"] == headers["X-Request-ID"]]
    assert [(x["path"], x["status"]) for x in own] == [("/health", 200)]
    assert any("Shutting down" in line["event"] for line in lines)


def test_production_does_not_start_without_its_variables(tmp_path):
    wrong = {"DEBUG": "false", "THROTTLE": "ture"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": PRODUCTION["PATH"]} | wrong,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    missing = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "THROTTLE")
    assert [name for name in missing if f"- {name}:" not in done.stderr] == []
