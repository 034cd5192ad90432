"""Many at once, on PostgreSQL with real threads: SQLite writes one after another."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from core.exceptions import DomainError
from sms import conversions, services
from sms.models import SmsCounter, SmsMessage, SmsPrefixBlock
from sms.tests.test_conversions import messages
from sms.tests.test_sending import BOB, queue_only

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]
THREADS = 6  # each with a connection of its own, of the eight in the pool


def at_once(act, arguments) -> Counter:
    """Count what came of `act` with each argument: "done", or the code of an error."""
    start = Barrier(THREADS)
    arguments = list(arguments)
    first = iter(range(len(arguments)))

    def run(argument) -> str:
        if next(first) < THREADS:
            start.wait(timeout=30)
        try:
            act(argument)
        except DomainError as error:
            return error.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, arguments))


def send(number: int, *, to: str = "", **more) -> None:
    to = to or f"+3712123{number:04}"
    services.send(to=to, text="123456", key=f"race:{number}", **more)


def test_many_numbers_of_a_prefix_get_as_many_messages_as_its_limit(twilio, settings):
    """O4: counted at the provider: the limit, and not one more."""
    settings.SMS_PER_PREFIX_PER_DAY = 20
    outcomes = at_once(send, range(100))
    assert outcomes == {"done": 20, "throttled": 80}
    assert len(twilio.messages) == SmsMessage.objects.count() == 20
    assert SmsCounter.objects.get(key="total").count == 20


def test_one_number_gets_one_message_in_half_a_minute(twilio):
    """O4: also one that has counters already."""
    send(0, to=BOB)
    SmsMessage.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    outcomes = at_once(lambda number: send(number, to=BOB), range(1, 4 * THREADS))
    assert outcomes == {"done": 1, "throttled": 4 * THREADS - 2}
    assert len(twilio.messages) == 2


def test_networks_and_the_day_have_exact_limits_too(twilio, settings):
    """O4, O5: transactions that share counters do not wait in a circle."""
    settings.SMS_PER_DAY = 15
    networks = [("network b", 4), ("network a", 100), ("network c", 100)]

    def act(number):
        own = networks if number % 2 else networks[:0:-1]
        send(number, to=f"+37121{number + 10:02}0000", extra_limits=own)

    outcomes = at_once(act, range(60))
    assert outcomes["done"] == 15 == len(twilio.messages)
    assert outcomes["throttled"] + outcomes["sms_unavailable"] == 45
    assert SmsCounter.objects.get(key="by network b").count <= 4


def test_one_key_at_once_is_one_message(twilio):
    """O8: a request that is repeated while the first one runs."""

    def act(_number):
        services.send(to=BOB, text="123456", key="race")

    assert at_once(act, range(2 * THREADS)) == {"done": 2 * THREADS}
    assert len(twilio.messages) == SmsMessage.objects.count() == 1


def test_request_and_workers_at_once_send_once(twilio):
    """O8."""
    message = queue_only()
    at_once(lambda _number: services.deliver(message.pk), range(2 * THREADS))
    assert len(twilio.messages) == 1


def test_failures_at_once_are_given_back_exactly(twilio):
    """O4: each once, and the counters end at zero."""
    twilio.fail_with = 21614
    assert at_once(send, range(30)) == {"phone_not_supported": 30}
    counts = SmsCounter.objects.exclude(key__startswith="number")
    assert set(counts.values_list("count", flat=True)) == {0}


def test_workers_at_once_block_a_prefix_once(settings):
    """O10."""
    messages(10)

    def block(_number):
        conversions.block_unused_prefixes(timezone.now())

    assert at_once(block, range(THREADS)) == {"done": THREADS}
    assert SmsPrefixBlock.objects.count() == 1
