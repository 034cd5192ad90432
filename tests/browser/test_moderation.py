"""Moderation in a real browser: from a report to a decision that is overturned."""

import secrets
import subprocess
import sys

from accounts.tests.factories import PASSWORD
from tests.browser.conftest import ROOT
from tests.browser.test_admin import admin, confirm  # noqa: F401 - fixture

WIDEST = "document.documentElement.scrollWidth"
WHY = "The seller asks for money before anybody has seen it."


def sign_in(server, name: str) -> str:
    body = {"email": f"{name}@example.com", "password": PASSWORD}
    return server.api("auth/login", body)[1]["token"]


def link_of(server, number: str) -> str:
    """The address that an e-mail gives to who cannot sign in."""
    code = f"from moderation import links; print('>' + links.url_of({number!r}))"
    out = subprocess.check_output(
        [sys.executable, "manage.py", "shell", "-c", code],
        cwd=ROOT,
        env=server._env,
        text=True,
    )
    path = out.partition(">")[2].partition("/api/")[2].strip()
    return f"{server.url}/api/{path}"


def test_a_report_is_decided_appealed_and_overturned(
    server,
    admin,  # noqa: F811
    page,
    shoot,
):
    seller = sign_in(server, "seller")
    title = f"Bicycle without papers {secrets.token_hex(3)}"
    body = {"title": title, "category": "sports", "price": 40, "location": "Rīga"}
    body |= {"description": "Cheap.", "latitude": 56.95, "longitude": 24.1}
    status, made = server.api("listings", body, seller)
    assert status == 201, made
    listing = made["listing"]["id"]
    report = {"category": "scam", "explanation": WHY, "good_faith": True}
    outsider = {"name": "Anna", "email": f"{secrets.token_hex(3)}@example.com"}
    address = {"url": f"/listings/{listing}"}
    status, made = server.api("reports", report | outsider | address)
    assert status == 201, made
    number = made["report"]["number"]

    page.goto(f"{server.url}/admin/moderation/case/?q={title}")
    page.click("#result_list tbody th a")
    page.wait_for_selector(f"text={WHY}")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate(WIDEST) <= width
        shoot(f"case-{width}")
    page.click("a:text-is('Decide')")
    page.fill("textarea[name=reason]", "It was stolen in May.")
    page.select_option("select[name=outcome]", "remove")
    page.select_option("select[name=ground]", "illegal")
    page.fill("input[name=basis]", "Criminal Law, 314")
    shoot("case-decide")
    confirm(page)
    assert server.api(f"listings/{listing}")[0] == 404

    page.goto(link_of(server, number))
    page.wait_for_selector("text=Something was done")
    shoot("report-page")
    decision = server.api("decisions", token=seller)[1]["decisions"][0]
    assert decision["facts"] == "It was stolen in May."
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(link_of(server, decision["number"]))
    shoot("decision-page")
    page.fill("textarea[name=text]", "I have the receipt: it was bought in April.")
    page.click("button:text-is('Appeal')")
    page.wait_for_selector("text=Another person looks at it.")
    assert page.evaluate(WIDEST) <= 390

    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{server.url}/admin/moderation/appeal/?q={decision['number']}")
    page.click("#result_list tbody th a")
    page.click("a:text-is('Decide the appeal')")
    page.fill("textarea[name=reason]", "The receipt is right.")
    page.select_option("select[name=is_overturned]", "yes")
    confirm_refused(page)
    page.context.clear_cookies()
    page.goto(f"{server.url}/admin")
    page.fill("input[name=username]", "arbiter@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#dashboard")
    page.goto(f"{server.url}/admin/moderation/appeal/?q={decision['number']}")
    page.click("#result_list tbody th a")
    page.click("a:text-is('Decide the appeal')")
    page.fill("textarea[name=reason]", "The receipt is right.")
    page.select_option("select[name=is_overturned]", "yes")
    shoot("appeal-decide")
    confirm(page)
    assert server.api(f"listings/{listing}")[0] == 200


def confirm_refused(page) -> None:
    """Who made a decision does not decide the appeal."""
    page.click("#reason-form button[type=submit]")
    page.wait_for_selector("text=somebody else decides the appeal.")


def post_spam(server, token: str, title: str) -> int:
    body = {"title": title, "category": "sports", "price": 40, "location": "Rīga"}
    body |= {"description": "Cheap.", "latitude": 56.95, "longitude": 24.1}
    status, made = server.api("listings", body, token)
    assert status == 201, made
    return made["listing"]["id"]


def test_a_wave_of_spam_is_cleared_at_once_and_undone(
    server,
    admin,  # noqa: F811
    page,
    shoot,
):
    seller = sign_in(server, "seller")
    name = f"Earn money at home {secrets.token_hex(3)}"
    items = [post_spam(server, seller, f"{name} {number}") for number in range(3)]
    for item in items:
        who = {"name": "Anna", "email": f"{secrets.token_hex(3)}@example.com"}
        report = {"url": f"/listings/{item}", "category": "spam", "good_faith": True}
        status, made = server.api("reports", report | who | {"explanation": WHY})
        assert status == 201, made

    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(f"{server.url}/admin/moderation/case/?q={name}")
    shoot("wave-queue")
    for box in page.locator("#result_list tbody input.action-select").all():
        box.check()
    page.select_option("select[name=action]", "decide-many")
    page.click("#changelist-actions button[name=index]")
    page.wait_for_selector("#reason-form")
    spam = page.locator("select[name=template] option", has_text="Spam").first
    page.select_option("select[name=template]", spam.get_attribute("value"))
    assert "many people" in page.input_value("textarea[name=reason]")
    assert page.input_value("input[name=basis]") == "Terms, 4.1"
    page.select_option("select[name=outcome]", "remove")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate(WIDEST) <= width
        shoot(f"wave-decide-{width}")
    page.click("#reason-form button[type=submit]")
    page.wait_for_selector("text=3 done.")
    assert {server.api(f"listings/{item}")[0] for item in items} == {404}

    page.goto(f"{server.url}/admin/audit/decision/?q={name}")
    page.click("#result_list tbody th a")
    shoot("wave-decision")
    page.click("a:text-is('Undo the whole batch')")
    page.fill("textarea[name=reason]", "They were real.")
    confirm(page)
    assert {server.api(f"listings/{item}")[0] for item in items} == {200}
