"""Receipts: a printable page for the two parties, and the e-mail with its link."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.security_emails import address_of
from core.exceptions import NotFound, page_for_people
from core.workflow import Transition
from jobs.services import enqueue_mail
from payments.models import Payment, PaymentEvent
from payments.money import to_decimal

SALT = "marketplace.receipt"
LIFETIME_S = 90 * 24 * 3600
ENDS = frozenset({"finish-release", "finish-refund", "finish-split"})


def send(payment: Payment, *, row: Transition, event: PaymentEvent) -> None:
    """Send both parties the link of the receipt, once the money is where it belongs."""
    if row.name not in ENDS:
        return
    for person in (payment.payer, payment.payee):
        if address := address_of(person):
            # By the transition: money that is released again has another receipt.
            key = f"receipt:{payment.pk}:{person.pk}:event{event.pk}"
            subject, text = _email(payment, person)
            enqueue_mail(key, to=address, subject=subject, text=text, is_secret=True)


def _email(payment: Payment, person: User) -> tuple[str, str]:
    """Return the subject and the text."""
    with override(person.language):
        context = {
            "name": person.display_name,
            "title": payment.subject_title,
            "url": link(payment, person),
        }
        subject = _("Receipt: %(title)s") % {"title": payment.subject_title}
        return subject, render_to_string("payments/receipt.txt", context)


def link(payment: Payment, person: User) -> str:
    """Return the signed URL of the receipt for one party, valid for `LIFETIME_S`."""
    token = signing.dumps([payment.pk, person.pk], salt=SALT)
    return f"{settings.SITE_URL}/api/receipts/{token}"


@require_safe
@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the receipt of a signed link; 404 for one that is forged or too old."""
    try:
        payment_id, person_id = signing.loads(token, salt=SALT, max_age=LIFETIME_S)
    except signing.BadSignature:
        return page_for_people(_missing(request))
    person = User.objects.filter(pk=person_id, is_active=True).first()
    rows = Payment.objects.for_display().filter(pk=payment_id)
    payment = rows.visible_to(person).first() if person else None
    if person is None or payment is None:
        return page_for_people(_missing(request))
    return show(request, payment, viewer=person)


def _missing(request: HttpRequest) -> HttpResponse:
    return render(request, "payments/receipt.html", {}, status=404)


def show(request: HttpRequest, payment: Payment, *, viewer: User) -> HttpResponse:
    """Return the receipt as a page, in the language of `viewer`.

    Raises `NotFound` (404) for a payment that was never made.
    """
    if payment.held_at is None:
        raise NotFound(_("Not found."))
    with override(viewer.language):
        return render(request, "payments/receipt.html", _context(payment, viewer))


def _context(payment: Payment, viewer: User) -> dict[str, Any]:
    def amount(cents: int) -> Decimal:
        return to_decimal(cents, payment.currency)

    sent_cents = payment.transferred_cents - payment.reversed_cents
    rows = [
        (_("Price"), amount(payment.price_cents)),
        (_("Commission included"), amount(payment.shown_fee_cents)),
        (_("Sent to the worker"), amount(sent_cents)),
        (_("Refunded"), amount(payment.refunded_cents)),
    ]
    return {
        "site": settings.SITE_NAME,
        "payment": payment,
        "rows": rows,
        "is_payer": viewer.pk == payment.payer_id,
    }
