"""Admin pages: what staff see of payments, and what they may decide."""

from payments.admin import ledger, payments, provider

__all__ = ["ledger", "payments", "provider"]
