"""Passkeys, with an authenticator in software."""

import pytest
from django.core import mail

from accounts.examinations import passkeys_belong_to_their_origins
from accounts.models import Challenge, Passkey, SecurityEvent, Session
from accounts.passkeys.services import MAX_PASSKEYS
from accounts.passkeys.verification import encode
from accounts.tests.authenticator import PRESENT, Authenticator
from accounts.tests.factories import suspend

pytestmark = pytest.mark.django_db
PASSKEYS = "/api/auth/passkeys"
SIGN_IN, OPTIONS = f"{PASSKEYS}/sign-in", f"{PASSKEYS}/options"
CONFIRM = "/api/auth/confirm-identity"


def add(client, authenticator, **fields):
    begun = client.post(OPTIONS).json()
    credential = authenticator.create(begun["options"])
    body = {"challenge": begun["challenge"], "credential": credential}
    return client.post(PASSKEYS, body | fields)


def answer_of(api, authenticator):
    begun = api.post(SIGN_IN).json()
    credential = authenticator.get(begun["options"])
    return {"challenge": begun["challenge"], "credential": credential}


def sign_in(api, authenticator):
    return api.post(SIGN_IN, answer_of(api, authenticator))


@pytest.fixture
def passkey(api, alice):
    authenticator = Authenticator()
    assert add(api.as_(alice), authenticator).status_code == 201
    return authenticator


@pytest.mark.parametrize(
    ("domain", "count"),
    [("example.com", 0), ("market.example.com", 1), ("ample.com", 1)],
)
def test_doctor_names_origins_without_passkeys(settings, domain, count):
    """Y2: a client on another domain could not use them."""
    settings.PRODUCTION, settings.PASSKEY_RP_ID = True, domain
    settings.PASSKEY_ORIGINS = ["https://market.example.com", "https://www.example.com"]
    assert len(list(passkeys_belong_to_their_origins())) == count


def test_passkey_signs_in_alone(api, alice, passkey):
    answer = sign_in(api, passkey)
    assert answer.status_code == 200
    assert answer.json()["user"]["username"] == "alice"
    assert alice.sessions.first().method == Session.Method.PASSKEY
    token = answer.json()["token"]
    profile = api.get("/api/auth/profile", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert profile.status_code == 200


def test_adding_needs_a_recent_confirmation(api, alice):
    """A14: a stolen token adds no passkey."""
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=None)
    answer = client.post(OPTIONS)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")


def test_new_passkey_is_recorded_and_told(api, alice, run_jobs):
    """A14: the person is notified of a new passkey."""
    answer = add(api.as_(alice), Authenticator(), name="Telephone")
    assert answer.json()["passkey"]["name"] == "Telephone"
    run_jobs()
    assert "passkey" in mail.outbox[0].subject
    assert alice.security_events.get().type == SecurityEvent.Type.PASSKEY_ADDED


@pytest.mark.parametrize(
    "authenticator",
    [
        pytest.param({"flags": PRESENT}, id="user not verified"),
        pytest.param({"flags": 0}, id="user not present"),
        pytest.param({"origin": "http://localhost.evil.example"}, id="other origin"),
        pytest.param({"origin": "http://localhost:9999"}, id="other port"),
        pytest.param({"rp_id": "evil.example"}, id="other relying party"),
    ],
)
class TestForged:
    def test_is_not_added(self, api, alice, authenticator):
        """A4: an answer for somebody else is none."""
        answer = add(api.as_(alice), Authenticator(**authenticator))
        assert (answer.status_code, answer.json()["code"]) == (400, "passkey_refused")
        assert not Passkey.objects.exists()

    def test_signs_nobody_in(self, api, passkey, authenticator):
        """A4: an answer for somebody else is none."""
        for name, value in authenticator.items():
            setattr(passkey, name, value)
        answer = sign_in(api, passkey)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_credentials")


def test_answer_works_once(api, passkey):
    """A3: a replayed answer is refused."""
    body = answer_of(api, passkey)
    assert api.post(SIGN_IN, body).status_code == 200
    again = api.post(SIGN_IN, body)
    assert (again.status_code, again.json()["code"]) == (400, "code_expired")


def test_refused_answer_uses_the_challenge_up(api, passkey):
    """A3: a second try needs a new challenge."""
    body = answer_of(api, passkey)
    wrong = body["credential"] | {"id": "AAAA"}
    assert api.post(SIGN_IN, body | {"credential": wrong}).status_code == 401
    assert api.post(SIGN_IN, body).status_code == 400


def test_challenge_of_another_purpose_is_none(api, alice, passkey):
    """A4: an answer to a confirmation signs nobody in."""
    begun = api.as_(alice).post(f"{PASSKEYS}/confirm-options").json()
    credential = passkey.get(begun["options"])
    body = {"challenge": begun["challenge"], "credential": credential}
    assert api.post(SIGN_IN, body).json()["code"] == "code_expired"


def test_unknown_passkey_and_wrong_signature_answer_alike(api, passkey):
    """A1: nobody learns which passkeys exist."""
    other = Authenticator()
    unknown = sign_in(api, other).json()
    other.credential_id = passkey.credential_id
    assert sign_in(api, other).json() == unknown


def test_counter_that_goes_back_is_refused_and_recorded(api, alice, passkey):
    """A3: a copy of the key is noticed."""
    passkey.count = 7
    assert sign_in(api, passkey).status_code == 200
    passkey.count = 3
    assert sign_in(api, passkey).status_code == 401
    event = alice.security_events.first()
    assert event.type == SecurityEvent.Type.SIGN_IN_FAILED
    assert event.details["reason"] == "counter"


def test_passkey_that_does_not_count_signs_in_twice(api, passkey):
    for _time in range(2):
        passkey.count = -1  # `get` counts on: 0 each time
        assert sign_in(api, passkey).status_code == 200


def test_handle_of_another_person_is_refused(api, passkey):
    passkey.handle = encode(b"somebody else")
    assert sign_in(api, passkey).status_code == 401


def test_suspended_person_is_refused_as_by_login(api, alice, passkey):
    suspend(type(alice).objects)
    answer = sign_in(api, passkey)
    assert (answer.status_code, answer.json()["code"]) == (403, "suspended")


def test_strangers_passkey_is_missing(api, mallory, passkey):
    found = Passkey.objects.get()
    assert api.as_(mallory).get(PASSKEYS).json()["passkeys"] == []
    assert api.as_(mallory).delete(f"{PASSKEYS}/{found.pk}").status_code == 404


def test_removal_needs_a_confirmation_and_ends_other_sessions(api, alice, passkey):
    """A7, A14: what a passkey opened ends with it."""
    mine, other = api.as_(alice), api.as_(alice)
    path = f"{PASSKEYS}/{Passkey.objects.get().pk}"
    assert mine.delete(path).status_code == 200
    assert mine.get(PASSKEYS).status_code == 200
    assert other.get(PASSKEYS).status_code == 401
    assert sign_in(api, passkey).status_code == 401


def test_the_only_way_to_sign_in_is_not_removed(api, alice, passkey):
    type(alice).objects.update(email=None)
    answer = api.as_(alice).delete(f"{PASSKEYS}/{Passkey.objects.get().pk}")
    assert answer.json()["code"] == "last_sign_in_method"


def test_passkeys_of_a_person_are_bounded(api, alice):
    rows = [Passkey(user=alice, credential_id=f"A{n}AA") for n in range(MAX_PASSKEYS)]
    Passkey.objects.bulk_create(rows)
    assert api.as_(alice).post(OPTIONS).json()["code"] == "too_many_passkeys"


def test_passkey_is_added_once(api, alice, passkey):
    again = add(api.as_(alice), passkey)
    assert (again.status_code, again.json()["code"]) == (409, "passkey_exists")


def test_passkey_confirms_the_identity(api, alice, passkey):
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=None)
    begun = client.post(f"{PASSKEYS}/confirm-options").json()
    credential = passkey.get(begun["options"])
    body = {"challenge": begun["challenge"], "credential": credential}
    answer = client.post(CONFIRM, body)
    assert (answer.status_code, answer.json()["method"]) == (200, "passkey")
    assert client.post(OPTIONS).status_code == 200


def test_another_persons_passkey_confirms_nothing(api, bob, alice, passkey):
    theirs = Authenticator()
    client = api.as_(bob)
    add(client, theirs)
    begun = client.post(f"{PASSKEYS}/confirm-options").json()
    credential = passkey.get(begun["options"])
    body = {"challenge": begun["challenge"], "credential": credential}
    assert client.post(CONFIRM, body).status_code == 403


def _deep(authenticator, options):
    answer = authenticator.create(options)
    answer["response"]["attestationObject"] = encode(b"\x81" * 8_000)
    return answer


def _members(change):
    def answer(authenticator, options):
        found = authenticator.create(options)
        return found | change

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        _deep,
        _members({"response": {}}),
        _members({"response": None}),
        _members({"id": "ā"}),
        _members({"id": "x" * 2_000}),
        _members({"id": ["x"]}),
        _members({"type": "password"}),
        _members({f"m{n}": n for n in range(100)}),
        _members(
            {"response": {"clientDataJSON": "e30", "attestationObject": "oA"}},
        ),
        _members(
            {"response": {"clientDataJSON": "AAAA", "attestationObject": "_____w"}},
        ),
        lambda *_args: "x" * 100_000,
        lambda *_args: None,
    ],
)
def test_malformed_answers_are_bad_requests(api, alice, answer):
    """X4: what is no answer of an authenticator is refused properly."""
    client = api.as_(alice)
    begun = client.post(OPTIONS).json()
    credential = answer(Authenticator(), begun["options"])
    body = {"challenge": begun["challenge"], "credential": credential}
    assert client.post(PASSKEYS, body).status_code == 400


def test_challenges_of_strangers_do_not_replace_each_other(api, db):
    api.post(SIGN_IN), api.post(SIGN_IN)
    first, second = Challenge.objects.all()
    assert first.expires_at > second.created_at
    assert second.expires_at > first.created_at
