"""`make demo-stripe`: the demo, with a stub of Stripe on whose page payers pay.

It runs until Ctrl-C, or until the demo ends. The money of a charge is available at
once.
"""

import os
import sys

from tests.live import payment_provider as stub
from tests.live.demo_process import run_demo

STRIPE_PORT = int(os.environ.get("STRIPE_PORT", 8026))
SITE = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def main() -> int:
    """Run both; return the exit status of the demo."""
    with stub.PaymentProvider(STRIPE_PORT, site=SITE, settle_after_s=0) as provider:
        print(f"\n  Payments are made at {provider.url}\n", flush=True)
        return run_demo(
            {
                "PAYMENT_PROVIDER": "stripe",
                "STRIPE_API_BASE": provider.url,
                "STRIPE_SECRET_KEY": stub.SECRET,
                "STRIPE_PUBLISHABLE_KEY": stub.PUBLISHABLE,
                "STRIPE_WEBHOOK_SECRETS": stub.SECRETS["platform"],
                "STRIPE_ACCOUNT_WEBHOOK_SECRETS": stub.SECRETS["accounts"],
                "STRIPE_CONNECT_WEBHOOK_SECRETS": stub.SECRETS["connect"],
            }
        )


if __name__ == "__main__":
    sys.exit(main())
