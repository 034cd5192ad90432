"""Users in the admin: sign-in, actions, editing, and permissions for them."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import challenges, security_log, tokens
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory, suspend
from audit.models import AuditLogEntry

pytestmark = pytest.mark.django_db
LOGIN, PEOPLE = "/admin/login/", reverse("admin:accounts_user_changelist")
NETWORK = "203.0.113.0/24"
ABOUT = "Audit log entries about this record"
PERSON = {
    "username": "bob",
    "email": "bob@example.com",
    "language": "en",
    "user_type": "both",
}


def change_url(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def action_url(user, name):
    return reverse("admin:accounts_user_action", args=[user.pk, name])


# --- Signing in -----------------------------------------------------------------------


def sign_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": email, "password": password}, **more)


def test_staff_sign_in(client, staff):
    assert sign_in(client, staff.email).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_errors_are_the_same_for_all(client, alice, staff):
    """S2, A1: the error does not reveal accounts or staff."""
    suspended = UserFactory(suspended=True, is_staff=True)
    attempts = [
        ("nobody@example.com", PASSWORD),
        (staff.email, "wrong"),
        (alice.email, PASSWORD),
        (suspended.email, PASSWORD),
    ]
    answers = [sign_in(client, *attempt).context["form"].errors for attempt in attempts]
    assert all(answer == answers[0] for answer in answers)


def test_ten_failures_lock_the_account_for_the_address(client, staff, caplog):
    """S2, A10: the right password comes too late, and it is logged."""
    for _attempt in range(10):
        sign_in(client, staff.email, "wrong")
    answer = sign_in(client, staff.email)
    assert "Too many attempts" in str(answer.context["form"].errors)
    assert "Staff sign-in locked" in caplog.text
    assert staff.email not in caplog.text
    assert sign_in(client, staff.email, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_admin_and_api_count_the_same_attempts(api, client, staff):
    """S2: the limit is shared."""
    body = {"email": staff.email, "password": "wrong"}
    for _attempt in range(10):
        api.post("/api/auth/login", body)
    assert "Too many" in str(sign_in(client, staff.email).context["form"].errors)


def test_suspended_staff_are_out_at_once(moderator):
    """A2: an open page of the admin ends too."""
    suspend(User.objects.filter(username="moderator"))
    assert moderator.get(PEOPLE).status_code == 302


# --- Actions --------------------------------------------------------------------------


def test_suspension_ends_the_token_and_keeps_its_reason(api, moderator, bob):
    """A2: the next request with the token is refused."""
    as_bob = api.as_(bob)
    assert as_bob.get("/api/auth/profile").status_code == 200
    moderator.post(action_url(bob, "suspend"), {"reason": "Asks for money."})
    assert as_bob.get("/api/auth/profile").status_code == 401
    bob.refresh_from_db()
    assert bob.suspended_reason == "Asks for money."
    assert AuditLogEntry.objects.get().action == "suspend"


def test_restored_and_verified(moderator, bob):
    for name in ("suspend", "restore", "verify"):
        moderator.post(action_url(bob, name), {"reason": "Checked."})
    bob.refresh_from_db()
    assert bob.is_active
    assert bob.is_verified
    actions = AuditLogEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["suspend", "restore", "verify"]


@pytest.mark.parametrize("name", ["suspend", "verify", "set-password"])
def test_moderators_do_nothing_to_staff(moderator, staff, name):
    before = User.objects.values().get(pk=staff.pk)
    fields = {"password1": "a new one 123", "password2": "a new one 123"}
    moderator.post(action_url(staff, name), {"reason": "Coup."} | fields)
    in_bulk = {"action": name, "_selected_action": [staff.pk], "reason": "Coup."}
    moderator.post(PEOPLE, in_bulk)
    assert User.objects.values().get(pk=staff.pk) == before
    assert not AuditLogEntry.objects.exists()


def test_moderators_cannot_set_passwords(moderator, bob):
    fields = {"password1": "a new one 123", "password2": "a new one 123", "reason": "x"}
    moderator.post(action_url(bob, "set-password"), fields)
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_administrator_sets_a_password_and_the_audit_log_lacks_it(
    api, administrator, bob
):
    as_bob = api.as_(bob)
    fields = {"password1": "brand new words 1", "password2": "brand new words 1"}
    administrator.post(
        action_url(bob, "set-password"), fields | {"reason": "They asked."}
    )
    bob.refresh_from_db()
    assert bob.check_password("brand new words 1")
    assert as_bob.get("/api/auth/profile").status_code == 401
    entry = AuditLogEntry.objects.values().get()
    assert entry["action"] == "set-password"
    assert "brand new" not in str(entry)


@pytest.mark.parametrize("again", ["other words 123", "12345678"])
def test_new_passwords_are_checked(administrator, bob, again):
    fields = {"password1": "12345678", "password2": again, "reason": "They asked."}
    answer = administrator.post(action_url(bob, "set-password"), fields)
    assert answer.context["form"].errors
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


# --- Editing --------------------------------------------------------------------------


def test_moderators_cannot_edit_people_or_grant_anything(moderator, bob):
    """S1: no field of the form is theirs, whatever they send."""
    me = User.objects.get(username="moderator")
    for user in (bob, me):
        fields = PERSON | {"is_staff": "on", "is_superuser": "on", "reason": "x"}
        assert moderator.post(change_url(user), fields).status_code == 403
        user.refresh_from_db()
        assert not user.is_superuser


def test_moderators_see_no_private_fields(moderator):
    """S1, G5: neither shown, nor searched, nor filtered by."""
    secret = UserFactory(email="hush@example.com", phone="+37126123456")
    for page in (PEOPLE, change_url(secret), PEOPLE + "?q=person"):
        shown = moderator.get(page).content.decode()
        assert "hush@" not in shown
        assert "26123456" not in shown
    assert secret.username not in moderator.get(PEOPLE + "?q=hush").content.decode()
    for lookup in ("email__startswith=hush", "phone__contains=26", "password__gt=a"):
        assert moderator.get(f"{PEOPLE}?{lookup}").status_code == 400


def test_administrator_edits_with_a_reason_and_the_audit_log_lacks_private_values(
    administrator, bob
):
    fields = PERSON | {
        "email": "Robert@example.com",
        "city": "Rīga",
        "reason": "Asked.",
    }
    assert administrator.post(change_url(bob), fields).status_code == 302
    bob.refresh_from_db()
    assert bob.email == "robert@example.com"
    entry = AuditLogEntry.objects.get()
    assert entry.before == "email: ∙∙∙\ncity: "
    assert entry.after == "email: ∙∙∙\ncity: Rīga"


def test_taken_names_are_refused_in_words(administrator, alice, bob):
    fields = PERSON | {"username": "ALICE", "email": "ALICE@example.com", "reason": "x"}
    errors = administrator.post(change_url(bob), fields).context["errors"]
    assert len(errors) == 2


def test_forged_fields_of_a_person_change_nothing(administrator, bob):
    """A9: what the form does not offer it does not take."""
    fields = {
        "average_rating": 5,
        "reviews_count": 9,
        "is_verified": "on",
        "phone": "1",
    }
    fields |= {"is_active": "", "tasks_completed": 7, "password": "x"}
    administrator.post(change_url(bob), PERSON | fields | {"reason": "x"})
    bob.refresh_from_db()
    assert (bob.average_rating, bob.reviews_count, bob.phone) == (0, 0, "")
    assert bob.is_active
    assert not bob.is_verified
    assert bob.check_password(PASSWORD)


def test_new_person_gets_a_hashed_password(administrator):
    fields = {"username": "carol", "email": "carol@example.com", "reason": "New staff."}
    fields |= {"password1": PASSWORD, "password2": PASSWORD, "is_staff": "on"}
    answer = administrator.post(reverse("admin:accounts_user_add"), fields)
    assert answer.status_code == 302, answer.context["errors"]
    carol = User.objects.get(username="carol")
    assert carol.is_staff
    assert carol.check_password(PASSWORD)
    assert AuditLogEntry.objects.get().action == "add"
    assert PASSWORD not in str(AuditLogEntry.objects.values().get())


def test_no_page_shows_a_password_hash_or_a_token(administrator, bob):
    pair = tokens.open_session(bob)
    token = bob.outstandingtoken_set.get()
    pages = [
        change_url(bob),
        reverse("admin:token_blacklist_outstandingtoken_change", args=[token.pk]),
        reverse("admin:accounts_session_change", args=[bob.sessions.get().pk]),
    ]
    for page in pages:
        shown = administrator.get(page).content.decode()
        assert bob.password not in shown
        assert pair["refresh"] not in shown


def test_everything_of_a_person_is_a_click_away(administrator, bob):
    shown = administrator.get(change_url(bob)).context["related"]
    titles = {str(kind["title"]) for kind in shown}
    assert titles >= {"Listings", "Tasks · creator", "Tasks · assigned to"}
    assert titles >= {"Offerings", "Applications", "Favorites"}
    assert titles >= {"Reviews · reviewer", "Reviews · reviewed user"}
    assert titles >= {"Uploads", "Audit log entries", ABOUT}
    for kind in shown:
        assert administrator.get(kind["url"]).status_code == 200


@pytest.mark.parametrize("name", ["session", "challenge", "securityevent"])
def test_networks_are_private(moderator, administrator, alice, name):
    """S1: of sessions, codes and events; also for staff who may see the rows."""
    row = row_with_a_network(name, alice)
    group = Group.objects.get(name="Moderators")
    group.permissions.add(permission_to_view(name))
    for path in (
        reverse(f"admin:accounts_{name}_change", args=[row.pk]),
        reverse(f"admin:accounts_{name}_changelist"),
    ):
        answer = moderator.get(path)
        assert answer.status_code == 200
        assert NETWORK not in answer.content.decode()
    path = reverse(f"admin:accounts_{name}_change", args=[row.pk])
    assert NETWORK in administrator.get(path).content.decode()


def permission_to_view(name):
    rows = Permission.objects.filter(content_type__app_label="accounts")
    return rows.get(codename=f"view_{name}")


def row_with_a_network(name, user):
    if name == "session":
        tokens.open_session(user)
        user.sessions.update(network=NETWORK)
        return user.sessions.get()
    if name == "securityevent":
        return security_log.store(user, "signed_in", network=NETWORK, client="")
    return challenges.create("email_sign_in", secret="1", user=user, network=NETWORK)


def test_a_search_in_several_columns_finds_the_ids_first(administrator, alice):
    """In the order of the primary key PostgreSQL would test each row of the table."""
    with CaptureQueriesContext(connection) as queries:
        page = administrator.get("/admin/accounts/user/?q=alice")
    assert alice in page.context["cl"].result_list
    assert any('ORDER BY ("accounts_user"."id" + ' in one["sql"] for one in queries)
