"""Market settings and announcements in a real browser."""

from tests.browser.test_admin import admin  # noqa: F401  the fixture

SETTINGS = "/admin/market/marketsettings/"
ANNOUNCEMENTS = "/admin/announcements/announcement/"
NARROW = {"width": 390, "height": 900}


def fits(page) -> bool:
    """Return whether the page has nothing beside the window."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return not page.evaluate(wide)


def test_a_limit_is_refused_then_changed(admin, server, shoot):  # noqa: F811
    admin.goto(server.url + SETTINGS)
    shoot("market-settings")
    admin.fill("input[name=fee_min_cents]", "500")
    admin.fill("textarea[name=reason]", "Costs of the provider.")
    admin.click("button[name=_save]")
    admin.wait_for_selector("text=The smallest fee would take all")
    shoot("market-settings-refused")
    admin.fill("input[name=fee_min_cents]", "50")
    admin.select_option("select[name=posting_open]", "off")
    admin.click("button[name=_save]")
    admin.wait_for_load_state("networkidle")
    admin.goto(server.url + SETTINGS)
    assert admin.input_value("input[name=fee_min_cents]") == "50"
    admin.set_viewport_size(NARROW)
    admin.goto(server.url + SETTINGS)
    shoot("market-settings-narrow")
    assert fits(admin)
    admin.fill("input[name=fee_min_cents]", "")
    admin.select_option("select[name=posting_open]", "")
    admin.fill("textarea[name=reason]", "As before.")
    admin.click("button[name=_save]")


def test_an_announcement_is_written_looked_at_sent_and_read(admin, server, shoot):  # noqa: F811
    admin.goto(f"{server.url}{ANNOUNCEMENTS}add/")
    admin.fill("input[name=title_en]", "Closed on Sunday night")
    admin.fill("textarea[name=text_en]", "From 02:00 to 03:00.\n\nThen all is faster.")
    admin.fill("input[name=title_lv]", "Svētdienas naktī slēgts")
    admin.fill("textarea[name=text_lv]", "No 2.00 līdz 3.00.")
    admin.fill("textarea[name=reason]", "A new database.")
    shoot("announcement-add")
    admin.click("button[name=_continue]")
    admin.wait_for_selector("div[lang=lv]")
    shoot("announcement-draft")
    admin.set_viewport_size(NARROW)
    shoot("announcement-narrow")
    assert fits(admin)
    admin.set_viewport_size({"width": 1440, "height": 1000})
    admin.click("a:has-text('Send')")
    admin.fill("textarea[name=reason]", "It is decided.")
    admin.click("#reason-form button[type=submit]")
    admin.wait_for_selector("text=1 done.")
    shoot("announcement-sent")
    listed = server.api("announcements")[1]["announcements"]
    assert "Closed on Sunday night" in [row["title"] for row in listed]
    admin.set_viewport_size(NARROW)
    admin.goto(server.url + ANNOUNCEMENTS)
    shoot("announcements-narrow")
