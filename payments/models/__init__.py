"""Models of held payments, their ledger, and what is said to and by the provider."""

from payments.models.account import PayoutAccount
from payments.models.approval import LedgerCheck, StaffRequest
from payments.models.call import ProviderCall, ProviderPace
from payments.models.event import ProviderEvent
from payments.models.ledger import Balance, Entry, Journal
from payments.models.payment import Payment, PaymentEvent
from payments.models.sandbox import SandboxObject

__all__ = [
    "Balance",
    "Entry",
    "Journal",
    "LedgerCheck",
    "Payment",
    "PaymentEvent",
    "PayoutAccount",
    "ProviderCall",
    "ProviderEvent",
    "ProviderPace",
    "SandboxObject",
    "StaffRequest",
]
