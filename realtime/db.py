"""The database from sockets: by a few threads, that hold no connection in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from channels.db import database_sync_to_async
from django.conf import settings

pool = ThreadPoolExecutor(settings.SOCKET_THREADS, thread_name_prefix="sockets")


async def ask(function: Callable, *args, **kwargs):
    """Run a blocking function on one of the threads."""
    run = database_sync_to_async(function, thread_sensitive=pool is None, executor=pool)
    return await run(*args, **kwargs)
