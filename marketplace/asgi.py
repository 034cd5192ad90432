"""The ASGI application: HTTP and WebSockets.

HTTP runs in threads, through the same WSGI application as under gunicorn.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from marketplace.wsgi import application as http
from realtime.connection import application as websocket

Message = MutableMapping[str, Any]  # of ASGI, as is the scope
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def with_body_timeout(application: Application) -> Application:
    """Wrap an ASGI application: a body that stops arriving ends with a 408.

    Without it, a client that stops sending would block a thread. Under gunicorn
    `RequestLimitsMiddleware` sets the timeout of the connection instead.
    """

    async def call(scope: Message, receive: Receive, send: Send) -> None:
        async def receive_in_time() -> Message:
            async with asyncio.timeout(settings.BODY_TIMEOUT_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                # a2wsgi would take the end of the connection for the end of the body.
                raise ConnectionResetError
            return message

        await application(scope, receive_in_time, send)

    return call


def without_ambiguous_headers(application: Application) -> Application:
    """Wrap an ASGI application: headers with an underscore in their name are dropped.

    WSGI writes `X_Forwarded_For` and `X-Forwarded-For` as one name. A proxy that sets
    the second may pass on the first, which the client sent. gunicorn drops them too.
    """

    async def call(scope: Message, receive: Receive, send: Send) -> None:
        if any(b"_" in name for name, _value in scope.get("headers", ())):
            headers = [pair for pair in scope["headers"] if b"_" not in pair[0]]
            scope = {**scope, "headers": headers}
        await application(scope, receive, send)

    return call


wsgi_in_threads: Any = WSGIMiddleware(
    cast(Any, http),  # to its stubs a response of Django is not iterable
    workers=settings.WEB_THREADS,
)
application = without_ambiguous_headers(
    ProtocolTypeRouter(
        {
            "http": with_body_timeout(wsgi_in_threads),
            "websocket": websocket,
        }
    )
)
