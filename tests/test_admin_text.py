"""X1: text that staff type in the admin follows the rules of the API."""

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
TYPED = "  Be\u0304rze\u200b\u202e \u2066ok  "
LISTS = ("tags", "skills", "categories")  # a word that shows nothing is none
# Which refuse what others drop.
STRICT = (".first_name", ".last_name", ".email")


def forms_of(page, request):
    """The classes of all forms of an admin page, each with what shows it."""
    for obj in (None, page.model()):
        yield "edit" if obj else "add", page.get_form(request, obj)
    for action in page.get_reasoned_actions(request).values():
        yield action.name, action.form


def text_fields(request) -> dict[str, forms.CharField]:
    """Every field of text of every form of the admin, by model, form and name."""
    found = {}
    for page in admin.site._registry.values():
        for form, form_class in forms_of(page, request):
            for name, field in form_class.base_fields.items():
                # JSON is data: the rule that has the parameters checks them.
                if isinstance(field, forms.CharField) and not isinstance(
                    field, forms.JSONField
                ):
                    found[f"{page.opts.label}.{form}.{name}"] = field
    return found


@pytest.fixture
def fields(rf, staff):
    request = rf.get("/admin/")
    request.user = staff
    return {
        name: field
        for name, field in text_fields(request).items()
        if not name.rpartition(".")[2].startswith(("password", "usable_password"))
    }


def refused(field: forms.CharField, text: str) -> bool:
    try:
        field.clean(text)
    except ValidationError:
        return True
    return False


def test_every_text_field_of_the_admin_is_found(fields):
    expected = {"listings.Listing.edit.title", "auth.Group.add.name"}
    expected |= {"accounts.User.suspend.reason", "uploads.Upload.remove.reason"}
    assert expected <= fields.keys()


def test_every_text_field_of_the_admin_normalizes(fields):
    """X1: composed, trimmed, without what nobody sees; names refuse it."""
    for name, field in fields.items():
        if name.endswith(STRICT):
            assert refused(field, TYPED), name
        else:
            words = field.clean(TYPED).casefold().replace("-", " ")
            assert words == "bērze ok", name  # categories have a spelling of their own


def test_no_text_field_of_the_admin_takes_control_or_invisible_characters(fields):
    """X1: neither a control character nor text that shows nothing."""
    for name, field in fields.items():
        for text in ("a\x08b", "a\0b", "a\x1b", "\u200b", "\u3164"):
            assert refused(field, text) or name.endswith(LISTS), (name, text)
        assert not name.endswith(LISTS) or field.clean("a,\u200b,b") == "a,b"


def edit(administrator, row, **typed):
    """Submit the form of a row, with `typed` in place of some of its values."""
    name = row._meta.label_lower.replace(".", "_")
    url = reverse(f"admin:{name}_change", args=[row.pk])
    form = administrator.get(url).context["adminform"].form
    shown = {field: form[field].value() for field in form.fields}
    data = {k: v for k, v in shown.items() if v not in (None, False)}
    answer = administrator.post(url, data | {"reason": "Spelling."} | typed)
    row.refresh_from_db()
    return answer


def test_a_title_typed_by_staff_is_normalized(administrator):
    """X1: and so are a category, the words of a list, and the reason in the log."""
    row = ListingFactory(category="books")
    text = {"title": TYPED, "tags": "a\u200b ,, b", "reason": "No\u200bt\r\nfine."}
    text["category"] = " Water_Sp\u200borts "
    assert edit(administrator, row, **text).status_code == 302
    assert (row.title, row.tags, row.category) == ("Bērze ok", "a,b", "water-sports")
    assert AuditLogEntry.objects.get().reason == "Not\nfine."


def test_lines_that_were_not_edited_are_no_change(administrator):
    """X1: browsers send line breaks as two characters."""
    row = ListingFactory(description="One\ntwo")
    assert edit(administrator, row, description="One\r\ntwo").status_code == 302
    assert row.description == "One\ntwo"
    assert not AuditLogEntry.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_name": "evil.example"}, "first_name"),
        ({"username": "Adm1n"}, "username"),
        ({"first_name": "Anna", "last_name": "Support"}, "first_name"),
    ],
)
def test_names_typed_by_staff_do_not_deceive(administrator, bob, typed, field):
    """B3: links for nobody, names of the site for staff alone."""
    refusal = edit(administrator, bob, **typed)
    assert list(refusal.context["adminform"].form.errors) == [field]
    of_staff = edit(administrator, bob, **typed, is_staff="on").status_code
    assert of_staff == (200 if "evil.example" in typed.values() else 302)


def test_an_older_name_does_not_block_an_edit(administrator):
    """B3: the rule is for names that are new."""
    old = UserFactory(first_name="Admin")
    assert edit(administrator, old, city="Rīga").status_code == 302
    assert old.city == "Rīga"


@pytest.mark.parametrize("username", ["a\u202eb", "a\u200bb", "a\x07b", "x.example"])
def test_a_superuser_has_no_deceiving_username(username, monkeypatch):
    """B3: links and hidden characters for nobody."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    options = {"email": "root@example.com", "interactive": False}
    with pytest.raises(CommandError):
        call_command("createsuperuser", username=username, **options)
    call_command("createsuperuser", username="admin", **options)
    assert User.objects.get().username == "admin"


@pytest.mark.parametrize("lookup", ["bio__regex=(", "bio__icontains=a"])
def test_lists_are_not_filtered_by_patterns(staff, lookup):
    path = reverse("admin:accounts_user_changelist")
    assert signed_in(staff).get(f"{path}?{lookup}").status_code == 400


def test_who_sees_no_private_data_asks_for_nobody_s_presence(moderator):
    path = reverse("admin:accounts_user_changelist")
    assert moderator.get(f"{path}?last_seen__gte=2020-01-01").status_code == 400
