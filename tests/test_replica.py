"""Which requests read the replica, and when it is not read."""

import pytest
from django.db import OperationalError
from psycopg.errors import QueryCanceled

from accounts.models import User
from core.api import viewsets
from core.db import replica
from core.db.replica import Freshness, ReplicaRouter
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
CLIENT = "192.0.2.7"
router = ReplicaRouter()


def source() -> str:
    return router.db_for_read(User)


@pytest.fixture(autouse=True)
def lag(monkeypatch, settings):
    """Return a function that sets how far the replica is behind."""
    settings.REPLICA_MAX_LAG_SECONDS = 5
    own = Freshness()
    monkeypatch.setattr(replica, "freshness", own)

    def set_lag(seconds: float) -> None:
        monkeypatch.setattr(own, "lag_s", lambda: seconds)

    set_lag(0.1)
    return set_lag


def test_reads_go_to_a_fresh_replica_and_writes_never():
    """Y6: inside of `read` alone."""
    found = replica.read(lambda: (source(), router.db_for_write(User)), client=CLIENT)
    assert (found, source()) == (("replica", "default"), "default")


@pytest.mark.parametrize(("seconds", "is_read"), [(4, True), (4.1, False), (99, False)])
def test_staleness_is_bounded(lag, seconds, is_read):
    """Y6: with the second until the next check, rows are at most five seconds old."""
    lag(seconds)
    assert replica.read(source, client=CLIENT) == ("replica" if is_read else "default")


def test_lag_is_asked_once_a_second(monkeypatch):
    """Y6: not by each request."""
    asked = []
    monkeypatch.setattr(replica.freshness, "lag_s", lambda: asked.append(1) or 0.0)
    for _request in range(5):
        replica.read(source, client=CLIENT)
    assert len(asked) == 1


def test_client_that_has_written_reads_the_primary():
    """Y6: what one wrote is there at once, also without a sign-in."""
    replica.note_write(CLIENT)
    assert replica.read(source, client=CLIENT) == "default"
    assert replica.read(source, client="192.0.2.8") == "replica"


def test_failing_replica_is_answered_by_the_primary():
    """Y6: the request that notices it does not fail, and the next does not ask it."""
    sources = []

    def handler() -> str:
        sources.append(source())
        if sources[-1] == "replica":
            raise OperationalError("closed")
        return "answer"

    assert replica.read(handler, client=CLIENT) == "answer"
    assert replica.read(handler, client=CLIENT) == "answer"
    assert sources == ["replica", "default", "default"]


def test_query_that_is_too_slow_is_not_repeated():
    """Y6: the primary would take as long."""
    calls = []

    def slow() -> None:
        calls.append(source())
        raise OperationalError from QueryCanceled()

    with pytest.raises(OperationalError):
        replica.read(slow, client=CLIENT)
    assert calls == ["replica"]


def test_replica_that_is_cut_off_lags(monkeypatch):
    """Y6: it has replayed all that it received, and the primary has written more."""
    positions = {"default": 100, "replica": 100}
    clock = iter([10.0, 20.0, 21.0])
    monkeypatch.setattr(replica, "_ask", lambda alias, sql: positions[alias])
    monkeypatch.setattr(replica.time, "monotonic", lambda: next(clock))
    own = Freshness()
    assert own.lag_s() == 0
    positions["default"] = 200
    assert own.lag_s() == 10
    positions["replica"] = 200
    assert own.lag_s() == 0


@pytest.fixture
def read_late(monkeypatch, settings) -> list[str]:
    """Configure a replica; return the clients whose requests may read it."""
    settings.DATABASE_REPLICA_URL = "postgres://replica/market"
    clients = []

    def note(handler, *, client):
        clients.append(client)
        return handler()

    monkeypatch.setattr(viewsets.replica, "read", note)
    return clients


PATHS = ["/api/listings", "/api/listings/{pk}", "/api/map?bbox=20,50,30,60&zoom=9"]


@pytest.mark.parametrize("path", PATHS)
def test_anonymous_reads_may_be_late(api, read_late, path):
    """Y6: lists, details and the map."""
    path = path.format(pk=ListingFactory().pk)
    assert api.get(path).status_code == 200
    assert read_late == ["127.0.0.1"]


@pytest.mark.parametrize("path", PATHS)
def test_signed_in_reads_are_never_late(api, alice, read_late, path):
    """Y6: who is signed in reads the primary."""
    path = path.format(pk=ListingFactory().pk)
    assert api.as_(alice).get(path).status_code == 200
    assert read_late == []


def test_write_is_noted_for_the_address(api, alice, read_late):
    """Y6: a person who then reads without the token sees the row."""
    api.as_(alice).post("/api/listings", {"title": "Bicycle", "price": 5})
    assert replica.has_written("127.0.0.1")


def test_without_the_setting_nothing_is_noted(api, alice):
    """Y6: no cost without a replica."""
    api.as_(alice).post("/api/listings", {"title": "Bicycle", "price": 5})
    assert not replica.has_written("127.0.0.1")
