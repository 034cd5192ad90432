"""Serializers of payments, quotes and payout accounts."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import Input, StrictChoiceField, TextField
from core.api.output import Output
from core.db.models import MAX_PRICE
from payments import examples
from payments.models import Payment, PaymentEvent
from payments.money import to_number
from payments.workflow import PAYMENT_WORKFLOW

MAX_URL_CHARS = 500
ACTIONS = ("pay", "receipt")
ENTITY_TYPES = ("individual", "company")
ACCOUNT_STATUSES = (
    *("none", "pending", "active"),
    *("restricted", "rejected", "unsupported"),
)


class PaymentPartySerializer(Output):
    """One side of a payment."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="public_name")


class PaidSubjectSerializer(Output):
    """What is paid for."""

    type = serializers.CharField(source="subject_type")
    id = serializers.IntegerField(source="subject_id")
    title = serializers.CharField(source="subject_title")


class PaymentStepSerializer(Output):
    """One step in the history of a payment."""

    name = serializers.ChoiceField(choices=[row.name for row in PAYMENT_WORKFLOW])
    at = serializers.DateTimeField(source="created_at")
    status = serializers.ChoiceField(choices=Payment.Status.choices, source="new")


class PaymentSerializer(Output):
    """A payment, for its payer and its payee."""

    example = examples.PAYMENT

    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Payment.Status.choices)
    processing = serializers.BooleanField(
        help_text="True while the provider carries out what was decided."
    )
    price = serializers.SerializerMethodField()
    fee = serializers.SerializerMethodField()
    refunded = serializers.SerializerMethodField()
    released = serializers.SerializerMethodField()
    currency = serializers.CharField()
    held_at = serializers.DateTimeField(allow_null=True)
    auto_release_at = serializers.DateTimeField(
        allow_null=True, help_text="When it is released without an answer of the payer."
    )
    subject = serializers.SerializerMethodField()
    payer = PaymentPartySerializer()
    payee = PaymentPartySerializer()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()

    def get_price(self, payment: Payment) -> float:
        """What the payer pays."""
        return to_number(payment.price_cents, payment.currency)

    def get_fee(self, payment: Payment) -> float:
        """The commission in the price: of what the payee gets, once that is decided."""
        return to_number(payment.shown_fee_cents, payment.currency)

    def get_refunded(self, payment: Payment) -> float:
        """What has gone back to the payer."""
        return to_number(payment.refunded_cents, payment.currency)

    def get_released(self, payment: Payment) -> float:
        """What has gone to the payee."""
        net_cents = payment.transferred_cents - payment.reversed_cents
        return to_number(net_cents, payment.currency)

    @extend_schema_field(PaidSubjectSerializer)
    def get_subject(self, payment: Payment) -> dict[str, Any]:
        """What is paid for."""
        return PaidSubjectSerializer(context=self.context).to_representation(payment)

    @extend_schema_field(PaymentStepSerializer(many=True))
    def get_history(self, payment: Payment) -> list[dict[str, Any]]:
        """The steps, the oldest first."""
        events: list[PaymentEvent] = list(payment.events.all())
        return PaymentStepSerializer(context=self.context).of_all(reversed(events))

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))
    )
    def get_actions(self, payment: Payment) -> list[str]:
        """What the reader may do now: `pay`, `receipt`."""
        is_payer = self.viewer is not None and self.viewer.pk == payment.payer_id
        is_open = payment.status == Payment.Status.PENDING
        if is_open and is_payer and payment.expires_at > timezone.now():
            return ["pay"]
        return ["receipt"] if payment.held_at else []


class ClientSerializer(Output):
    """What the payer's browser needs to pay; null until the provider has prepared it.

    With the sandbox, `url` is the page to open. With the other provider, its library
    takes `client_secret` and `publishable_key`.
    """

    provider = serializers.CharField()
    url = serializers.CharField(required=False, allow_null=True)
    client_secret = serializers.CharField(required=False, allow_null=True)
    publishable_key = serializers.CharField(required=False, allow_null=True)


class QuoteParams(serializers.Serializer):
    """The query of a quote."""

    amount = serializers.DecimalField(
        max_digits=10, decimal_places=2, min_value=0, max_value=MAX_PRICE
    )


class QuoteSerializer(serializers.Serializer):
    """What a price means for both sides."""

    price = serializers.FloatField()
    fee = serializers.FloatField(help_text="The commission, which the payee pays.")
    worker_gets = serializers.FloatField()
    payer_pays = serializers.FloatField()
    currency = serializers.CharField()
    terms = serializers.ListField(
        child=serializers.CharField(),
        help_text="What happens to the money, in sentences.",
    )


class BalanceSerializer(serializers.Serializer):
    """What the caller gets from others: amounts without the commission."""

    currency = serializers.CharField()
    held = serializers.FloatField(help_text="Held until the work is confirmed.")
    in_transit = serializers.FloatField(help_text="Released, and on its way.")
    paid_out = serializers.FloatField(help_text="Sent to the payout account.")


class AccountSerializer(serializers.Serializer):
    """The payout account of the caller, as the provider sees it now."""

    status = serializers.ChoiceField(choices=ACCOUNT_STATUSES)
    requirements = serializers.ListField(
        child=serializers.CharField(),
        help_text="What the provider still asks for, in sentences.",
    )
    next_payout_on = serializers.DateField(allow_null=True)


class AccountLinkSerializer(serializers.Serializer):
    """Where the payee goes on, at the provider."""

    message = serializers.CharField()
    url = serializers.CharField()


class SiteUrlField(TextField):
    """A URL of a client: of the site itself, or of an origin that CORS allows."""

    default_error_messages = {
        "not_ours": _("Give an http or https URL of this site or of its client.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_URL_CHARS, **kwargs)

    def to_internal_value(self, data: object) -> str:
        url = super().to_internal_value(data)
        if not is_of_a_client(url):
            self.fail("not_ours")
        return url


def is_of_a_client(url: str) -> bool:
    """Return whether a URL is of the site or of an origin that CORS allows."""
    # Browsers read "\" as "/", so that what looks like a path would be a host.
    if "\\" in url or not url.isascii() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    ours = {origin_of(one) for one in (settings.SITE_URL, *_allowed_origins())}
    # Compared as a whole: user names and ports are parts of it.
    return parts.scheme in ("http", "https") and origin_of(url) in ours


def _allowed_origins() -> list[str]:
    return list(settings.CORS_ALLOWED_ORIGINS)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


class CountryField(TextField):
    """A country: two letters of ISO 3166-1."""

    default_error_messages = {
        "not_a_country": _("Give the two letters of a country, such as LV.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2, **kwargs)

    def to_internal_value(self, data: object) -> str:
        code = super().to_internal_value(data).upper()
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            self.fail("not_a_country")
        return code


class AccountInput(Input):
    """Who is paid, and where the provider sends them back."""

    country = CountryField()
    entity_type = StrictChoiceField(choices=ENTITY_TYPES)
    return_url = SiteUrlField(help_text="Where the payee comes back to.")
    refresh_url = SiteUrlField(help_text="Where the payee goes if the link is used up.")
