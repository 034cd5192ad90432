"""Password rules, and that every way in hashes one Unicode form."""

import unicodedata
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.urls import reverse

from accounts.examinations import no_demo_account_is_staff
from accounts.models import User
from accounts.passwords import DEMO_PASSWORD
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
COMPOSED = "Zaļā Ķēniņš"  # each letter with its mark is one character
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


def test_password_like_the_username_is_taken(api):
    """R11: only a password equal to the name is refused."""
    answer = join(api, username="seller_x1", password="Passw0rd!x1")
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "password", ["Long_Person_9", "long_person_9", " LONG_PERSON_9", "P@Example.COM"]
)
def test_own_name_is_no_password(api, password):
    """R11: the username and the e-mail address, without case."""
    answer = join(
        api, username="long_person_9", email="p@example.com", password=password
    )
    assert answer.status_code == 400
    assert "must differ" in answer.json()["error"]


@pytest.mark.parametrize("letter", [" ", "\u200b", "\u2800", "\u3164"])
def test_password_that_shows_nothing_is_refused(api, letter):
    """R11: it is as good as none."""
    assert join(api, password=letter * 9).status_code == 400


@pytest.fixture
def production(settings):
    settings.PRODUCTION = True


def test_the_demo_password_opens_no_account_in_production(api, production, settings):
    """Y1: everybody can read it, and a demo's database may become a real one."""
    UserFactory(email="staff@example.com", password=DEMO_PASSWORD)
    login = {"email": "staff@example.com", "password": DEMO_PASSWORD}
    assert api.post("/api/auth/login", login).status_code == 401
    assert authenticate(username=login["email"], password=DEMO_PASSWORD) is None
    assert join(api, password=DEMO_PASSWORD).status_code == 400
    settings.DEMO = True
    assert api.post("/api/auth/login", login).status_code == 200


def test_doctor_names_staff_of_the_demo_data(production):
    """Y2: they are errors on a site that is no demo."""
    UserFactory(username="demo_person", is_demo=True)
    UserFactory(username="chief", is_demo=True, is_staff=True)
    [finding] = no_demo_account_is_staff()
    assert (finding.severity, "chief" in finding.problem) == ("error", True)
    assert "demo_person" not in finding.problem


def test_length_is_counted_in_letters(api):
    """R11: a letter of two characters counts as one."""
    assert (
        join(api, password=unicodedata.normalize("NFD", "ā" * 128)).status_code == 201
    )
    longer = unicodedata.normalize("NFD", "ā" * 129)
    assert join(api, password=longer).status_code == 400
    short = unicodedata.normalize("NFD", "āēī ōū7")
    assert join(api, username="other", password=short).status_code == 400


# --- One Unicode form, wherever a password is set -------------------------------------


def by_registration(api, administrator, monkeypatch):
    join(api, password=DECOMPOSED)


def by_password_change(api, administrator, monkeypatch):
    person = UserFactory(username="person")
    change = {"current_password": PASSWORD, "new_password": DECOMPOSED}
    assert api.as_(person).post("/api/auth/password", change).status_code == 200


def by_administrator(api, administrator, monkeypatch):
    url = reverse("admin:accounts_user_action", args=[_person().pk, "set-password"])
    fields = {"password1": DECOMPOSED, "password2": DECOMPOSED, "reason": "Asked."}
    administrator.post(url, fields)


def by_new_user_form(api, administrator, monkeypatch):
    fields = {"username": "person", "email": "person@example.com", "reason": "New."}
    fields |= {"password1": DECOMPOSED, "password2": DECOMPOSED}
    administrator.post(reverse("admin:accounts_user_add"), fields)


def by_own_form_of_the_admin(api, administrator, monkeypatch):
    from conftest import signed_in

    fields = {"old_password": PASSWORD}
    fields |= {"new_password1": DECOMPOSED, "new_password2": DECOMPOSED}
    client = signed_in(UserFactory(username="person", is_staff=True))
    client.post(reverse("admin:password_change"), fields)


def by_createsuperuser(api, administrator, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", DECOMPOSED)
    names = {"username": "person", "email": "person@example.com"}
    call_command("createsuperuser", interactive=False, stdout=StringIO(), **names)


def by_changepassword(api, administrator, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda **kwargs: DECOMPOSED)
    call_command("changepassword", _person().email, stdout=StringIO())


def _person():
    return UserFactory(username="person")


@pytest.mark.parametrize(
    "set_it",
    [
        by_registration,
        by_password_change,
        by_administrator,
        by_new_user_form,
        by_own_form_of_the_admin,
        by_createsuperuser,
        by_changepassword,
    ],
)
def test_decomposed_password_is_the_composed_one(
    api, administrator, monkeypatch, client, set_it
):
    """R11: set in one Unicode form, it is taken in the other."""
    set_it(api, administrator, monkeypatch)
    person = User.objects.get(username="person")
    for form in (COMPOSED, DECOMPOSED):
        assert person.check_password(form)
        assert authenticate(username=person.email, password=form) == person
        login = {"email": person.email, "password": form}
        assert api.post("/api/auth/login", login).status_code == 200
    User.objects.filter(pk=person.pk).update(is_staff=True)
    fields = {"username": person.email, "password": DECOMPOSED}
    assert client.post(reverse("admin:login"), fields).status_code == 302


def test_administrator_cannot_set_the_name_as_password(administrator):
    """R11: the rule holds in the admin too, with a sentence."""
    bob = UserFactory(username="bob_the_builder")
    url = reverse("admin:accounts_user_action", args=[bob.pk, "set-password"])
    fields = {"password1": "Bob_the_Builder", "password2": "Bob_the_Builder"}
    answer = administrator.post(url, fields | {"reason": "Asked."}, follow=True)
    assert "must differ" in answer.content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
