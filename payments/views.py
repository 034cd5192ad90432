"""The API of payments: quotes, the payout account, the balance and the history."""

from typing import Any, cast

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts import reauthentication
from accounts.authentication import SignedInRequest
from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from payments import accounts, examples, quotes, receipts, statements
from payments.filters import PaymentFilter
from payments.models import Payment
from payments.serializers import (
    AccountInput,
    AccountLinkSerializer,
    AccountSerializer,
    BalanceSerializer,
    PaymentSerializer,
    QuoteParams,
    QuoteSerializer,
)

PAGE = OpenApiResponse(OpenApiTypes.STR, description="A page to print.")
TABLE = OpenApiResponse(OpenApiTypes.STR, description="With `format=csv`.")


class PaymentViewSet(ApiViewSet):
    """The payments of the caller, as the payer or the payee."""

    queryset = Payment.objects.for_display().newest_first()
    serializer_class = PaymentSerializer
    list_key = "payments"
    object_key = "payment"
    input_serializers = {"open_account": AccountInput}
    # It calls the provider, which the transaction of a repeatable request forbids. The
    # link works once, so that a repetition needs a new one.
    never_repeated = frozenset({"open_account"})
    examples = examples.EXAMPLES

    @extend_schema(
        operation_id="payments_getPayment",
        summary="Get a payment",
        description="For its payer and its payee.",
    )
    def retrieve(self, request: SignedInRequest, pk: str) -> Response:
        """Answer with the payment."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        operation_id="payments_listPayments",
        summary="List the caller's payments",
        description="The newest first.",
        responses={
            (200, "application/json"): PaymentSerializer(many=True),
            (200, "text/csv"): TABLE,
        },
    )
    @action(
        detail=False,
        list_key="payments",
        pagination_class=PersonalPages,
        filterset_class=PaymentFilter,
    )
    def history(self, request: SignedInRequest) -> Any:
        """As a payer and as a payee; `format=csv` answers a table."""
        if request.query_params.get("format") != "csv":
            return self.list_response(self.personal_results())
        rows = self.filter_queryset(self.get_queryset())
        table = statements.as_csv(rows[: statements.MAX_CSV_ROWS])
        answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="payments.csv"'
        return answer

    @extend_schema(
        operation_id="payments_quote",
        summary="Get what a price means for both sides",
        description="Also without a provider of payments.",
        parameters=[
            OpenApiParameter(
                "amount",
                {"type": "number", "minimum": 0, "multipleOf": 0.01},
                required=True,
            )
        ],
        responses=QuoteSerializer,
    )
    @action(detail=False, pagination_class=None)
    def quote(self, request: SignedInRequest) -> Response:
        """The commission, and what happens to the money."""
        params = QuoteParams(data=request.query_params)
        params.is_valid(raise_exception=True)
        return Response(quotes.describe(**params.validated_data))

    @extend_schema(
        operation_id="payments_getBalance",
        summary="Get what the caller gets from others",
        responses=BalanceSerializer,
    )
    @action(detail=False, pagination_class=None)
    def balance(self, request: SignedInRequest) -> Response:
        """Amounts without the commission."""
        return Response(statements.balance_of(request.user))

    @extend_schema(
        operation_id="payments_getAccount",
        summary="Get the caller's payout account",
        description="Read from the payment provider now. `none` before it is opened.",
        responses=AccountSerializer,
        extensions=error_codes(s503=["unavailable"]),
    )
    @action(detail=False, pagination_class=None)
    def account(self, request: SignedInRequest) -> Response:
        """Where the caller is paid."""
        return Response(accounts.describe(request.user))

    @extend_schema(
        operation_id="payments_openAccount",
        summary="Create the caller's payout account, or go on with it",
        description="`url` leads to the payment provider and works once. Coming back "
        "from it says nothing: read the account again. Needs a recent confirmation of "
        "the identity, and not by a phone number.",
        responses={200: AccountLinkSerializer},
        extensions=error_codes(
            s403=["confirmation_required"],
            s409=["payments_off", "country_fixed", "account_refused"],
            s503=["unavailable"],
        ),
    )
    @account.mapping.post
    def open_account(self, request: SignedInRequest) -> Response:
        """Answer with the URL at which the provider asks who the caller is."""
        reauthentication.require_recent(request, beyond_phone=True)
        url = accounts.open_link(request.user, **self.validated_input())
        return Response({"message": _("Go on at the payment provider."), "url": url})

    @extend_schema(
        operation_id="payments_getReceipt",
        summary="Get the receipt of a payment",
        description="A page to print, once the money was held.",
        responses={(200, "text/html"): PAGE},
    )
    @action(detail=True, pagination_class=None)
    def receipt(self, request: SignedInRequest, pk: str) -> HttpResponse:
        """For the payer and the payee."""
        payment = cast(Payment, self.get_object())
        return receipts.show(request, payment, viewer=request.user)
