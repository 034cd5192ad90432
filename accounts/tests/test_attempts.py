"""Limits of guesses: per network, per account, in sliding windows, known devices."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import attempts
from accounts.attempts import Limit, limited
from accounts.devices import Device
from accounts.tests.factories import PASSWORD, UserFactory
from conftest import signed_in
from core.exceptions import Throttled

LOGIN, CHANGE = "/api/auth/login", reverse("admin:password_change")
NOON, MINUTE = 1_900_000_800, 60


class Clock:
    now = NOON

    def time(self):
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(attempts, "time", clock)
    return clock


def sign_in(api, email, password="wrong", **headers):
    body = {"email": email, "password": password}
    return api.post(LOGIN, body, **headers).status_code


def test_one_password_is_not_tried_against_many_accounts(api, db):
    """B6: failures of one network are counted over all accounts, known or not."""
    emails = [UserFactory().email for _ in range(20)]
    emails += [f"nobody{number}@example.com" for number in range(20)]
    codes = [sign_in(api, email, "Summer2031!") for email in emails]
    assert codes == [401] * 30 + [429] * 10


def test_households_of_one_customer_are_counted_together(api, db, settings):
    """B6: another /64 of the same /48 gains attempts, but not without end."""
    settings.SIGN_IN_ATTEMPTS_PER_ADDRESS = 2
    networks = [f"2001:db8:1:{number:x}::1" for number in range(20)]
    codes = [sign_in(api, f"{n}@x.lv", REMOTE_ADDR=n) for n in networks]
    assert codes == [401] * 16 + [429] * 4
    assert sign_in(api, "a@x.lv", REMOTE_ADDR="2001:db8:2::1") == 401


def test_addresses_of_one_household_are_one(api, db, settings):
    """B6: addresses of one /64 share their attempts."""
    settings.SIGN_IN_ATTEMPTS_PER_ADDRESS = 2
    hosts = [f"2001:db8::{number}" for number in range(1, 4)]
    codes = [sign_in(api, f"{host}@x.lv", REMOTE_ADDR=host) for host in hosts]
    assert codes == [401, 401, 429]


def test_honest_people_behind_one_address_are_not_counted(api, db):
    """B6: successful sign-ins use up nothing."""
    people = [UserFactory().email for _ in range(45)]
    assert {sign_in(api, email, PASSWORD) for email in people} == {200}


def test_many_networks_do_not_guess_one_password(api, alice, settings):
    """B6: failures of one account are counted over all networks."""
    settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT = 5
    hosts = [f"198.51.100.{number}" for number in range(7)]
    codes = [sign_in(api, alice.email, REMOTE_ADDR=host) for host in hosts]
    assert codes == [401] * 5 + [429] * 2


def test_refused_attempts_use_up_nothing_of_the_account(api, alice, settings):
    """A12: one network past its own limit does not lock the account elsewhere."""
    settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT = 15
    for _attempt in range(30):
        sign_in(api, alice.email, REMOTE_ADDR="198.51.100.1")
    assert sign_in(api, alice.email, PASSWORD, REMOTE_ADDR="198.51.100.2") == 200


def test_owner_on_a_known_device_is_not_locked_out(api, alice, settings):
    """A12: an attacker with many networks locks out new devices only."""
    settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT = 5
    home = {"REMOTE_ADDR": "203.0.113.5", "HTTP_USER_AGENT": "Firefox"}
    assert sign_in(api, alice.email, PASSWORD, **home) == 200
    for number in range(7):
        sign_in(api, alice.email, REMOTE_ADDR=f"198.51.100.{number}")
    assert sign_in(api, alice.email, PASSWORD, REMOTE_ADDR="203.0.113.6") == 429
    assert sign_in(api, alice.email, PASSWORD, **home) == 200


def test_staff_on_a_known_device_are_not_locked_out(api, client, staff, settings):
    """A12, S2: a sign-in to the admin makes the device known."""
    settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT = 5
    form = {"username": staff.email, "password": PASSWORD}
    assert client.post(reverse("admin:login"), form).status_code == 302
    for number in range(7):
        sign_in(api, staff.email, REMOTE_ADDR=f"198.51.100.{number}")
    client.logout()
    assert client.post(reverse("admin:login"), form).status_code == 302


def test_known_device_has_limits_too(api, alice):
    """A10: whoever shares the known device guesses ten times."""
    sign_in(api, alice.email, PASSWORD)
    assert [sign_in(api, alice.email) for _ in range(11)] == [401] * 10 + [429]


def test_window_slides(clock):
    """B6: around the end of a window no more than the limit pass."""
    limit = [Limit("x", 10)]
    clock.now = NOON + 14 * MINUTE
    assert failures(limit, 8) == 8
    clock.now = NOON + 16 * MINUTE
    assert failures(limit, 8) == 2
    clock.now = NOON + 29 * MINUTE
    assert failures(limit, 9) == 8


def failures(limits, tries: int) -> int:
    """Return how many of `tries` failing attempts were not refused."""
    tried = 0
    for _attempt in range(tries):
        try:
            with limited(limits):
                tried += 1
                raise LookupError
        except (Throttled, LookupError):
            pass
    return tried


def test_wait_is_as_long_as_answered(clock):
    """B6: after the seconds of Retry-After the next attempt is taken."""
    failures([Limit("x", 3)], 2)
    clock.now += 5 * MINUTE
    failures([Limit("x", 3)], 1)
    with pytest.raises(Throttled) as refused, limited([Limit("x", 3)]):
        pass
    clock.now += refused.value.retry_after - 1
    assert failures([Limit("x", 3)], 1) == 0
    clock.now += 1
    assert failures([Limit("x", 3)], 5) == 2


def test_200_parallel_attempts_pass_ten_times():
    """A11: parallel attempts cannot pass a limit together."""
    cache.clear()
    limits = [Limit("x", 10), Limit("y", 10), Limit("z", 50)]
    with ThreadPoolExecutor(20) as pool:
        tried = list(pool.map(lambda _n: failures(limits, 1), range(200)))
    assert sum(tried) == 10


def test_guesses_on_the_password_page_of_the_admin_are_limited(staff):
    """B6: ten wrong current passwords, then not even the right one."""
    client, new = signed_in(staff), "another fine one"
    fields = {"new_password1": new, "new_password2": new}
    for _attempt in range(10):
        client.post(CHANGE, fields | {"old_password": "wrong"})
    answer = client.post(CHANGE, fields | {"old_password": PASSWORD})
    assert "Too many attempts" in str(answer.context["form"].errors)
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)


def test_new_password_in_the_admin_ends_the_tokens(api, staff):
    """A7: as a change by the API does."""
    as_staff, new = api.as_(staff), "another fine one"
    fields = {"new_password1": new, "new_password2": new, "old_password": PASSWORD}
    assert signed_in(staff).post(CHANGE, fields).status_code == 302
    assert not staff.sessions.filter(ended_at=None).exists()
    assert as_staff.get("/api/auth/profile").status_code == 401


def test_fingerprint_tells_neither_address_nor_program():
    """B6: what is stored is a keyed hash; a household of IPv6 is one device."""
    one = Device("2001:db8::1", "Firefox").fingerprint
    assert one == Device("2001:db8::2", "Firefox").fingerprint
    assert one != Device("2001:db8::1", "Chrome").fingerprint
    assert one != Device("2001:db8:0:1::1", "Firefox").fingerprint
