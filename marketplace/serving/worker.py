"""The worker of gunicorn: uvicorn, with connections in a loop and requests in threads.

gunicorn starts, reloads and replaces the processes; `gunicorn.conf.py` names the class.
"""

import asyncio
import resource
import signal
import sys
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker as GunicornWorker

OTHER_FILES = 256  # of a process, beside the connections


class Worker(GunicornWorker):
    """One process."""

    def init_signals(self) -> None:
        """Leave the signals to uvicorn: it sets handlers for those that stop it."""
        for one in self.SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, self.handle_usr1)

    def run(self) -> None:
        """Serve until SIGTERM."""
        # Here: after SIGHUP a new process would have the old code of the main one.
        from marketplace.serving.protocol import MAX_CONNECTIONS

        allow_files(MAX_CONNECTIONS + OTHER_FILES)
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        import uvicorn

        from marketplace.serving.config import GRACEFUL_S, config_of

        config = config_of(
            self.wsgi,
            ws="none",  # the WebSocket has a server of its own
            backlog=self.cfg.backlog,
            timeout_graceful_shutdown=min(GRACEFUL_S, self.cfg.graceful_timeout - 1),
            timeout_notify=self.timeout,
            callback_notify=self._report,
        )
        server = uvicorn.Server(config)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(
            signal.SIGQUIT, server.handle_exit, signal.SIGQUIT, None
        )
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    async def _report(self) -> None:
        """Tell gunicorn that the loop is alive."""
        self.notify()


def allow_files(wanted: int) -> None:
    """Raise the limit of open files to `wanted`, as far as this process may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most: Any = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
