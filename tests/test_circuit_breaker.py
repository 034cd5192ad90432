"""The circuit breaker: closed, open, half-open."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import circuit_breaker
from core.circuit_breaker import CircuitBreaker

RESET_S = 3


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(circuit_breaker, "time", clock)
    return clock


@pytest.fixture
def opened(clock) -> CircuitBreaker:
    """A breaker just after a failure."""
    breaker = CircuitBreaker(reset_timeout_s=RESET_S)
    breaker.record_failure()
    return breaker


def test_closed_circuit_allows_every_call(clock):
    breaker = CircuitBreaker(reset_timeout_s=RESET_S)
    assert [breaker.allows_call() for _call in range(3)] == [True] * 3


def test_open_circuit_allows_no_call_until_the_timeout(opened, clock):
    clock.now += RESET_S - 0.1
    assert not opened.allows_call()
    clock.now += 0.1
    assert opened.allows_call()


def test_half_open_circuit_allows_one_call(opened, clock):
    clock.now += RESET_S
    assert [opened.allows_call() for _call in range(3)] == [True, False, False]


def test_success_of_the_test_closes_the_circuit(opened, clock):
    clock.now += RESET_S
    assert opened.allows_call()
    opened.record_success()
    assert [opened.allows_call() for _call in range(3)] == [True] * 3


def test_failure_of_the_test_opens_the_circuit_again(opened, clock):
    clock.now += RESET_S
    assert opened.allows_call()
    clock.now += RESET_S - 1
    opened.record_failure()
    clock.now += RESET_S - 0.1
    assert not opened.allows_call()


def test_test_that_never_reports_is_repeated(opened, clock):
    clock.now += RESET_S
    assert opened.allows_call()
    clock.now += RESET_S
    assert opened.allows_call()


def test_of_several_threads_one_tests_the_service(opened, clock):
    clock.now += RESET_S
    start = threading.Barrier(8)

    def call(_number: int) -> bool:
        start.wait(timeout=20)
        return opened.allows_call()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(call, range(8))) == 1
