"""The pool of database connections: restarts, refusals, and a busy pool."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import Client

from core.db.postgresql.base import DatabaseWrapper, breaker_of
from tests.live.server import free_port

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs PostgreSQL"
)
ALIAS = "own_pool"


@pytest.fixture
def new_connection(request) -> Iterator:
    """Return a function that makes connections which share a pool of their own."""
    options = settings.DATABASES["default"]["OPTIONS"] | {
        "pool": {"min_size": 0, "max_size": 2, "timeout": 5}
    }
    own = {**connections["default"].settings_dict, "OPTIONS": options}
    own |= getattr(request, "param", {})
    yield lambda: DatabaseWrapper(own, alias=ALIAS)
    DatabaseWrapper(own, alias=ALIAS).close_pool()
    breaker_of(ALIAS).record_success()


def answers(database) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


@postgresql
def test_one_request_replaces_all_connections_that_a_restart_has_closed(new_connection):
    """K1: connections that the server has closed are not handed out."""
    both = [new_connection(), new_connection()]
    assert all(map(answers, both))
    pids = [database.connection.info.backend_pid for database in both]
    for database in both:
        database.close()  # back to the pool
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) pid", [pids]
        )
    with closing(new_connection()) as database:
        assert answers(database)
        assert database.connection.info.backend_pid not in pids


@postgresql
@pytest.mark.parametrize("new_connection", [{"PORT": free_port()}], indirect=True)
def test_after_a_refusal_nobody_waits_for_the_database(new_connection):
    """K1: a database that refuses is noticed in time, then by all at once."""
    began = time.monotonic()
    with pytest.raises(OperationalError):
        new_connection().ensure_connection()
    noticed = time.monotonic()
    with pytest.raises(OperationalError, match="has just refused"):
        new_connection().ensure_connection()
    assert noticed - began < 1
    assert time.monotonic() - noticed < 0.1


@postgresql
def test_open_circuit_still_lends_connections_that_are_there(new_connection):
    """K1: a server that refuses new connections may serve those it has."""
    with closing(new_connection()) as database:
        assert answers(database)
    breaker_of(ALIAS).record_failure()
    with closing(new_connection()) as database:
        assert answers(database)
    assert not breaker_of(ALIAS).is_open


@postgresql
def test_busy_pool_is_waited_for(new_connection):
    """K1: a pool whose connections are all in use is no refusal."""
    both = [new_connection(), new_connection()]
    assert all(map(answers, both))
    threading.Timer(0.3, both[0].connection._pool.putconn, [both[0].connection]).start()
    with closing(new_connection()) as third:
        assert answers(third)
    both[1].close()


def test_ready_reports_a_broken_connection(api, monkeypatch):
    """K1: every error of the database makes `/ready` answer 503."""

    def broken(self):
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(
        "django.db.backends.base.base.BaseDatabaseWrapper.cursor", broken
    )
    assert api.get("/ready").status_code == 503
    assert api.get("/health").status_code == 200


def test_pages_answer_503_while_the_database_is_away(monkeypatch):
    """K1: outside /api/, too, an outage is a 503 with `Retry-After`, and no bug."""

    def refused(*args, **kwargs):
        raise OperationalError("refused")

    monkeypatch.setattr("accounts.forms.StaffLoginForm.clean", refused)
    page = Client(raise_request_exception=False)
    answer = page.post("/admin/login/", {"username": "a", "password": "b"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"]
