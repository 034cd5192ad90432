"""Keys fit the mode: no live key on a laptop, no test key on a live site."""

import pytest

from core.production import DEFAULT_STRIPE_API_BASE, problems
from tests.test_production import GOOD, named, run

STRIPE = {
    "PAYMENT_PROVIDER": "stripe",
    "STRIPE_API_BASE": DEFAULT_STRIPE_API_BASE,
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_1",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_1", "whsec_2"],
    "STRIPE_ACCOUNT_WEBHOOK_SECRETS": ["whsec_3"],
    "STRIPE_CONNECT_WEBHOOK_SECRETS": ["whsec_4"],
}
TEST_KEYS = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_test_1"}


@pytest.mark.parametrize(
    ("mistake", "refused"),
    [
        ({}, []),
        ({"STRIPE_SECRET_KEY": "rk_live_1"}, []),
        ({"STRIPE_SECRET_KEY": ""}, ["STRIPE_SECRET_KEY"]),
        ({"STRIPE_SECRET_KEY": "pk_live_1"}, ["STRIPE_SECRET_KEY"]),
        (TEST_KEYS, ["STRIPE_SECRET_KEY"]),
        (TEST_KEYS | {"STRIPE_SECRET_KEY": "rk_test_1"}, ["STRIPE_SECRET_KEY"]),
        (TEST_KEYS | {"PAYMENT_SANDBOX_ALLOWED": True}, []),
        ({"STRIPE_PUBLISHABLE_KEY": "pk_test_1"}, ["STRIPE_PUBLISHABLE_KEY"]),
        ({"STRIPE_PUBLISHABLE_KEY": ""}, ["STRIPE_PUBLISHABLE_KEY"]),
        ({"STRIPE_WEBHOOK_SECRETS": []}, ["STRIPE_WEBHOOK_SECRETS"]),
        ({"STRIPE_ACCOUNT_WEBHOOK_SECRETS": []}, ["STRIPE_ACCOUNT_WEBHOOK_SECRETS"]),
        ({"STRIPE_CONNECT_WEBHOOK_SECRETS": []}, ["STRIPE_CONNECT_WEBHOOK_SECRETS"]),
        ({"STRIPE_API_BASE": "http://127.0.0.1:1"}, ["STRIPE_API_BASE"]),
        ({"PAYMENT_PROVIDER": "off", "STRIPE_SECRET_KEY": ""}, []),
        ({"PAYMENT_PROVIDER": "sandbox"}, ["PAYMENT_PROVIDER"]),
    ],
)
def test_production_refuses(mistake, refused):
    """E24: each unsafe setting is named, and only it; restricted keys are accepted."""
    found = problems(GOOD | STRIPE | mistake)
    assert [name for name, _sentence in found] == refused


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        ("sk_live_1", ["STRIPE_SECRET_KEY"]),
        ("rk_live_1", ["STRIPE_SECRET_KEY"]),
        ("sk_test_1", []),
        ("rk_test_1", []),
    ],
)
def test_a_laptop_refuses_live_keys(key, refused):
    """E24: a test on it would move real money."""
    done = run("manage.py", "check", DEBUG="true", STRIPE_SECRET_KEY=key)
    assert named(done.stderr) == refused, done.stderr


@pytest.mark.django_db
def test_a_restricted_key_is_enough(pending, stripe, settings, go_on):
    """E24: with the rights that the calls need."""
    settings.STRIPE_SECRET_KEY = "rk_test_stub"
    stripe.pay(pending.intent_id)
    go_on()
    pending.refresh_from_db()
    assert pending.status == "held"
