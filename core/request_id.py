"""The id of the request or job that the running code works for.

It stands in every log line, in the history of tasks and in the answer to a failure.
"""

import contextvars

# A context variable, not a thread-local: sockets share one thread and differ by task.
_request_id = contextvars.ContextVar("request_id", default="-")


def current_request_id() -> str:
    """Return the id, or "-" outside of any request and job."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """Let the code that runs from here on, in this context, work for `request_id`."""
    _request_id.set(request_id)
