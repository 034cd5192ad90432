import asyncio
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import async_to_sync

from core.events import domain_event
from messaging.tests.factories import ConversationFactory
from realtime import db, publisher
from realtime.tests.client import Client, access_token_of, in_thread

SCENARIO_TIMEOUT_S = 40


@pytest.fixture(autouse=True)
def one_thread(monkeypatch, settings):
    """Run the queries of the sockets in the test's thread, on its connection."""
    monkeypatch.setattr(db, "pool", None)
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def no_events(monkeypatch):
    """Deliver no events, as from a worker without Redis."""
    monkeypatch.setattr(domain_event, "receivers", [])


class Scenario:
    """Opens connections, and closes them all at the end."""

    def __init__(self, stack: AsyncExitStack):
        self._stack = stack

    def client(self, *args, **headers) -> Client:
        client = Client(*args, **headers)
        self._stack.push_async_callback(client.disconnect)
        return client

    async def connect_as(self, user, **more) -> Client:
        client = self.client()
        await client.open(token=await in_thread(access_token_of, user), **more)
        return client


@pytest.fixture
def run_scenario():
    """`run_scenario(steps)` runs a coroutine function with a `Scenario`."""

    def run(steps):
        async def whole():
            async with asyncio.timeout(SCENARIO_TIMEOUT_S), AsyncExitStack() as stack:
                await steps(Scenario(stack))

        async_to_sync(whole)()
        left = list(publisher.receivers)
        publisher.receivers.clear()
        assert left == []  # each hub stopped with its last connection

    return run
