"""What the stub shows in a browser: intents to pay, and the onboarding of accounts."""

import html

from tests.live.payment_stub.accounts import KIND
from tests.live.payment_stub.store import Object, Store

BUTTONS = {
    "payment_intent": ("pay", "decline", "ask", "dispute", "warn_of_fraud"),
    "dispute": ("change_dispute",),
    KIND: ("set_account", "pay_out", "disconnect"),
    "payout": ("fail_payout",),
    "refund": ("fail_refund",),
}
ARGUMENTS = {
    "payment_intent": "intent",
    "dispute": "dispute",
    KIND: "account",
    "payout": "payout",
    "refund": "refund",
}
CHOICES = {
    "change_dispute": ("under_review", "won", "lost"),
    "set_account": ("active", "restricted", "rejected"),
    "dispute": ("needs_response", "warning_needs_response"),
}


def front(store: Store) -> str:
    """Return the page of all objects that something can happen to."""
    rows = "".join(_row(row) for kind in BUTTONS for row in store.of_kind(kind))
    return (
        "<!doctype html><title>Stub of Stripe</title><h1>Stub of Stripe</h1>"
        f"<table cellpadding=6>{rows}</table>"
    )


def _row(row: Object) -> str:
    about = row.get("description") or row.get("display_name") or ""
    amount = f"{row['amount'] / 100:.2f} {row['currency']}" if "amount" in row else ""
    status = row.get("status") or row.get("_status") or ""
    cells = (row["object"], row["id"], about, amount, status)
    text = "".join(f"<td>{html.escape(str(cell))}" for cell in cells)
    buttons = "".join(_button(row, name) for name in BUTTONS[row["object"]])
    return f"<tr>{text}<td>{buttons}"


def _button(row: Object, name: str) -> str:
    options = "".join(f"<option>{each}" for each in CHOICES.get(name, ()))
    choice = f"<select name=status>{options}</select>" if options else ""
    argument = ARGUMENTS[row["object"]]
    return (
        f"<form method=post action=/_stub/{name} style='display:inline'>"
        f"<input type=hidden name={argument} value={row['id']}>{choice}"
        f"<button>{name.replace('_', ' ')}</button></form> "
    )


def onboarding(row: Object) -> str:
    """Return the page that stands for the onboarding of an account."""
    return (
        "<!doctype html><title>Onboarding</title><h1>Onboarding</h1>"
        f"<p>{html.escape(row['display_name'] or '')}"
        "<form method=post action=/_stub/set_account>"
        f"<input type=hidden name=account value={row['id']}>"
        "<button>Everything is provided</button></form>"
    )
