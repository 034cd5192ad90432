"""Parts of the stub of Stripe: `tests.live.payment_provider` puts them together."""
