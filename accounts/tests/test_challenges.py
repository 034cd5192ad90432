"""Codes and links: attempts are spent first, and each works once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import challenges
from accounts.models import Challenge
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
VERIFY, SIGN_IN = "phone_verify", "phone_sign_in"


def created(purpose=VERIFY, *, code="123456", **fields):
    return challenges.create(purpose, secret=code, **fields)


def check(challenge, code="123456", *, purpose=VERIFY, **whose):
    return challenges.check(challenge.key, code, purposes=[purpose], **whose)


def test_a_code_is_six_random_digits():
    """O1: from the generator of the operating system, with leading zeros."""
    codes = {challenges.new_code() for _ in range(1000)}
    assert {(len(code), code.isdecimal()) for code in codes} == {(6, True)}
    assert len(codes) > 990
    assert any(code.startswith("0") for code in codes)


def test_the_code_is_stored_as_a_keyed_hash(settings):
    """O1: another key makes another hash, and no column holds the code."""
    challenge = created(code="424242")
    assert "424242" not in str(vars(challenge))
    settings.SECRET_KEY = "another key"
    with pytest.raises(challenges.CodeWrong):
        check(challenge, "424242")


def test_a_right_code_is_found_and_used_once():
    """O1: single use."""
    challenge = check(created())
    challenges.use(challenge)
    with pytest.raises(challenges.CodeExpired):
        challenges.use(challenge)
    with pytest.raises(challenges.CodeExpired):
        check(challenge)


def test_a_code_lasts_ten_minutes():
    """O1: a second later it is no longer valid."""
    challenge = created()
    assert challenge.expires_at - challenge.created_at == timedelta(minutes=10)
    Challenge.objects.update(expires_at=timezone.now())
    with pytest.raises(challenges.CodeExpired):
        check(challenge)


def test_five_guesses_burn_the_code():
    """O2: the sixth answer is not compared, even if it is right."""
    challenge = created()
    left = []
    for _ in range(5):
        with pytest.raises(challenges.CodeWrong) as error:
            check(challenge, "000000")
        left.append(error.value.extra["attempts_left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(challenges.CodeBurned) as error:
        check(challenge)
    assert error.value.status == 429


def test_a_new_code_replaces_the_old_one():
    """O3: of the same person, address and purpose."""
    old, new = created(address="+37120000000"), created(address="+37120000000")
    with pytest.raises(challenges.CodeExpired):
        check(old)
    assert check(new) == new


def test_other_challenges_are_not_replaced(alice):
    """O6: those of another address, purpose or person stay open."""
    old = created(address="+37120000000")
    created(address="+37120000001")
    created(SIGN_IN, address="+37120000000")
    created(address="+37120000000", user=alice)
    assert check(old) == old


def test_a_code_is_bound_to_its_person_and_purpose(alice, bob):
    """O6: any other combination is as good as none."""
    challenge = created(user=alice)
    for wrong in ({"user": bob}, {}, {"user": alice, "purpose": SIGN_IN}):
        with pytest.raises(challenges.CodeExpired):
            check(challenge, **wrong)
    assert check(challenge, user=alice) == challenge


@pytest.mark.parametrize(
    "change", [{"address": "+37120000001"}, {"purpose": SIGN_IN}, {"key": "x" * 22}]
)
def test_a_code_moved_to_another_row_is_wrong(alice, change):
    """O6: the hash is bound too, not only the columns."""
    challenge = created(user=alice, address="+37120000000")
    Challenge.objects.update(**change)
    key, purpose = change.get("key", challenge.key), change.get("purpose", VERIFY)
    with pytest.raises(challenges.CodeWrong):
        challenges.check(key, "123456", purposes=[purpose], user=alice)


def test_a_link_is_found_by_its_token_alone(alice):
    secret = challenges.new_token_secret()
    challenge = challenges.create("password_reset", secret=secret, user=alice)
    token = challenges.token_of(challenge, secret)
    find = challenges.find_by_token
    assert find(token, purpose="password_reset") == challenge
    assert find(token, purpose="email_change") is None
    for wrong in ("", challenge.key, token[:-1], token + "A", "é" * 90, "\0"):
        assert find(wrong, purpose="password_reset") is None


def test_closing_expires_the_open_ones_of_a_person(alice):
    mine, other = created(user=alice), created(user=UserFactory())
    challenges.close_all(alice)
    with pytest.raises(challenges.CodeExpired):
        check(mine, user=alice)
    assert check(other, user=other.user) == other
