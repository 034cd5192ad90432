"""Leave and come back: the grace period of an account."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import erasure, moderation
from accounts.erasure import AccountInUse
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from core.exceptions import NotAllowed, WrongStatus
from jobs.models import Job
from listings.tests.factories import ListingFactory
from messaging.services import start
from privacy import erasure as privacy
from privacy.jobs import erase_due
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
PROFILE, KEEP, LOGIN = "/api/auth/profile", "/api/auth/profile/keep", "/api/auth/login"


def sign_in(api, person, path=LOGIN, password=PASSWORD):
    return api.post(path, {"email": person.email, "password": password})


@pytest.fixture
def gone(api, alice):
    """Alice has deleted her account."""
    answer = api.as_(alice).delete(PROFILE, {"password": PASSWORD})
    assert answer.status_code == 200
    alice.refresh_from_db()
    return alice


def test_the_answer_says_until_when(api, alice, settings):
    """A16: the account is kept for the days of the setting."""
    answer = api.as_(alice).delete(PROFILE, {"password": PASSWORD}).json()
    due_at = User.objects.get(pk=alice.pk).erasure_due_at
    days = (due_at - timezone.now()) / timedelta(days=1)
    assert round(days) == settings.ERASURE_GRACE_DAYS
    assert answer["keep_until"][:19] == due_at.isoformat()[:19]


def test_the_link_is_not_readable_in_the_queue(gone):
    """A15: staff see the jobs, and whoever has it keeps the account."""
    assert erasure.url_for(gone) not in str(Job.objects.values_list("kwargs", "key"))


@pytest.mark.parametrize(
    ("role", "code"),
    [("creator", "tasks_as_creator"), ("assigned_to", "tasks_as_worker")],
)
@pytest.mark.parametrize("state", ["assigned", "done", "disputed"])
def test_nobody_leaves_a_deal(api, alice, role, code, state):
    """A16: 409, with the reasons."""
    TaskFactory(**{state: True, role: alice})
    answer = api.as_(alice).delete(PROFILE, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_in_use")
    [reason] = answer.json()["reasons"]
    assert (reason["code"], reason["count"]) == (code, 1)
    assert reason["sentence"] in answer.json()["error"]
    assert api.as_(alice).get(PROFILE).status_code == 200


def test_a_wrong_password_deletes_nothing(api, alice):
    """A16: nor does another's token alone."""
    answer = api.as_(alice).delete(PROFILE, {"password": "wrong words"})
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_credentials")
    assert User.objects.get(pk=alice.pk).is_active


def test_without_password_a_recent_confirmation_counts(api, alice):
    """A16: an old session is asked to confirm."""
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=timezone.now() - timedelta(hours=1))
    answer = client.delete(PROFILE)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")
    assert api.as_(alice).delete(PROFILE).status_code == 200


def test_sessions_end_and_sign_in_says_why(api, alice):
    """A16, A2: tokens are refused at once; the sign-in says until when."""
    client = api.as_(alice)
    client.delete(PROFILE, {"password": PASSWORD})
    assert client.get(PROFILE).status_code == 401
    answer = sign_in(api, alice)
    assert (answer.status_code, answer.json()["code"]) == (403, "erasure_scheduled")
    assert answer.json()["keep_until"].endswith("Z")
    assert sign_in(api, alice, password="wrong words").status_code == 401


def test_nothing_of_the_person_is_shown(api, gone, bob):
    """A16, R7: but the reviews, without the name; others cannot write."""
    listing = ListingFactory(seller=gone)
    ReviewFactory(reviewer=gone, reviewed_user=bob)
    assert api.get(f"/api/listings/{listing.pk}").status_code == 404
    assert api.get(f"/api/auth/users/{gone.pk}").status_code == 404
    [review] = api.get(f"/api/auth/users/{bob.pk}/reviews").json()["reviews"]
    assert review["reviewer"]["username"] == "Deleted person"


def test_nobody_writes_to_the_person(api, alice, bob):
    """A16: the error says why."""
    talk, _new = start(sender=alice, user_id=bob.pk, content="Hello")
    erasure.schedule(alice)
    path = f"/api/messages/conversations/{talk.pk}/messages"
    answer = api.as_(bob).post(path, {"content": "Are you there?"})
    assert answer.status_code == 409
    assert answer.json()["error"] == "This person has deleted the account."


def test_keeping_restores_everything(api, gone):
    """A16: and signs in, as login does."""
    listing = ListingFactory(seller=gone)
    answer = sign_in(api, gone, KEEP)
    assert answer.status_code == 200
    assert {"token", "refresh", "user"} <= set(answer.json())
    assert api.get(f"/api/listings/{listing.pk}").status_code == 200
    assert sign_in(api, gone).status_code == 200


def test_keeping_needs_the_password(api, gone):
    """A16: and is limited as a sign-in is."""
    codes = {sign_in(api, gone, KEEP, "wrong words").status_code for _ in range(12)}
    assert codes == {401, 429}


def test_only_a_deleted_account_is_kept(api, alice):
    """A16: it is no second way to sign in."""
    answer = sign_in(api, alice, KEEP)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_scheduled")


def test_the_email_has_a_link_that_keeps(client, gone, run_jobs):
    """A16: for people without a password; scanners that open it change nothing."""
    run_jobs()
    [email] = mail.outbox
    path = next(w for w in email.body.split() if "/keep-account/" in w)
    path = path[path.index("/api/") :]
    assert client.get(path).status_code == 200
    assert not User.objects.get(pk=gone.pk).is_active
    assert "Your account is kept." in client.post(path).content.decode()
    assert User.objects.get(pk=gone.pk).is_active
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "x" * 5000])
def test_a_forged_link_is_a_missing_page(client, token):
    """A16: whatever stands in it."""
    assert client.post(f"/api/keep-account/{token}").status_code == 404


def test_a_link_of_an_earlier_deletion_keeps_nothing(gone):
    """A16: each deletion has a link of its own."""
    token = erasure.url_for(gone).rsplit("/", 1)[1]
    erasure.keep(gone)
    erasure.schedule(gone)
    assert erasure.find(token) is None


def test_an_unconfirmed_address_gets_no_email(alice):
    """B3: it may be a stranger's."""
    User.objects.filter(pk=alice.pk).update(email_confirmed=False)
    erasure.schedule(alice)
    assert not Job.objects.filter(name="jobs.send_mail").exists()


def test_after_the_grace_the_account_is_erased(gone, run_jobs):
    """A16: by a job, and only then."""
    erase_due()
    run_jobs()
    assert User.objects.get(pk=gone.pk).erased_at is None
    past = timezone.now() - timedelta(seconds=1)
    User.objects.filter(pk=gone.pk).update(erasure_due_at=past)
    with pytest.raises(WrongStatus):
        erasure.keep(User.objects.get(pk=gone.pk))
    erase_due()
    run_jobs()
    gone.refresh_from_db()
    assert gone.erased_at is not None
    assert gone.email is None


def test_a_deal_that_began_meanwhile_delays_the_erasure(gone):
    """A16: as one whose dispute was opened again."""
    TaskFactory(creator=gone, assigned=True)
    now = timezone.now() + timedelta(days=30)
    assert not privacy.erase(gone, at=now)
    assert User.objects.get(pk=gone.pk).email


def test_a_suspension_stays_distinguishable(api, gone, staff):
    """A16: staff may suspend a deleted account; who is suspended cannot come back."""
    moderation.suspend(gone, actor=staff, reason="Spam.")
    assert sign_in(api, gone).json()["code"] == "suspended"
    assert sign_in(api, gone, KEEP).json()["code"] == "suspended"
    moderation.restore(gone, actor=staff, reason="A mistake.")
    assert not User.objects.get(pk=gone.pk).is_active
    assert sign_in(api, gone, KEEP).status_code == 200


def test_reviews_of_suspended_people_do_not_come_back(bob, staff):
    """A16, F4: by leaving."""
    spammer = UserFactory()
    ReviewFactory(reviewer=spammer, reviewed_user=bob)
    moderation.suspend(spammer, actor=staff, reason="Spam.")
    erasure.schedule(spammer, at=timezone.now())
    assert privacy.erase(spammer, at=timezone.now())
    assert not bob.reviews.counted().exists()


def test_the_last_administrator_stays(staff):
    """A16: somebody has to run the site."""
    with pytest.raises(AccountInUse):
        erasure.schedule(staff)
    UserFactory(is_staff=True, is_superuser=True)
    assert not erasure.schedule(staff).is_active


def test_staff_restore_no_erased_account(alice, staff):
    """A16: there is nothing to restore."""
    alice = erasure.schedule(alice, at=timezone.now())
    privacy.erase(alice, at=timezone.now())
    for act in (moderation.restore, moderation.suspend):
        with pytest.raises(WrongStatus):
            act(alice, actor=staff, reason="Why not.")


def test_deleting_twice_does_not_prolong(gone):
    """A16: the first date stays."""
    assert erasure.schedule(gone).erasure_due_at == gone.erasure_due_at


def test_the_refusal_is_no_401(gone):
    """A16: clients sign out on 401."""
    assert isinstance(erasure.refusal(gone), NotAllowed)
