"""How fast workers carry out the calls that wait in the outbox."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from benchmarks import ledgers, report
from benchmarks.confirms import worker
from benchmarks.held_tasks import check_ledger

MAX_CALL_S = 0.5  # of one call, before the drain counts as stuck
SECOND = timedelta(seconds=1)


def drains(*, calls: int, rate: int, rounds: int) -> Iterator[dict]:
    """Yield the rate that one worker reaches, and two, when `calls` transfers wait.

    In each round both drain as many. The moments are those at which the sandbox did
    the transfers.
    """
    found: dict[int, list[list]] = {1: [], 2: []}
    for _round in range(rounds):
        for number, drained in found.items():
            drained.append(_drain(calls, rate, workers=number))
    check_ledger()
    for number, drained in found.items():
        reached = [_rate(moments) for moments in drained]
        name = f"{calls} calls, {number} worker{'s' * (number > 1)}, {rate}/s set"
        yield report.ratio(
            f"{name}: reached : set", reached, [rate] * rounds, unit="/s", least=0.9
        )
        busiest = [most_in_a_second(moments) for moments in drained]
        yield report.figure(f"{name}: most in a second", busiest, most=rate)


def _drain(calls: int, rate: int, *, workers: int) -> list:
    """Return the moments at which workers have carried out waiting transfers."""
    from payments.models import ProviderCall, SandboxObject

    _wait_in_outbox(calls)
    newest = SandboxObject.objects.latest("pk").pk
    made = SandboxObject.objects.filter(kind="transfer", pk__gt=newest)
    open_ = ProviderCall.objects.filter(state__in=("new", "sending", "unknown"))
    deadline = time.monotonic() + 60 + calls * max(2 / rate, MAX_CALL_S)
    with worker(calls_per_second=rate, number=workers):
        while left := open_.count():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{left} of {calls} calls are left.")
            time.sleep(0.5)
    moments = list(made.order_by("created_at").values_list("created_at", flat=True))
    if len(moments) != calls:
        raise RuntimeError(f"{len(moments)} transfers for {calls} calls.")
    return moments


def _wait_in_outbox(calls: int) -> None:
    """Write payments that are being released, with calls that nobody has sent."""
    from jobs.models import Job
    from payments.models import Payment, ProviderCall, ProviderEvent, SandboxObject

    Job.objects.all().delete()  # what followed from earlier drains
    ProviderEvent.objects.all().delete()
    earlier = Payment.objects.filter(subject_type="bulk").count()
    ledgers.fill(calls, status="releasing")
    payments = Payment.objects.filter(subject_type="bulk", subject_id__gt=earlier)
    rows = list(payments.order_by("pk"))
    SandboxObject.objects.bulk_create(_intent(payment) for payment in rows)
    written = ProviderCall.objects.bulk_create(_transfer(payment) for payment in rows)
    Job.objects.bulk_create(
        Job(
            name="payments.carry",
            key=f"payments.carry:{call.pk}:0",
            kwargs={"call_id": call.pk},
        )
        for call in written
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _intent(payment):
    from payments.models import SandboxObject

    data = {"purpose": "", "status": "succeeded", "charge_id": payment.charge_id}
    return SandboxObject(
        kind="intent",
        object_id=payment.intent_id,
        reference=payment.reference,
        data=data | {"amount": payment.price_cents, "currency": "EUR", "fee": 93},
    )


def _transfer(payment):
    from payments.models import ProviderCall

    return ProviderCall(
        payment=payment,
        kind="transfer",
        idempotency_key=f"transfer:{payment.reference}:1",
        params={
            "amount_cents": payment.to_payee_cents,
            "currency": payment.currency,
            "destination": f"acct_{payment.payee_id}",
            "charge_id": payment.charge_id,
            "reference": payment.reference,
            "purpose": "",
        },
    )


def _rate(moments: list) -> float:
    """Return the calls in a second."""
    return (len(moments) - 1) / (moments[-1] - moments[0]).total_seconds()


def most_in_a_second(moments: list) -> int:
    """Return the most calls in any second, whenever it begins."""
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= SECOND:
            first += 1
        most = max(most, last - first + 1)
    return most
