"""Send a text message once, and record what became of it.

    sms.services.send(to="+37121234567", text="Your code: …", key="phone:17")

The row of a message and a job are committed first, and then the calling thread sends
it. If its process dies, a worker does. Whoever changes the row from `queued` to
`sending` sends; a row that stays in `sending` is never sent again, so that nobody gets
a message twice.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from core.circuit_breaker import CircuitBreaker
from core.encryption import Undecryptable, decrypt, encrypt
from core.metrics import observe_sms
from jobs.services import enqueue
from sms import alerts, limits
from sms.exceptions import DailyLimitReached, NumberRefused, SmsUnavailable
from sms.models import SmsMessage
from sms.numbers import PhoneNumber, parse
from sms.providers import get_provider
from sms.providers.base import SendFailed

logger = logging.getLogger("sms")
SAFETY_NET = timedelta(seconds=5)  # after which a worker sends what nobody has sent
MAX_QUEUED = timedelta(minutes=10)  # then a code is of no use, and is not sent any more
MAX_ERROR_CHARS = 200
breaker = CircuitBreaker(reset_timeout_s=5)  # of the provider, in this process
Status, Failure = SmsMessage.Status, SmsMessage.Failure


def send(
    *,
    to: str,
    text: str,
    key: str,
    purpose: str = "",
    extra_limits: limits.ExtraLimits = (),
) -> SmsMessage:
    """Send `text` to a number, once for each `key`; return the message.

    Call it outside a transaction, after the commit of what the message is about; inside
    one it raises `RuntimeError`. `extra_limits` are keys of networks and accounts, each
    with its limit a day. A repeated `key` returns or raises as the first time.

    Raises `PhoneInvalid`, `PhoneNotSupported`, `Throttled` and `DailyLimitReached`, of
    which nothing is left; `NumberRefused`, and `SmsUnavailable` within 3 s, which says
    by `nothing_was_sent` whether that is certain.
    """
    number, at = parse(to), timezone.now()
    try:
        message = _queue(number, text, key, purpose, extra_limits, at)
    except DailyLimitReached:
        # In a transaction of its own: that of the refusal was rolled back.
        alerts.daily_limit_reached(at)
        raise
    return deliver(message.pk)


@transaction.atomic(durable=True)  # or the provider would be called before the commit
def _queue(
    number: PhoneNumber,
    text: str,
    key: str,
    purpose: str,
    extra_limits: limits.ExtraLimits,
    at: datetime,
) -> SmsMessage:
    message, is_new = SmsMessage.objects.get_or_create(
        key=key,
        defaults={
            "to": number.e164,
            "prefix": number.prefix,
            "country": number.region,
            "purpose": purpose,
            "text": encrypt(text),
            "created_at": at,
        },
    )
    if is_new:
        limits.consume(message, extra_limits)
        job_key = f"sms.deliver:{message.pk}"
        due_at = at + SAFETY_NET
        enqueue("sms.deliver", key=job_key, run_at=due_at, message_id=message.pk)
    return message


def deliver(message_id: int) -> SmsMessage:
    """Send a queued message, unless somebody else does or did; return it.

    Raises `NumberRefused` and `SmsUnavailable` if the message has failed.
    """
    message = SmsMessage.objects.get(pk=message_id)
    if message.status == Status.QUEUED and _is_stale(message):
        late = SendFailed("waited too long", nothing_was_sent=True)
        _record_failure(message, late, source=Status.QUEUED)
    elif _claim(message):
        _hand_over(message)
    message.refresh_from_db()
    return _outcome(message)


def mark_used(key: str) -> None:
    """Record that the code in the message of `key` was entered."""
    messages = SmsMessage.objects.filter(key=key, used_at=None)
    messages.update(used_at=timezone.now())


def record_status(
    provider: str,
    provider_id: str,
    *,
    is_delivered: bool,
    error: str = "",
    own_id: int | None = None,
) -> bool:
    """Record that a sent message was delivered, or was not; return whether it exists.

    A status only moves forwards: what is delivered or failed stays so. With `own_id`
    of the row it may arrive before the answer of the provider, which names its id.
    """
    is_meant = Q(provider_id=provider_id)
    if own_id is not None:
        is_meant |= Q(pk=own_id, provider_id="")
    found = SmsMessage.objects.filter(is_meant, provider=provider)
    # In the UPDATE: callbacks come at once, and as the sender records the answer.
    waiting = found.filter(status__in=(Status.SENDING, Status.SENT))
    known = {
        "provider_id": provider_id,
        "sent_at": Coalesce("sent_at", Now()),
        "text": "",
    }
    if is_delivered:
        waiting.update(status=Status.DELIVERED, delivered_at=Now(), **known)
    else:
        waiting.update(
            status=Status.FAILED,
            failure=Failure.UNDELIVERED,
            error=error[:MAX_ERROR_CHARS],
            **known,
        )
    return found.exists()


def fail_interrupted(at: datetime, *, dry_run: bool) -> int:
    """Mark messages as failed whose sender died; return how many.

    Whether they were sent is not known, so they are not sent again.
    """
    stuck = SmsMessage.objects.filter(
        status=Status.SENDING, sending_at__lte=at - MAX_QUEUED
    )
    if dry_run:
        return stuck.count()
    return stuck.update(
        status=Status.FAILED, failure=Failure.UNKNOWN, error="interrupted", text=""
    )


def _is_stale(message: SmsMessage) -> bool:
    return message.created_at < timezone.now() - MAX_QUEUED


def _claim(message: SmsMessage) -> bool:
    """Take a message out of the queue; return whether it was there."""
    # Compare and set: of a request and a worker at once, one finds it queued.
    queued = SmsMessage.objects.filter(pk=message.pk, status=Status.QUEUED)
    return bool(
        queued.update(
            status=Status.SENDING,
            sending_at=timezone.now(),
            provider=settings.SMS_PROVIDER,
        )
    )


def _hand_over(message: SmsMessage) -> None:
    """Call the provider, and record what came of it."""
    try:
        provider_id = _call(message)
    except SendFailed as failure:
        _record_failure(message, failure, source=Status.SENDING)
        return
    # It is `sending`, unless a callback was here first, with the end.
    sending = SmsMessage.objects.filter(pk=message.pk, status=Status.SENDING)
    sending.update(
        status=Status.SENT, sent_at=timezone.now(), provider_id=provider_id, text=""
    )
    observe_sms("sent")


def _call(message: SmsMessage) -> str:
    """Return the provider's id of the message. Raises `SendFailed`."""
    if not breaker.allows_call():
        raise SendFailed("the provider has just failed", nothing_was_sent=True)
    try:
        text = decrypt(message.text)
        provider_id = get_provider().send(message.to, text, message.key, message.pk)
    except Undecryptable as error:
        raise SendFailed("ENCRYPTION_KEYS changed", nothing_was_sent=True) from error
    except SendFailed as failure:
        if failure.is_outage:
            breaker.record_failure()
        else:
            breaker.record_success()
        raise
    breaker.record_success()
    return provider_id


@transaction.atomic
def _record_failure(message: SmsMessage, failed: SendFailed, *, source: str) -> None:
    kind = Failure.NOT_SENT if failed.nothing_was_sent else Failure.UNKNOWN
    if failed.is_refused:
        kind = Failure.REFUSED
    current = SmsMessage.objects.filter(pk=message.pk, status=source)
    is_ours = current.update(
        status=Status.FAILED,
        failure=kind,
        error=failed.error[:MAX_ERROR_CHARS],
        text="",
    )
    if not is_ours:  # another process has recorded an end: given back once
        return
    if failed.nothing_was_sent:
        limits.give_back(message)
    observe_sms(kind)
    logger.warning("text message %s failed (%s): %s", message.pk, kind, failed.error)


def _outcome(message: SmsMessage) -> SmsMessage:
    """Return a message, or raise why it failed."""
    if message.failure == Failure.REFUSED:
        raise NumberRefused
    if message.failure in (Failure.NOT_SENT, Failure.UNKNOWN):
        raise SmsUnavailable(nothing_was_sent=message.nothing_was_sent)
    return message
