"""Phone codes: sign-in, registration, verified numbers and who loses them."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Challenge, SecurityEvent, Session, TotpDevice, User
from accounts.tests.factories import PASSWORD, UserFactory
from sms.models import SmsCounter, SmsMessage
from sms.providers.base import SendFailed
from sms.services import breaker

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "+37120000001", "+37120000002"
START, VERIFY = "/api/auth/phone/start", "/api/auth/phone/verify"
LINK, PHONE = "/api/auth/phone/link", "/api/auth/phone"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DEBUG = True  # messages are written to files
    settings.DEMO_SMS_DIR = tmp_path / "sms"
    breaker.record_success()
    return settings.DEMO_SMS_DIR


@pytest.fixture
def codes(folder):
    """The codes that were sent, the newest last."""

    def read() -> list[str]:
        found = sorted(folder.glob("*.json"))
        texts = [json.loads(file.read_text())["text"] for file in found]
        return [re.match(r"\d{6}", text).group() for text in texts]

    return read


@pytest.fixture
def prove(api, codes):
    """Starts with a number, and answers with the code that arrived."""

    def run(number=NUMBER, *, client=api, purpose="sign_in", path=VERIFY, **more):
        SmsMessage.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        started = client.post(START, {"phone": number, "purpose": purpose})
        assert started.status_code == 202, started.data
        answer = {"challenge": started.data["challenge"], "code": codes()[-1]}
        return client.post(path, answer | more)

    return run


def owner(number=NUMBER, *, used=timedelta(0), **fields) -> User:
    at = timezone.now() - used
    return UserFactory(phone=number, phone_verified=True, phone_used_at=at, **fields)


def test_a_new_person_registers_by_phone(prove):
    answer = prove(username="marta", first_name="Marta", language="lv")
    assert (answer.status_code, answer.data["is_new_user"]) == (201, True)
    person = User.objects.get(username="marta")
    assert (person.phone, person.phone_verified, person.email) == (NUMBER, True, None)
    assert not person.has_usable_password()
    assert Session.objects.get(user=person).method == "phone"
    assert answer.data["user"]["phone_verified"]


def test_the_owner_signs_in(prove):
    person = owner()
    answer = prove("20 000 001")
    assert (answer.status_code, answer.data["is_new_user"]) == (200, False)
    assert answer.data["user"]["id"] == person.pk
    assert {"token", "access_token", "refresh", "message"} <= set(answer.data)


def test_start_answers_the_same_for_all_numbers(api):
    """O7: known, unknown and suspended ones, to strangers and in each purpose."""
    owner(NUMBER)
    owner(OTHER, suspended=True)
    bodies = [
        api.post(START, {"phone": phone, "purpose": "sign_in"}).data
        for phone in (NUMBER, OTHER, "+37120000003")
    ]
    for body in bodies:
        assert len(body.pop("challenge")) == 22
    assert bodies == [{"expires_in": 600, "resend_in": 30}] * 3


def test_no_answer_and_no_log_line_has_the_code(api, codes, caplog):
    """O1: it is in the message alone."""
    answer = api.post(START, {"phone": NUMBER, "purpose": "sign_in"})
    [code] = codes()
    assert code not in answer.content.decode() + caplog.text
    rows = [*Challenge.objects.values(), *SmsMessage.objects.values()]
    assert not re.search(rf"\b{code}\b", str(rows))


def test_a_code_of_another_purpose_signs_nobody_in(prove, api, alice):
    """O6: that of a signed-in person, and the other way round."""
    client = api.as_(alice)
    assert prove(client=client, purpose="verify").data["code"] == "code_expired"
    answer = prove(OTHER, client=client, path=LINK)
    assert (answer.status_code, answer.data["code"]) == (400, "code_expired")


def test_a_code_of_another_person_links_nothing(api, codes, alice, bob):
    """O6: whoever reads the challenge of somebody else."""
    started = api.as_(alice).post(START, {"phone": NUMBER, "purpose": "verify"})
    answer = {"challenge": started.data["challenge"], "code": codes()[-1]}
    assert api.as_(bob).post(LINK, answer).data["code"] == "code_expired"
    assert api.as_(alice).post(LINK, answer).status_code == 200


def test_a_wrong_code_says_how_many_are_left(api, codes):
    """O2: and the sixth answer is 429."""
    started = api.post(START, {"phone": NUMBER, "purpose": "sign_in"})
    wrong = "000000" if codes() != ["000000"] else "000001"
    answer = {"challenge": started.data["challenge"], "code": wrong}
    bodies = [api.post(VERIFY, answer) for _ in range(6)]
    assert [body.data.get("attempts_left") for body in bodies] == [4, 3, 2, 1, 0, None]
    assert (bodies[5].status_code, bodies[5].data["code"]) == (429, "code_burned")
    answer["code"] = codes()[0]
    assert api.post(VERIFY, answer).data["code"] == "code_burned"


def test_a_taken_username_leaves_the_code(prove, api, codes, alice):
    taken = prove(username="ALICE")
    assert (taken.status_code, taken.data["code"]) == (409, "username_taken")
    answer = {"challenge": Challenge.objects.get().key, "code": codes()[-1]}
    assert api.post(VERIFY, answer | {"username": "marta"}).status_code == 201
    assert api.post(VERIFY, answer).data["code"] == "code_expired"


def test_suspended_owners_get_the_reason(prove):
    """A1: as by password, once they have proved who they are."""
    owner(suspended=True)
    answer = prove()
    assert (answer.status_code, answer.data["code"]) == (403, "suspended")
    assert not Session.objects.exists()


def test_whoever_proves_a_number_owns_it(prove, api, alice, run_jobs):
    """O7: the former owner keeps the account, loses the number and is notified."""
    former = owner()
    answer = prove(client=api.as_(alice), purpose="verify", path=LINK)
    assert answer.data["user"]["phone"] == NUMBER
    former.refresh_from_db()
    assert (former.phone, former.phone_verified, former.is_active) == ("", False, True)
    assert SecurityEvent.objects.filter(user=former, type="phone_lost").exists()
    run_jobs()
    assert {email.to[0] for email in mail.outbox} == {former.email, alice.email}


@pytest.mark.parametrize("purpose", ["verify", "change"])
def test_a_number_is_linked_after_a_confirmation(api, alice, purpose):
    """A14: with a stolen token one would add a number, and sign in by it."""
    client = api.as_(alice)
    Session.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    answer = client.post(START, {"phone": NUMBER, "purpose": purpose})
    assert (answer.status_code, answer.data["code"]) == (403, "confirmation_required")
    assert answer.data["methods"] == ["password"]
    assert not SmsMessage.objects.exists()


@pytest.mark.parametrize("purpose", ["verify", "change", "confirm"])
def test_strangers_start_sign_ins_alone(api, purpose):
    answer = api.post(START, {"phone": NUMBER, "purpose": purpose})
    assert (answer.status_code, answer.data["code"]) == (401, "not_authenticated")


def test_a_removed_number_signs_nobody_in(api, prove, run_jobs):
    """A14: after a confirmation, and the owner is notified."""
    person = owner()
    client = api.as_(person)
    assert client.delete(PHONE).status_code == 200
    assert prove(username="marta").data["is_new_user"]
    again = client.delete(PHONE)
    assert (again.status_code, again.data["code"]) == (409, "no_phone")
    run_jobs()
    assert [email.to for email in mail.outbox] == [[person.email]]


def test_the_last_way_to_sign_in_stays(api):
    person = owner(email=None)
    person.set_unusable_password()
    person.save()
    answer = api.as_(person).delete(PHONE)
    assert (answer.status_code, answer.data["code"]) == (409, "last_sign_in_method")


def test_a_number_unused_for_long_needs_the_password_too(prove, api, codes):
    """O11: it may belong to somebody else by now."""
    person = owner(used=timedelta(days=181))
    answer = prove()
    assert (answer.status_code, answer.data["code"]) == (403, "proof_required")
    assert answer.data["methods"] == ["password", "email"]
    body = {"challenge": Challenge.objects.earliest("id").key, "code": codes()[-1]}
    wrong = api.post(VERIFY, body | {"password": "wrong horse battery"})
    assert (wrong.status_code, wrong.data["code"]) == (403, "bad_credentials")
    assert api.post(VERIFY, body | {"password": PASSWORD}).status_code == 200
    person.refresh_from_db()
    assert timezone.now() - person.phone_used_at < timedelta(minutes=1)


def test_an_email_code_proves_the_account_as_well(prove, api, codes, run_jobs):
    """O11: the e-mail goes to the address of the account."""
    person = owner(used=timedelta(days=181))
    challenge = prove().data["email_challenge"]
    run_jobs()
    [email] = mail.outbox
    assert email.to == [person.email]
    code = re.search(r"\d{6}", email.body).group()
    body = {"challenge": Challenge.objects.earliest("id").key, "code": codes()[-1]}
    body |= {"email_challenge": challenge}
    wrong = "000000" if code != "000000" else "000001"
    assert api.post(VERIFY, body | {"email_code": wrong}).status_code == 400
    answer = api.post(VERIFY, body | {"email_code": code})
    assert answer.data["user"]["id"] == person.pk


def test_the_new_owner_of_an_old_number_gets_an_account(prove):
    """O11: and not that of the former owner."""
    former = owner(used=timedelta(days=181))
    answer = prove(new_account=True, username="marta")
    assert (answer.status_code, answer.data["user"]["username"]) == (201, "marta")
    former.refresh_from_db()
    assert (former.phone_verified, former.has_usable_password()) == (False, True)


def test_a_number_in_use_is_not_taken_as_a_new_one(prove):
    person = owner()
    assert prove(new_account=True, username="marta").data["user"]["id"] == person.pk


def test_a_provider_that_is_down_leaves_the_code_before(api, codes, monkeypatch):
    """O8: the answer is 503, and the code sent before is still valid."""
    first = api.post(START, {"phone": NUMBER, "purpose": "sign_in"}).data["challenge"]
    SmsMessage.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    def fail(self, *arguments):
        raise SendFailed("down", nothing_was_sent=True)

    with monkeypatch.context() as patch:
        patch.setattr("sms.providers.console.Console.send", fail)
        answer = api.post(START, {"phone": NUMBER, "purpose": "sign_in"})
    assert (answer.status_code, answer.data["code"]) == (503, "sms_unavailable")
    body = {"challenge": first, "code": codes()[0], "username": "marta"}
    assert api.post(VERIFY, body).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"phone": "12", "purpose": "sign_in"}, "phone_invalid"),
        ({"phone": "+4915112345678", "purpose": "sign_in"}, "phone_not_supported"),
        ({"phone": "+37167000000", "purpose": "sign_in"}, "phone_not_supported"),
        ({"phone": "x" * 41, "purpose": "sign_in"}, "invalid"),
        ({"phone": "\0", "purpose": "sign_in"}, "invalid"),
        ({"purpose": "sign_in"}, "invalid"),
        ({"phone": NUMBER, "purpose": "payout"}, "invalid"),
        ({"phone": 371, "purpose": "sign_in"}, "invalid"),
    ],
)
def test_bad_numbers_are_refused_with_a_sentence(api, body, code):
    """O4: and cost nothing."""
    answer = api.post(START, body)
    assert (answer.status_code, answer.data["code"]) == (400, code), answer.data
    assert answer.data["error"]
    assert not SmsMessage.objects.exists()


def test_sends_are_limited_per_network_and_account(api, settings, alice):
    """O4: whatever the numbers."""
    settings.SMS_PER_NETWORK_PER_DAY = 2
    statuses = [
        api.post(START, {"phone": f"+3712000000{i}", "purpose": "sign_in"}).status_code
        for i in range(3)
    ]
    assert statuses == [202, 202, 429]
    SmsCounter.objects.all().delete()
    settings.SMS_PER_NETWORK_PER_DAY, settings.SMS_PER_ACCOUNT_PER_DAY = 100, 1
    client = api.as_(alice)
    statuses = [
        client.post(
            START, {"phone": f"+3712000001{i}", "purpose": "verify"}
        ).status_code
        for i in range(2)
    ]
    assert statuses == [202, 429]


def test_a_changed_number_of_the_profile_is_unverified(api):
    """A14: the profile's number is text for others to read."""
    person = owner()
    api.as_(person).put("/api/auth/profile", {"phone": "+371 29999999"})
    person.refresh_from_db()
    assert (person.phone, person.phone_verified) == ("+371 29999999", False)


def test_a_second_factor_is_asked_for_after_the_phone(prove, api):
    """O11: always, however recently the number was used."""
    person = owner()
    TotpDevice.objects.create(user=person, seed="x", confirmed_at=timezone.now())
    answer = prove()
    assert (answer.status_code, answer.data["code"]) == (403, "second_factor_required")
    assert answer.data["challenge"]
    assert not Session.objects.exists()


def test_who_has_a_phone_alone_confirms_by_it(prove, api):
    person = owner(email=None)
    person.set_unusable_password()
    person.save()
    client = api.as_(person)
    Session.objects.update(confirmed_at=None)
    confirm = "/api/auth/confirm-identity"
    answer = prove("", client=client, purpose="confirm", path=confirm)
    assert (answer.status_code, answer.data["method"]) == (200, "phone")
    assert Session.objects.get().confirmed_with == "phone"


def test_a_phone_does_not_replace_the_password(prove, api):
    """O11: where there is something stronger, that is asked for."""
    client = api.as_(owner())
    confirm = "/api/auth/confirm-identity"
    answer = prove("", client=client, purpose="confirm", path=confirm)
    assert (answer.status_code, answer.data["methods"]) == (403, ["password"])


def test_who_has_an_address_alone_confirms_by_it(api, alice, run_jobs):
    alice.set_unusable_password()
    alice.save()
    client = api.as_(alice)
    sent = client.post("/api/auth/confirm-identity/email")
    assert sent.status_code == 202
    run_jobs()
    code = re.search(r"\d{6}", mail.outbox[0].body).group()
    body = {"challenge": sent.data["challenge"], "code": code}
    answer = client.post("/api/auth/confirm-identity", body)
    assert (answer.status_code, answer.data["method"]) == (200, "email")


@pytest.mark.parametrize("path", ["profile", "complete-registration"])
def test_a_verified_number_leaves_the_profile_after_a_confirmation(api, path):
    """A14: it is a way to sign in; the same number in another spelling stays."""
    person = owner()
    client = api.as_(person)
    Session.objects.update(confirmed_at=None)
    answer = client.put(f"/api/auth/{path}", {"phone": ""})
    assert (answer.status_code, answer.data["code"]) == (403, "confirmation_required")
    same = {"phone": "+371 20 000 001"}
    assert client.put(f"/api/auth/{path}", same).status_code == 200
    person.refresh_from_db()
    assert (person.phone, person.phone_verified) == (NUMBER, True)


def test_a_code_at_the_number_before_confirms_nothing(prove, api, codes):
    """O6: nor does one that was sent before the number changed."""
    person = owner(email=None)
    person.set_unusable_password()
    person.save()
    client = api.as_(person)
    sent = client.post(START, {"purpose": "confirm"}).data["challenge"]
    body = {"challenge": sent, "code": codes()[-1]}
    assert prove(OTHER, client=client, purpose="change", path=LINK).status_code == 200
    answer = client.post("/api/auth/confirm-identity", body)
    assert (answer.status_code, answer.data["code"]) == (400, "code_expired")


def test_who_lost_the_only_way_to_sign_in_can_link_another_number(prove, api):
    """A14: there is nothing to confirm with, and nothing else to take."""
    person = UserFactory(email=None)
    person.set_unusable_password()
    person.save()
    client = api.as_(person)
    Session.objects.update(confirmed_at=None)
    assert prove(client=client, purpose="verify", path=LINK).status_code == 200
