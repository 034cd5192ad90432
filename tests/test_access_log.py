"""A15: links that sign their bearer in or act for a person are in no log."""

import logging

import pytest

from accounts import confirmation
from core.web.log_config import configuration
from notifications import unsubscribe
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alice):
    return unsubscribe.url_for(NotificationFactory(recipient=alice)).rpartition("/")[2]


@pytest.fixture
def logged(caplog):
    """`logged()` returns what the handlers write, with all their values."""
    caplog.set_level(logging.DEBUG)
    configured = configuration(as_json=True, level="INFO")
    names = configured["handlers"]["console"]["filters"]
    filters = [configured["filters"][name]["()"]() for name in names]
    for one in filters:
        caplog.handler.addFilter(one)

    def text() -> str:
        contexts = [getattr(record, "context", "") for record in caplog.records]
        return f"{caplog.text}{contexts}"

    yield text
    for one in filters:
        caplog.handler.removeFilter(one)


@pytest.mark.parametrize(
    ("route", "ending", "status"),
    [
        ("unsubscribe", "", 200),
        ("unsubscribe", "x", 404),
        ("unsubscribe", "/", 404),
        ("confirm-email", "", 404),
        ("reset-password", "", 404),
        ("change-email", "", 404),
        ("revert-email", "x", 404),
        ("unsubscribed", "", 404),
    ],
)
def test_token_of_a_link_is_not_logged(client, token, logged, route, ending, status):
    """A15: nor that of a link that a mail program has changed."""
    answer = client.get(f"/api/{route}/{token}{ending}")
    assert token not in logged()
    assert f"/api/{route}/[removed]" in logged()
    assert answer.status_code == status


def test_token_is_not_logged_when_no_route_was_asked(client, token, logged):
    """A15: a request that middleware refuses has no route yet."""
    answer = client.get(f"/api/unsubscribe/{token}?{'x' * 20_000}")
    assert answer.status_code == 414
    assert token not in logged()


def test_token_is_not_logged_beside_an_error(client, alice, logged, monkeypatch):
    """A15: Django writes a line of its own about a request that fails."""
    monkeypatch.setattr(confirmation, "confirm", lambda user: 1 / 0)
    alice.email_confirmed = False
    alice.save()
    link = confirmation.url_for(alice).rpartition("/api/")[2]
    client.raise_request_exception = False
    assert client.post(f"/api/{link}").status_code == 500
    assert link.rpartition("/")[2] not in logged()
    assert "Internal Server Error: /api/confirm-email/[removed]" in logged()


def test_other_paths_are_logged_whole(client, logged):
    """A15: keys of public pictures and ids help to find a problem."""
    path = f"/api/uploads/{'a' * 32}.jpg"
    client.get(path)
    assert path in logged()
