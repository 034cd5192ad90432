"""Which request is answered by what, with the SDK's type of its parameters."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import stripe.params as v1
import stripe.params.v2.core as v2

from tests.live.payment_stub import accounts, disputes, intents, transfers
from tests.live.payment_stub.errors import ApiError
from tests.live.payment_stub.store import Object, Store, page


@dataclass
class Call:
    """One request, with its parameters as the types say."""

    store: Store
    params: dict[str, Any]
    account: str  # of `Stripe-Account`; empty: the platform
    path: str
    base: str  # the URL of the stub
    needs_cards: bool
    ids: tuple[str, ...] = field(default=())


Handler = Callable[[Call], Object]


def one(kind: str) -> Handler:
    """Return what answers GET of one object."""
    return lambda call: call.store.get(call.ids[0], kind)


def listed(kind: str, *names: str) -> Handler:
    """Return what answers GET of a list, with filters by members."""

    def answer(call: Call) -> Object:
        rows = [
            row
            for row in call.store.of_kind(kind)
            if all(row[n] == call.params[n] for n in names if n in call.params)
        ]
        return page(rows, call.params, call.path)

    return answer


def _reversals(call: Call) -> Object:
    rows = call.store.of_kind("transfer_reversal")
    of_transfer = [row for row in rows if row["transfer"] == call.ids[0]]
    return page(of_transfer, call.params, call.path)


def _get_account(call: Call) -> Object:
    row = accounts.get(call.store, call.ids[0])
    return accounts.render(row, call.params.get("include", []))


def _make_account(call: Call) -> Object:
    row = accounts.create(call.store, call.params, needs_cards=call.needs_cards)
    return accounts.render(row, call.params.get("include", []))


def _balance_settings(call: Call) -> Object:
    return accounts.change_balance_settings(call.store, call.params, call.account)


def _payout(call: Call) -> Object:
    return transfers.get_payout(call.store, call.ids[0], call.account)


def plain(function: Callable[..., Object]) -> Handler:
    """Return what answers with a function of the store, the parameters and the ids."""
    return lambda call: function(call.store, call.params, *call.ids)


ID = "([a-z]+_[A-Za-z0-9]+)"
ROUTES: list[tuple[str, str, Any, Handler]] = [
    (
        "POST",
        "/v1/payment_intents",
        v1.PaymentIntentCreateParams,
        plain(intents.create),
    ),
    (
        "GET",
        "/v1/payment_intents",
        v1.PaymentIntentListParams,
        listed("payment_intent", "customer"),
    ),
    (
        "GET",
        f"/v1/payment_intents/{ID}",
        v1.PaymentIntentRetrieveParams,
        one("payment_intent"),
    ),
    (
        "POST",
        f"/v1/payment_intents/{ID}/cancel",
        v1.PaymentIntentCancelParams,
        plain(intents.cancel),
    ),
    ("GET", f"/v1/charges/{ID}", v1.ChargeRetrieveParams, one("charge")),
    ("POST", "/v1/refunds", v1.RefundCreateParams, plain(intents.refund)),
    (
        "GET",
        "/v1/refunds",
        v1.RefundListParams,
        listed("refund", "payment_intent", "charge"),
    ),
    ("GET", f"/v1/refunds/{ID}", v1.RefundRetrieveParams, one("refund")),
    ("POST", "/v1/transfers", v1.TransferCreateParams, plain(transfers.create)),
    (
        "GET",
        "/v1/transfers",
        v1.TransferListParams,
        listed("transfer", "transfer_group", "destination"),
    ),
    ("GET", f"/v1/transfers/{ID}", v1.TransferRetrieveParams, one("transfer")),
    (
        "POST",
        f"/v1/transfers/{ID}/reversals",
        v1.TransferReversalCreateParams,
        plain(transfers.reverse),
    ),
    (
        "GET",
        f"/v1/transfers/{ID}/reversals",
        v1.TransferReversalListParams,
        _reversals,
    ),
    ("GET", f"/v1/disputes/{ID}", v1.DisputeRetrieveParams, one("dispute")),
    ("GET", f"/v1/payouts/{ID}", v1.PayoutRetrieveParams, _payout),
    (
        "GET",
        "/v1/balance",
        v1.BalanceRetrieveParams,
        lambda call: accounts.balance(call.store),
    ),
    (
        "GET",
        "/v1/balance_transactions",
        v1.BalanceTransactionListParams,
        listed("balance_transaction", "type", "source"),
    ),
    ("GET", "/v1/events", v1.EventListParams, listed("event", "type")),
    (
        "POST",
        "/v1/balance_settings",
        v1.BalanceSettingsUpdateParams,
        _balance_settings,
    ),
    ("POST", "/v2/core/accounts", v2.AccountCreateParams, _make_account),
    ("GET", f"/v2/core/accounts/{ID}", v2.AccountRetrieveParams, _get_account),
    (
        "POST",
        "/v2/core/account_links",
        v2.AccountLinkCreateParams,
        lambda call: accounts.link(call.store, call.params, call.base),
    ),
]


def find(method: str, path: str) -> tuple[Any, Handler, tuple[str, ...]]:
    """Return the type of the parameters, the handler and the ids of a request.

    Raises `ApiError`.
    """
    for verb, pattern, shape, handler in ROUTES:
        match = re.fullmatch(pattern, path)
        if match and verb == method:
            return shape, handler, match.groups()
    raise ApiError(404, "unrecognized_url", f"Unrecognized request: {method} {path}")


# What tests and the page of the demo do, by its name under /_stub/.
CONTROLS: dict[str, Callable[..., Object]] = {
    "pay": intents.pay,
    "decline": intents.decline,
    "ask": intents.ask,
    "change": intents.change,
    "fail_refund": intents.fail_refund,
    "pay_out": transfers.pay_out,
    "fail_payout": transfers.fail_payout,
    "dispute": disputes.dispute,
    "change_dispute": disputes.change_dispute,
    "warn_of_fraud": disputes.warn_of_fraud,
    "set_account": accounts.set_account,
    "disconnect": accounts.disconnect,
}


def expand(store: Store, row: Object, paths: list[str]) -> Object:
    """Return an object in which the ids at these paths are the objects themselves."""
    for path in paths:
        name, _, rest = path.partition(".")
        found = store.objects.get(row.get(name) or "")
        if found:
            row = row | {name: expand(store, found, [rest] if rest else [])}
    return row
