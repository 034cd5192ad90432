"""A Redis that answers but refuses is treated as one that is away."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from core import cached_counts
from core.api import throttling
from core.circuit_breaker import CircuitBreaker
from core.db import counters
from core.db.counters import BufferedCounter
from core.exceptions import Throttled
from core.web.caches import FallbackRedisCache
from listings.models import Listing
from listings.tests.factories import ListingFactory
from tests.own_redis import REFUSALS, own_redis, refusing_redis, scripted_redis

OTHER_REFUSALS = [
    "LOADING Redis is loading the dataset in memory",
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "BUSY Redis is busy running a script.",
    "ERR max number of clients reached",
    "UNBLOCKED force unblock from blocking operation",
]


@pytest.fixture
def cache_at(monkeypatch) -> Iterator:
    """Return a function that makes the cache of a URL the one of rate limits."""

    def use(url: str) -> FallbackRedisCache:
        cache = FallbackRedisCache(url, {"OPTIONS": {"socket_timeout": 1}})
        monkeypatch.setattr(cached_counts, "cache", cache)
        return cache

    # A timeout of 0: each call asks Redis again, as after some seconds.
    breaker = CircuitBreaker(reset_timeout_s=0)
    monkeypatch.setattr(FallbackRedisCache, "breaker", breaker)
    yield use
    caches["default"].clear()
    FallbackRedisCache("redis://127.0.0.1:1", {})._fallback.clear()


def use_all(cache: FallbackRedisCache) -> list:
    """Call each method of a cache that writes, and read what was written."""
    cache.set("a", 1)
    cache.set_many({"b": 2, "c": 3})
    cache.add("d", 4)
    cache.incr("d")
    cache.touch("d", 60)
    cache.delete("b")
    cache.delete_many(["c"])
    return [cache.get("d"), cache.has_key("b"), cache.get_many(["c"])]


@pytest.mark.django_db
def test_views_go_on_when_redis_goes_away_and_comes_back(
    cache_at, settings, monkeypatch
):
    """K2: the database does not have the counts yet, nor has the memory, nor Redis."""
    settings.COUNTER_FLUSH_SECONDS, settings.REDIS_URL = 60, "redis://away"
    monkeypatch.setattr(BufferedCounter, "_start_flusher", lambda self: None)
    counter = BufferedCounter(Listing, "views_count")
    listing, shown = ListingFactory(), []
    with own_redis() as (url, _folder):
        for address in (url, "redis://127.0.0.1:1", url):
            monkeypatch.setattr(counters, "cache", cache_at(address))
            for _view in range(3):
                row = Listing.objects.get(pk=listing.pk)
                counter.add(row)
                shown.append(counter.value(row))
    assert shown == list(range(1, 10))


@pytest.mark.parametrize("code", REFUSALS)
def test_limits_hold_while_redis_refuses(code, cache_at):
    """K2: a Redis that refuses to write is away: the process counts alone."""
    with refusing_redis(code) as url:
        cache_at(url)
        for _attempt in range(3):
            throttling.consume("key", 3, 3600)
        with pytest.raises(Throttled):
            throttling.consume("key", 3, 3600)


@pytest.mark.parametrize("code", REFUSALS)
def test_no_call_of_the_cache_fails_while_redis_refuses(code, cache_at):
    """K2: reads, writes and pipelines of the cache go on in memory."""
    with refusing_redis(code) as url:
        assert use_all(cache_at(url)) == [5, False, {}]


@pytest.mark.parametrize("answer", OTHER_REFUSALS)
def test_refusals_of_a_moment_are_outages_too(answer, cache_at):
    """K2: also while Redis loads its data, moves slots, or has too many clients."""
    with scripted_redis(answer) as url:
        assert use_all(cache_at(url)) == [5, False, {}]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["OOM", "READONLY", "MASTERDOWN", "NOREPLICAS"])
def test_requests_answer_while_redis_refuses(code, cache_at, api, alice):
    """K2: an API call that counts in Redis answers as usual."""
    with refusing_redis(code) as url:
        cache_at(url)
        answer = api.as_(alice).post("/api/auth/ws-ticket")
        assert answer.status_code in {200, 201}
