"""Reload the server (SIGHUP) several times under load: no request may be lost.

`python -m tests.live.reload` runs for about fifteen seconds and stops by itself.
"""

import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.live.database import migrate
from tests.live.server import HOST, Server, serve

WORKERS, CLIENTS, RELOADS, PAUSE_S = 2, 8, 4, 3.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="reload-") as folder:
        database = f"sqlite:///{Path(folder) / 'market.sqlite3'}"
        environment = {"DATABASE_URL": database, "REDIS_URL": "", "THROTTLE": "false"}
        environment["LOG_LEVEL"] = "INFO"  # logs "Booting worker"
        migrate(environment)
        with serve(environment, workers=WORKERS) as server:
            answers = load_while(server, reload)
            booted = server.log.read_text().count("Booting worker")
    print(f"{sum(answers.values())} requests, {booted} workers: {dict(answers)}")
    return int(set(answers) != {200} or booted <= WORKERS)


def load_while(server: Server, act) -> Counter:
    """Send requests while `act(server)` runs; count them by status or exception."""
    answers, done = Counter(), threading.Event()
    clients = [
        threading.Thread(target=ask, args=(server.port, answers, done))
        for _client in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        act(server)
    finally:
        done.set()
        for client in clients:
            client.join()
    return answers


def reload(server: Server) -> None:
    """Send SIGHUP several times, with pauses."""
    for _time in range(RELOADS):
        time.sleep(PAUSE_S)
        server.process.send_signal(signal.SIGHUP)
    time.sleep(PAUSE_S)


def ask(port: int, answers: Counter, done: threading.Event) -> None:
    """Send one request after another, each on a new connection."""
    while not done.is_set():
        connection = HTTPConnection(HOST, port, timeout=30)
        try:
            connection.request("GET", "/api/tasks", headers={"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            answers[answer.status] += 1
        except (OSError, HTTPException) as error:
            answers[type(error).__name__] += 1
        finally:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
