"""The examination of a ledger, and of one ten times as large.

`python -m benchmarks.ledgers PAYMENTS` fills the ledger of `DATABASE_URL`.
"""

import subprocess
import sys
import time
from collections.abc import Iterator

import django

from benchmarks import report
from benchmarks.processes import peak_memory_of
from tests.live.server import ROOT, environment_with

ENTRIES_PER_PAYMENT = 9  # of a payment that is released
PAYMENTS_PER_PERSON = 20
MAX_MB = 200
POLL_S = 0.02

# The rows that a payment of 45.00 has when it is released, or on the way there. The
# journals are sealed afterwards, in the same transaction: the triggers check them.
PAYMENTS = """
INSERT INTO payments_payment
    (reference, subject_type, subject_id, subject_title, payer_id, payee_id, status,
     currency, price_cents, fee_cents, to_payee_cents, commission_cents, to_payer_cents,
     charged_cents, transferred_cents, reversed_cents, refunded_cents, provider,
     intent_id, charge_id, client_secret, is_disputed, dispute_id, dispute_status,
     problem, held_at, expires_at, ended_at, created_at, updated_at)
SELECT 'pay_bulk_' || n, 'bulk', n, 'Windows',
    (%(people)s::bigint[])[1 + n %% %(count)s],
    (%(people)s::bigint[])[1 + (n + 1) %% %(count)s],
    %(status)s, 'EUR', 4500, 450, 4050, 450, 0, 4500,
    CASE WHEN %(status)s = 'released' THEN 4050 ELSE 0 END, 0, 0, 'sandbox',
    'pi_bulk_' || n, 'ch_bulk_' || n, '', false, '', '', '', now(), now(),
    CASE WHEN %(status)s = 'released' THEN now() END, now(), now()
FROM generate_series(%(first)s, %(last)s) n"""
JOURNALS = """
INSERT INTO payments_journal
    (kind, key, currency, payment_id, provider_object, created_at)
SELECT kind, kind || ':bulk_' || subject_id, 'EUR', id, object || subject_id, now()
FROM payments_payment, (VALUES
    (1, 'charge', 'ch_bulk_'), (2, 'provider_fee', 'ch_bulk_'), (3, 'decision', ''),
    (4, 'transfer', 'tr_bulk_')) AS journal (step, kind, object)
WHERE subject_type = 'bulk' AND subject_id >= %(first)s
    AND (kind <> 'transfer' OR status = 'released')
ORDER BY subject_id, step"""
ENTRIES = """
INSERT INTO payments_entry (journal_id, account, payment_id, person_id, amount_cents)
SELECT journal.id, account, CASE WHEN owner = 'payment' THEN payment.id END,
    CASE WHEN owner = 'payee' THEN payee_id END, cents
FROM payments_journal journal JOIN payments_payment payment
    ON payment.id = journal.payment_id AND subject_id >= %(first)s
        AND subject_type = 'bulk'
JOIN (VALUES
    ('charge', 'provider_balance', '', 4500), ('charge', 'held', 'payment', -4500),
    ('provider_fee', 'provider_fees', '', 93),
    ('provider_fee', 'provider_balance', '', -93),
    ('decision', 'held', 'payment', 4500), ('decision', 'payable', 'payee', -4050),
    ('decision', 'fee_revenue', '', -450),
    ('transfer', 'payable', 'payee', 4050), ('transfer', 'provider_balance', '', -4050)
    ) AS line (of_kind, account, owner, cents) ON of_kind = kind
ORDER BY journal.id"""
SEALS = "UPDATE payments_journal SET sealed_at = now() WHERE sealed_at IS NULL"
BALANCES = """
INSERT INTO payments_balance (account, payment_id, person_id, currency, amount_cents)
SELECT account, entry.payment_id, person_id, journal.currency, sum(amount_cents)
FROM payments_entry entry JOIN payments_journal journal ON journal.id = journal_id
    JOIN payments_payment payment ON payment.id = journal.payment_id
WHERE subject_id >= %(first)s AND subject_type = 'bulk'
    AND (entry.payment_id IS NOT NULL OR person_id IS NOT NULL)
GROUP BY account, entry.payment_id, person_id, journal.currency"""


def fill(payments: int, *, status: str = "released") -> None:
    """Add payments of this status, with their people, journals and balances.

    Their `subject_type` is `bulk`.
    """
    from django.db import connection, transaction

    from benchmarks.held_tasks import make_people
    from payments.models import Payment

    people = make_people(max(payments // PAYMENTS_PER_PERSON, 2))
    ids = [person.pk for person in people]
    first = Payment.objects.filter(subject_type="bulk").count() + 1
    params = {"people": ids, "count": len(ids), "status": status}
    params |= {"first": first, "last": first + payments - 1}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (PAYMENTS, JOURNALS, ENTRIES, SEALS, BALANCES):
            cursor.execute(statement, params)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def growth(urls: list[str], *, entries: int, rounds: int) -> Iterator[dict]:
    """Yield how the time of `ledger_check --all` grows, and the memory it needs.

    Fills two databases: with so many entries, and with ten times as many.
    """
    for times, url in zip((1, 10), urls, strict=True):
        payments = str(times * entries // ENTRIES_PER_PAYMENT)
        _run({"DATABASE_URL": url}, "-m", "benchmarks.ledgers", payments)
    found: tuple[list, list] = ([], [])
    for _round in range(rounds):
        for runs, url in zip(found, urls, strict=True):
            check = ("manage.py", "ledger_check", "--all")
            runs.append(_run({"DATABASE_URL": url}, *check))
    small, large = ([seconds for seconds, _mb in runs] for runs in found)
    name = f"ledger_check of {10 * entries} entries : {entries}"
    yield report.ratio(name, large, small, unit=" s", most=12)
    memory = [mb for _seconds, mb in found[1]]
    yield report.figure(f"{name.split(' :')[0]}, MB", memory, most=MAX_MB)


def _run(environment: dict[str, str], *command: str) -> tuple[float, float]:
    """Return the seconds of a command, and the peak of its resident memory in MB."""
    began, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment_with(environment),
        stdout=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None:
        peak = max(peak, peak_memory_of(process.pid))
        time.sleep(POLL_S)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{command}: {process.communicate()[0][:500]}")
    process.stdout.close()
    return seconds, peak


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
