"""Personal data of payments: what accounting law keeps, and what goes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from core.privacy import (
    Reason,
    describe,
    describe_impersonal,
    erasure_step,
    obstacle,
)
from payments.models import (
    Balance,
    Entry,
    Journal,
    LedgerCheck,
    Payment,
    PaymentEvent,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
    ProviderPace,
    SandboxObject,
    StaffRequest,
)
from payments.models.ledger import Account
from payments.workflow import PAYMENT_WORKFLOW

NO_TITLE = "–"
LAW = "Accounting law: ten years, without names and titles."
KEPT = "Ten years (accounting law), without names and titles after the erasure."
Status = Payment.Status
# Money that is held, or on its way.
UNDER_WAY = (
    *(Status.HELD, Status.FROZEN, Status.RELEASING, Status.REFUNDING),
    *(Status.PAYOUT_BLOCKED, Status.RECOVERING),
)


def of(person: Any) -> QuerySet[Payment]:
    """Return the payments from and to `person`."""
    return Payment.objects.filter(Q(payer=person.pk) | Q(payee=person.pk)).order_by()


def calls_with_titles(person: Any) -> QuerySet[ProviderCall]:
    """Return the calls about payments of `person` that name what is paid for.

    The database keeps the parameters of a call from being changed: these are deleted.
    """
    return ProviderCall.objects.filter(
        kind=ProviderCall.Kind.CREATE_INTENT, payment__in=of(person).values("pk")
    )


def events_about(person: Any) -> QuerySet[ProviderEvent]:
    """Return the processed events about payments and the account of `person`."""
    payments = of(person)
    names = Q(pk__in=[])
    for field in ("intent_id", "charge_id", "dispute_id"):
        names |= Q(object_id__in=payments.exclude(**{field: ""}).values(field))
    calls = ProviderCall.objects.filter(payment__in=payments.values("pk"))
    names |= Q(object_id__in=calls.exclude(provider_id="").values("provider_id"))
    accounts = PayoutAccount.objects.filter(user=person.pk).values("account_id")
    names |= Q(account__in=accounts) | Q(object_id__in=accounts)
    return ProviderEvent.objects.filter(names, state=ProviderEvent.State.DONE)


def sandbox_intents(person: Any) -> QuerySet[SandboxObject]:
    """Return the intents of the sandbox for payments of `person`."""
    references = of(person).values("reference")
    return SandboxObject.objects.filter(kind="intent", reference__in=references)


def without_title(pk: int) -> dict[str, Any]:
    """Return the data of an object of the sandbox without what is paid for."""
    data: dict[str, Any] = SandboxObject.objects.get(pk=pk).data
    return data | {"title": NO_TITLE}


describe(
    Payment,
    whose="payer",
    parties="payee",
    purpose="What was paid for what, to whom, and what became of the money.",
    retention=KEPT,
    exports="reference subject_type subject_id subject_title status currency "
    "price_cents fee_cents to_payee_cents commission_cents to_payer_cents "
    "charged_cents transferred_cents reversed_cents refunded_cents is_disputed "
    "held_at auto_release_at expires_at ended_at",
    internal="provider intent_id charge_id client_secret dispute_id dispute_status "
    "dispute_seen_at problem problem_at fee_bps fee_min_cents",
    blank="client_secret",
    pseudonymise={"subject_title": NO_TITLE},
    keep={
        "reference subject_type subject_id status currency price_cents fee_cents "
        "to_payee_cents commission_cents to_payer_cents charged_cents "
        "transferred_cents reversed_cents refunded_cents is_disputed held_at "
        "auto_release_at expires_at ended_at provider intent_id charge_id dispute_id "
        "dispute_status dispute_seen_at problem problem_at fee_bps fee_min_cents": LAW
    },
)
describe(
    PaymentEvent,
    whose=("actor", "payment__payer"),
    purpose="The history of a payment, which disputes are settled by.",
    retention=KEPT,
    exports="payment name old new",
    private="reason",
    blank="reason",
    keep={"payment name old new": LAW},
)
describe(
    PayoutAccount,
    whose="user",
    purpose="Where a payee is paid: the id of an account at the provider.",
    retention=KEPT,
    exports="provider country entity_type status is_held next_payout_on",
    internal="account_id requirements checked_at",
    blank="requirements",
    keep={
        "provider country entity_type status is_held next_payout_on account_id "
        "checked_at": "Tax law: who was paid how much."
    },
)
describe(
    ProviderCall,
    whose=calls_with_titles,
    purpose="What the provider was asked to do: each is done once.",
    retention="With the payment; what names its subject is deleted with the account.",
    internal="payment kind purpose attempt idempotency_key params state sent_count "
    "first_sent_at lease_until due_at provider_id error_code error finished_at",
    delete=True,
)
describe(
    ProviderEvent,
    whose=events_about,
    purpose="What the provider has reported.",
    retention="PAYMENT_EVENT_DAYS once it is processed.",
    internal="provider endpoint event_id type account object_id payload state attempts "
    "error occurred_at received_at done_at",
    delete=True,
)
describe(
    StaffRequest,
    whose=("payment__payer", "payment__payee"),
    purpose="Decisions of staff about much money, and who approved them.",
    retention=KEPT,
    exports="payment action status amount_cents decided_at",
    internal="params reason requested_by decided_by decision_reason",
    blank="reason decision_reason",
    keep={
        "payment action status amount_cents decided_at params requested_by "
        "decided_by": LAW
    },
)
describe(
    Entry,
    whose="person",
    purpose="The ledger: what is owed to whom.",
    retention=KEPT,
    exports="account amount_cents",
    internal="journal payment",
    keep={"account amount_cents journal payment": LAW},
)
describe(
    Balance,
    whose="person",
    purpose="The sums of the ledger.",
    retention=KEPT,
    exports="account currency amount_cents",
    internal="payment",
    keep={"account currency amount_cents payment": LAW},
)
describe(
    SandboxObject,
    whose=sandbox_intents,
    purpose="What the provider of test payments remembers.",
    retention="As long as the test site.",
    internal="kind object_id reference idempotency_key data",
    pseudonymise={"data": without_title},
    keep={"kind object_id reference idempotency_key": LAW},
)
describe_impersonal(
    Journal,
    "kind key currency payment provider_object sealed_at",
    because="The ledger holds amounts and ids, and no text of people.",
)
describe_impersonal(
    LedgerCheck, "name journal_id checked_at", because="How far the ledger was checked."
)
describe_impersonal(
    ProviderPace, "provider next_at", because="When the next call may begin."
)


@obstacle
def money_under_way(person: Any) -> Iterator[Reason]:
    """Yield why `person` cannot leave: money that is held, on its way, or owed."""
    if count := of(person).filter(status__in=UNDER_WAY).count():
        sentence = ngettext(
            "Money of %(count)s payment is held or on its way. Wait until it has "
            "arrived.",
            "Money of %(count)s payments is held or on its way. Wait until it has "
            "arrived.",
            count,
        )
        yield Reason("payments_under_way", count, sentence % {"count": count})
    if count := owed(person).count():
        sentence = gettext("Money is still owed to you or by you.")
        yield Reason("payments_owed", count, sentence)


def owed(person: Any) -> QuerySet[Balance]:
    """Return the balances of what `person` is to get, or has to give back."""
    own = Q(person=person.pk, account__in=(Account.PAYABLE, Account.RECOVERABLE))
    back = Q(payment__payer=person.pk, account=Account.REFUND_DUE)
    over = back & ~Q(payment__status__in=UNDER_WAY)  # the others are counted already
    return Balance.objects.filter(own | over).exclude(amount_cents=0)


@erasure_step
def cancel_unpaid(person: Any) -> None:
    """Cancel what was not paid yet."""
    pending = of(person).filter(status=Status.PENDING)
    PAYMENT_WORKFLOW.run_due("expire", pending)
