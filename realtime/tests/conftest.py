import asyncio
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import async_to_sync

from messaging.tests.factories import ConversationFactory
from realtime import db, hub
from realtime.tests.client import Client, later, token_of

WHOLE_SECONDS = 40


@pytest.fixture(autouse=True)
def one_thread(monkeypatch, settings):
    """The sockets ask the database on the thread of the test, by its connection."""
    monkeypatch.setattr(db, "pool", None)
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def talk(alice, bob):
    return ConversationFactory(between=(alice, bob))


class Scene:
    """Opens sockets, and closes them all at the end."""

    def __init__(self, stack: AsyncExitStack):
        self._stack = stack

    def client(self, *args, **headers) -> Client:
        client = Client(*args, **headers)
        self._stack.push_async_callback(client.leave)
        return client

    async def socket_of(self, user, **more) -> Client:
        client = self.client()
        await client.open(token=await later(token_of, user), **more)
        return client


@pytest.fixture
def play():
    """`play(scene)` runs a coroutine function that is given a `Scene`."""

    def run(scene):
        async def whole():
            async with asyncio.timeout(WHOLE_SECONDS), AsyncExitStack() as stack:
                await scene(Scene(stack))

        async_to_sync(whole)()
        left = list(hub.hubs)
        hub.hubs.clear()
        assert left == []  # the last one put out the light

    return run
