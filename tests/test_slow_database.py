"""A query that exceeds the statement timeout: 503, and the connection stays usable."""

import subprocess
import sys

import pytest
from django.db import connection
from rest_framework.response import Response

from tasks.views import TaskViewSet

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


@pytest.fixture
def short_timeout(monkeypatch):
    """A list whose query takes a minute, and a timeout of 50 ms."""

    def slow(self, request):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return Response([])

    monkeypatch.setattr(TaskViewSet, "list", slow)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 50")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")


def test_slow_search_answers_too_slow(api, short_timeout):
    answer = api.get("/api/tasks")
    assert (answer.status_code, answer.json()["code"]) == (503, "too_slow")
    assert answer["Retry-After"]


def test_connection_serves_the_next_request(api, short_timeout):
    api.get("/api/tasks")
    before = connection.connection
    assert api.get("/api/listings").status_code == 200
    assert connection.connection is before is not None


def test_requests_have_a_timeout_and_commands_none():
    """The server's own default, which `marketplace.wsgi` sets before the settings."""
    ask = "from django.conf import settings as s; s = s.DATABASES['default']; "
    ask += "print(s['OPTIONS']['options'])"
    options = {
        module: subprocess.run(
            [sys.executable, "-c", f"import os, django; {start}; {ask}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for module, start in {
            "wsgi": "import marketplace.wsgi",
            "command": "os.environ['DJANGO_SETTINGS_MODULE'] = 'marketplace.settings'",
        }.items()
    }
    assert "statement_timeout=3000" in options["wsgi"]
    assert "statement_timeout=0" in options["command"]
