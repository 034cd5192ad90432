"""Payments in a real browser: the pages to pay and to be paid, receipts, disputes."""

import re
import secrets
import time

import pytest

from accounts.tests.factories import PASSWORD
from tests.browser.conftest import ARTIFACTS
from tests.browser.test_admin import admin, confirm, give_reason  # noqa: F401 - fixture

WIDEST = "document.documentElement.scrollWidth"
DECLINED = "[role=alert]:has-text('declined this card. Try another one.')"
HELD = "text=Paid. The money is held"


class Deal:
    """A task for 45 EUR on which both sides agree; the payee can be paid."""

    def __init__(self, server, page, snap):
        self._server = server
        self.title = f"Carry a sofa {secrets.token_hex(3)}"
        self.payer, self.payee = (self._sign_in(name) for name in ("payer", "payee"))
        self._set_up_payouts(page, snap)
        body = {"title": self.title, "description": "Third floor.", "budget": 40}
        place = {"category": "moving", "latitude": 56.96, "longitude": 24.13}
        made = self._post("tasks", self.payer, body | place)
        self.path = f"tasks/{made['task']['id']}"
        body = {"message": "With a van.", "price": 45}
        made = self._post(f"{self.path}/apply", self.payee, body)
        body = {"application_id": made["application"]["id"], "price": 45}
        self._post(f"{self.path}/accept", self.payer, body)

    def _sign_in(self, name: str) -> str:
        body = {"email": f"{name}@example.com", "password": PASSWORD}
        return self._post("auth/login", "", body)["token"]

    def _post(self, path: str, token: str, body: dict, key: str = "") -> dict:
        status, answer = self._server.api(path, body, token, key)
        assert status < 300, answer
        return answer

    def _set_up_payouts(self, page, snap) -> None:
        site = self._server.url.replace("127.0.0.1", "localhost")
        urls = dict.fromkeys(("return_url", "refresh_url"), f"{site}/payments")
        body = {"country": "LV", "entity_type": "individual"} | urls
        page.goto(self._post("payments/account", self.payee, body)["url"])
        page.click("button:has-text('Complete the account')")
        page.wait_for_selector("strong:text-is('Active')")
        snap("account")
        account = self._server.api("payments/account", token=self.payee)[1]
        assert account["status"] == "active"

    def pay_page(self) -> str:
        """Start the payment; return the URL at which the payer pays."""
        self._post(f"{self.path}/payment", self.payer, {}, key=self.path)
        return wait_for(lambda: self._read()["client"]["url"])

    def do(self, name: str, token: str, **body: str) -> None:
        """Take a step of the task."""
        self._post(f"{self.path}/{name}", token, body)

    def answer_the_dispute(self, words: str) -> int:
        """Answer as the payee; return the id of the dispute."""
        path = self.path.replace("tasks/", "disputes/task/")
        dispute = self._server.api(path, token=self.payee)[1]["id"]
        body = {"description": words}
        self._post(f"disputes/{dispute}/respond", self.payee, body)
        return dispute

    def _read(self) -> dict:
        return self._server.api(f"{self.path}/payment", token=self.payer)[1]

    def payment(self) -> dict:
        return self._read()["payment"]

    def wait_for(self, status: str) -> dict:
        """Wait until the worker has brought the payment there; return it."""
        wait_for(lambda: self.payment()["status"] == status)
        return self.payment()

    def notices(self, token: str) -> list[str]:
        """The texts of the notifications about this task, the newest first."""
        rows = self._server.api("notifications", token=token)[1]["notifications"]
        return [row["text"] for row in rows if self.title in row["text"]]


def wait_for(found):
    """What `found` returns, once that is true: a worker has to do something first."""
    for _attempt in range(150):
        if answer := found():
            return answer
        time.sleep(0.2)
    raise AssertionError("it did not happen")


@pytest.fixture
def snap(page):
    """Save a picture of a public page on a desktop and on a phone, which it fits."""

    def take(name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            path = ARTIFACTS / f"payment-{name}-{width}.png"
            page.screenshot(path=path, full_page=True)
            assert page.evaluate(WIDEST) <= width

    return take


@pytest.fixture
def deal(server, worker, page, snap) -> Deal:
    return Deal(server, page, snap)


def use(page, card: str) -> None:
    page.get_by_label(card).check()
    page.get_by_role("button", name="Pay").click()


def test_a_card_is_confirmed_and_the_worker_is_paid(server, deal, page, snap):
    """What is declined or refused holds nothing, and can be tried again."""
    pay_page = deal.pay_page()
    page.goto(pay_page)
    snap("page")
    use(page, "declined")
    page.wait_for_selector(DECLINED)
    snap("declined")
    use(page, "3-D Secure")
    snap("challenge")
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_selector(DECLINED)
    assert deal.payment()["status"] == "pending"
    use(page, "3-D Secure")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_selector(HELD)
    snap("paid")
    assert page.request.get(f"{pay_page}x").status == 404
    deal.wait_for("held")
    deal.do("mark-done", deal.payee)
    deal.do("confirm", deal.payer)
    assert deal.wait_for("released")["released"] == 40.5
    page.set_viewport_size({"width": 1440, "height": 1000})
    emails = page.locator(f"a:has-text('Receipt: {deal.title}')")
    page.goto(f"{server.url}/examples/mail")
    wait_for(lambda: page.reload() and emails.count())
    emails.first.click()
    page.click("summary")
    link = re.search(r"\S+/api/receipts/\S+", page.inner_text("details pre"))[0]
    page.goto(link)
    snap("receipt")
    rows = [line.split("\t") for line in page.inner_text(".amounts").splitlines()]
    assert [amount for _name, amount in rows] == [
        *("45.00 EUR", "4.50 EUR", "40.50 EUR", "0.00 EUR")
    ]


def test_two_tabs_and_a_reload_pay_once(server, deal, admin, page):  # noqa: F811
    """The page of a payment that was made says so, and takes nothing."""
    other = page.context.new_page()
    pay_page = deal.pay_page()
    for tab in (page, other):
        tab.goto(pay_page)
    for tab in (page, other):
        use(tab, "Card that works")
        tab.wait_for_selector(HELD)
        tab.reload()
        assert tab.locator("form").count() == 0
    payment = deal.wait_for("held")
    payments = f"{server.url}/admin/payments"
    page.goto(f"{payments}/payment/{payment['id']}/change/")
    intent = re.search(r"pi_sandbox_\w+", page.inner_text("body"))[0]
    page.goto(f"{payments}/providerevent/?type=payment_intent.succeeded&q={intent}")
    assert page.locator("#result_list tbody tr").count() == 1


def test_staff_divide_a_disputed_payment(server, deal, admin, page, shoot):  # noqa: F811
    """Both sides get their part and are told so; the ledger is in balance."""
    page.goto(deal.pay_page())
    use(page, "Card that works")
    deal.wait_for("held")
    deal.do("mark-done", deal.payee)
    deal.do("dispute", deal.payer, reason="A chair is broken.")
    dispute = deal.answer_the_dispute("It was broken before.")
    page.goto(f"{server.url}/admin/tasks/dispute/{dispute}/change/")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_selector("text=It was broken before.")
        assert page.evaluate(WIDEST) <= width
        shoot(f"dispute-{width}")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{server.url}/admin")
    page.click("#dashboard a:has-text('Payments that need a person')")
    page.click("#result_list tr:has-text('45.00 EUR') th a")
    shoot("payment-frozen")
    page.goto(f"{server.url}/admin/tasks/taskrequest/?q={deal.title}")
    page.click(f"#result_list a:text-is('{deal.title}')")
    page.wait_for_selector("#related")
    give_reason(page, "Settle the dispute by dividing", "The rest was carried.")
    page.get_by_label("Amount for the worker").fill("27")
    shoot("payment-split")
    confirm(page)
    payment = deal.wait_for("partly_refunded")
    money = ("price", "fee", "released", "refunded")
    assert [payment[name] for name in money] == [45, 2.7, 24.3, 18]
    divided = f"The payment for “{deal.title}” was divided."
    assert f"{divided} 18.00 EUR goes back to your card." in deal.notices(deal.payer)
    assert f"{divided} You get 24.30 EUR." in deal.notices(deal.payee)
    assert server.manage("ledger_check", "--all") == 0


RECORDS = ("payment", "providercall", "providerevent", "journal")


def test_records_of_payments_are_read_only(server, admin, page, shoot):  # noqa: F811
    for model in RECORDS:
        page.goto(f"{server.url}/admin/payments/{model}/")
        page.click("#result_list tbody th a >> nth=0")
        page.wait_for_url("**/change/")
        shoot(model)
        assert page.locator("[name=_save], a[href$='/add/'], .deletelink").count() == 0
