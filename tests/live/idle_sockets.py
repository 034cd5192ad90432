"""Open many idle sockets on the real server, and see what they hold.

On PostgreSQL (`DATABASE_URL`), in a database of its own. Prints one line of JSON; fails
when they hold database connections, or when one of them is not served.
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

from tests.live.database import scratch_database
from tests.live.server import HOST, ROOT, Server, manage, serve

SOCKETS = int(os.environ.get("SOCKETS", "1000"))
SERVER = [sys.executable, "-m", "marketplace.server"]
REST_SECONDS = 10  # several rounds of all that is done for them
AT_ONCE = 50
THREADS = 4  # of SOCKET_THREADS; the first socket needs fewer
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


async def opened(server: Server, token: str, stack: AsyncExitStack):
    url = f"ws://{HOST}:{server.port}/ws"
    client = await stack.enter_async_context(
        websockets.connect(url, compression=None, open_timeout=60)
    )
    await client.send(json.dumps({"type": "auth", "token": token}))
    async with asyncio.timeout(60):
        assert json.loads(await client.recv())["type"] == "ready"
    return client


async def measured(server: Server, url: str, tokens: list[str]) -> dict:
    async with AsyncExitStack() as stack:
        await opened(server, tokens[0], stack)  # what the first one brings along
        await asyncio.sleep(REST_SECONDS)
        empty, before = memory_kb(server), connections(url)
        clients = []
        for start in range(0, len(tokens), AT_ONCE):
            some = tokens[start : start + AT_ONCE]
            clients += await asyncio.gather(*(opened(server, t, stack) for t in some))
        await asyncio.sleep(REST_SECONDS)
        full, after = memory_kb(server), connections(url)
        for client in clients:
            await client.send('{"type": "ping"}')
        async with asyncio.timeout(60):
            for client in clients:
                while json.loads(await client.recv())["type"] != "pong":
                    pass
    return {
        "sockets": len(clients),
        "kb_per_socket": round((full - empty) / len(clients), 1),
        "connections_before": before,
        "connections_after": after,
    }


def signed_in(environment: dict[str, str], count: int) -> list[str]:
    """Tokens of so many people."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", PEOPLE % count],
        cwd=ROOT,
        env=os.environ | environment,
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
        manage(environment, "migrate", "--verbosity", "0")
        tokens = signed_in(environment, SOCKETS)
        with serve(environment, command=SERVER) as server:
            found = asyncio.run(measured(server, url, tokens))
    print(json.dumps(found))
    grown = found["connections_after"] - found["connections_before"]
    sys.exit(grown > THREADS)  # the pool keeps for a while what all of them took


if __name__ == "__main__":
    main()
