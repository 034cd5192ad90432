"""Fuzz a server of its own with schemathesis: operation by operation, and in sequences.

Operations are called by nobody, by somebody signed in, and by somebody who ends their
own sign-in. Sequences, in which the answer to a call is the input of the next, are
played by four roles: nobody, an owner of things, a worker, and staff.

`python -m tests.live.fuzz [--examples N] [schemathesis options…]` migrates a temporary
SQLite database, puts a few rows in it, serves it as production does and exits non-zero
on any failure. The checks and their exceptions are in schemathesis.toml.
"""

import argparse
import json
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import yaml

from tests.live.database import migrate
from tests.live.server import environment_with

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LONGEST = 900  # seconds that one run may take
# They would end the sign-in of everything after them.
SIGN_OUT = (
    r"^(POST /api/auth/(logout|logout-everywhere)"
    r"|DELETE /api/auth/(profile|sessions/\{id\}))$"
)
ACCOUNTS = "^[A-Z]+ /api/auth/"
PASSWORD = "a-quiet-harbour-7"
PLACE = {"latitude": 56.9496, "longitude": 24.1052, "location": "Rīga"}
THING = {"title": "A thing", "description": "As described.", "category": "other"}


def environment(folder: Path) -> dict[str, str]:
    """Production's settings, with what needs TLS or another server switched off.

    And without the time that hashing takes: most of it would go there.
    """
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.live.fast_passwords",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_hex(32),
        "JWT_SIGNING_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "market@example.com",
        "SECURE_SSL_REDIRECT": "0",
        "DATABASE_URL": f"sqlite:///{folder / 'fuzz.sqlite3'}",
        "REDIS_URL": "",
        "UPLOADS_DIR": str(folder / "uploads"),
        "STATIC_ROOT": str(folder / "static"),
        "THROTTLE": "0",
        "SIGN_IN_ATTEMPTS": "1000000",
        "LOG_LEVEL": "ERROR",
        "WEB_THREADS": "4",
    }
    return environment_with(own)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(env: dict[str, str]) -> Iterator[str]:
    """A migrated server; its address. It ends with the block."""
    migrate(env)
    address = f"127.0.0.1:{free_port()}"
    command = [BIN / "gunicorn", "--config", "gunicorn.conf.py", "--bind", address]
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    try:
        wait_for(f"http://{address}/ready")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url: str) -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(url, timeout=5)
        except OSError:  # refused, or slow on a busy machine
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"{url} does not answer.")


def post(url: str, body: dict, token: str = "") -> dict:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def join(site: str, name: str) -> str:
    """Register somebody; the token."""
    email = f"{name}@example.com"
    who = {"username": name, "email": email, "password": PASSWORD}
    return post(f"{site}/api/auth/register", who)["token"]


def hire(env: dict[str, str], site: str, name: str) -> str:
    """Create an administrator; the token."""
    who = {"EMAIL": f"{name}@example.com", "USERNAME": name, "PASSWORD": PASSWORD}
    subprocess.run(
        [sys.executable, "manage.py", "createsuperuser", "--noinput"],
        cwd=ROOT,
        env=env | {f"DJANGO_SUPERUSER_{key}": value for key, value in who.items()},
        check=True,
    )
    body = {"email": who["EMAIL"], "password": PASSWORD}
    return post(f"{site}/api/auth/login", body)["token"]


def furnish(site: str, owner: str, other: str) -> None:
    """Things of each kind, so that ids from 1 exist, on either side of every rule."""
    for token, helper in ((owner, other), (other, owner)):
        post(f"{site}/api/listings", THING | PLACE | {"price": 12.5}, token)
        post(f"{site}/api/offerings", THING | PLACE, token)
        for _each in range(2):
            task = post(f"{site}/api/tasks", THING | PLACE, token)["task"]["id"]
            path = f"{site}/api/tasks/{task}"
            application = post(f"{path}/apply", {}, helper)["application"]["id"]
        post(f"{path}/accept", {"application_id": application}, token)
        post(f"{path}/done", {}, helper)
        post(f"{path}/confirm", {}, token)


def public_names(site: str) -> str:
    """A pattern of the operations that need no sign-in, such as `GET /api/tasks`.

    Nobody is asked about the others alone: they answer 401, as tests/test_matrix.py
    and the sequences see.
    """
    with urllib.request.urlopen(f"{site}/api/schema", timeout=60) as response:
        paths = yaml.safe_load(response)["paths"]
    names = [
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if {} in (operation.get("security") or [{}])
    ]
    return f"^({'|'.join(map(re.escape, sorted(names)))})$"


def fuzz(name: str, site: str, *options: str, token: str = "") -> bool:
    """P3: one run over the served schema; returns whether it found nothing."""
    sign_in = ["--header", f"Authorization: Bearer {token}"] if token else []
    command = [BIN / "st", "run", f"{site}/api/schema", *sign_in, *options]
    started = time.monotonic()
    run = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=LONGEST
    )
    took = time.monotonic() - started
    verdict = "passed" if run.returncode == 0 else "FAILED"
    print(f"\n=== {name}\n{run.stdout}{run.stderr}")
    print(f"=== {name}: {verdict} in {took:.0f} s", flush=True)
    return run.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", default="20", help="cases an operation, at most")
    arguments, more = parser.parse_known_args()
    options = ["--max-examples", arguments.examples, *more]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(env := environment(Path(folder))) as site,
    ):
        owner, leaver = join(site, "fuzz_owner"), join(site, "fuzz_leaver")
        worker, staff = join(site, "fuzz_other"), hire(env, site, "fuzz_staff")
        furnish(site, owner, worker)
        single = ("--phases", "examples,coverage,fuzzing")
        stay = ("--exclude-name-regex", SIGN_OUT)
        leave = ("--include-name-regex", SIGN_OUT)
        # Two runs, for two processors.
        accounts = ("--include-name-regex", ACCOUNTS, *stay)
        others = ("--exclude-name-regex", f"{SIGN_OUT}|{ACCOUNTS}")
        public = ("--include-name-regex", public_names(site))
        roles = {"": "", "owner": owner, "worker": worker, "staff": staff}
        with ThreadPoolExecutor(max_workers=4) as runs:
            run = partial(runs.submit, fuzz)
            passed = [  # the longest first
                run("signed in, others", site, *options, *single, *others, token=owner),
                run("signed in", site, *options, *single, *accounts, token=owner),
                run("anonymous", site, *options, *single, *public),
                run("signing out", site, *options, *single, *leave, token=leaver),
            ]
            passed += [
                run(
                    f"sequences, {role or 'anonymous'}",
                    site,
                    *options,
                    *("--phases", "stateful"),
                    # Rules that no schema can tell are excepted above, one by one.
                    *("--exclude-checks", "positive_data_acceptance"),
                    *stay,
                    token=token,
                )
                for role, token in roles.items()
            ]
    return 0 if all(run.result() for run in passed) else 1


if __name__ == "__main__":
    sys.exit(main())
