"""Welcome page and API description in a real browser; screenshots in artifacts/."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
CHROMIUM = os.environ.get("CHROMIUM")  # or the one that Playwright installs
# Playwright runs an event loop in the thread of the tests: Django would refuse the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.mark.parametrize(
    ("name", "path", "ready", "colours", "width"),
    [
        ("welcome", "/", "pre", "light", 1100),
        ("welcome-dark", "/", "pre", "dark", 1100),
        ("welcome-phone", "/", "pre", "light", 390),
        ("docs", "/api/docs", ".opblock-summary", "light", 1280),
        ("redoc", "/api/redoc", "[data-section-id] h2", "light", 1280),
    ],
)
def test_a_page_loads_nothing_from_other_hosts(
    live_server, settings, chromium, name, path, ready, colours, width
):
    """Requests that the content security policy blocks do not count."""
    settings.DEMO = True
    page = chromium.new_page(
        color_scheme=colours, viewport={"width": width, "height": 900}
    )
    requested, blocked, broken = [], [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("requestfailed", lambda request: blocked.append(_blocked(request)))
    page.on(
        "response", lambda answer: broken.append(answer.url) if not answer.ok else 0
    )
    page.goto(live_server.url + path)
    page.wait_for_selector(ready, timeout=60_000)
    page.wait_for_load_state("networkidle")
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=path == "/")
    page.close()
    ours = (live_server.url, "data:", "blob:")
    assert [u for u in requested if not u.startswith(ours) and u not in blocked] == []
    assert broken == []


API_PAGES = {"/api/docs": ".opblock-summary", "/api/redoc": "[data-section-id] h2"}
LIGHTNESS = """selector => {
  const colour = getComputedStyle(document.querySelector(selector))
  const parts = property => colour[property].match(/[0-9]+/g).slice(0, 3).map(Number)
  return Math.max(...parts(selector === "body" ? "backgroundColor" : "color"))
}"""


@pytest.mark.parametrize("path", API_PAGES)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_api_pages_have_the_colours_of_the_reader(live_server, chromium, path, colours):
    page = chromium.new_page(color_scheme=colours)
    page.goto(live_server.url + path)
    page.wait_for_selector(API_PAGES[path], timeout=60_000)
    heading = ".info .title" if path == "/api/docs" else "[data-section-id] h2"
    paper, ink = page.evaluate(LIGHTNESS, "body"), page.evaluate(LIGHTNESS, heading)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{path.rpartition('/')[2]}-{colours}.png")
    page.close()
    assert (ink > 200 > 60 > paper) if colours == "dark" else ink < 100


def test_trying_a_request_fits_a_phone(live_server, chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.goto(live_server.url + "/api/docs")
    page.wait_for_selector(".opblock", timeout=60_000)
    login = page.locator("[data-path='/api/auth/login']")
    for _screen in range(100):  # operations are drawn when somebody scrolls there
        if login.count():
            break
        page.mouse.wheel(0, 1000)
        page.wait_for_timeout(200)
    login.click()
    page.locator(".try-out__btn").click()
    page.locator("textarea").first.fill("{}")  # the button is there after a change
    reset = page.get_by_role("button", name="Reset")
    box = reset.bounding_box(timeout=5_000)
    page.screenshot(path=ARTIFACTS / "docs-phone.png")
    page.close()
    assert box["x"] + box["width"] <= 390


def _blocked(request) -> str:
    return request.url if request.failure == "csp" else ""
