"""Connected accounts (v2), links to their onboarding, and settings of balances."""

from typing import Any

from tests.live.payment_stub.errors import ApiError
from tests.live.payment_stub.store import Object, Store

KIND = "v2.core.account"
CAPABILITY_CHANGED = (
    "v2.core.account[configuration.recipient].capability_status_updated"
)


def create(store: Store, params: dict[str, Any], *, needs_cards: bool) -> Object:
    """Answer POST /v2/core/accounts."""
    configuration = params.get("configuration", {})
    if not params.get("contact_email"):
        raise ApiError(400, "contact_email_required", param="contact_email")
    if needs_cards and "merchant" not in configuration:
        # Recipients alone need an approval.
        raise ApiError(400, "transfers_without_card_payments_not_approved")
    names = ("contact_email", "display_name", "dashboard", "identity", "defaults")
    row = store.add(
        "acct",
        KIND,
        **{name: params.get(name) for name in names},
        metadata=params.get("metadata", {}),
        applied_configurations=sorted(configuration),
        closed=False,
        _status="restricted",
        _requirements=["identity.individual.dob"],
        _disconnected=False,
    )
    row["created"] = store.now_text()
    store.emit("v2.core.account.created", row, is_thin=True)
    return row


def get(store: Store, account_id: str) -> Object:
    """Return an account. Raises `ApiError`, also for one that is disconnected."""
    row = store.get(account_id, KIND)
    if row["_disconnected"]:
        raise ApiError(403, "account_invalid", "The account has been disconnected.")
    return row


def render(row: Object, include: list[str]) -> Object:
    """Return an account as the API shows it: without `include`, parts are null."""
    transfers = {"status": row["_status"], "status_details": []}
    capabilities = {"stripe_balance": {"stripe_transfers": transfers}}
    recipient = {"applied": True, "capabilities": capabilities}
    has_recipient = "configuration.recipient" in include
    entries = [_requirement(name) for name in row["_requirements"]]
    return row | {
        "configuration": {"recipient": recipient} if has_recipient else None,
        "requirements": {"entries": entries} if "requirements" in include else None,
        "identity": row["identity"] if "identity" in include else None,
        "defaults": row["defaults"] if "defaults" in include else None,
    }


def _requirement(name: str) -> Object:
    return {
        "description": name,
        "awaiting_action_from": "user",
        "errors": [],
        "minimum_deadline": {"status": "currently_due"},
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def link(store: Store, params: dict[str, Any], base: str) -> Object:
    """Answer POST /v2/core/account_links."""
    row = get(store, params["account"])
    onboarding = params["use_case"]["account_onboarding"]
    row["_return_url"] = onboarding.get("return_url", "")
    return {
        "object": "v2.core.account_link",
        "account": row["id"],
        "created": store.now_text(),
        "expires_at": store.now_text(),
        "livemode": False,
        "url": f"{base}/_stub/onboard/{row['id']}",
        "use_case": params["use_case"],
    }


# --- What happens to an account -------------------------------------------------------


def set_account(store: Store, account: str, status: str = "active") -> Object:
    """Let Stripe decide about an account."""
    row = store.get(account, KIND)
    row["_status"] = status
    row["_requirements"] = [] if status == "active" else ["identity.individual.dob"]
    store.emit(CAPABILITY_CHANGED, row, is_thin=True)
    snapshot = {"id": account, "object": "account"}
    store.emit("account.updated", snapshot, account=account)
    return row


def disconnect(store: Store, account: str) -> Object:
    """Let the owner disconnect an account from the platform."""
    row = store.get(account, KIND)
    row["_disconnected"] = True
    application = {"id": "ca_stub", "object": "application"}
    store.emit("account.application.deauthorized", application, account=account)
    return row


# --- Balances -------------------------------------------------------------------------


def balance(store: Store) -> Object:
    """Answer GET /v1/balance of the platform."""
    currencies = {row["currency"] for row in store.of_kind("balance_transaction")}

    def part(amount: Any) -> list[Object]:
        return [{"amount": amount(each), "currency": each} for each in currencies]

    return {
        "object": "balance",
        "livemode": False,
        "available": part(store.available),
        "pending": part(store.pending),
    }


def change_balance_settings(
    store: Store, params: dict[str, Any], account: str
) -> Object:
    """Answer POST /v1/balance_settings."""
    found = store.settings.setdefault(account, {"object": "balance_settings"})
    found["payments"] = found.get("payments", {}) | params.get("payments", {})
    return found
