"""What operators, staff and the demo see of text messages."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from conftest import signed_in
from core.doctor import EXAMINATIONS
from core.production import problems
from sms import outbox, services
from sms.tests.factories import SmsMessageFactory, SmsPrefixBlockFactory
from sms.tests.test_sending import BOB
from tests.test_production import GOOD

PAGE = "/examples/sms"
LIST = "admin:sms_smsmessage_changelist"
TWILIO = {
    "SMS_PROVIDER": "twilio",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM": "Market",
    "TWILIO_MESSAGING_SERVICE_SID": "",
}
BIRD = {
    "SMS_PROVIDER": "bird",
    "BIRD_API_KEY": "bk_eu1_x",
    "BIRD_BASE_URL": "",
    "BIRD_FROM": "Market",
    "BIRD_WEBHOOK_SECRET": "whsec_x",
}


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        (TWILIO, []),
        (TWILIO | {"TWILIO_AUTH_TOKEN": ""}, ["TWILIO_AUTH_TOKEN"]),
        (TWILIO | {"TWILIO_FROM": ""}, ["TWILIO_FROM"]),
        (TWILIO | {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"}, []),
        (BIRD, []),
        (BIRD | {"BIRD_API_KEY": "abc"}, ["BIRD_API_KEY"]),
        (BIRD | {"BIRD_API_KEY": "abc", "BIRD_BASE_URL": "https://bird.test"}, []),
        (BIRD | {"BIRD_FROM": "", "BIRD_WEBHOOK_SECRET": ""}, list(BIRD)[3:]),
    ],
)
def test_production_needs_the_settings_of_its_provider(chosen, missing, settings):
    """Y1: and `doctor` names them on a development machine."""
    assert [name for name, _sentence in problems(GOOD | chosen)] == missing
    for name, value in chosen.items():
        setattr(settings, name, value)
    found = list(EXAMINATIONS["sms"]())
    assert [(one.setting, one.severity) for one in found] == [
        (name, "error") for name in missing
    ]


def test_doctor_warns_that_nobody_receives_codes(settings):
    """Y2."""
    settings.PRODUCTION = True
    found = {one.setting: one.severity for one in EXAMINATIONS["sms"]()}
    assert found == {"SMS_PROVIDER": "warning", "ALERT_EMAILS": "note"}


@pytest.mark.django_db
def test_staff_see_no_text_and_no_whole_number(administrator, bob):
    """G5: without the permission to see private data."""
    message = SmsMessageFactory(to=BOB, status="queued", text="secret", sent_at=None)
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_smsmessage"))
    pages = (reverse(LIST), reverse("admin:sms_smsmessage_change", args=[message.pk]))
    for page in pages:
        shown = signed_in(bob).get(page).text
        assert "+3712123…" in shown
        assert BOB not in shown
        shown = administrator.get(page).text
        assert BOB in shown
        assert "secret" not in shown


@pytest.mark.django_db
def test_staff_lift_a_block_in_the_admin(administrator):
    """O10: with a reason."""
    block = SmsPrefixBlockFactory()
    url = reverse("admin:sms_smsprefixblock_action", args=[block.pk, "lift"])
    administrator.post(url, {"reason": "A campaign"})
    block.refresh_from_db()
    assert block.status == "lifted"


@pytest.mark.django_db
def test_the_demo_shows_its_messages(client, settings):
    """Y3: the newest first, escaped."""
    settings.DEMO = settings.DEBUG = True
    services.send(to=BOB, text="The first", key="1")
    services.send(to="+37121234568", text="<b>Otrā</b>", key="2")
    text = client.get(PAGE).text
    assert text.index("&lt;b&gt;Otrā") < text.index("The first")
    assert BOB in text


@pytest.mark.parametrize(("demo", "debug"), [(False, True), (True, False)])
def test_without_the_demo_there_is_no_page_of_messages(client, settings, demo, debug):
    """Y3: also not in a demo that others reach."""
    settings.DEMO, settings.DEBUG = demo, debug
    outbox.write(BOB, "secret")
    answer = client.get(PAGE)
    assert (answer.status_code, "secret" in answer.text) == (404, False)
