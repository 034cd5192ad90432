"""The worker of gunicorn: uvicorn, with connections in a loop and requests in threads.

gunicorn starts, reloads and replaces the processes; `gunicorn.conf.py` names the class.
"""

import asyncio
import os
import signal
import socket
import sys

from gunicorn.arbiter import Arbiter
from gunicorn.sock import BaseSocket
from gunicorn.workers.base import Worker as GunicornWorker


class SharedListener(socket.socket):
    """A socket from which other processes accept connections too.

    asyncio calls `listen(backlog)` and accepts as many connections in one turn: with
    all of a burst, one process would serve them and the others be idle. Told of 1, it
    looks after its connections in between, and whoever has less to do accepts the next.
    """

    @classmethod
    def of(cls, listener: BaseSocket) -> "SharedListener":
        """Return the same socket under a descriptor of its own."""
        return cls(fileno=os.dup(listener.fileno()))

    def listen(self, backlog: int = 0) -> None:
        """Do nothing: it listens, with the queue that gunicorn has asked for."""


class Worker(GunicornWorker):
    """One process."""

    def init_signals(self) -> None:
        """Leave the signals to uvicorn: it sets handlers for those that stop it."""
        for one in self.SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, self.handle_usr1)

    def run(self) -> None:
        """Serve until SIGTERM."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        import uvicorn

        # Here: after SIGHUP a new process would have the old code of the main one.
        from marketplace.serving.config import GRACEFUL_S, allow_files, config_of

        allow_files()
        config = config_of(
            self.wsgi,
            ws="none",  # the WebSocket has a server of its own
            backlog=1,  # of a turn of the loop: see `SharedListener`
            timeout_graceful_shutdown=min(GRACEFUL_S, self.cfg.graceful_timeout - 1),
            timeout_notify=self.timeout,
            callback_notify=self._report,
        )
        server = uvicorn.Server(config)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(
            signal.SIGQUIT, server.handle_exit, signal.SIGQUIT, None
        )
        await server.serve(sockets=[SharedListener.of(one) for one in self.sockets])
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    async def _report(self) -> None:
        """Tell gunicorn that the loop is alive."""
        self.notify()
