"""The start page of the admin in a browser: wide and narrow, by keys, in Latvian."""

import pytest

from accounts.tests.factories import PASSWORD

WIDEST = "document.documentElement.scrollWidth"


@pytest.fixture
def admin(server, page):
    """Signed in as the inspector, on the first page."""
    page.goto(f"{server.url}/admin")
    page.fill("input[name=username]", "inspector@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("#dashboard")
    return page


@pytest.mark.parametrize("language", ["en", "lv"])
def test_start_page_fits_wide_and_narrow_windows(admin, server, shoot, language):
    admin.set_extra_http_headers({"Accept-Language": language})
    for width in (1440, 390):
        admin.set_viewport_size({"width": width, "height": 1000})
        admin.goto(f"{server.url}/admin/?figure=new_listings&by=week")
        admin.wait_for_selector("#map circle")
        shoot(f"dashboard-{language}-{width}")
        assert admin.evaluate(WIDEST) <= width


def test_charts_are_drawn(admin):
    lines = "canvas => Chart.getChart(canvas).data.datasets.length"
    canvases = admin.locator("canvas.chart").all()
    assert [canvas.evaluate(lines) for canvas in canvases] == [2, 6, 4, 3, 4]


def test_a_figure_leads_to_its_rows(admin):
    admin.click("[data-figure=new_listings] td:nth-of-type(4) a")
    admin.wait_for_selector("#result_list")
    assert "created_at__gte" in admin.url


def test_a_point_of_the_map_leads_to_its_rows(admin, server):
    admin.goto(f"{server.url}/admin/?figure=new_listings")
    admin.locator("#map a").first.click(force=True)
    admin.wait_for_selector("#result_list")
    assert "public_latitude__gte" in admin.url


def test_a_key_opens_what_is_next(admin):
    waiting = admin.locator("[data-next]").first
    queue = waiting.get_attribute("href")
    admin.keyboard.press("n")
    admin.wait_for_url("**/change/")
    assert queue.startswith("/admin/next/")


def test_keys_typed_into_a_field_are_text(admin):
    url = admin.url
    admin.evaluate("document.body.insertAdjacentHTML('beforeend', '<input id=typed>')")
    admin.focus("#typed")
    admin.keyboard.type("n1")
    assert (admin.url, admin.input_value("#typed")) == (url, "n1")
