"""The second factor: set-up, sign-in in two steps, recovery codes, limits."""

from datetime import timedelta

import pyotp
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import RecoveryCode, SecurityEvent, Session, TotpDevice
from accounts.second_factor import recovery, totp
from accounts.tests.factories import PASSWORD, UserFactory, suspend
from accounts.tests.factors import SEED, code, enable, wrong_code
from core import encryption

pytestmark = pytest.mark.django_db
LOGIN, CONFIRM = "/api/auth/login", "/api/auth/confirm-identity"
SETUP, ENABLE = "/api/auth/2fa/setup", "/api/auth/2fa/enable"
DISABLE, STATUS = "/api/auth/2fa/disable", "/api/auth/2fa/status"
VERIFY, BACKUP = "/api/auth/2fa/verify", "/api/auth/2fa/backup-codes"
FIREFOX = {"HTTP_USER_AGENT": "Firefox Linux"}


def sign_in(api, user, **fields):
    return api.post(LOGIN, {"email": user.email, "password": PASSWORD} | fields)


def verify(api, user, given):
    challenge = sign_in(api, user).json()["challenge"]
    return api.post(VERIFY, {"challenge": challenge, "code": given})


@pytest.fixture(autouse=True)
def one_step(monkeypatch):
    """The time step does not end during a test."""
    steps = totp.steps_at(timezone.now())
    monkeypatch.setattr(totp, "steps_at", lambda at: steps)


@pytest.fixture
def codes(alice):
    """Alice has a second factor; the recovery codes."""
    return enable(alice)


# --- Set-up ---------------------------------------------------------------------------


def test_setting_up_and_enabling(api, alice, run_jobs):
    client = api.as_(alice)
    setup = client.post(SETUP).json()
    assert setup["svg"].startswith("<svg")
    found = pyotp.parse_uri(setup["otpauth_url"])
    assert (found.secret, found.issuer) == (setup["secret"], "Marketplace")
    assert found.name == alice.email
    answer = client.post(ENABLE, {"code": found.now()}).json()
    assert len(set(answer["recovery_codes"])) == 10
    status = client.get(STATUS).json()
    assert (status["enabled"], status["recovery_codes_left"]) == (True, 10)
    run_jobs()
    assert mail.outbox[0].to == [alice.email]


def test_setting_up_needs_a_recent_confirmation(api, alice):
    """A14: a stolen token sets up no second factor."""
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=None)
    answer = client.post(SETUP)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")
    assert not TotpDevice.objects.exists()


def test_app_counts_once_it_is_confirmed(api, alice):
    api.as_(alice).post(SETUP)
    assert sign_in(api, alice).status_code == 200


def test_wrong_code_enables_nothing(api, alice):
    client = api.as_(alice)
    client.post(SETUP)
    answer = client.post(ENABLE, {"code": "abcdef"})
    assert (answer.status_code, answer.json()["code"]) == (400, "code_wrong")
    assert not client.get(STATUS).json()["enabled"]


def test_what_is_enabled_is_not_set_up_again(api, alice, codes):
    """A14: the app of a person is not replaced by that of a thief."""
    client = api.as_(alice)
    Session.objects.update(confirmed_with="code")
    assert client.post(SETUP).json()["code"] == "second_factor_enabled"
    assert client.post(ENABLE, {"code": code()}).status_code == 409


def test_seed_is_stored_encrypted_and_codes_as_hashes(api, alice, codes):
    """A15: the database holds no secret that works by itself."""
    assert SEED not in TotpDevice.objects.get().seed
    stored = " ".join(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert not [one for one in codes if one in stored]


def test_enabling_takes_the_confirmation_of_other_sessions(api, alice):
    """A14: what a password confirmed before does not disable the factor."""
    mine, other = api.as_(alice), api.as_(alice)
    secret = mine.post(SETUP).json()["secret"]
    mine.post(ENABLE, {"code": code(seed=secret)})
    assert other.post(DISABLE).json()["code"] == "confirmation_required"
    assert mine.post(DISABLE).status_code == 200


# --- Sign-in --------------------------------------------------------------------------


def test_without_a_second_factor_nothing_changes(api, alice):
    answer = sign_in(api, alice)
    assert answer.status_code == 200
    assert alice.sessions.get().method == Session.Method.PASSWORD


def test_right_password_asks_for_a_code(api, alice, codes):
    """S2: a password alone opens nothing."""
    answer = sign_in(api, alice)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (403, "second_factor_required")
    assert body["methods"] == ["code", "recovery_code"]
    assert "token" not in body
    assert not alice.sessions.exists()


def test_code_completes_the_sign_in(api, alice, bob, codes):
    answer = verify(api, alice, code())
    assert answer.status_code == 200
    assert set(answer.json()) == set(sign_in(api, bob).json())
    assert alice.sessions.get().method == Session.Method.CODE


def test_code_in_the_body_of_login_completes_it_at_once(api, alice, codes):
    assert sign_in(api, alice, code=code()).status_code == 200


def test_code_with_blanks_and_full_width_digits_is_read(api, alice, codes):
    given = code().translate({ord("0") + n: ord("０") + n for n in range(10)})
    spaced = f" {given[:3]} {given[3:]} "
    assert sign_in(api, alice, code=spaced).status_code == 200


def test_wrong_password_says_nothing_of_the_second_factor(api, alice, bob, codes):
    """A1: only the right password learns that a code is needed."""
    answers = [
        sign_in(api, user, password="wrong", code=given)
        for user, given in ((alice, code()), (alice, ""), (bob, ""))
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_clocks_may_differ_by_a_step(api, alice, codes, offset):
    """X6: thirty seconds early or late are accepted."""
    assert sign_in(api, alice, code=code(offset)).status_code == 200


@pytest.mark.parametrize("offset", [-3, 3])
def test_clocks_may_not_differ_by_more(api, alice, codes, offset):
    given = code(offset)
    assert given in {code(-1), code(), code(1)} or (
        sign_in(api, alice, code=given).json()["code"] == "code_wrong"
    )


def test_code_works_once_and_so_do_earlier_ones(api, alice, codes):
    """A3: a code that somebody saw is of no use afterwards."""
    given, earlier = code(), code(-1)
    assert sign_in(api, alice, code=given).status_code == 200
    assert sign_in(api, alice, code=given).status_code == 400
    assert sign_in(api, alice, code=earlier).status_code == 400


def test_recovery_code_works_once_in_any_spelling(api, alice, codes, run_jobs):
    """A3: each recovery code replaces the app once."""
    given = codes[0].lower().replace("-", " ")
    assert verify(api, alice, given).status_code == 200
    assert verify(api, alice, codes[0]).status_code == 400
    event = alice.security_events.filter(type=SecurityEvent.Type.RECOVERY_CODE_USED)
    assert event.get().details == {"left": 9}
    run_jobs()
    assert "9" in mail.outbox[0].body


def test_code_of_another_person_is_wrong(api, alice, bob, codes):
    """O6: a code is bound to its account."""
    enable_bob = [one for one in enable(bob) if one not in codes]
    assert sign_in(api, alice, code=enable_bob[0]).status_code == 400


def test_challenge_has_five_attempts(api, alice, codes):
    """O2: then it is burned, even for the right code."""
    challenge = sign_in(api, alice).json()["challenge"]
    body = {"challenge": challenge, "code": wrong_code()}
    left = [api.post(VERIFY, body).json()["attempts_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    answer = api.post(VERIFY, body | {"code": code()})
    assert (answer.status_code, answer.json()["code"]) == (429, "code_burned")


def test_new_challenges_gain_no_guesses(api, alice, codes):
    """A10: who has the password guesses ten codes in a quarter of an hour."""
    body = {"code": wrong_code()}
    statuses = [sign_in(api, alice, **body).status_code for _ in range(12)]
    assert statuses == [400] * 10 + [429] * 2
    assert verify(api, alice, code()).status_code == 429


def test_attacker_elsewhere_does_not_lock_the_owner_out(api, alice, codes):
    """A12: a device that has signed in before has an allowance of its own."""
    body = {"email": alice.email, "password": PASSWORD}
    assert api.post(LOGIN, body | {"code": codes[0]}, **FIREFOX).status_code == 200
    for _attempt in range(11):
        sign_in(api, alice, code=wrong_code(), password=PASSWORD)
    assert sign_in(api, alice, code=code()).status_code == 429
    assert api.post(LOGIN, body | {"code": code()}, **FIREFOX).status_code == 200


def test_owner_is_told_of_wrong_codes_once_a_day(api, alice, codes, run_jobs):
    """A14: somebody has the password then."""
    for _attempt in range(6):
        sign_in(api, alice, code=wrong_code())
    run_jobs()
    assert len(mail.outbox) == 1


def test_answered_challenge_is_used_up(api, alice, codes):
    """A3: a challenge opens one session."""
    challenge = sign_in(api, alice).json()["challenge"]
    body = {"challenge": challenge, "code": code()}
    assert api.post(VERIFY, body).status_code == 200
    answer = api.post(VERIFY, body | {"code": codes[0]})
    assert answer.json()["code"] == "code_expired"
    assert recovery.count_left(alice) == 10


def test_challenge_ends_with_the_password(api, alice, codes):
    """A7: a new password voids sign-ins that were begun with the old one."""
    challenge = sign_in(api, alice).json()["challenge"]
    alice.set_password("another fine password")
    alice.save()
    answer = api.post(VERIFY, {"challenge": challenge, "code": code()})
    assert answer.json()["code"] == "code_expired"


def test_suspended_person_is_refused_as_by_login(api, alice, codes):
    challenge = sign_in(api, alice).json()["challenge"]
    suspend(type(alice).objects)
    answer = api.post(VERIFY, {"challenge": challenge, "code": code()})
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")


@pytest.mark.parametrize("key", ["", "x", "x" * 33, "\0", 5, None, ["x"]])
def test_odd_challenges_are_bad_requests(api, db, key):
    answer = api.post(VERIFY, {"challenge": key, "code": "123456"})
    assert answer.status_code == 400


@pytest.mark.parametrize("given", ["", "x" * 31, "\0", 123456, None, ["1"], "１２"])
def test_odd_codes_are_bad_requests(api, alice, codes, given):
    assert api.as_(alice).post(CONFIRM, {"code": given}).status_code == 400


# --- Confirmation of identity ---------------------------------------------------------


def test_password_confirms_without_a_second_factor(api, alice):
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=None)
    answer = client.post(CONFIRM, {"password": PASSWORD})
    assert (answer.status_code, answer.json()["method"]) == (200, "password")
    assert client.post(SETUP).status_code == 200


def test_password_alone_does_not_confirm_with_a_second_factor(api, alice, codes):
    """A14: who knows the password and has a token changes nothing."""
    answer = api.as_(alice).post(CONFIRM, {"password": PASSWORD})
    assert answer.status_code == 403
    assert answer.json()["code"] == "second_factor_required"


def test_code_confirms_with_a_second_factor(api, alice, codes):
    client = api.as_(alice)
    assert client.post(CONFIRM, {"code": code()}).json()["method"] == "code"


def test_guesses_at_a_confirmation_are_limited(api, alice, codes):
    """A10: a stolen token does not allow endless guesses."""
    client = api.as_(alice)
    body = {"code": wrong_code()}
    statuses = [client.post(CONFIRM, body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]


def test_guesses_at_the_password_are_limited_with_its_change(api, alice):
    """A10: both ways to guess the current password share their attempts."""
    client = api.as_(alice)
    body = {"password": "wrong"}
    statuses = [client.post(CONFIRM, body).status_code for _ in range(10)]
    assert statuses == [403] * 10
    change = {"current_password": "wrong", "new_password": "another fine one"}
    assert client.post("/api/auth/password", change).status_code == 429


@pytest.mark.parametrize(
    "body", [{}, {"password": PASSWORD, "code": "123456"}, {"challenge": "x"}]
)
def test_one_way_of_confirming_is_chosen(api, alice, body):
    assert api.as_(alice).post(CONFIRM, body).status_code == 400


def test_confirmation_ends_after_ten_minutes(api, alice):
    """A14: a confirmation is for ten minutes."""
    client = api.as_(alice)
    session = alice.sessions.get()
    session.confirmed_at -= timedelta(minutes=11)
    session.save()
    assert client.post(SETUP).status_code == 403


# --- Changes --------------------------------------------------------------------------


def test_disabling_ends_the_other_sessions(api, alice, codes, run_jobs):
    """A7, A14: by the factor alone; who was let in by it is let out."""
    mine, other = api.as_(alice), api.as_(alice)
    assert mine.post(DISABLE).json()["code"] == "confirmation_required"
    mine.post(CONFIRM, {"code": code()})
    assert mine.post(DISABLE).status_code == 200
    assert mine.get(STATUS).json()["enabled"] is False
    assert other.get(STATUS).status_code == 401
    assert not RecoveryCode.objects.exists()
    run_jobs()
    assert "turned off" in mail.outbox[0].subject


def test_new_recovery_codes_void_the_old_ones(api, alice, codes):
    client = api.as_(alice)
    assert client.post(BACKUP).json()["code"] == "confirmation_required"
    client.post(CONFIRM, {"code": code()})
    new = client.post(BACKUP).json()["recovery_codes"]
    assert not set(new) & set(codes)
    assert sign_in(api, alice, code=codes[0]).status_code == 400
    assert sign_in(api, alice, code=new[0]).status_code == 200


# --- Keys and operators ---------------------------------------------------------------


def test_rotated_keys_open_the_seeds(api, alice, codes, settings, capsys):
    settings.ENCRYPTION_KEYS = ["new", settings.SECRET_KEY]
    call_command("rotate_encryption")
    assert "TotpDevice.seed: 1 rotated, 0 lost" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = ["new"]
    assert encryption.decrypt(TotpDevice.objects.get().seed) == SEED


def test_lost_keys_are_named_and_leave_the_recovery_codes(api, alice, codes, settings):
    settings.ENCRYPTION_KEYS = ["another"]
    with pytest.raises(CommandError, match="1 texts"):
        call_command("rotate_encryption")
    assert sign_in(api, alice, code=code()).status_code == 400
    assert sign_in(api, alice, code=codes[0]).status_code == 200


def test_qr_code_survives_odd_names(settings):
    settings.SITE_NAME = "Tirgus: Ābele & Co"
    url = totp.provisioning_url(UserFactory.build(email=None, username="a"), SEED)
    found = pyotp.parse_uri(url)
    assert (found.issuer, found.name) == ("Tirgus  Ābele & Co", "a")


def test_sign_in_without_a_second_factor_needs_no_query_more(
    api, alice, django_assert_num_queries
):
    """The hasher is what a sign-in costs."""
    with django_assert_num_queries(13):  # as many as if there were no codes
        assert sign_in(api, alice).status_code == 200


def test_code_needs_two_queries_and_a_transaction(
    api, alice, codes, django_assert_num_queries
):
    """Whether the device is known, and the step of the code."""
    with django_assert_num_queries(13 + 2 + 2):
        assert sign_in(api, alice, code=code()).status_code == 200
