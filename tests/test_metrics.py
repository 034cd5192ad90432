"""`/metrics`, error reports and traces: what they show, and that they are off."""

import json
import logging
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory

from core import metrics, reporting
from core.web.metrics import MetricsMiddleware
from jobs.models import Job
from tests.live.database import migrate
from tests.live.server import HOST, serve

ROOT = Path(__file__).parents[1]
TOKEN = "of-prometheus-" * 3
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client_of_prometheus(settings, client):
    """A client of a site that measures."""
    settings.METRICS_TOKEN = TOKEN
    return client


def shown(client) -> str:
    return client.get("/metrics", headers=HEADERS).content.decode()


def value(text: str, name: str, **labels: str) -> float:
    """The value of a series, or 0."""
    for line in text.splitlines():
        series, _space, number = line.rpartition(" ")
        wanted = all(f'{key}="{label}"' in series for key, label in labels.items())
        if series.split("{")[0] == name and wanted:
            return float(number)
    return 0.0


@pytest.mark.django_db
def test_requests_and_their_queries_are_counted(client_of_prometheus):
    """Y4: by route, not by path; method, status, duration and queries."""
    labels = {"method": "GET", "route": "/api/tasks"}
    before = shown(client_of_prometheus)
    client_of_prometheus.get("/api/tasks?search=x")
    client_of_prometheus.get("/api/tasks/999999")
    after = shown(client_of_prometheus)

    def more(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("marketplace_requests_total", status="200", **labels) == 1
    assert more("marketplace_request_seconds_count", **labels) == 1
    assert more("marketplace_request_queries_total", route="/api/tasks") > 0
    assert more("marketplace_query_seconds_count") > 0
    assert "999999" not in after
    assert 'route="/api/tasks/{pk}"' in after


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{}, {"Authorization": f"Bearer {TOKEN}x"}])
def test_metrics_are_for_the_bearer_of_the_token(client_of_prometheus, given):
    """Y4: for anybody else there is no such page."""
    answer = client_of_prometheus.get("/metrics", headers=given)
    assert answer.status_code == 404
    assert b"marketplace_" not in answer.content


@pytest.mark.django_db
def test_clients_cannot_make_series(client_of_prometheus):
    """Y4: unknown methods and paths share one series each."""
    client_of_prometheus.generic("BREW", "/no/such/path")
    text = shown(client_of_prometheus)
    assert 'method="other"' in text
    assert [word for word in ("BREW", "such") if word in text] == []


def test_nothing_is_measured_unless_asked():
    """Y4: without the settings the middleware is absent, and nothing is imported."""
    with pytest.raises(MiddlewareNotUsed):
        MetricsMiddleware(lambda request: HttpResponse())
    ours = ("prometheus_client", "sentry_sdk", "opentelemetry.instrumentation")
    code = (
        f"import sys, marketplace.wsgi; print([n for n in {ours} if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.django_db
def test_the_queue_and_the_jobs_are_shown(client_of_prometheus, run_jobs, settings):
    """Y4: jobs by status as they are now; attempts by job and outcome."""
    Job.objects.create(name="x", status=Job.Status.DEAD, due_at=None)
    metrics.observe_job("x", "dead", 0.2)
    text = shown(client_of_prometheus)
    assert value(text, "marketplace_jobs", status="dead") == 1
    assert value(text, "marketplace_job_seconds_count", job="x", outcome="dead") >= 1


def test_workers_of_gunicorn_answer_for_each_other(tmp_path):
    """Y4: whichever worker Prometheus reaches, the counts are those of all."""
    own = {"DATABASE_URL": f"sqlite:///{tmp_path / 'm.sqlite3'}", "REDIS_URL": ""}
    migrate(own)
    with serve(own | {"METRICS_TOKEN": TOKEN}, workers=2, ready_within=120) as server:
        counts = []
        for _time in range(12):
            connection = server.connect()
            connection.request("GET", "/api/listings")
            connection.getresponse().read()
            connection.close()
            connection = server.connect()
            connection.request("GET", "/metrics", headers=HEADERS)
            text = connection.getresponse().read().decode()
            connection.close()
            # Of this path alone: a late probe of `/ready` would count among all.
            counts.append(
                value(text, "marketplace_requests_total", route="/api/listings")
            )
    assert [later - earlier for earlier, later in pairwise(counts)] == [1] * 11


def test_the_dashboard_names_only_metrics_that_exist(client_of_prometheus, db):
    """Y4: each name in deploy/grafana/marketplace.json is one of ours."""
    dashboard = json.loads((ROOT / "deploy/grafana/marketplace.json").read_text())
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    ]
    named = set(re.findall(r"marketplace_\w+", " ".join(expressions)))
    families = re.findall(r"^# TYPE (\w+)", shown(client_of_prometheus), re.M)
    known = {f"{f}{end}" for f in families for end in ("", "_bucket", "_count", "_sum")}
    assert len(named) > 6
    assert named - known == set()


# --- Reports and traces ---------------------------------------------------------------


def test_reports_hold_no_personal_data():
    """Y4: no headers, bodies, addresses, people, tokens or e-mail addresses."""
    event = {
        "user": {"id": 7, "ip_address": "10.0.0.1"},
        "request": {
            "method": "POST",
            "url": "https://market.test/api/x",
            "headers": {"Authorization": "Bearer abc"},
            "data": {"password": "hidden-1"},
            "query_string": "ticket=hidden-2",
            "env": {"REMOTE_ADDR": "10.0.0.1"},
        },
        "logentry": {"message": "for a@b.test", "params": ["eyJhbGciOi.eyJzdWIi.c2ln"]},
        "exception": {"values": [{"value": "postgres://u:hidden-3@db/m refused"}]},
    }
    sent = json.dumps(reporting.scrub_event(event))
    secrets = ("hidden", "10.0.0.1", "a@b.test", "eyJ", "abc", "ticket")
    assert [secret for secret in secrets if secret in sent] == []
    assert '"method": "POST"' in sent


def test_traces_hold_no_query_strings_and_no_addresses():
    """Y4: tickets, tokens of links and addresses of people stay here."""

    class Span:
        attributes = {"http.url": "x?ticket=1", "http.client_ip": "10.0.0.1"}

        def set_attribute(self, name, value):
            self.attributes[name] = value

    request = RequestFactory().get(f"/api/unsubscribe/{'t' * 40}?x=1")
    reporting.scrub_span(span := Span(), request)
    assert span.attributes["http.url"] == "/api/unsubscribe/[removed]"
    assert span.attributes["http.client_ip"] == "[removed]"


def test_reports_begin_where_a_receiver_is_named():
    """Y4: with both settings a server starts, and errors and spans are made."""
    code = """if True:
        import marketplace.wsgi, sentry_sdk
        from opentelemetry import trace
        print(sentry_sdk.is_initialized(), type(trace.get_tracer_provider()).__name__)
        from django.conf import settings
        print([m for m in settings.MIDDLEWARE if "opentelemetry" in m] != [])
        import os; os._exit(0)
    """
    done = subprocess.run(
        [sys.executable, "-uc", code],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "DEBUG": "true",
            "SENTRY_DSN": f"http://key@{HOST}:9/1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{HOST}:9",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["True", "TracerProvider", "True"], done.stderr


@pytest.mark.django_db
def test_each_job_is_one_line(run_jobs, caplog):
    """Y4: name, outcome, attempt and duration, also of one that fails."""
    caplog.set_level(logging.INFO, "jobs")
    Job.objects.create(name="no.such_job")
    run_jobs(may_fail=True)
    [context] = [r.context for r in caplog.records if hasattr(r, "context")]
    assert (context["job"], context["attempt"]) == ("no.such_job", 1)
    assert context["outcome"] in {"retried", "dead"}
