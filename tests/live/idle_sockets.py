"""Open many idle connections to a real server, and measure what they use.

Needs PostgreSQL (`DATABASE_URL`), where it makes a database of its own. Prints one line
of JSON: the memory of one connection in KB, and the database connections before and
after. Fails when idle connections hold database connections, or when one of them is
not served.
"""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import websockets

from tests.live.database import migrate, scratch_database
from tests.live.server import HOST, ROOT, Server, environment_with, serve

SOCKETS = int(os.environ.get("SOCKETS", "1000"))
SERVER = [sys.executable, "-m", "marketplace.server"]
IDLE_S = 10  # several runs of each periodic task
CONNECTIONS_AT_ONCE = 50
THREADS = 4  # SOCKET_THREADS; the first connection needs fewer
PEOPLE = """
import json
from accounts.models import User
from accounts.tokens import open_session
people = [User(username=f"idle{n}", email=f"idle{n}@example.com") for n in range(%d)]
people = User.objects.bulk_create(people)
print(json.dumps([open_session(one)["token"] for one in people]))
"""


def memory_kb(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def connections(url: str) -> int:
    with psycopg.connect(url) as own:
        [count] = own.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return count


async def open_connection(server: Server, token: str, stack: AsyncExitStack):
    url = f"ws://{HOST}:{server.port}/ws"
    client = await stack.enter_async_context(
        websockets.connect(url, compression=None, open_timeout=60)
    )
    await client.send(json.dumps({"type": "auth", "token": token}))
    async with asyncio.timeout(60):
        assert json.loads(await client.recv())["type"] == "ready"
    return client


async def measure(server: Server, url: str, tokens: list[str]) -> dict:
    async with AsyncExitStack() as stack:
        await open_connection(server, tokens[0], stack)  # what only the first one costs
        await asyncio.sleep(IDLE_S)
        idle_kb, before = memory_kb(server), connections(url)
        clients = []
        for start in range(0, len(tokens), CONNECTIONS_AT_ONCE):
            some = tokens[start : start + CONNECTIONS_AT_ONCE]
            clients += await asyncio.gather(
                *(open_connection(server, t, stack) for t in some)
            )
        await asyncio.sleep(IDLE_S)
        full_kb, after = memory_kb(server), connections(url)
        for client in clients:
            await client.send('{"type": "ping"}')
        async with asyncio.timeout(60):
            for client in clients:
                while json.loads(await client.recv())["type"] != "pong":
                    pass
    return {
        "sockets": len(clients),
        "kb_per_socket": round((full_kb - idle_kb) / len(clients), 1),
        "connections_before": before,
        "connections_after": after,
    }


def create_tokens(environment: dict[str, str], count: int) -> list[str]:
    """Create `count` users and return their access tokens."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", PEOPLE % count],
        cwd=ROOT,
        env=environment_with(environment),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    with scratch_database(os.environ["DATABASE_URL"]) as url:
        environment = {
            "DATABASE_URL": url,
            "SOCKETS_PER_ADDRESS": str(SOCKETS + 1),
            "SOCKET_THREADS": str(THREADS),
            "REDIS_URL": os.environ.get("REDIS_URL", ""),
        }
        migrate(environment)
        tokens = create_tokens(environment, SOCKETS)
        with serve(environment, command=SERVER) as server:
            found = asyncio.run(measure(server, url, tokens))
    print(json.dumps(found))
    added = found["connections_after"] - found["connections_before"]
    sys.exit(added > THREADS)  # the pool keeps connections for a while


if __name__ == "__main__":
    main()
