"""The channel layer may be down: no request waits, and no message is lost."""

import asyncio
import os
import subprocess
import sys
import time
from functools import cache

import pytest
from django.core.cache.backends.redis import RedisCacheClient
from redis.exceptions import ConnectionError as RedisConnectionError

from core import cached_counts
from core.circuit_breaker import CircuitBreaker
from core.events import Event
from core.web.caches import FallbackRedisCache
from messaging.tests.factories import write
from realtime import hub, publisher
from realtime.tests.client import in_thread

pytestmark = pytest.mark.django_db(transaction=True)
UNUSED_REDIS = "redis://127.0.0.1:1/0"  # nothing listens there


class UnavailableLayer:
    """A channel layer that can be made unavailable."""

    def __init__(self, layer):
        self.layer, self.is_down = layer, False

    def __getattr__(self, name):
        if self.is_down and name.startswith("group"):
            raise RedisConnectionError
        return getattr(self.layer, name)


def test_connections_work_without_the_layer_and_resync_afterwards(
    alice, bob, conversation, run_scenario, monkeypatch
):
    """M8: messages arrive by the poll of the database meanwhile."""
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL_S", 0.1)
    monkeypatch.setattr(hub, "HEARTBEAT_TIMEOUT_S", 0.3)

    async def steps(scenario):
        b = await scenario.connect_as(bob)
        own_hub = hub.get_hub()
        own_hub.layer = layer = UnavailableLayer(own_hub.layer)
        layer.is_down = True
        a = await scenario.connect_as(alice)
        await in_thread(write, conversation, alice, "1", "2")
        for client in (a, b):
            while len(client.seqs(conversation)) < 2:
                await client.receive_until("message.created")
        async with asyncio.timeout(5):
            while not own_hub.layer_is_down:
                await asyncio.sleep(0.05)
        layer.is_down = False
        await a.receive_until("resync")
        await b.receive_until("resync")
        await b.send("typing", conversation_id=conversation.pk)
        await a.receive_until("typing")  # she came while it was away
        assert (a.seqs(conversation), b.seqs(conversation)) == ([1, 2], [1, 2])

    run_scenario(steps)


def test_a_request_does_not_wait_for_a_layer_that_hangs(
    api, alice, conversation, settings, monkeypatch
):
    """M8: the messages are stored; the events of the next ones are not sent."""
    sent = []

    async def hang(layer, event):
        sent.append(event)
        await asyncio.sleep(60)

    monkeypatch.setattr(publisher, "send_to_groups", hang)
    monkeypatch.setattr(publisher, "SEND_TIMEOUT_S", 0.05)
    monkeypatch.setattr(publisher, "_publishers", {})
    settings.REDIS_URL = UNUSED_REDIS
    path = f"/api/messages/conversations/{conversation.pk}/messages"
    client = api.as_(alice)
    answers = [client.post(path, {"content": "x"}).status_code for _ in range(5)]
    for _try in range(100):
        if sent:
            break
        time.sleep(0.02)
    assert (set(answers), len(sent)) == ({201}, 1)  # and left alone for a while
    assert conversation.messages.count() == 5


def test_the_publisher_continues_after_an_error(monkeypatch):
    done = []

    async def fail(layer, event):
        done.append(event)
        raise RedisConnectionError

    monkeypatch.setattr(publisher, "send_to_groups", fail)
    monkeypatch.setattr(publisher, "BACKOFF_S", 0)
    courier = publisher.Publisher()
    for number in (1, 2):
        courier.put(Event((number,), "x", {}))
    for _try in range(100):
        if len(done) == 2:
            break
        time.sleep(0.02)
    assert [event.recipients for event in done] == [(1,), (2,)]


class RecordingLayer:
    """A channel layer that records the discarded groups."""

    def __init__(self, layer):
        self.layer, self.left = layer, []

    def __getattr__(self, name):
        return getattr(self.layer, name)

    async def group_discard(self, group, channel):
        await self.layer.group_discard(group, channel)
        self.left.append(group)


def test_the_last_connection_discards_the_group_of_the_hub(alice, run_scenario):
    async def steps(scenario):
        a = await scenario.connect_as(alice)
        own_hub = hub.get_hub()
        own_hub.layer = layer = RecordingLayer(own_hub.layer)
        await a.disconnect()
        async with asyncio.timeout(5):
            while own_hub._own_group not in layer.left:
                await asyncio.sleep(0.01)

    run_scenario(steps)


@pytest.mark.parametrize(
    ("key", "number", "is_one_market"),
    [("a", 3, True), ("a", 4, False), ("b", 3, False)],
)
def test_markets_on_one_redis_are_separate(key, number, is_one_market):
    """Redis publishes across its numbered databases."""
    assert (prefix("a", 3) == prefix(key, number)) is is_one_market


@cache
def prefix(key: str, number: int) -> str:
    """Of the layer, with this secret and in this database of a Redis."""
    show = "print(settings.CHANNEL_LAYERS['default']['CONFIG']['prefix'])"
    redis = f"redis://127.0.0.1:6379/{number}"
    done = subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings; {show}"],
        env=os.environ | {"SECRET_KEY": key * 50, "REDIS_URL": redis},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def away(monkeypatch):
    breaker = CircuitBreaker(reset_timeout_s=3)
    monkeypatch.setattr(FallbackRedisCache, "breaker", breaker)
    options = {"socket_connect_timeout": 0.1}
    return FallbackRedisCache(UNUSED_REDIS, {"OPTIONS": options})


def test_limits_count_on_without_redis(away):
    assert away.add("a", 0)
    assert [away.incr("a"), away.incr("a"), away.get("a")] == [1, 2, 2]
    assert away.get_many(["a", "b"]) == {"a": 2}
    assert away.delete("a")
    with pytest.raises(ValueError, match="not found"):
        away.incr("a")


def test_redis_is_not_called_right_after_a_failure(away, monkeypatch):
    requested = []

    def fail(self, key, *args):
        requested.append(key)
        raise RedisConnectionError

    monkeypatch.setattr(RedisCacheClient, "get", fail)
    assert [away.get("a"), away.get("b")] == [None, None]
    assert len(requested) == 1


def test_rest_answers_without_redis(api, alice, conversation, away, monkeypatch):
    """M8: a message is stored while the rate limits cannot be counted in Redis."""
    monkeypatch.setattr(cached_counts, "cache", away)
    path = f"/api/messages/conversations/{conversation.pk}/messages"
    assert api.as_(alice).post(path, {"content": "x"}).status_code == 201
    assert conversation.messages.count() == 1
