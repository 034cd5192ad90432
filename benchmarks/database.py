"""The seeded databases to measure, one per size."""

import os
import secrets
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.live.server import manage
from tests.template_database import postgres_template, run

SETTINGS = (
    "server_version",
    "shared_buffers",
    "effective_cache_size",
    "work_mem",
    "random_page_cost",
    "max_parallel_workers_per_gather",
    "jit",
)


def prepared(size: str) -> str:
    """Create, migrate and seed the database of `size` if needed; return its URL.

    `BENCH_DATABASE_URL` names another database. The static files are collected too,
    because the admin's pages refer to them by their digests.
    """
    url = os.environ.get("BENCH_DATABASE_URL") or own(size)
    if not exists(url):
        name, template = urlsplit(url).path[1:], postgres_template(_server())
        with psycopg.connect(_server(), autocommit=True) as connection:
            run(connection, "CREATE DATABASE {} TEMPLATE {}", name, template)
    seeding = {"DATABASE_URL": url, "DEBUG": "true"}
    manage(seeding, "migrate", "--verbosity", "0")
    manage(seeding, "seed", "--size", size, "--if-empty", seconds=7200)
    manage(environment(url), "collectstatic", "--noinput", "--verbosity", "0")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return url


def environment(url: str) -> dict[str, str]:
    """Environment of production, without HTTPS and without rate limits."""
    return {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "marketplace.settings",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "JWT_SIGNING_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "http://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "market@example.com",
        "SECURE_SSL_REDIRECT": "false",
        "COOKIES_SECURE": "false",
        "THROTTLE": "false",
        "DEMO": "true",  # its people may sign in with their published password
        "STAFF_SECOND_FACTOR": "false",
    }


def served(url: str) -> dict[str, str]:
    """Return the environment of a server that serves the database at `url`."""
    return {"DATABASE_URL": url, "LOG_LEVEL": "INFO"}


def own(size: str) -> str:
    """Return the URL of our database of `size` on the server of `DATABASE_URL`."""
    return urlunsplit(urlsplit(_server())._replace(path=f"/bench_{size}"))


def exists(url: str) -> bool:
    """Whether a connection to the database at `url` succeeds."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def settings(url: str) -> dict[str, str]:
    """Return the PostgreSQL settings that influence the figures, as name to value."""
    with psycopg.connect(url) as connection:
        return {
            name: connection.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS
        }


def _server() -> str:
    return os.environ["DATABASE_URL"]
