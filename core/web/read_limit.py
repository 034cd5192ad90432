"""Limit the reads of people who are not signed in, per network address."""

import math
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from core.addresses import client_address, limited_networks
from core.exceptions import error_body
from core.web.middleware import GetResponse

WINDOW_S = 60
MAX_NETWORKS = 100_000  # that are counted in one window


class ReadCounts:
    """The reads of each network in the current minute, in the memory of the process.

    A count in Redis would take longer than many of the reads. There is no lock: of two
    threads that count at once one may be lost, and the limit is generous.
    """

    def __init__(self) -> None:
        self._window, self._counts = 0, dict[str, int]()

    def count(self, network: str, *, at: float) -> int:
        """Count one read and return how many the network has sent in its window."""
        window = int(at // WINDOW_S)
        if window != self._window or len(self._counts) > MAX_NETWORKS:
            self._window, self._counts = window, {}
        found = self._counts.get(network, 0) + 1
        self._counts[network] = found
        return found

    def clear(self) -> None:
        """Forget all reads."""
        self._counts = {}


read_counts = ReadCounts()


class AnonymousReadLimitMiddleware:
    """Answer 429 to anonymous reads past `THROTTLE_ANONYMOUS_READ` in a minute.

    Every anonymous read says in `RateLimit` how many are left, as the draft of the IETF
    describes (draft-ietf-httpapi-ratelimit-headers).
    """

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_read = request.method in ("GET", "HEAD") and request.path.startswith("/api/")
        limit = settings.THROTTLE_ANONYMOUS_READ
        is_limited = is_read and "HTTP_AUTHORIZATION" not in request.META
        if not (is_limited and limit and settings.THROTTLE):
            return self.get_response(request)
        now = time.time()
        left = min(
            most - read_counts.count(network, at=now)
            for network, most in limited_networks(client_address(request), limit)
        )
        seconds = math.ceil(WINDOW_S - now % WINDOW_S)
        response = self.get_response(request) if left >= 0 else _refusal(seconds)
        response.headers["RateLimit-Policy"] = f'"read";q={limit};w={WINDOW_S}'
        response.headers["RateLimit"] = f'"read";r={max(left, 0)};t={seconds}'
        return response


def _refusal(seconds: int) -> JsonResponse:
    body = error_body(_("Too many requests. Please wait a little."), "throttled")
    return JsonResponse(body, status=429, headers={"Retry-After": str(seconds)})
