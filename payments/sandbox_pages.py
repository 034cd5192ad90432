"""Pages on which the sandbox is paid, and on which it is told who a payee is.

They stand in for the pages of a real provider: only with `PAYMENT_PROVIDER=sandbox`,
else 404. They need no JavaScript. Whoever knows the secret in the address may act, as
with the link of a provider.
"""

import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from payments.models import Payment, PayoutAccount, SandboxObject
from payments.money import to_decimal
from payments.providers import sandbox

Page = Callable[[HttpRequest, str], HttpResponse]
SECRET = re.compile(r"[A-Za-z0-9_-]{1,100}")
CARDS = {
    "success": _("Card that works"),
    "declined": _("Card that is declined"),
    "three_d_secure": _("Card that asks for a confirmation (3-D Secure)"),
    "disputed": _("Card whose bank contests the payment afterwards"),
}


def _of_the_sandbox(page: Page) -> Page:
    @never_cache
    @csrf_protect
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def checked(request: HttpRequest, secret: str) -> HttpResponse:
        if settings.PAYMENT_PROVIDER != "sandbox":
            raise Http404
        return page(request, secret)

    return checked


def _found(kind: str, secret: str) -> SandboxObject:
    if not SECRET.fullmatch(secret):  # PostgreSQL takes no NUL in a text
        raise Http404
    row = SandboxObject.objects.filter(kind=kind, data__secret=secret).first()
    if row is None:
        raise Http404
    return row


@_of_the_sandbox
def pay(request: HttpRequest, secret: str) -> HttpResponse:
    """Let the payer choose a card, and confirm the payment if the card asks for it."""
    intent = _found("intent", secret)
    step = ""
    if request.method == "POST":
        step = _use_card(intent, request.POST.get("card", ""))
        if not step:
            return redirect("sandbox-pay", secret=secret)
    context = {
        "intent": intent.data,
        "amount": to_decimal(intent.data["amount"], intent.data["currency"]),
        "cards": CARDS,
        "step": step,
        "back": _client_url(intent.reference),
    }
    return render(request, "payments/sandbox_pay.html", context)


def _use_card(intent: SandboxObject, card: str) -> str:
    """Do what a card does; return the step that the page shows next, if any."""
    if card == "three_d_secure":
        return "confirm"
    if card in ("success", "confirmed", "disputed"):
        sandbox.pay(intent.object_id)
        if card == "disputed":
            _dispute(intent.reference)
        return ""
    sandbox.decline(intent.object_id)
    return "declined"


def _dispute(reference: str) -> None:
    disputes = SandboxObject.objects.filter(kind="dispute", reference=reference)
    paid = SandboxObject.objects.filter(
        kind="intent", reference=reference, data__status="succeeded"
    )
    if paid.exists() and not disputes.exists():  # a form may be sent twice
        sandbox.open_dispute(reference)


def _client_url(reference: str) -> str:
    """Return the client's page of what is paid for."""
    payment = Payment.objects.filter(reference=reference).first()
    if payment is None:
        return settings.SITE_URL
    path = settings.CLIENT_PATHS.get(payment.subject_type, "/")
    return f"{settings.SITE_URL}{path.format(id=payment.subject_id)}"


@_of_the_sandbox
def account(request: HttpRequest, secret: str) -> HttpResponse:
    """Let the payee complete the account, or leave it restricted."""
    row = _found("account", secret)
    if request.method == "POST":
        choice = request.POST.get("choice", "")
        if choice in ("active", "restricted"):
            sandbox.set_account(row.object_id, choice)
        return redirect("sandbox-account", secret=secret)
    back = row.data.get("return_url") or settings.SITE_URL
    status = PayoutAccount.Status(row.data["status"]).label
    context = {"status": status, "back": back}
    return render(request, "payments/sandbox_account.html", context)
