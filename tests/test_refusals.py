"""Requests that are refused before any view sees them."""

import pytest
from django.http import HttpResponse

from conftest import Api
from core.web.middleware import RequestLimitsMiddleware

LIMIT = 100


def refused(rf, settings, size: int):
    settings.BODY_MAX_BYTES = LIMIT
    request = rf.post("/api/tasks", b"x" * size, content_type="application/json")
    return RequestLimitsMiddleware(lambda _: HttpResponse())(request)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_unknown_route_is_404_for_a_browser_on_another_origin(db, method):
    browser = Api(enforce_csrf_checks=True, HTTP_ORIGIN="http://localhost:3000")
    response = getattr(browser, method)("/api/nothing/here")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_body_too_large_is_refused(rf, settings):
    """U1: by its length, whatever the server has read of it."""
    assert refused(rf, settings, LIMIT).status_code == 200
    assert refused(rf, settings, LIMIT + 1).status_code == 413
