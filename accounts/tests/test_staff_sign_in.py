"""The second factor of staff in the admin, and its reset by operators."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links, moderation
from accounts.examinations import staff_have_a_second_factor
from accounts.forms import OwnPasswordForm
from accounts.models import SecurityEvent, TotpDevice
from accounts.staff_sessions import StaffSessionMiddleware
from accounts.tests.factories import PASSWORD
from accounts.tests.factors import code, enable, wrong_code
from audit.models import AuditLogEntry
from conftest import signed_in

pytestmark = pytest.mark.django_db
LOGIN, INDEX = "/admin/login/", "/admin/"
SET_UP = reverse("staff-set-up")


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_SECOND_FACTOR = True


def sign_in(client, user, password=PASSWORD, given=""):
    fields = {"username": user.email, "password": password, "code": given}
    return client.post(LOGIN, fields)


def is_in(client) -> bool:
    return client.get(INDEX).status_code == 200


def secret_on(client) -> str:
    page = client.get(SET_UP).content.decode()
    return re.search(r'id="secret">([A-Z2-7]{32})<', page)[1]


def test_password_and_code_open_the_admin(staff, client):
    """S2: staff sign in with a password and a code."""
    enable(staff)
    assert sign_in(client, staff, given=code()).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("given", ["", "000000x", "wrong"])
def test_password_alone_opens_nothing(staff, client, given):
    """S2: without a right code there is no session."""
    enable(staff)
    assert sign_in(client, staff, given=given or "").status_code == 200
    assert not is_in(client)


def test_error_does_not_say_whether_the_password_was_right(staff):
    """S2, A1: a wrong password and a wrong code read alike."""
    enable(staff)
    pages = [
        sign_in(Client(), staff, password, given).context["form"].errors
        for password, given in (
            (PASSWORD, wrong_code()),
            (PASSWORD, ""),
            ("wrong", code()),
            ("wrong", ""),
        )
    ]
    assert all(page == pages[0] for page in pages)


def test_guesses_at_codes_are_limited(staff, client):
    """S2: past the limit a right code is not looked at."""
    enable(staff)
    for _attempt in range(10):
        sign_in(client, staff, given=wrong_code())
    sign_in(client, staff, given=code())
    assert not is_in(client)


def test_first_sign_in_leads_to_the_set_up(staff, client, run_jobs):
    """S2: secret, QR code, a code, recovery codes; then the admin."""
    assert sign_in(client, staff).url == SET_UP
    answer = client.post(SET_UP, {"code": code(seed=secret_on(client))})
    shown = re.findall(r"<li>([A-Z2-7]{5}-[A-Z2-7]{5})</li>", answer.content.decode())
    assert len(shown) == 10
    assert is_in(client)
    run_jobs()
    assert "turned on" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "path",
    [INDEX, "/admin/accounts/user/", "/admin/password_change/", "/admin/search/"],
)
def test_nothing_else_is_reachable_before(staff, client, path):
    """S2: a password alone gives access to nothing in the admin."""
    sign_in(client, staff)
    answer = client.get(path)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, LOGIN)


def test_wrong_code_ends_no_set_up(staff, client):
    sign_in(client, staff)
    secret = secret_on(client)
    assert client.post(SET_UP, {"code": "wrong"}).status_code == 200
    assert not is_in(client)
    assert secret_on(client) == secret


def test_set_up_is_for_who_knew_the_password(staff, client):
    """S2: the page of the set-up shows strangers nothing."""
    sign_in(Client(), staff)
    assert client.get(SET_UP).url == LOGIN
    assert client.post(SET_UP, {"code": "123456"}).url == LOGIN


def test_set_up_ends_with_the_password(staff, client):
    sign_in(client, staff)
    staff.set_password("another fine password")
    staff.save()
    assert client.get(SET_UP).status_code == 302


def test_others_than_staff_set_nothing_up(alice, client):
    assert sign_in(client, alice).status_code == 200
    assert not TotpDevice.objects.exists()


def test_session_without_a_checked_code_is_none(staff):
    """S2: a session from before the rule opens nothing."""
    assert not is_in(signed_in(staff))


def test_without_the_rule_a_password_is_enough(staff, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    sign_in(client, staff)
    assert is_in(client)


def test_who_has_an_app_needs_it_even_without_the_rule(staff, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    enable(staff)
    sign_in(client, staff)
    assert not is_in(client)


def test_sign_in_keeps_where_one_wanted_to_go(staff, client):
    enable(staff)
    fields = {"username": staff.email, "password": PASSWORD, "code": code()}
    answer = client.post(f"{LOGIN}?next=/admin/accounts/user/", fields)
    assert answer.url == "/admin/accounts/user/"


# --- Operators ------------------------------------------------------------------------


def test_reset_ends_every_session(staff, api, client, run_jobs):
    """A7, S2: in the API and in the admin, audited and notified."""
    enable(staff)
    sign_in(client, staff, given=code())
    token = api.as_(staff)
    call_command("second_factor", "reset", "staff")
    assert not is_in(client)
    assert token.get("/api/auth/profile").status_code == 401
    assert AuditLogEntry.objects.get().action == "reset-second-factor"
    event = staff.security_events.first()
    assert event.type == SecurityEvent.Type.SECOND_FACTOR_RESET
    run_jobs()
    assert mail.outbox[0].to == [staff.email]
    assert sign_in(client, staff).url == SET_UP


def test_status_names_what_is_left(staff, capsys):
    call_command("second_factor", "status", "staff")
    enable(staff)
    call_command("second_factor", "status", staff.email)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "staff: no second factor, 0 passkeys"
    assert "10 recovery codes" in second


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "staff"])
def test_reset_of_nothing_is_an_error(staff, name):
    with pytest.raises(CommandError):
        call_command("second_factor", "reset", name)


def test_disabling_in_the_api_ends_the_sessions_of_the_admin(staff, api, client):
    """A7: what the factor opened ends with it."""
    enable(staff)
    sign_in(client, staff, given=code())
    token = api.as_(staff)
    staff.sessions.update(confirmed_with="code")
    assert token.post("/api/auth/2fa/disable").status_code == 200
    assert not is_in(client)


def test_doctor_names_staff_without_an_app(staff):
    """Y2: and the remedy."""
    [finding] = staff_have_a_second_factor()
    assert "staff" in finding.problem
    enable(staff)
    assert list(staff_have_a_second_factor()) == []


def test_a_prefix_of_the_site_leaves_no_way_round_the_code(rf, staff, settings):
    """S2: where a proxy serves the site under a path."""
    request = rf.get("/admin/", SCRIPT_NAME="/market")
    assert request.path == "/market/admin/"
    request.user, request.session = staff, {}
    StaffSessionMiddleware(lambda request: None)(request)
    assert not request.user.is_authenticated


@pytest.mark.parametrize("by", ["own form", "administrator"])
def test_a_new_password_closes_what_was_pending(staff, bob, by):
    """A7: links that set a password, and sign-ins that wait for a code."""
    user = staff if by == "own form" else bob
    link, _token = links.create(
        "password_reset", user=user, address=user.email, lifetime=timedelta(hours=1)
    )
    if by == "own form":
        new = "river-stone-lamp-43"
        fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        form = OwnPasswordForm(user, fields)
        assert form.is_valid(), form.errors
        form.save()
    else:
        moderation.set_password(
            bob, actor=staff, password="river-stone-lamp-43", reason="They asked."
        )
    link.refresh_from_db()
    assert link.expires_at <= timezone.now()
