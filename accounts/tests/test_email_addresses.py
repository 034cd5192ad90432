"""E-mail addresses: international domains, and characters that nobody sees."""

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from core.email_addresses import normalize_email

pytestmark = pytest.mark.django_db
ASCII = "eva@xn--bcher-kva.example"
FORMS = [ASCII, "eva@bücher.example", "EVA@BÜCHER.example", "eva@ｂücher.example"]
HIDDEN = ["e\u200bva@x.lv", "eva@x\u200b.lv", "eva@x\xad.lv", "\u202eeva@x.lv"]


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


@pytest.mark.parametrize("email", FORMS)
def test_ascii_and_unicode_domain_are_one_address(api, email):
    """X2: for registering and for signing in."""
    UserFactory(email=ASCII)
    assert join(api, email=email).json()["code"] == "email_taken"
    login = {"email": email, "password": PASSWORD}
    assert api.post("/api/auth/login", login).status_code == 200
    assert User.objects.get_by_natural_key(email).email == ASCII


def test_sharp_s_is_not_ss(api):
    """X2: IDNA 2008 has two domains where IDNA 2003 had one."""
    assert join(api, email="eva@fass.example").status_code == 201
    assert join(api, username="other", email="eva@faß.example").status_code == 201
    assert normalize_email("eva@faß.example") == "eva@xn--fa-hia.example"


@pytest.mark.parametrize(
    "email",
    [
        *(*HIDDEN, "eva@xn--0.lv", "eva@\u2764.lv", "\u0131@a.lv", "\u00f3@a.lv"),
        *("eva@localhost", "eva@[127.0.0.1]", "eva@[::1]", "e" * 65 + "@example.com"),
    ],
)
def test_hidden_characters_and_impossible_domains_are_refused(api, email):
    """X2: a clear 400 and no account."""
    answer = join(api, email=email)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["email"])
    assert not User.objects.exists()


@pytest.mark.parametrize("email", [FORMS[1], HIDDEN[1]])
def test_admin_form_has_the_same_rules(administrator, alice, email):
    """X2: an address of another account in another form, and a hidden character."""
    UserFactory(email=ASCII)
    url = reverse("admin:accounts_user_change", args=[alice.pk])
    fields = {"username": "alice", "language": "en", "user_type": "both", "reason": "x"}
    assert administrator.post(url, fields | {"email": email}).context["errors"]
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_createsuperuser_has_the_same_rules(monkeypatch):
    """X2: the command too."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    options = {"username": "boss", "interactive": False, "stdout": StringIO()}
    call_command("createsuperuser", email=FORMS[1], **options)
    assert User.objects.get(username="boss").email == ASCII
    with pytest.raises(CommandError):
        call_command("createsuperuser", email=HIDDEN[0], **options)


def store(user: User, email: str) -> None:
    """Store an address as it was before the rule."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET email = %s WHERE id = %s", [email, user.pk]
        )


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_migration_stores_international_domains_in_ascii():
    """X2: addresses of older databases; one whose new form is taken stays."""
    old = ["eva@b\u00fccher.example", "\u00e9va@b\u00fccher.example", "a@x.lv"]
    for email in old:
        store(UserFactory(), email)
    UserFactory(email=ASCII)
    migration = import_module("accounts.migrations.0007_ascii_domains")
    migration.normalize(apps, connection.schema_editor())
    assert stored() == [old[0], normalize_email(old[1]), "a@x.lv", ASCII]
