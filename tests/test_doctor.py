"""`manage.py doctor` names what does not work, and how to mend it."""

import io
import json
import math
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from core import doctor
from core.db.replica import Freshness
from core.doctor import EXAMINATIONS, Finding, examination
from jobs.models import Job

pytestmark = pytest.mark.django_db


def findings(part: str) -> list[Finding]:
    return list(EXAMINATIONS[part]())


def settings_of(part: str) -> list[str]:
    return [finding.setting for finding in findings(part)]


def run(*options: str) -> tuple[str, bool]:
    """The output, and whether the exit status is 0."""
    output = io.StringIO()
    try:
        call_command("doctor", *options, stdout=output)
    except CommandError:
        return output.getvalue(), False
    return output.getvalue(), True


def test_a_site_that_works_has_no_errors():
    """Y2: every part is examined, and nothing is wrong with a fresh database."""
    output, is_ok = run("--json")
    parts = json.loads(output)["parts"]
    assert (is_ok, json.loads(output)["ok"]) == (True, True), output
    wanted = ["settings", "redis", "storage", "disk", "mail", "clock"]
    wanted += ["accounts", "database", "jobs", "replica", "staff"]
    wanted.append("passkeys")
    assert sorted(parts) == sorted(wanted)
    assert parts["database"] == parts["storage"] == parts["jobs"] == []


def test_a_replica_that_is_away_or_behind_is_named(settings, monkeypatch):
    """Y2: its readers get the primary, so nobody else would notice."""
    settings.DATABASE_REPLICA_URL = "postgres://replica.test/market"
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    for lag_s, severities in ((0.1, []), (math.inf, ["warning"])):
        monkeypatch.setattr(Freshness, "lag_s", lambda self, lag_s=lag_s: lag_s)
        assert [found.severity for found in findings("replica")] == severities

    def is_away(self):
        raise OperationalError("no route to host")

    monkeypatch.setattr(Freshness, "lag_s", is_away)
    [found] = findings("replica")
    assert (found.severity, found.setting) == ("error", "DATABASE_REPLICA_URL")


def test_an_error_of_the_system_checks_is_a_finding(settings):
    """Y2: the examination goes on, and monitoring can read it."""
    settings.GAZETTEER_FILE = Path("/none/places.tsv")
    output, is_ok = run("--json")
    problems = [found["problem"] for found in json.loads(output)["parts"]["settings"]]
    assert not is_ok
    assert any("GAZETTEER_FILE" in problem for problem in problems)


def test_a_missing_index_is_named():
    """Y2: an index that was dropped by hand is missed."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX job_due")
    [found] = findings("database")
    assert "job_due" in found.problem
    assert "sqlmigrate jobs 0001_initial" in found.remedy
    output, is_ok = run()
    assert not is_ok
    assert "job_due" in output


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.parametrize("name", ["task_words", "task_live_words", "user_words"])
def test_a_missing_index_of_sql_is_named(name):
    """Y2: with its migration, though no model declares it."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
    [found] = findings("database")
    assert name in found.problem
    assert f"sqlmigrate {'tasks' if 'task' in name else 'accounts'} 00" in found.remedy


@pytest.mark.parametrize("part", ["jobs", "clock", "redis"])
def test_what_was_not_examined_is_not_ok(part, monkeypatch, settings):
    """Y2: without its database or Redis a part says that nobody looked."""

    def refuse(*arguments):
        raise OperationalError("refused")

    settings.REDIS_URL = ""
    for name in ("core.examinations.connection.cursor", "jobs.services.status"):
        monkeypatch.setattr(name, refuse)
    monkeypatch.setattr("core.examinations.connection.vendor", "postgresql")
    [found] = findings(part)
    assert (found.severity, found.problem[:14]) == ("note", "Not examined: ")


def test_a_redirect_without_a_trusted_proxy_is_named(settings):
    """Y2: behind a proxy it would have no end."""
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXIES = True, 0
    assert "TRUSTED_PROXIES" in settings_of("settings")
    settings.TRUSTED_PROXIES = 1
    assert "TRUSTED_PROXIES" not in settings_of("settings")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_an_invalid_index_is_named():
    """Y2: an index that CREATE INDEX CONCURRENTLY left behind is never read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false"
            " WHERE indexrelid = 'job_due'::regclass"
        )
    assert "REINDEX INDEX CONCURRENTLY job_due" in findings("database")[0].remedy


def test_migrations_that_are_not_applied_are_named():
    """Y2: code that is newer than the schema."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'favorites'")
    [found] = findings("database")
    assert "favorites.0001_initial" in found.problem


def test_redis_that_is_down_is_named(settings):
    """Y2: the URL stands in the finding without its password."""
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:1/0"
    [found] = findings("redis")
    assert (found.setting, "hidden" in found.problem) == ("REDIS_URL", False)


def test_storage_that_cannot_be_written_is_named(monkeypatch):
    """Y2: a directory of another user, or a bucket with wrong keys."""

    def refuse(*arguments):
        raise PermissionError("Permission denied")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)
    assert settings_of("storage") == ["UPLOADS_DIR"]


def test_the_examined_file_is_deleted():
    """Y2: the command leaves nothing behind."""
    assert findings("storage") == []
    assert default_storage.listdir("doctor")[1] == []


def test_mail_server_that_refuses_is_named(settings):
    """Y2: connection first, then the records of the sender's domain."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.DEFAULT_FROM_EMAIL, settings.PRODUCTION = "Market <a@market.test>", True
    refused, hint = findings("mail")
    assert "127.0.0.1:1 " in refused.problem
    assert (refused.setting, hint.severity) == ("EMAIL_HOST", "note")
    assert "_dmarc.market.test" in hint.remedy


def test_a_clock_that_is_wrong_is_named(monkeypatch):
    """Y2: leases and tokens are compared with the clocks of other machines."""
    from core.examinations import _difference

    now = time.time()
    assert list(_difference("Redis", now - 0.1, now)) == []
    [found] = _difference("Redis", now - 30, now)
    assert "30 s away" in found.problem


def test_a_full_disk_is_named(monkeypatch):
    """Y2: before uploads fail."""
    usage = SimpleNamespace(total=10**11, used=0, free=10**7)
    monkeypatch.setattr("core.examinations.shutil.disk_usage", lambda _path: usage)
    assert "STATIC_ROOT" in settings_of("disk")


def test_jobs_that_nobody_runs_are_named():
    """Y2: no worker runs. Dead jobs are a warning."""
    Job.objects.create(name="a", due_at="2020-01-01T00:00:00Z")
    Job.objects.create(name="b", status=Job.Status.DEAD, due_at=None)
    late, dead = findings("jobs")
    assert ("worker" in late.remedy, dead.severity) == (True, "warning")


def test_an_examination_that_fails_is_a_finding(monkeypatch):
    """Y2: the others are run all the same; other apps add theirs."""
    monkeypatch.setattr(doctor, "EXAMINATIONS", {})

    @examination("sms")
    def broken():
        yield Finding("No credit.", "Top it up.")
        raise OSError("gone")

    @examination("payments")
    def fine():
        yield from ()

    results = dict(doctor.examine())
    first, second = results["sms"]
    assert (first.problem, "OSError: gone" in second.problem) == ("No credit.", True)
    assert results["payments"] == []


def test_output_holds_no_secrets(settings):
    """Y2: the report may be pasted into a ticket."""
    output, _is_ok = run("--json")
    secrets = (settings.SECRET_KEY, os.environ.get("DATABASE_URL", "no-such-text"))
    assert [secret for secret in secrets if secret in output] == []
