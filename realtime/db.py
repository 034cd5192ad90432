"""Database access for connections: a few threads run the blocking queries."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

Params = ParamSpec("Params")
Result = TypeVar("Result")
# A pool of its own: on the default executor a thousand connections could open as many
# database connections as there are threads, and would starve other users of it.
pool = ThreadPoolExecutor(settings.SOCKET_THREADS, thread_name_prefix="sockets")


async def run(
    function: Callable[Params, Result], *args: Params.args, **kwargs: Params.kwargs
) -> Result:
    """Return the result of a blocking `function`, run on one of the threads.

    Raises what `function` raises.
    """
    # `database_sync_to_async` closes old database connections before and after the
    # call; `sync_to_async` would let an idle thread keep a dead one.
    call = database_sync_to_async(
        function, thread_sensitive=pool is None, executor=pool
    )
    return await call(*args, **kwargs)
