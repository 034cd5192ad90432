"""Two windows of the chat example; screenshots in artifacts/."""

import os
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

from seed.people import DEMO_PASSWORD
from tests.browser.conftest import ARTIFACTS, FLAGS

SIZE = {"width": 900, "height": 620}


@pytest.fixture
def windows(server):
    """The two demo users, each in a browser, in one conversation."""
    begin_talk(server)
    faults = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None, args=FLAGS
        )
        yield [
            sign_in(browser, server, faults, own=own, other=other)
            for own, other in [("demo", "helper"), ("helper", "demo")]
        ]
        browser.close()
    assert faults == []


def begin_talk(server) -> None:
    tokens = {}
    for name in ("demo", "helper"):
        body = {"email": f"{name}@example.com", "password": DEMO_PASSWORD}
        tokens[name] = server.api("auth/login", body)[1]
    body = {"user_id": tokens["helper"]["user"]["id"]}
    server.api("messages/conversations", body, tokens["demo"]["token"])


def sign_in(browser, server, faults: list, *, own: str, other: str):
    page = browser.new_context(viewport=SIZE).new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("console", lambda line: faults.append(line.text) if csp(line) else None)
    page.goto(f"{server.url}/examples/chat")
    page.click(f"[data-email='{own}@example.com']")
    page.click(f"[data-person='{other}']")
    expect(page.locator("#status")).to_have_text("connected", timeout=20_000)
    return page


def csp(line) -> bool:
    return "Content Security Policy" in line.text


@contextmanager
def away(server):
    server.stop()
    try:
        yield
    finally:
        server.start()


def write(page, words: str) -> None:
    page.locator("textarea").press_sequentially(words)
    page.keyboard.press("Enter")


def ends_with(page, *words: str) -> None:
    """The last messages on the screen, all sent."""
    shown = page.locator(".message:not(.waiting) p")
    for place, text in enumerate(reversed(words), start=1):
        expect(shown.nth(-place)).to_have_text(text, timeout=20_000)


def shoot(page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"chat-{name}.png")


def test_two_windows_write_to_each_other(windows, server):
    demo, helper = windows
    expect(demo.locator("#conversation header .dot.online")).to_be_visible(
        timeout=20_000
    )
    demo.locator("textarea").press_sequentially("Can you come on Friday?")
    expect(helper.locator("#typing")).to_contain_text("is writing")
    shoot(helper, "typing")
    demo.keyboard.press("Enter")
    ends_with(helper, "Can you come on Friday?")
    write(helper, "Yes, at ten.")
    ends_with(demo, "Can you come on Friday?", "Yes, at ten.")
    expect(demo.locator(".message.own").last).to_contain_text("read")
    shoot(demo, "answered")


def test_a_click_counts_although_the_list_changes_under_it(windows):
    demo, _helper = windows
    other = demo.locator("[data-person]:not([aria-current=true])").first
    person = other.get_attribute("data-person")
    other.hover()
    demo.mouse.down()
    demo.evaluate("render()")
    demo.mouse.up()
    opened = demo.locator(f"[data-person='{person}']")
    expect(opened).to_have_attribute("aria-current", "true")


def test_each_day_is_named_once(windows, server):
    demo, _helper = windows
    for words in ("Today", "Also today"):
        write(demo, words)
    ends_with(demo, "Today", "Also today")
    # The first one becomes a message of another year.
    [first, *others] = demo.evaluate(
        "() => { const all = [...conversations.get(openId).messages.values()];"
        " all.sort((a, b) => a.seq - b.seq)[0].created_at = '2020-02-03T12:00:00Z';"
        " render(); return [...document.querySelectorAll('.day')].map("
        " (day) => day.textContent); }"
    )
    assert "2020" in first
    assert len(others) == len(set(others)) >= 1
    shoot(demo, "days")


def test_nothing_is_lost_while_the_server_is_down(windows, server):
    demo, helper = windows
    write(demo, "Before")
    ends_with(helper, "Before")
    with away(server):
        expect(helper.locator("#status")).to_have_text("not connected")
        write(demo, "Meanwhile")
        expect(demo.locator(".message.waiting p")).to_have_text("Meanwhile")
        shoot(demo, "away")
    for page in windows:
        ends_with(page, "Before", "Meanwhile")
    write(helper, "Again")
    ends_with(demo, "Before", "Meanwhile", "Again")


def test_unread_messages_are_counted(windows, server):
    demo, helper = windows
    helper.evaluate("openId = null")  # reads no conversation
    write(demo, "Are you there?")
    badge = helper.locator("[data-person=demo] .badge")
    expect(badge).to_have_text("1", timeout=20_000)
    expect(helper.locator("#unread")).to_have_text("1 unread")
    shoot(helper, "unread")
    helper.click("[data-person=demo]")
    expect(badge).to_be_hidden()
    expect(helper.locator("#unread")).to_be_hidden()
