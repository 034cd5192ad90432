"""The settings of uvicorn that both servers share."""

from typing import Any

import uvicorn
from django.conf import settings

from marketplace.serving.protocol import HttpProtocol

GRACEFUL_S = 20  # after SIGTERM, for open requests


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
