"""What the log says about failures whose answers say little."""

import logging
import socket

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError
from django.test import Client

from core import metrics
from core.web.log_config import DisallowedHostFilter
from uploads.tests.test_uploads import send

HOSTS = "django.security.DisallowedHost"


@pytest.fixture
def port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.fixture
def host_log(caplog):
    """The log of refused hosts, with a filter that has let nothing through yet."""
    logger = logging.getLogger(HOSTS)
    before, logger.filters = logger.filters, [DisallowedHostFilter()]
    yield caplog
    logger.filters = before


def test_worker_goes_on_without_a_port_for_its_metrics(settings, caplog, port_in_use):
    settings.HOST, settings.METRICS_PORT = "127.0.0.1", port_in_use
    metrics.serve()
    assert f"METRICS_PORT {port_in_use} of 127.0.0.1" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("error", [PermissionError, FileNotFoundError])
def test_failure_of_the_storage_is_logged(api, alice, monkeypatch, caplog, error):
    """U10: with the path, which the answer does not name."""

    def fail(self, name, content):
        raise error(2, "not usable", "/srv/uploads/x")

    monkeypatch.setattr(FileSystemStorage, "save", fail)
    assert send(api.as_(alice)).json()["code"] == "storage_unavailable"
    assert "not usable: '/srv/uploads/x'" in caplog.text


def test_readiness_names_what_is_wrong_in_the_log(monkeypatch, caplog):
    def refuse():
        raise OperationalError("port 5432 refuses")

    monkeypatch.setattr("core.web.health.connection.cursor", refuse)
    assert Client().get("/ready").status_code == 503
    assert "port 5432 refuses" in caplog.text


def test_refused_host_is_named_once_in_the_log(host_log):
    """P1: as a warning that names the setting."""
    for _time in range(2):
        Client().get("/api/listings", headers={"Host": "market.test"})
    [record] = [one for one in host_log.records if one.name == HOSTS]
    assert record.levelno == logging.WARNING
    assert "'market.test'" in record.getMessage()
    assert "ALLOWED_HOSTS" in record.getMessage()


def test_many_refused_hosts_do_not_fill_the_log(host_log):
    """P1: whatever hosts a scanner sends."""
    for number in range(30):
        Client().get("/", headers={"Host": f"h{number}.test"})
    lines = [one for one in host_log.records if one.name == HOSTS]
    assert len(lines) == DisallowedHostFilter.MAX_LINES
