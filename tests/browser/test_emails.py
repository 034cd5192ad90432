"""Screenshots of every e-mail on a phone and a desktop, in artifacts/."""

import pytest
from django.conf import settings

from accounts.models import User
from notifications import unsubscribe
from notifications.emails import render_email
from notifications.models import Notification, Preference
from notifications.tests.factories import NotificationFactory
from notifications.types import NOTIFICATION_TYPES
from tests.browser.test_pages import ARTIFACTS, chromium  # noqa: F401 - a fixture

LANGUAGE = "lv"
PARAMS = {
    "name": "Demo Helper",
    "title": "Nomazgāt logus trešajā stāvā",
    "days": 14,
    "rating": 5,
    "count": 3,
    "on": "2026-11-25",
}
MORE = {
    "task_disputed": {"reason": "Virtuves logs palika nemazgāts."},
    "content_hidden": {"reason": "Šāds piedāvājums te nav atļauts."},
    "saved_search": {
        "name": "Velosipēdi Rīgā",
        "items": [
            {"title": "Pilsētas velosipēds", "path": "/listings/1", "note": "120 €"},
            {"title": 9 * "Kalnu-velosipēds", "path": "/listings/2", "note": "340 €"},
        ],
    },
}
WIDEST = "document.documentElement.scrollWidth"


@pytest.mark.parametrize("width", [320, 700])
@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_email_fits_the_window(chromium, kind, width):  # noqa: F811
    reader = User(pk=1, username="demo", email="demo@example.com", language=LANGUAGE)
    params = PARAMS | MORE.get(kind, {})
    row = Notification(pk=1, recipient=reader, kind=kind, params=params)
    row.withheld = frozenset()  # its items are not stored
    page = chromium.new_page(viewport={"width": width, "height": 400})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(render_email(row)["html"])
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"email-{kind}-{width}.png", full_page=True)
    widest = page.evaluate(WIDEST)
    page.close()
    assert widest <= width
    assert asked == []


def test_unsubscribe_page_asks_for_confirmation(live_server, chromium):  # noqa: F811
    row = NotificationFactory(recipient__language=LANGUAGE)
    path = unsubscribe.url_for(row).removeprefix(settings.SITE_URL)
    page = chromium.new_page(viewport={"width": 390, "height": 500})
    page.goto(live_server.url + path)
    page.screenshot(path=ARTIFACTS / "unsubscribe.png")
    assert not Preference.objects.exists()
    page.click("button")
    page.wait_for_selector("h1:has-text('vairs nesaņemsiet')")
    page.screenshot(path=ARTIFACTS / "unsubscribed.png")
    page.close()
    assert not Preference.objects.get().email
