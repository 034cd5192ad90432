"""The id of the request or job that the running code works for.

It is in every log line, in the history of tasks and in the body of a 500.
"""

import contextvars

# A context variable, not a thread-local: WebSocket connections share one thread, and
# with a thread-local their ids would mix.
_request_id = contextvars.ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Return the id, or "-" outside of any request and job."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """Set the id for the code that runs from here on in this context."""
    _request_id.set(request_id)
