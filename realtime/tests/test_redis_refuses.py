"""Subscriptions that a real Redis has refused are made again."""

import asyncio

import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer

from realtime import hub
from realtime.tests.client import Client
from tests.own_redis import own_redis

pytestmark = pytest.mark.django_db(transaction=True)
REFUSE = ("ACL", "SETUSER", "default", "resetchannels")
ALLOW = ("ACL", "SETUSER", "default", "allchannels")


def slow_layer(url: str) -> RedisPubSubChannelLayer:
    """A layer that takes a while to subscribe a person."""
    layer = RedisPubSubChannelLayer(hosts=[url])
    add = layer.group_add

    async def group_add(group: str, channel: str) -> None:
        if group.startswith("user."):
            await asyncio.sleep(0.3)
        await add(group, channel)

    layer.group_add = group_add
    return layer


def test_refused_subscriptions_are_made_again(alice, bob, run_scenario, monkeypatch):
    """K2: Redis answers NOPERM to a subscription after the layer has noted it."""
    monkeypatch.setattr(hub, "HEARTBEAT_INTERVAL_S", 0.1)
    monkeypatch.setattr(hub, "HEARTBEAT_TIMEOUT_S", 0.5)
    with own_redis() as (url, _folder):
        admin = redis.Redis.from_url(url)

        async def steps(scenario):
            layer = slow_layer(url)
            monkeypatch.setattr(hub, "get_channel_layer", lambda: layer)
            admin.execute_command(*REFUSE)
            a: Client = await scenario.connect_as(alice)
            async with asyncio.timeout(15):
                while not hub.get_hub().layer_is_down:
                    await asyncio.sleep(0.05)
            admin.execute_command(*ALLOW)
            await a.receive_until("resync")
            group = hub.group_of(alice.pk)
            payload = {"conversation_id": 1, "user_id": bob.pk}
            event = {"type": "typing", "user_id": alice.pk, "payload": payload}
            await RedisPubSubChannelLayer(hosts=[url]).group_send(group, event)
            await a.receive_until("typing")

        run_scenario(steps)
