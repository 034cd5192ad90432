"""§3.10: the price of an application, quotes, payout accounts and payments."""

from tests.live.contract.market import Market
from tests.live.contract.shapes import MESSAGE
from tests.live.contract.tasks import ACCEPTED
from tests.live.contract.value_checks import number, one_of, text

SECTION = "3.10"
QUOTE = {
    **dict.fromkeys(("price", "fee", "worker_gets", "payer_pays"), number),
    "currency": one_of("EUR"),
    "terms": [text],
}
BALANCE = {
    "currency": one_of("EUR"),
    **dict.fromkeys(("held", "in_transit", "paid_out"), number),
}
ACCOUNT = {
    "status": one_of(
        *("none", "pending", "active", "restricted", "rejected", "unsupported")
    ),
    "requirements": [text],
}
BAD_AMOUNTS = ("", "x", "-1", "0", "NaN", "Infinity", "1e308", "0.001", "99999999")


def pricing(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    task = m.task()
    path = f"/api/tasks/{task['id']}"
    asked = m.bob.post(f"{path}/apply", {"message": "", "proposed_price": 45.5})
    application = expect("3.10 POST apply: with a price", asked, 201)["application"]
    expect_equal("3.10 POST apply: price", application["price"], 45.5)
    expect_equal("3.10 POST apply: both names", application["proposed_price"], 45.5)
    for price in (-1, "45", 0.001):
        m.report.expect_error(
            f"3.10 POST apply: 400 for {price!r}",
            m.carol.post(f"{path}/apply", {"price": price}),
            400,
        )
    chosen = {"application_id": application["id"]}
    other = m.alice.post(f"{path}/accept", chosen | {"price": 40})
    m.report.expect_error("3.10 POST accept: 409 for another price", other, 409)
    expect_equal("3.10 POST accept: its code", other.body["code"], "price_changed")
    accepted = expect(
        "3.10 POST accept: with the price seen",
        m.alice.post(f"{path}/accept", chosen | {"price": 45.5}),
        200,
        ACCEPTED,
    )
    expect_equal("3.10 the agreed price", accepted["task"]["agreed_price"], 45.5)


def paying(m: Market) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    expect("3.10 GET quote", m.bob.get("/api/payments/quote?amount=45"), 200, QUOTE)
    for amount in BAD_AMOUNTS:
        answer = m.bob.get(f"/api/payments/quote?amount={amount}")
        expect_error(f"3.10 GET quote: 400 for {amount!r}", answer, 400)
    expect("3.10 GET account", m.bob.get("/api/payments/account"), 200, ACCOUNT)
    expect("3.10 GET balance", m.bob.get("/api/payments/balance"), 200, BALANCE)
    m.report.expect_page(
        "3.10 GET history", m.bob.get("/api/payments/history"), "payments", MESSAGE
    )
    for path in ("/api/payments/999999999", "/api/payments/999999999/receipt"):
        expect_error(f"3.10 GET {path}: 404", m.bob.get(path), 404)
    task = m.assigned()
    path = f"/api/tasks/{task['id']}/payment"
    expect_error("3.10 POST payment: 400 without a key", m.alice.post(path), 400)
    expect_error("3.10 POST payment: 403 for the worker", m.bob.post(path), 403)
    expect_error("3.10 POST payment: 404 for strangers", m.mallory.post(path), 404)
    expect_error("3.10 GET payment: 404 before one", m.alice.get(path), 404)


SCENARIOS = (pricing, paying)
