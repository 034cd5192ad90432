"""HTTP and sockets in one application: the demo's server, and production's for `/ws`.

HTTP goes to threads, through the same application as under gunicorn.
"""

import asyncio

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter
from django.conf import settings

from marketplace.wsgi import application as http
from realtime.connection import application as sockets


def patient(application):
    """Let a body that stops arriving free its thread, as under gunicorn."""

    async def answer(scope, receive, send):
        async def piece():
            async with asyncio.timeout(settings.BODY_PATIENCE_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            return message

        await application(scope, piece, send)

    return answer


application = ProtocolTypeRouter(
    {
        "http": patient(WSGIMiddleware(http, workers=settings.WEB_THREADS)),
        "websocket": sockets,
    }
)
