"""What a server refuses to start with, and what production's defaults are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.production import LAPTOP_KEY, problems

ROOT = Path(__file__).parents[1]
GOOD = {
    "SECRET_KEY": "of-sessions-" * 6,
    "JWT_SIGNING_KEY": "of-tokens-" * 6,
    "ALLOWED_HOSTS": ["market.test"],
    "SITE_URL": "https://market.test",
    "EMAIL_BACKEND": "jobs.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Market <hello@market.test>",
    "REDIS_URL": "",
    "WEB_CONCURRENCY": 1,
    "THROTTLE": True,
    "DEMO": False,
    "METRICS_TOKEN": "",
    "MAIL_WEBHOOK_SECRET": "",
    "SMS_PROVIDER": "console",
    "PAYMENT_PROVIDER": "off",
    "PAYMENT_SANDBOX_ALLOWED": False,
    "SECURE_SSL_REDIRECT": True,
}
NEEDED = {
    name: ",".join(value) if isinstance(value, list) else str(value)
    for name, value in GOOD.items()
    if value != ""
}
STARTS = {
    "a command": ["manage.py", "migrate"],
    "the worker": ["manage.py", "worker"],
    "gunicorn": ["-m", "gunicorn", "--config", "gunicorn.conf.py"],
    "uvicorn": ["-m", "marketplace.server"],
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORT": "0"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def named(output: str) -> list[str]:
    lines = [line.strip() for line in output.splitlines()]
    return [line[2:].split(":")[0] for line in lines if line.startswith("- ")]


@pytest.mark.parametrize("start", STARTS)
def test_nothing_starts_in_an_empty_environment(start):
    """Y1: a server without settings is not a server with the published keys."""
    done = run(*STARTS[start])
    required = ["SECRET_KEY", "JWT_SIGNING_KEY", "ALLOWED_HOSTS", "SITE_URL"]
    assert done.returncode == 1
    assert named(done.stderr) == [*required, "DEFAULT_FROM_EMAIL"]
    assert "Traceback" not in done.stderr
    assert "DEBUG=true" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("start", ["gunicorn", "uvicorn"])
def test_one_message_names_invalid_values_and_unsafe_ones(start):
    """Y1: an operator mends the settings once, not one after the other."""
    wrong = {"THROTTLE": "ture", "WEB_CONCURRENCY": "2", "ALLOWED_HOSTS": "*"}
    wrong |= {"DEFAULT_FROM_EMAIL": "market@localhost", "LOG_LEVEL": "LOUD"}
    found = named(run(*STARTS[start], **(NEEDED | wrong)).stderr)
    names = ["ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", "LOG_LEVEL", "REDIS_URL"]
    assert sorted(found) == [*names, "THROTTLE"]


def test_values_out_of_range_are_named_together():
    """Y1: each would fail later, in a traceback or by serving nobody."""
    wrong = {
        "DATABASE_URL": "mysql://x/y",
        "REDIS_URL": "localhost:6379",
        "DB_POOL_MAX": "0",
        "PORT": "80000",
        "METRICS_PORT": "70000",
        "EMAIL_PORT": "0",
        "WEB_THREADS": "0",
        "PICTURES_AT_ONCE": "0",
        "REFRESH_TOKEN_DAYS": "999999999",
        "HEADER_TIMEOUT_SECONDS": "nan",
        "S3_ENDPOINT_URL": "minio:9000",
        "SENTRY_DSN": "key",
    }
    # One that is not read with SQLite, which a DATABASE_URL that is refused stands for.
    wanted = sorted(wrong.keys() - {"DB_POOL_MAX"})
    done = run("manage.py", "check", **(NEEDED | wrong))
    assert sorted(named(done.stderr)) == wanted
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"DB_POOL_MAX": "0"}, ["DB_POOL_MAX"]),
        ({"DB_POOL_MIN": "9"}, ["DB_POOL_MAX"]),
        ({"DATABASE_REPLICA_URL": "replica:5432"}, ["DATABASE_REPLICA_URL"]),
    ],
)
def test_settings_of_postgresql_are_examined(wrong, refused):
    """Y1: of the pool and of the replica."""
    own = NEEDED | {"DATABASE_URL": "postgres://127.0.0.1/market"} | wrong
    assert named(run("manage.py", "check", **own).stderr) == refused


def test_doctor_reports_refused_settings_as_json():
    """Y2: monitoring reads the output, also if nothing else can be examined."""
    done = run("manage.py", "doctor", "--json", **(NEEDED | {"PORT": "80000"}))
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    assert [one["setting"] for one in report["parts"]["settings"]] == ["PORT"]


def test_workers_of_the_command_line_need_redis_too():
    """Y1: `gunicorn --workers 2` counts as WEB_CONCURRENCY=2."""
    done = run(*STARTS["gunicorn"], "--workers", "2", **NEEDED)
    assert (done.returncode, named(done.stderr)) == (1, ["REDIS_URL"])


@pytest.mark.parametrize(
    ("mistake", "refused"),
    [
        ({}, []),
        ({"SECRET_KEY": ""}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "k" * 60}, ["SECRET_KEY"]),
        ({"SECRET_KEY": "abcdefghij" * 4}, ["SECRET_KEY"]),
        ({"SECRET_KEY": LAPTOP_KEY}, ["SECRET_KEY"]),
        ({"JWT_SIGNING_KEY": ""}, ["JWT_SIGNING_KEY"]),
        ({"JWT_SIGNING_KEY": f"{LAPTOP_KEY}:tokens"}, ["JWT_SIGNING_KEY"]),
        ({"JWT_SIGNING_KEY": GOOD["SECRET_KEY"]}, ["JWT_SIGNING_KEY"]),
        ({"JWT_SIGNING_KEY": GOOD["SECRET_KEY"] + ":tokens"}, ["JWT_SIGNING_KEY"]),
        ({"ALLOWED_HOSTS": []}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": ["market.test", "*"]}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": [".market.test"]}, ["ALLOWED_HOSTS"]),
        ({"SITE_URL": ""}, ["SITE_URL"]),
        ({"SITE_URL": "market.test"}, ["SITE_URL"]),
        ({"SITE_URL": "http://localhost:8000"}, ["SITE_URL"]),
        ({"SITE_URL": "https://[market.test"}, ["SITE_URL"]),
        ({"SITE_URL": "http://market.test"}, ["SITE_URL"]),
        ({"SITE_URL": "http://market.test", "SECURE_SSL_REDIRECT": False}, []),
        ({"ALLOWED_HOSTS": ["https://market.test"]}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": ["market.test:8000"]}, ["ALLOWED_HOSTS"]),
        ({"ALLOWED_HOSTS": ["market.test", "[2001:db8::1]"]}, []),
        ({"MAIL_WEBHOOK_SECRET": "password"}, ["MAIL_WEBHOOK_SECRET"]),
        ({"MAIL_WEBHOOK_SECRET": "a:b"}, ["MAIL_WEBHOOK_SECRET"]),
        ({"MAIL_WEBHOOK_SECRET": "mail:a-quiet-harbour-of-seven"}, []),
        ({"WEB_CONCURRENCY": 2}, ["REDIS_URL"]),
        ({"WEB_CONCURRENCY": 2, "REDIS_URL": "redis://redis"}, []),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
            ["EMAIL_BACKEND"],
        ),
        ({"DEFAULT_FROM_EMAIL": "Market <market@localhost>"}, ["DEFAULT_FROM_EMAIL"]),
        ({"DEFAULT_FROM_EMAIL": "a@market.invalid"}, ["DEFAULT_FROM_EMAIL"]),
        (
            {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"},
            ["EMAIL_BACKEND"],
        ),
        ({"DEFAULT_FROM_EMAIL": "market"}, ["DEFAULT_FROM_EMAIL"]),
        ({"THROTTLE": False}, ["THROTTLE"]),
        ({"DEMO": True}, ["DEMO"]),
        ({"METRICS_TOKEN": "short"}, ["METRICS_TOKEN"]),
        ({"METRICS_TOKEN": "t" * 32}, []),
    ],
)
def test_production_refuses(mistake, refused):
    """Y1: each unsafe setting is refused, and only it is named."""
    assert [name for name, _sentence in problems(GOOD | mistake)] == refused


def test_a_site_of_this_machine_alone_may_show_the_demo():
    """Y1: what only this machine reaches may be a rehearsal of production."""
    own = {"ALLOWED_HOSTS": ["localhost", "127.0.0.1"], "SITE_URL": "http://localhost"}
    rehearsal = own | {"DEMO": True, "THROTTLE": False, "WEB_CONCURRENCY": 4}
    assert list(problems(GOOD | rehearsal)) == []
    assert list(problems(GOOD | rehearsal | {"SECRET_KEY": LAPTOP_KEY})) != []


def shown(**environment: str) -> dict:
    """Settings of a process with this environment."""
    names = ["DEBUG", "CORS_ALLOWED_ORIGINS", "EMAIL_BACKEND"]
    names += ["SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
    code = "import json; from marketplace import settings as s; "
    code += f"print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    return json.loads(run("-c", code, **environment).stdout)


def test_production_trusts_nobody_unless_asked():
    """Y1: no origin of a development client, HSTS for this host alone."""
    assert shown(**NEEDED) == {
        "DEBUG": False,
        "CORS_ALLOWED_ORIGINS": [],
        "EMAIL_BACKEND": "jobs.smtp.EmailBackend",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,
        "SECURE_HSTS_PRELOAD": False,
    }
    asked = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1", "SECURE_HSTS_PRELOAD": "1"}
    of_the_site = NEEDED | asked | {"CORS_ALLOWED_ORIGINS": "https://a.test"}
    found = shown(**of_the_site)
    assert found["CORS_ALLOWED_ORIGINS"] == ["https://a.test"]
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert found["SECURE_HSTS_PRELOAD"] is True


@pytest.mark.parametrize(("proxies", "seconds"), [("0", "5"), ("1", "75")])
def test_connections_behind_a_proxy_stay_open_for_longer(proxies, seconds):
    """K5: balancers reuse connections for up to a minute; others are closed soon."""
    code = "from marketplace import settings as s; print(s.KEEP_ALIVE_SECONDS)"
    done = run("-c", code, **NEEDED, TRUSTED_PROXIES=proxies)
    assert done.stdout.strip() == seconds, done.stderr


def test_commands_that_write_project_files_need_no_production():
    """Y1: `makemigrations` works in a fresh checkout."""
    done = run("manage.py", "makemigrations", "--help")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("start", ["gunicorn", "uvicorn"])
def test_no_server_starts_with_an_error_of_the_system_checks(start):
    """Y1: without its places each post would be a 500, and /ready would answer 200."""
    wrong = {"GAZETTEER_FILE": "/none/places.tsv", "CORS_ALLOWED_ORIGINS": "*"}
    done = run(*STARTS[start], **(NEEDED | wrong))
    assert done.returncode == 1
    assert "GAZETTEER_FILE" in done.stderr
    assert "corsheaders.E013" in done.stderr
    assert "Traceback" not in done.stderr
