"""The admin in a real browser; effects are checked through the public API."""

import re

import pytest

from accounts.tests.factories import PASSWORD


@pytest.fixture
def admin(server, page, shoot):
    """Signed in as the inspector, on the first page."""
    page.goto(f"{server.url}/admin")
    shoot("login")
    page.fill("input[name=username]", "inspector@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#dashboard")
    return page


def open_row(page, server, kind: str, words: str) -> int:
    """Search a list for `words`, open the row of that name and return its id."""
    page.goto(f"{server.url}/admin/{kind}/?q={words}")
    page.click(f"#result_list a:text-is('{words}')")
    page.wait_for_selector("#related")
    return int(re.search(r"/(\d+)/change/", page.url)[1])


def give_reason(page, action: str, reason: str) -> None:
    button = page.locator(f"a:has-text('{action}')").first
    if not button.is_visible():
        page.click("a:has-text('More')")
    button.click()
    page.fill("textarea[name=reason]", reason)


def confirm(page) -> None:
    page.click("#reason-form button[type=submit]")
    page.wait_for_selector("text=1 done.")


def test_start_page_counts_open_disputes(admin, shoot):
    assert admin.locator("#dashboard a:has-text('Disputes waiting')").count() == 1
    shoot("index")


def test_hidden_listing_is_gone_from_the_api(admin, server, shoot):
    """S7: taken down in the admin, gone for everybody."""
    title = "Far too cheap telephone"
    admin.goto(f"{server.url}/admin/listings/listing/")
    admin.wait_for_selector("#result_list")
    shoot("listings")
    admin.goto(f"{server.url}/admin/listings/listing/?q={title}")
    admin.check("#result_list input.action-select")
    admin.select_option("select[name=action]", "hide")
    shoot("listings-selected")
    admin.click("#changelist-actions button[name=index]")
    admin.fill("textarea[name=reason]", "Looks like a fraud.")
    shoot("reason")
    confirm(admin)
    listing = open_row(admin, server, "listings/listing", title)
    shoot("listing")
    assert server.api(f"listings/{listing}")[0] == 404
    assert title not in str(server.api("listings?per_page=100")[1])


def test_suspended_user_is_signed_out_at_once(admin, server, shoot):
    """A2: a token that worked a moment ago is refused."""
    body = {"email": "worker@example.com", "password": PASSWORD}
    token = server.api("auth/login", body)[1]["token"]
    assert server.api("auth/profile", token=token)[0] == 200
    open_row(admin, server, "accounts/user", "worker")
    shoot("user")
    give_reason(admin, "Suspend", "Asks for money in advance.")
    confirm(admin)
    shoot("user-suspended")
    assert server.api("auth/profile", token=token)[0] == 401
    assert server.api("auth/login", body)[0] == 403


def test_settled_dispute_completes_the_task(admin, server, shoot):
    """T1: a workflow row for staff, from its button to the public API."""
    task = open_row(admin, server, "tasks/taskrequest", "Paint the garden fence")
    give_reason(admin, "Settle the dispute for the worker", "The pictures show it.")
    shoot("settle")
    confirm(admin)
    shoot("task")
    assert server.api(f"tasks/{task}")[1]["status"] == "completed"
    admin.goto(f"{server.url}/admin/audit/auditlogentry/")
    admin.wait_for_selector("#result_list >> text=settle-for-worker")
    shoot("audit-log")


def test_narrow_screen_shows_the_same(admin, server, shoot):
    admin.set_viewport_size({"width": 420, "height": 900})
    admin.goto(f"{server.url}/admin/listings/listing/")
    admin.wait_for_selector("#result_list")
    shoot("listings-narrow")
