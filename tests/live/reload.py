"""Reload the server again and again under load; every request must be answered.

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

from tests.live.server import HOST, Server, manage, serve

WORKERS, CLIENTS, RELOADS, PAUSE_SECONDS = 2, 8, 4, 3.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="reload-") as folder:
        database = f"sqlite:///{Path(folder) / 'market.sqlite3'}"
        environment = {"DATABASE_URL": database, "REDIS_URL": "", "THROTTLE": "false"}
        environment["LOG_LEVEL"] = "INFO"  # so that it says which workers boot
        manage(environment, "migrate", "--verbosity", "0")
        with serve(environment, workers=WORKERS) as server:
            answers = load_while(server, reload)
            booted = server.log.read_text().count("Booting worker")
    print(f"{sum(answers.values())} requests, {booted} workers: {dict(answers)}")
    return int(set(answers) != {200} or booted <= WORKERS)


def load_while(server: Server, act) -> Counter:
    """What the clients got, by status or by the name of the failure."""
    answers, done = Counter(), threading.Event()
    crowd = [
        threading.Thread(target=ask, args=(server.port, answers, done))
        for _client in range(CLIENTS)
    ]
    for client in crowd:
        client.start()
    try:
        act(server)
    finally:
        done.set()
        for client in crowd:
            client.join()
    return answers


def reload(server: Server) -> None:
    for _time in range(RELOADS):
        time.sleep(PAUSE_SECONDS)
        server.process.send_signal(signal.SIGHUP)
    time.sleep(PAUSE_SECONDS)


def ask(port: int, answers: Counter, done: threading.Event) -> None:
    """One request after another, each on a connection of its own."""
    while not done.is_set():
        connection = HTTPConnection(HOST, port, timeout=30)
        try:
            connection.request("GET", "/api/tasks", headers={"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            answers[answer.status] += 1
        except (OSError, HTTPException) as failure:
            answers[type(failure).__name__] += 1
        finally:
            connection.close()


if __name__ == "__main__":
    sys.exit(main())
