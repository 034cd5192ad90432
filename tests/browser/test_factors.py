"""Second factor of staff, passkeys and phones in a real browser."""

import re
import secrets

import pyotp
import pytest

from accounts.tests.factories import PASSWORD

EMAIL = "keeper@example.com"


def sign_in(page, server, code=""):
    page.goto(f"{server.url}/admin")
    page.fill("input[name=username]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=code]", code)
    page.click("button[type=submit]")


def test_staff_set_up_an_app_and_then_need_it(strict_server, page, shoot):
    """S2: the first sign-in shows secret and QR code, the next asks for a code."""
    server = strict_server
    sign_in(page, server)
    page.wait_for_selector("#qr-code")
    shoot("second-factor-set-up")
    app = pyotp.TOTP(page.inner_text("#secret"))
    page.goto(f"{server.url}/admin/accounts/user/")
    assert "/admin/login/" in page.url
    page.goto(f"{server.url}/admin/second-factor/")
    page.fill("input[name=code]", app.now())
    page.click("button[type=submit]")
    page.wait_for_selector("#recovery-codes")
    shoot("second-factor-codes")
    recovery_code = page.inner_text("#recovery-codes li:first-child")
    page.click("text=I have stored them")
    page.wait_for_selector("#dashboard")
    page.context.clear_cookies()
    sign_in(page, server)
    page.wait_for_selector("text=the code of its authenticator app")
    shoot("second-factor-asked")
    sign_in(page, server, recovery_code)
    page.wait_for_selector("#dashboard")


@pytest.fixture
def authenticator(page):
    """Chromium's virtual authenticator, which verifies its user."""
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey_is_added_and_signs_in(server, page, shoot, authenticator):
    page.goto(f"{server.url.replace('127.0.0.1', 'localhost')}/examples/account")
    page.fill("input[name=email]", "seller@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("#sign-in button:not([type])")
    page.click("#add-passkey")
    page.wait_for_selector("#passkey-list li")
    shoot("passkey-added")
    page.click("#sign-out")
    page.click("#passkey-sign-in")
    page.wait_for_selector("#who:has-text('seller')")
    shoot("passkey-signed-in")


def test_a_phone_signs_up(server, page, shoot):
    page.goto(f"{server.url}/examples/account")
    page.fill("input[name=phone]", f"+3712{secrets.randbelow(10**7):07d}")
    page.click("#phone-start button")
    page.wait_for_selector("#phone-verify:not([hidden])")
    messages = page.request.get(f"{server.url}/examples/sms").text()
    code = re.search(r"(\d{6}) is your code", messages)[1]
    name = f"phone{secrets.randbelow(10**6)}"
    page.fill("#phone-verify input[name=code]", code)
    page.fill("#phone-verify input[name=username]", name)
    shoot("phone-code")
    page.click("#phone-verify button")
    page.wait_for_selector(f"#who:has-text('{name}')")
    shoot("phone-signed-up")
