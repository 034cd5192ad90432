"""Kill what moves money at every point: nothing is lost, doubled or left over.

`SOAK_TASKS` payments (200) are started, paid, and released, refunded or divided, by
processes that kill themselves with SIGKILL before and after commits, calls and records
(`tests.live.money_points`), until there were `SOAK_KILLS` (500) or all payments are
over. Then workers that do not die finish the rest.

Runs on the PostgreSQL server of `DATABASE_URL`, in a temporary database, with the
sandbox as provider. The last line is JSON; the exit status is 1 if a payment was lost
or paid twice, a journal does not balance, something is stuck, or, with many kills, a
point had none.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import django

from tests.live.bounds import end_within
from tests.live.database import migrate, scratch_database
from tests.live.server import ROOT, environment_with

TASKS = int(os.environ.get("SOAK_TASKS", "200"))
KILLS = int(os.environ.get("SOAK_KILLS", "500"))
MAX_RUN_S = 300 + 3 * KILLS + TASKS
DRAIN_S = 120 + TASKS
ENOUGH_KILLS = 300  # for each point to have had one
POINTS = (
    *("before the commit", "after the commit", "before the call", "after the call"),
    *("before the record", "in the record", "after the record", "in the webhook"),
)
ROLES = (("web", 0, TASKS // 2), ("web", TASKS // 2, TASKS), ("worker",), ("worker",))


def main() -> int:
    end_within(MAX_RUN_S)
    with (
        scratch_database(os.environ["DATABASE_URL"]) as url,
        tempfile.TemporaryDirectory(prefix="money-") as folder,
    ):
        kills = Path(folder) / "kills"
        kills.touch()
        environment = {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "PAYMENT_PROVIDER": "sandbox",
            "PAYMENT_CALLS_PER_SECOND": "1000",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "LOG_LEVEL": "CRITICAL",
            "MONEY_KILLS": str(kills),
        }
        migrate(environment)
        os.environ.update(environment_with(environment))
        django.setup()
        people()
        run(kills, chance=0.05)
        run(kills, chance=0)
        figures = examine(Counter(kills.read_text().splitlines()))
    print(json.dumps(figures), flush=True)
    faults = ["lost", "doubled", "unbalanced", "stuck"]
    if KILLS >= ENOUGH_KILLS:
        faults.append("points_missed")
    return int(any(figures[name] for name in faults))


def people() -> None:
    from accounts.tests.factories import UserFactory
    from payments.tests.factories import payable_account

    UserFactory(username="payer", is_staff=True)
    for number in range(5):
        payable_account(UserFactory(username=f"payee{number}"))


def run(kills: Path, *, chance: float) -> None:
    """Run a process of each role, anew whenever it was killed, until all is over."""
    running: dict[tuple, subprocess.Popen] = {}
    environment = os.environ | {"MONEY_KILL_CHANCE": str(chance)}
    began = time.monotonic()
    try:
        while not is_over(kills, chance, began):
            for role in ROLES:
                process = running.get(role)
                if process is None or process.poll() not in (None, 0):
                    command = ["-m", "tests.live.money_points", *map(str, role)]
                    running[role] = subprocess.Popen(
                        [sys.executable, *command], cwd=ROOT, env=environment
                    )
            time.sleep(0.1)
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def is_over(kills: Path, chance: float, began: float) -> bool:
    if chance:
        return len(kills.read_text().splitlines()) >= KILLS or all_over()
    catch_up()
    return all_over() or time.monotonic() > began + DRAIN_S


def catch_up() -> None:
    """Do at once what the periodic job does for jobs that are dead."""
    from django.utils import timezone

    from payments import carrying, inbox, outbox

    for call_id in outbox.due_calls(timezone.now()):
        carrying.carry(call_id)
    for event_id in inbox.waiting(before=timezone.now()):
        inbox.process(event_id)


def all_over() -> bool:
    from payments.models import Payment, ProviderCall, ProviderEvent

    over = Payment.objects.filter(
        status__in=("released", "refunded", "partly_refunded")
    ).count()
    live = ProviderCall.objects.filter(state__in=("new", "sending", "unknown"))
    new = ProviderEvent.objects.filter(state="new")
    return over == TASKS and not live.exists() and not new.exists()


def examine(kills: Counter) -> dict:
    """Return what is wrong with the payments afterwards."""
    from django.db.models import Sum

    from payments.models import Entry, Journal, Payment, ProviderCall, ProviderEvent
    from payments.models import SandboxObject as Object
    from payments.providers import sandbox

    moved = Counter(
        Object.objects.filter(kind__in=("transfer", "refund")).values_list(
            "kind", "reference"
        )
    )
    payments = list(Payment.objects.all())
    lost = [p for p in payments if not p.is_over] + list(range(TASKS - len(payments)))
    lost += [
        p
        for p in payments
        if p.transferred_cents + p.commission_cents + p.refunded_cents != 5000
    ]
    entries = Entry.objects.filter(account="provider_balance")
    ours = entries.aggregate(Sum("amount_cents"))["amount_cents__sum"]
    sums = Entry.objects.values("journal").annotate(sum=Sum("amount_cents"))
    unbalanced = sums.exclude(sum=0).count()
    unbalanced += Journal.objects.filter(sealed_at=None).count()
    unbalanced += ours != sandbox.provider.balance_cents("EUR")
    live = ProviderCall.objects.filter(state__in=("new", "sending", "unknown"))
    stuck = live.count() + ProviderEvent.objects.exclude(state="done").count()
    return {
        "kills": kills.total(),
        "tasks": len(payments),
        "lost": len(lost),
        "doubled": sum(count > 1 for count in moved.values()),
        "unbalanced": unbalanced,
        "stuck": stuck,
        "points_missed": [point for point in POINTS if not kills[point]],
    }


if __name__ == "__main__":
    sys.exit(main())
