"""The pages of the sandbox: forms that work without JavaScript."""

import pytest
from django.test import Client

from payments import services
from payments.models import Payment, SandboxObject
from payments.providers import sandbox
from payments.services import Payable
from payments.tests.factories import payable_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(alice, bob, run_jobs) -> Payment:
    payable_account(bob)
    started = services.start(
        Payable("task", 7, "Clean the windows", alice, bob, 5000, "EUR")
    )
    run_jobs()
    started.refresh_from_db()
    return started


@pytest.fixture
def path(payment) -> str:
    secret = SandboxObject.objects.get(kind="intent").data["secret"]
    return f"/payments/sandbox/pay/{secret}"


def use(client, path, card):
    return client.post(path, {"card": card}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("cards", "status"),
    [
        (["success"], "held"),
        (["declined"], "pending"),
        (["declined", "success"], "held"),
        (["three_d_secure"], "pending"),
        (["three_d_secure", "confirmed"], "held"),
        (["three_d_secure", "declined"], "pending"),
        (["disputed"], "frozen"),
        (["success", "success"], "held"),
        (["nonsense"], "pending"),
    ],
)
def test_cards_do_what_they_say(client, path, payment, run_jobs, cards, status):
    """E19: a card that is declined or not confirmed holds nothing."""
    for card in cards:
        use(client, path, card)
    run_jobs()
    payment.refresh_from_db()
    assert payment.status == status


def test_the_page_leads_back_to_the_task(client, path):
    page = use(client, path, "success")
    assert "/tasks/7" in page
    assert "<script" not in page


def test_a_form_of_another_site_is_refused(path):
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403


def test_the_form_has_what_the_check_asks_for(path, payment, run_jobs):
    client = Client(enforce_csrf_checks=True)
    client.get(path)
    token = client.cookies["csrftoken"].value
    body = {"card": "success", "csrfmiddlewaretoken": token}
    assert client.post(path, body).status_code == 302


def test_the_account_is_completed_and_restricted(client, bob, run_jobs):
    account = payable_account(bob, "pending")
    path = f"/payments/sandbox/account/{account.account_id}"
    for choice in ("active", "restricted", "nonsense"):
        client.post(path, {"choice": choice})
        run_jobs()
    account.refresh_from_db()
    assert account.status == "restricted"


def test_unknown_secrets_are_404(client, path):
    assert client.get(path + "x").status_code == 404
    assert client.get("/payments/sandbox/account/none").status_code == 404


@pytest.mark.parametrize("provider", ["off", "stripe"])
def test_there_are_no_such_pages_with_a_real_provider(client, path, settings, provider):
    settings.PAYMENT_PROVIDER = provider
    assert client.get(path).status_code == 404
    assert client.post(path, {"card": "success"}).status_code == 404
    assert sandbox.NAME == "sandbox"
