"""Health checks for load balancers and containers: `/health` and `/ready`."""

import logging
from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger("marketplace.errors")


def liveness(request: HttpRequest) -> JsonResponse:
    """Return 200: the process answers. Does not use the database.

    If it did, an outage of the database would get every process killed.
    """
    return JsonResponse({"status": "ok"})


def readiness(request: HttpRequest) -> JsonResponse:
    """Return 200 if the database answers, else 503: send no requests here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.warning("not ready: the database does not answer: %s", error)
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "up"})


HEALTH_CHECKS = {"/health": liveness, "/ready": readiness}


class HealthCheckMiddleware:
    """Answer health checks before `ALLOWED_HOSTS` and the redirect to HTTPS apply.

    A load balancer calls by IP address and in plain HTTP.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        check = HEALTH_CHECKS.get(request.path)
        if check is None:
            return self.get_response(request)
        response = check(request)
        response["Cache-Control"] = "no-store"
        return response
