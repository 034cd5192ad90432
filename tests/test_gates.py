"""B4: what is expensive is done a few times at once, once per process, or refused."""

import gzip
import threading

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts import hashers
from core.gate import Busy, Gate

PASSWORD = "a long enough one"


@pytest.fixture
def no_place(monkeypatch):
    """Hashers whose places are all taken, and that let nobody wait."""
    monkeypatch.setattr(hashers, "PASSWORDS", gate := Gate(1, max_waiting=0))
    with gate:
        yield


@pytest.fixture
def real_hasher(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.GatedHasher"]


def test_a_full_gate_refuses_and_a_free_one_lets_in():
    """B4: its queue has an end."""
    gate = Gate(2, max_waiting=0)
    with gate, gate, pytest.raises(Busy), gate:
        pass
    with gate:
        pass


def test_two_are_inside_at_once():
    """B4: the third waits, in a thread of its own."""
    gate, inside, most = Gate(2, max_waiting=8), [], []
    everybody = threading.Barrier(6)

    def enter() -> None:
        everybody.wait(timeout=10)
        with gate:
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=enter) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 6
    assert max(most) <= 2


def test_hashing_and_checking_pass_the_gate(real_hasher, monkeypatch):
    """B4: whoever calls them."""
    encoded = make_password(PASSWORD)
    assert check_password(PASSWORD, encoded)
    monkeypatch.setattr(hashers, "PASSWORDS", gate := Gate(1, max_waiting=0))
    with gate:
        for call in (make_password, lambda text: check_password(text, encoded)):
            with pytest.raises(Busy):
                call(PASSWORD)


def test_sign_in_and_registration_answer_503(api, alice, real_hasher, no_place):
    """B4: with Retry-After, and no account is half made."""
    sign_in = {"email": alice.email, "password": PASSWORD}
    register = {"username": "carol", "email": "carol@example.com", "password": PASSWORD}
    for path, body in (("login", sign_in), ("register", register)):
        answer = api.post(f"/api/auth/{path}", body)
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "unavailable"


def test_the_admin_says_that_it_is_busy(client, staff, real_hasher, no_place):
    """B4: and not that the password is wrong."""
    form = {"username": staff.email, "password": PASSWORD}
    answer = client.post("/admin/login/", form)
    assert "Too busy just now" in answer.content.decode()


def test_the_schema_is_generated_once(client, db, monkeypatch):
    """B4: 48 requests of it would take a minute and a half of a core."""
    client.get("/api/schema")

    def fail(*args, **kwargs):
        raise AssertionError("generated again")

    monkeypatch.setattr("core.api.schema.Schema.get_operation", fail)
    plain = client.get("/api/schema")
    packed = client.get("/api/schema", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 5
    again = client.get("/api/schema", headers={"If-None-Match": plain["ETag"]})
    assert again.status_code == 304


def test_anonymous_reads_have_a_limit_per_network(api, db, settings):
    """B4: and say how many are left."""
    settings.THROTTLE_ANONYMOUS_READ = 3
    answers = [api.get("/api/categories") for _request in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    left = [answer["RateLimit"].split(";")[:2] for answer in answers]
    assert left == [['"read"', f"r={count}"] for count in (2, 1, 0, 0)]
    assert answers[0]["RateLimit-Policy"] == '"read";q=3;w=60'
    assert answers[3].json()["code"] == "throttled"
    assert 1 <= int(answers[3]["Retry-After"]) <= 60
    assert api.get("/api/categories", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_reads_of_people_are_not_counted_as_anonymous(api, alice, settings):
    """B4: a person behind a busy address reads on."""
    settings.THROTTLE_ANONYMOUS_READ = 1
    codes = [api.as_(alice).get("/api/categories").status_code for _time in "xxx"]
    assert codes == [200, 200, 200]
