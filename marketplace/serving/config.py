"""The settings of uvicorn that both servers share."""

import resource
from typing import Any

import uvicorn
from django.conf import settings

from marketplace.serving.protocol import MAX_CONNECTIONS, HttpProtocol

GRACEFUL_S = 20  # after SIGTERM, for open requests
BACKLOG = 2048  # connections that the loop may accept in one turn, before it closes any
OTHER_FILES = 256  # of a process, beside the connections


def config_of(application: Any, **own: Any) -> uvicorn.Config:
    """Return the configuration of a server for an ASGI application."""
    shared: dict[str, Any] = {
        "http": HttpProtocol,
        "loop": "asyncio",
        "lifespan": "off",
        "timeout_keep_alive": settings.KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": GRACEFUL_S,
        "proxy_headers": False,  # TRUSTED_PROXIES decides
        "access_log": False,  # RequestIdMiddleware writes it
        "server_header": False,
        "log_config": None,
    }
    return uvicorn.Config(application, **(shared | own))


def allow_files() -> None:
    """Raise the limit of open files to what is needed, as far as this process may.

    At the limit the loop would accept nothing for a second.
    """
    wanted = MAX_CONNECTIONS + BACKLOG + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most: Any = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
