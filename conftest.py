"""The fixed cast and the client that every test may use."""

import gc
import os
import time
from collections import Counter
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts import tokens
from accounts.former_hashes import former_share
from accounts.tests.factories import UserFactory
from core.api import throttling
from core.cached import forget_all
from core.db import shared_queries
from core.db.prepared import results_cache
from core.web import read_limit
from jobs import lease
from jobs.models import Job
from jobs.worker import run_next
from market import services as market
from market import stored
from rules.checks.first_posts import has_posted
from tests import flush, template_database

stored._values._seconds = 3600  # no test counts the query that reads market settings


class Api(APIClient):
    """`api.as_(alice).get(…)` is a request with Alice's token."""

    def as_(self, user):
        client = Api()
        token = tokens.open_session(user)["token"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def alice(db):
    """Owns things."""
    return UserFactory(username="alice", first_name="Alice", last_name="Owner")


@pytest.fixture
def bob(db):
    """Helps."""
    return UserFactory(username="bob")


@pytest.fixture
def mallory(db):
    """Must see nothing."""
    return UserFactory(username="mallory")


@pytest.fixture
def staff(db):
    return UserFactory(username="staff", is_staff=True, is_superuser=True)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator(staff):
    return signed_in(staff)


@pytest.fixture
def moderator(db):
    user = UserFactory(username="moderator", is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    return signed_in(user)


@pytest.fixture(autouse=True)
def laptop(settings, tmp_path, monkeypatch):
    """Fast passwords, uploads of their own, fresh limits, nobody's language."""
    # The windows of limits begin with the test, so that none ends in the middle of it.
    began = time.time()
    clock = SimpleNamespace(time=lambda: time.time() - began)
    for limits in (throttling, read_limit):
        monkeypatch.setattr(limits, "time", clock)
    translation.deactivate()  # that of the last request of the test before
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        }
    }
    settings.COUNTER_FLUSH_SECONDS = 0
    cache.clear()
    read_limit.read_counts.clear()
    results_cache.clear()
    shared_queries.clear()
    forget_all()
    stored.put({})
    former_share.put(0.0)
    has_posted.clear()


@pytest.fixture
def set_market(staff):
    """`set_market(posting_open=False)` sets these, and all else as default."""

    def set_values(**values):
        row = market.the_row()
        market.change(values, version=row.version, actor=staff, reason="A test.")
        stored.forget()  # as after a commit

    return set_values


@pytest.fixture
def run_jobs(db, monkeypatch):
    """`run_jobs()` does what is due, as a worker would; it returns the names."""
    # Its thread would not see the job, which is in the transaction of the test.
    monkeypatch.setattr(lease, "HEARTBEAT_INTERVAL_S", 3600)

    def run(*, may_fail: bool = False) -> list[str]:
        names = []
        while job := run_next("test"):
            names.append(job.name)
            job.refresh_from_db()
            assert may_fail or job.status == Job.Status.DONE, job.error
        return names

    return run


# --- The run as a whole ---------------------------------------------------------------
@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings, django_db_use_migrations, django_db_keepdb
):
    """Copy the test database instead of migrating it."""
    if django_db_use_migrations and not django_db_keepdb:
        template_database.start_from_copy(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_keepdb):
    """Remember the rows with which tests begin."""
    with django_db_blocker.unblock():
        if django_db_keepdb:  # a run that was killed may have left rows
            flush.empty(connection.alias)
        flush.remember(connection.alias)


flush.install()
REDIS_DATABASES = 16  # what a Redis server has unless it is configured otherwise


def pytest_collection_finish(session):
    """Let the garbage collector pass over what is there until the end."""
    gc.collect()
    gc.freeze()  # modules and tests: to walk over them takes a twentieth of the run
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config, specs):
    """Give each worker a Redis database of its own: the one in REDIS_URL and the next.

    It is in the worker's environment before the settings are loaded, so the processes
    that tests start use it too. pytest-django gives each worker its own test database.
    """
    if not (url := os.environ.get("REDIS_URL")):
        return
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    if first + len(specs) > REDIS_DATABASES:
        raise pytest.UsageError(
            f"{len(specs)} workers need the Redis databases {first} to"
            f" {first + len(specs) - 1}, and Redis has 0 to {REDIS_DATABASES - 1}."
            " Start fewer (WORKERS=2), or lower the number in REDIS_URL."
        )
    for number, spec in enumerate(specs, first):
        spec.env["REDIS_URL"] = parts._replace(path=f"/{number}").geturl()


def skipped(config) -> list:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def pytest_terminal_summary(terminalreporter, config):
    """Say why tests were skipped, a line for each reason."""
    reasons = Counter(
        report.longrepr[-1].removeprefix("Skipped: ") for report in skipped(config)
    )
    for reason, count in reasons.most_common():
        hint = " (make test-postgres runs them)" if "PostgreSQL" in reason else ""
        terminalreporter.write_line(f"{count} skipped: {reason}{hint}")


def pytest_sessionfinish(session, exitstatus):
    """With NO_SKIPS set, as in CI, a skipped test is a failure."""
    if os.environ.get("NO_SKIPS") and (found := skipped(session.config)):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.write_line(f"{len(found)} skipped, where nothing may be", red=True)
        session.exitstatus = 1
