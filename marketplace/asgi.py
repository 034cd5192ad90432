"""The ASGI applications: HTTP alone, and HTTP with WebSockets.

HTTP runs in threads, through the WSGI application.
"""

from typing import Any

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from marketplace.serving.fair_queue import FairQueue
from marketplace.serving.threads import InThreads, Message, Receive, Send
from marketplace.wsgi import application as wsgi
from realtime.connection import application as websocket

# Requests that compute for long, and how many of them wait. A request by another
# spelling of the path passes by, and meets the gates of the hashers and the decoder.
PASSWORDS = FairQueue(settings.PASSWORDS_AT_ONCE, max_waiting=64)
PICTURES = FairQueue(settings.PICTURES_AT_ONCE, max_waiting=64)
# The first of them generates the document, and the others would hold threads meanwhile.
SCHEMA = FairQueue(1, max_waiting=200)
LANES = {
    ("GET", "/api/schema"): SCHEMA,
    ("POST", "/api/auth/login"): PASSWORDS,
    ("POST", "/api/auth/register"): PASSWORDS,
    ("POST", "/api/auth/password"): PASSWORDS,
    ("POST", "/admin/login/"): PASSWORDS,
    ("POST", "/api/uploads"): PICTURES,
    ("POST", "/api/messages/attachments"): PICTURES,
}


class WithoutAmbiguousHeaders:
    """Drop headers with an underscore in their name.

    WSGI writes `X_Forwarded_For` and `X-Forwarded-For` as one name. A proxy that sets
    the second may pass on the first, which the client sent.
    """

    def __init__(self, application: Any):
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Call the application with the other headers."""
        if any(b"_" in name for name, _value in scope.get("headers", ())):
            headers = [pair for pair in scope["headers"] if b"_" not in pair[0]]
            scope = {**scope, "headers": headers}
        await self._application(scope, receive, send)


http = WithoutAmbiguousHeaders(
    InThreads(wsgi, threads=settings.WEB_THREADS, lanes=LANES)
)
application = ProtocolTypeRouter(
    {"http": http, "websocket": WithoutAmbiguousHeaders(websocket)}
)
