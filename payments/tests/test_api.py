"""The API of payments: quotes, payout accounts, balance, history, receipts."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Session
from payments import receipts, services, statements
from payments.models import PayoutAccount
from payments.providers import sandbox
from payments.providers.base import Unclear
from payments.services import Payable
from payments.tests.factories import PaymentFactory, payable_account

pytestmark = pytest.mark.django_db
ACCOUNT = "/api/payments/account"
HISTORY = "/api/payments/history"
HERE = {
    "country": "lv",
    "entity_type": "individual",
    "return_url": "http://localhost:8000/payments",
    "refresh_url": "http://localhost:8000/payments",
}


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "http://localhost:8000"
    settings.CORS_ALLOWED_ORIGINS = ["https://client.example.com"]


@pytest.fixture
def payment(alice, bob):
    return PaymentFactory(
        payer=alice,
        payee=bob,
        status="held",
        held_at=timezone.now(),
        charged_cents=5000,
    )


def confirmed(api, person, method="password"):
    """A client whose session has just been confirmed."""
    client = api.as_(person)
    Session.objects.filter(user=person).update(
        confirmed_at=timezone.now(), confirmed_with=method
    )
    return client


# --- Quotes ---------------------------------------------------------------------------


def test_a_quote_says_what_both_sides_get(api, bob, settings):
    """Also with payments switched off."""
    settings.PAYMENT_PROVIDER = "off"
    shown = api.as_(bob).get("/api/payments/quote?amount=45.50").json()
    assert (shown["price"], shown["fee"], shown["worker_gets"]) == (45.5, 4.55, 40.95)
    assert shown["payer_pays"] == 45.5
    assert str(settings.AUTO_CONFIRM_DAYS) in " ".join(shown["terms"])


@pytest.mark.parametrize(
    "amount",
    ["", "x", "-5", "0", "0.001", "NaN", "Infinity", "1e308", "1e999999", "9" * 2000],
)
def test_bad_amounts_are_refused(api, bob, amount):
    """E16: 400, and never a 500."""
    answer = api.as_(bob).get("/api/payments/quote", {"amount": amount})
    assert answer.status_code == 400


# --- The payout account ---------------------------------------------------------------


def test_the_account_is_what_the_provider_says(api, bob):
    """E22: coming back from the provider's page changes nothing by itself."""
    client = confirmed(api, bob)
    assert client.get(ACCOUNT).json()["status"] == "none"
    opened = client.post(ACCOUNT, HERE)
    assert opened.status_code == 200, opened.content
    assert "/payments/sandbox/account/" in opened.json()["url"]
    client.get(ACCOUNT + "?status=active")
    assert client.get(ACCOUNT).json() == {
        "status": "pending",
        "requirements": ["Confirm who you are."],
        "next_payout_on": None,
    }
    sandbox.set_account(PayoutAccount.objects.get().account_id, "active")
    assert client.get(ACCOUNT).json()["status"] == "active"
    assert PayoutAccount.objects.get().is_payable


def test_an_account_is_opened_once(api, bob):
    client = confirmed(api, bob)
    for _ in range(2):
        assert client.post(ACCOUNT, HERE).status_code == 200
    assert PayoutAccount.objects.count() == 1
    refused = client.post(ACCOUNT, HERE | {"country": "EE"})
    assert (refused.status_code, refused.json()["code"]) == (409, "country_fixed")


@pytest.mark.parametrize("method", ["", "phone"])
def test_a_stolen_token_redirects_no_money(api, bob, method):
    """E22: without a recent confirmation, or with one by the phone number alone."""
    client = confirmed(api, bob, method) if method else api.as_(bob)
    if not method:
        Session.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    refused = client.post(ACCOUNT, HERE)
    assert (refused.status_code, refused.json()["code"]) == (
        403,
        "confirmation_required",
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/",
        "javascript:alert(1)",
        "//localhost:8000/x",
        "http://localhost:8000@evil.example.com/",
        "http://evil.example.com\\@localhost:8000/",
        "http://localhost:8000.evil.example.com/",
        "http://[::1",
        "ftp://localhost:8000/",
        "/payments",
        "",
    ],
)
def test_the_provider_sends_nobody_elsewhere(api, bob, url):
    refused = confirmed(api, bob).post(ACCOUNT, HERE | {"return_url": url})
    assert refused.status_code == 400
    assert not PayoutAccount.objects.exists()


def test_a_client_of_another_origin_is_known(api, bob):
    url = "https://client.example.com/pay?done=1"
    body = HERE | {"return_url": url, "refresh_url": url}
    assert confirmed(api, bob).post(ACCOUNT, body).status_code == 200


def test_a_provider_that_is_away_is_503(api, bob, monkeypatch):
    payable_account(bob)

    def away(*args, **kwargs):
        raise Unclear("no answer")

    monkeypatch.setattr(sandbox.Sandbox, "account_state", away)
    monkeypatch.setattr(sandbox.Sandbox, "account_link", away)
    client = confirmed(api, bob)
    assert client.get(ACCOUNT).status_code == 503
    assert client.post(ACCOUNT, HERE).status_code == 503


def test_no_account_is_opened_without_a_provider(api, bob, settings):
    settings.PAYMENT_PROVIDER = "off"
    client = confirmed(api, bob)
    assert client.get(ACCOUNT).json()["status"] == "none"
    refused = client.post(ACCOUNT, HERE)
    assert (refused.status_code, refused.json()["code"]) == (409, "payments_off")


# --- Balance and history --------------------------------------------------------------


def test_the_balance_is_of_what_others_pay(api, payment, alice, bob):
    PaymentFactory(
        payee=bob,
        status="released",
        charged_cents=2000,
        to_payee_cents=1800,
        transferred_cents=1800,
    )
    assert api.as_(bob).get("/api/payments/balance").json() == {
        "currency": "EUR",
        "held": 45.0,
        "in_transit": 0.0,
        "paid_out": 18.0,
    }
    assert api.as_(alice).get("/api/payments/balance").json()["held"] == 0


def test_strangers_see_no_payment(api, payment, mallory):
    """E15: 404, and no row in their history."""
    client = api.as_(mallory)
    for path in (f"/api/payments/{payment.pk}", f"/api/payments/{payment.pk}/receipt"):
        assert client.get(path).status_code == 404
    assert client.get(HISTORY).json() == {
        **client.get(HISTORY).json(),
        "payments": [],
    }


def test_a_payment_shows_its_numbers(api, payment, bob):
    shown = api.as_(bob).get(f"/api/payments/{payment.pk}").json()
    assert (shown["price"], shown["fee"], shown["processing"]) == (50.0, 5.0, False)
    assert shown["subject"]["type"] == "task"
    assert shown["payee"] == {"id": bob.pk, "name": bob.public_name}
    assert "client_secret" not in str(shown)


@pytest.mark.parametrize("count", [1, 20])
def test_the_history_takes_four_queries(
    api, alice, count, django_assert_max_num_queries
):
    PaymentFactory.create_batch(count, payer=alice)
    client = api.as_(alice)
    client.get(HISTORY)
    with django_assert_max_num_queries(4):
        assert len(client.get(HISTORY).json()["payments"]) == count


def test_the_history_has_a_first_and_a_last_day(api, payment, alice):
    client, today = api.as_(alice), timezone.localdate()
    tomorrow = today + timedelta(days=1)
    for query, found in (
        ({"from": today, "to": today}, 1),
        ({"from": tomorrow}, 0),
        ({"to": today - timedelta(days=1)}, 0),
    ):
        assert len(client.get(HISTORY, query).json()["payments"]) == found
    for bad in ({"from": "yesterday"}, {"to": "2031-13-01"}, {"format": "xls"}):
        assert client.get(HISTORY, bad).status_code == 400


def test_a_table_runs_no_formula(api, payment, alice):
    """A title that begins as a formula is text in a spreadsheet."""
    type(payment).objects.update(subject_title='=HYPERLINK("http://evil")')
    answer = api.as_(alice).get(HISTORY + "?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    names, row = answer.content.decode().splitlines()
    assert names.split(",")[0] == "id"
    assert "'=HYPERLINK" in row
    assert ",50.00," in row


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "  =1"])
def test_cells_are_harmless(text):
    assert statements.harmless(text).startswith("'")


# --- Receipts -------------------------------------------------------------------------


def test_the_parties_print_a_receipt(api, payment, alice):
    page = api.as_(alice).get(f"/api/payments/{payment.pk}/receipt")
    assert page["Content-Type"].startswith("text/html")
    assert "50.00 EUR" in page.content.decode()


def test_an_unpaid_payment_has_no_receipt(api, alice):
    unpaid = PaymentFactory(payer=alice)
    assert api.as_(alice).get(f"/api/payments/{unpaid.pk}/receipt").status_code == 404


def test_the_link_of_a_receipt_is_signed(client, payment, alice, mallory):
    """E15: a link of a stranger, a forged one and an old one answer 404."""
    path = receipts.link(payment, alice).removeprefix("http://localhost:8000")
    assert "50.00 EUR" in client.get(path).content.decode()
    for bad in (path + "x", receipts.link(payment, mallory)[21:]):
        assert client.get(bad).status_code == 404


def test_both_get_the_receipt_when_the_money_has_arrived(run_jobs, alice, bob):
    payable_account(bob)
    services.start(Payable("task", 7, "Clean the windows", alice, bob, 5000, "EUR"))
    run_jobs()
    sandbox.pay(alice.payments_made.get().intent_id)
    run_jobs()
    services.release("task", 7, actor=alice)
    run_jobs()
    sent = [one for one in mail.outbox if "/api/receipts/" in one.body]
    assert sorted(one.to[0] for one in sent) == sorted([alice.email, bob.email])
