"""Filters that staff save above a list, in a real browser."""

import pytest

from tests.browser.test_admin import admin  # noqa: F401 - fixture
from tests.browser.test_desk import fits

LIST = "/admin/listings/listing/"
NAMES = {"en": "Far too cheap", "lv": "Pārāk lēti", "ru": "Слишком дёшево"}


@pytest.mark.parametrize("language", NAMES)
def test_a_filter_is_saved_used_and_deleted(admin, server, shoot, language):  # noqa: F811
    page, name = admin, NAMES[language]
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(f"{server.url}{LIST}?q=telephone&status__exact=active")
    page.click("#saved-filters summary")
    page.fill("#save-filter input[name=name]", name)
    page.check("#save-filter input[name=is_shared]")
    fits(page, shoot, f"filter-form-{language}")
    page.click("#save-filter button")
    page.wait_for_selector(f"#saved-filters a[aria-current]:text-is('{name}')")
    page.goto(f"{server.url}{LIST}")
    fits(page, shoot, f"filter-saved-{language}")
    page.click(f"#saved-filters a:text-is('{name}')")
    page.wait_for_selector("#result_list >> text=Far too cheap telephone")
    page.click(f"#saved-filters button[aria-label*='{name}']")
    page.wait_for_selector("#saved-filters", state="detached")
