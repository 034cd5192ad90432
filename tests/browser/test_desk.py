"""Every list and page of the admin in Latvian, wide and on a telephone."""

import pytest

from tests.browser.test_admin import admin, confirm  # noqa: F401 - fixture

WIDTHS = (1440, 390)
WIDEST = "document.documentElement.scrollWidth"
LISTS = (
    "",
    "accounts/user/",
    "announcements/announcement/",
    "audit/auditlogentry/",
    "categories/category/",
    "exchange/tableimport/",
    "figures/searchwithoutresults/",
    "market/marketsettings/",
    "listings/listing/",
    "messaging/conversation/",
    "moderation/case/",
    "audit/decision/",
    "tasks/dispute/",
    "tasks/taskrequest/",
)


@pytest.fixture
def latvian(admin):  # noqa: F811
    admin.set_extra_http_headers({"Accept-Language": "lv"})
    return admin


def fits(page, shoot, name: str) -> None:
    """Take a picture at each width; nothing sticks out of the page."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate(WIDEST) <= width, (page.url, width)
        shoot(f"desk-{name}-{width}")
    page.set_viewport_size({"width": WIDTHS[0], "height": 1000})


@pytest.mark.parametrize("path", LISTS)
def test_list_and_its_first_page_fit(latvian, server, shoot, path):
    page = latvian
    name = path.strip("/").replace("/", "-") or "start"
    assert page.goto(f"{server.url}/admin/{path}").status == 200
    fits(page, shoot, name)
    first = page.locator("#result_list tbody th a").first
    if first.count():
        first.click()
        page.wait_for_load_state()
        fits(page, shoot, f"{name}-page")


def test_messages_open_with_a_reason(admin, server, shoot):  # noqa: F811
    page = admin
    page.goto(f"{server.url}/admin/messaging/conversation/")
    page.click("#result_list tbody th a >> nth=0")
    page.wait_for_selector("#messages")
    assert page.locator("#messages li").count() == 0
    page.click("#messages a")
    page.fill("textarea[name=reason]", "A report.")
    confirm(page)
    assert page.locator("#messages li").count() > 0
    fits(page, shoot, "messages")
