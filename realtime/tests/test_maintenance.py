"""Sockets in maintenance mode."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from market import stored
from realtime import polling
from realtime.connection import application
from realtime.tests.client import access_token_of, in_thread

pytestmark = pytest.mark.django_db(transaction=True)
ALL, WRITES = {"maintenance_mode": "all"}, {"maintenance_mode": "writes"}


@pytest.fixture
def end_maintenance():
    yield
    stored.put({})


def test_maintenance_is_noticed_within_ten_seconds():
    assert polling.POLL_INTERVAL_S + stored.MAX_AGE_S <= 10 - 5  # a replica's lag


def test_people_are_told_and_closed_and_staff_stay(
    alice, staff, set_market, run_scenario
):
    async def steps(scenario):
        a, s = await scenario.connect_as(alice), await scenario.connect_as(staff)
        await in_thread(
            set_market,
            **ALL,
            maintenance_text_en="Back at noon.",
            maintenance_retry_seconds=90,
        )
        assert await a.close_code_received() == 1013
        last = a.frames[-1]
        assert (last["type"], last["retry_after"]) == ("maintenance", 90)
        assert last["text"] == "Back at noon."
        await s.send("ping")
        await s.receive_until("pong")

    run_scenario(steps)


def test_text_is_in_the_language_of_the_person(alice, set_market, run_scenario):
    alice.language = "lv"
    alice.save()

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        await in_thread(set_market, **ALL, maintenance_text_lv="Drīz.")
        await a.close_code_received()
        assert a.frames[-1]["text"] == "Drīz."

    run_scenario(steps)


def test_refused_changes_leave_connections_open(alice, set_market, run_scenario):
    async def steps(scenario):
        a = await scenario.connect_as(alice)
        await in_thread(set_market, **WRITES)
        await asyncio.sleep(2 * polling.POLL_INTERVAL_S)
        await a.send("ping")
        await a.receive_until("pong")
        assert "maintenance" not in {frame["type"] for frame in a.frames}
        assert await scenario.connect_as(alice)

    run_scenario(steps)


@asynccontextmanager
async def served():
    """Serve the application at a port; yields the address of the socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                application, ws="websockets-sansio", lifespan="off", log_config=None
            )
        )
        server.install_signal_handlers = lambda: None
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/ws"
        server.should_exit = True
        await serving


async def until_closed(client):
    with suppress(ConnectionClosed):
        while True:
            yield await client.recv()


def test_over_the_network_it_is_1013_and_then_503(
    alice, set_market, run_scenario, settings
):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    async def steps(scenario):
        token = await in_thread(access_token_of, alice)
        async with served() as address, connect(address) as a:
            await a.send(json.dumps({"type": "auth", "token": token}))
            assert json.loads(await a.recv())["type"] == "ready"
            await in_thread(set_market, **ALL, maintenance_retry_seconds=90)
            types = [json.loads(frame)["type"] async for frame in until_closed(a)]
            assert (a.close_code, types[-1]) == (1013, "maintenance")
            with pytest.raises(InvalidStatus) as refused:
                await connect(address)
            answer = refused.value.response
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "90")
            assert json.loads(answer.body)["code"] == "maintenance"
            await in_thread(set_market)
            async with connect(address) as again:
                await again.send(json.dumps({"type": "auth", "token": token}))
                assert json.loads(await again.recv())["type"] == "ready"

    run_scenario(steps)
