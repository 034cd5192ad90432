"""Calls of a provider over HTTP, each within a total time."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlinePassed
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sms.providers.base import SendFailed

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 2.5  # of all of it: a request that waits for it answers within 3 s
CONNECT_TIMEOUT_S = (
    1.5  # shorter, so that a provider out of reach differs from a slow one
)
MAX_THREADS = 8


@dataclass(frozen=True)
class Answer:
    """The status of a response, and its JSON; an empty dict if it is no object."""

    status: int
    body: dict[str, Any]


def post(url: str, **request: Any) -> Answer:
    """Send a POST with the arguments of `httpx.post`; return an answer below 500.

    Raises `SendFailed` after `TIMEOUT_S` in total, without a connection, and for a 5xx.
    """
    # In a thread: the timeouts of httpx are those of single reads, and the lookup of a
    # name has none. A request that is given up ends by itself, with its own timeouts.
    running = _pool().submit(_post, url, request)
    try:
        answer = running.result(timeout=TIMEOUT_S)
    except DeadlinePassed as error:
        raise _too_late(running) from error
    if answer.status >= 500:
        raise SendFailed(
            f"HTTP {answer.status}",
            nothing_was_sent=answer.status == 503,
            is_outage=True,
        )
    return answer


def _too_late(running: "Future[Answer]") -> SendFailed:
    # `cancel` succeeds only before a thread has taken it.
    is_unsent = running.cancel()
    return SendFailed("no answer in time", nothing_was_sent=is_unsent, is_outage=True)


def _post(url: str, request: dict[str, Any]) -> Answer:
    import httpx  # on first use

    timeout = httpx.Timeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        with httpx.Client(timeout=timeout, verify=_certificates()) as client:
            response = client.post(url, **request)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise _failure(error) from error
    return Answer(response.status_code, _json(response))


def _failure(error: Exception) -> SendFailed:
    import httpx

    before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)
    is_unsent = isinstance(error, (*before, httpx.ProxyError, httpx.InvalidURL))
    # The name of the class alone: a message may contain the URL with the account.
    return SendFailed(type(error).__name__, nothing_was_sent=is_unsent, is_outage=True)


def _json(response: "httpx.Response") -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


@cache
def _pool() -> ThreadPoolExecutor:
    # On first use: threads do not survive the fork of a server's workers.
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="sms")


@cache  # reading the certificates takes longer than sending
def _certificates() -> Any:
    import httpx

    return httpx.create_ssl_context()
