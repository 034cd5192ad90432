"""Who gets where in the admin: each page and action, for each role.

The tables below are complete: a page or an action of the admin without a row fails.
"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLResolver, reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from listings.tests.factories import ListingFactory
from marketplace.staff.groups import role_names
from payments.tests.factories import PaymentFactory
from rules.models import RuleSetting
from rules.registry import RULES
from tests.admin_rows import ROWS

pytestmark = pytest.mark.django_db

LETTERS = {"M": "Moderators", "S": "Support", "F": "Finance", "A": "Administrators"}
# The list, the page of a row and its history; a superuser sees all of them.
VIEWS = {
    "accounts.Block": "A",
    "accounts.Challenge": "A",
    "accounts.Passkey": "A",
    "accounts.Restriction": "MA",
    "accounts.SecurityEvent": "A",
    "accounts.Session": "SA",
    "accounts.SocialAccount": "A",
    "accounts.TermsAcceptance": "A",
    "accounts.TotpDevice": "A",
    "accounts.Trader": "A",
    "accounts.User": "MSFA",
    "admin.LogEntry": "A",
    "alerts.SavedSearch": "A",
    "announcements.Announcement": "A",
    "audit.AuditLogEntry": "MA",
    "audit.Decision": "MA",
    "auth.Group": "A",
    "categories.Category": "A",
    "exchange.TableExport": "MSFA",
    "exchange.TableImport": "A",
    "favorites.Favorite": "SA",
    "figures.SearchWithoutResults": "MA",
    "jobs.Job": "A",
    "jobs.SuppressedAddress": "A",
    "listings.Listing": "MSA",
    "market.MarketSettings": "FA",
    "messaging.Conversation": "MA",
    "moderation.Appeal": "MA",
    "moderation.Case": "MA",
    "moderation.ReasonTemplate": "MA",
    "moderation.Report": "MA",
    "moderation.Strike": "MA",
    "notifications.Notification": "A",
    "notifications.Preference": "A",
    "offerings.Offering": "MSA",
    "payments.Balance": "FA",
    "payments.Journal": "FA",
    "payments.Payment": "FA",
    "payments.PayoutAccount": "FA",
    "payments.ProviderCall": "FA",
    "payments.ProviderEvent": "FA",
    "payments.StaffRequest": "FA",
    "privacy.Export": "A",
    "reviews.Review": "MSA",
    "rules.PriceLevel": "MA",
    "rules.RuleHit": "MA",
    "rules.RuleSetting": "MA",
    "sms.SmsMessage": "A",
    "sms.SmsPrefixBlock": "A",
    "tasks.Dispute": "MSA",
    "tasks.TaskApplication": "MSA",
    "tasks.TaskEvent": "MSA",
    "tasks.TaskRequest": "MSA",
    "token_blacklist.BlacklistedToken": "A",
    "token_blacklist.OutstandingToken": "A",
    "uploads.Upload": "MSA",
}
# The form of a page, by who may save it.
EDITS = {
    "announcements.Announcement": "A",
    "categories.Category": "A",
    "listings.Listing": "MA",
    "market.MarketSettings": "A",
    "moderation.ReasonTemplate": "A",
    "offerings.Offering": "MA",
    "reviews.Review": "",
    "rules.RuleSetting": "A",
    "tasks.TaskRequest": "MA",
}
ADDS = {
    "announcements.Announcement": "A",
    "categories.Category": "A",
    "moderation.ReasonTemplate": "A",
}
DELETES = {"announcements.Announcement": "A"}  # a draft
ACTIONS = {
    ("accounts.User", "suspend"): "MA",
    ("accounts.User", "restore"): "MA",
    ("accounts.User", "verify"): "MA",
    ("accounts.User", "restrict"): "MA",
    ("accounts.User", "lift"): "MA",
    ("accounts.User", "note"): "MSA",
    ("accounts.User", "erase"): "SA",
    ("accounts.User", "set-password"): "",
    ("accounts.User", "export"): "SA",
    ("accounts.User", "message"): "MSA",
    ("announcements.Announcement", "send"): "A",
    ("announcements.Announcement", "stop"): "A",
    ("audit.Decision", "undo-batch"): "MA",
    ("exchange.TableImport", "import"): "A",
    ("jobs.Job", "retry"): "A",
    ("jobs.Job", "discard"): "A",
    ("jobs.SuppressedAddress", "lift"): "A",
    ("listings.Listing", "hide"): "MA",
    ("listings.Listing", "remove"): "MA",
    ("listings.Listing", "restore"): "MA",
    ("messaging.Conversation", "open"): "MA",
    ("moderation.Appeal", "answer"): "MA",
    ("moderation.Case", "assign"): "MA",
    ("moderation.Case", "decide"): "MA",
    ("moderation.Case", "decide-many"): "MA",
    ("offerings.Offering", "hide"): "MA",
    ("offerings.Offering", "remove"): "MA",
    ("offerings.Offering", "restore"): "MA",
    ("payments.Journal", "explain"): "FA",
    ("payments.Payment", "release-by-staff"): "FA",
    ("payments.Payment", "refund-by-staff"): "FA",
    ("payments.Payment", "split-by-staff"): "FA",
    ("payments.Payment", "clear-problem"): "FA",
    ("payments.PayoutAccount", "hold-payouts"): "FA",
    ("payments.PayoutAccount", "resume-payouts"): "FA",
    ("payments.ProviderCall", "retry"): "FA",
    ("payments.ProviderEvent", "retry"): "FA",
    ("payments.StaffRequest", "approve"): "FA",
    ("payments.StaffRequest", "reject"): "FA",
    ("reviews.Review", "hide"): "MA",
    ("reviews.Review", "remove"): "MA",
    ("reviews.Review", "restore"): "MA",
    ("sms.SmsPrefixBlock", "lift"): "A",
    ("tasks.Dispute", "settle-for-worker"): "MA",
    ("tasks.Dispute", "settle-for-creator"): "MA",
    ("tasks.Dispute", "settle-split"): "MA",
    ("tasks.Dispute", "cancel-by-staff"): "MA",
    ("tasks.TaskRequest", "settle-for-worker"): "MA",
    ("tasks.TaskRequest", "settle-for-creator"): "MA",
    ("tasks.TaskRequest", "settle-split"): "MA",
    ("tasks.TaskRequest", "cancel-by-staff"): "MA",
    ("tasks.TaskRequest", "hide"): "MA",
    ("tasks.TaskRequest", "remove"): "MA",
    ("tasks.TaskRequest", "restore"): "MA",
    ("uploads.Upload", "remove"): "MA",
    ("uploads.Upload", "restore"): "MA",
}
# Pages of their own, by the name of their address, with what they need in it.
PAGES = {
    "exchange_tableexport_new": ("MSFA", ()),
    "exchange_tableexport_file": ("", (1,)),  # the owner's: exchange/tests
    "exchange_tableimport_new": ("A", ()),
}
# What belongs to no model: for all staff, and for nobody else but `login`.
SITE = {
    *("index", "login", "logout", "password_change", "password_change_done"),
    *("autocomplete", "jsi18n", "view_on_site", "app_list", "search"),
}
KINDS = ("changelist", "change", "history", "add", "delete", "action")
EDITABLE = {  # rows that can be edited, where another cannot
    RuleSetting: lambda: RuleSetting.objects.get_or_create(name=next(iter(RULES)))[0]
}
OWN_ROWS = {"exchange.TableExport"}  # of others nobody sees any
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def test_the_roles_are_those_of_the_tables():
    assert tuple(LETTERS.values()) == role_names()


@pytest.fixture
def clients(alice):
    """A client for each role, and for those who have none."""
    found = {"anonymous": Client(), "ordinary": signed_in(alice)}
    found["no group"] = signed_in(UserFactory(is_staff=True))
    for letter, role in LETTERS.items():
        person = UserFactory(is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        found[letter] = signed_in(person)
    return found


def expected(person, allowed):
    if person in ("anonymous", "ordinary"):
        return 302
    return 200 if person in allowed else 403


def url(model, page, *args):
    name = model._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_{page}", args=args)


def addresses(patterns):
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns)
        elif one.name:
            yield one.name


def test_every_address_of_the_admin_has_a_row():
    """S1: a new page fails here until it is said who may see it."""
    known = {
        f"{model._meta.label_lower.replace('.', '_')}_{kind}"
        for model in MODELS
        for kind in KINDS
    }
    assert set(addresses(admin.site.urls[0])) == known | set(PAGES) | SITE
    assert set(VIEWS) == {model._meta.label for model in MODELS}


def test_every_action_of_the_admin_has_a_row():
    """S1: a new action fails here until it is said who may run it."""
    found = {
        (page.model._meta.label, name)
        for page in admin.site._registry.values()
        for name in page.all_reasoned_actions()
    }
    assert set(ACTIONS) == found


@pytest.mark.parametrize("model", MODELS)
def test_pages_are_for_the_roles_of_the_table(model, clients):
    """S1: each page of a model, for each role."""
    row, label = ROWS[model](), model._meta.label
    for person, client in clients.items():
        listed = client.get(url(model, "changelist")).status_code
        assert listed == expected(person, VIEWS[label]), person
        added = client.get(url(model, "add")).status_code
        assert added == expected(person, ADDS.get(label, "")), person
        pages = (("change", VIEWS[label]), ("delete", DELETES.get(label, "")))
        for kind, allowed in pages:
            if label not in OWN_ROWS:
                seen = client.get(url(model, kind, row.pk)).status_code
                assert seen == expected(person, allowed), (person, kind)
        history = client.get(url(model, "history", row.pk)).status_code
        if label not in OWN_ROWS:
            assert history == expected(person, VIEWS[label]), person


@pytest.mark.parametrize("label", OWN_ROWS)
def test_rows_of_others_are_there_for_nobody(label, clients):
    model = apps.get_model(label)
    row = ROWS[model]()
    for letter in LETTERS:
        for kind in ("change", "history"):
            answer = clients[letter].get(url(model, kind, row.pk), follow=True)
            assert "doesn’t exist" in answer.content.decode(), (letter, kind)


@pytest.mark.parametrize("model", MODELS)
def test_forms_are_saved_by_the_roles_of_the_table(model, clients):
    """S1: whoever only sees a page saves nothing."""
    row, label = (ROWS | EDITABLE)[model](), model._meta.label
    for person, client in clients.items():
        status = client.post(url(model, "change", row.pk), {}).status_code
        if label not in OWN_ROWS:
            assert status == expected(person, EDITS.get(label, "")), person


@pytest.mark.parametrize("model", MODELS)
def test_actions_are_for_the_roles_of_the_table(model, clients):
    """S1: each action of a page, for each role."""
    row, actions = ROWS[model](), admin.site._registry[model].all_reasoned_actions()
    for (label, name), allowed in ACTIONS.items():
        if label == model._meta.label:
            in_list = actions[name].run_all is not None  # of selected rows alone
            for person, client in clients.items():
                page = url(model, "action", row.pk, name)
                status = client.get(page).status_code
                wanted = expected(person, "" if in_list else allowed)
                assert status == wanted, (person, name)
                if in_list:
                    html = client.get(url(model, "changelist")).content.decode()
                    assert (f'value="{name}"' in html) == (person in allowed), person
    nothing = url(model, "action", row.pk, "no-such-action")
    assert clients["A"].get(nothing).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_further_pages_are_for_the_roles_of_the_table(name, clients):
    allowed, args = PAGES[name]
    for person, client in clients.items():
        status = client.get(reverse(f"admin:{name}", args=args)).status_code
        if name == "exchange_tableexport_file" and person in LETTERS:
            assert status == 404  # not theirs
        else:
            assert status == expected(person, allowed), person


def test_the_start_page_is_for_staff(clients):
    for person, client in clients.items():
        status = client.get("/admin/").status_code
        assert status == expected(person, ("no group", *LETTERS)), person


def test_moderators_and_support_see_no_money():
    for letter in "MS":
        seen = {label for label, roles in VIEWS.items() if letter in roles}
        assert not {label for label in seen if label.startswith("payments.")}


def test_finance_sees_no_content():
    seen = {label for label, roles in VIEWS.items() if "F" in roles}
    money = {label for label in VIEWS if label.startswith("payments.")}
    assert seen == money | {
        *("accounts.User", "exchange.TableExport", "market.MarketSettings")
    }


@pytest.mark.parametrize(("letter", "is_shown"), [("M", 0), ("S", 1), ("F", 0)])
def test_private_data_of_people_are_for_support(letter, is_shown, clients):
    person = UserFactory(email="secret@example.com", phone="+37120009999")
    for page in (url(User, "changelist"), url(User, "change", person.pk)):
        html = clients[letter].get(page).content.decode()
        assert ("secret@example.com" in html) == bool(is_shown)
    found = clients[letter].get(url(User, "changelist"), {"q": "secret@example.com"})
    assert (person in found.context["cl"].result_list) == bool(is_shown)


def test_no_link_of_a_moderators_page_leads_to_money(clients):
    payment = PaymentFactory()
    page = clients["M"].get(url(User, "change", payment.payer_id))
    assert "/admin/payments/" not in page.content.decode()


def test_support_writes_to_people_and_deletes_no_content(clients):
    bob = UserFactory(username="bob")
    page = url(User, "action", bob.pk, "message")
    clients["S"].post(page, {"reason": "Your question is answered."})
    assert AuditLogEntry.objects.get().action == "message"
    listing = ListingFactory()
    for name in ("hide", "remove"):
        page = url(type(listing), "action", listing.pk, name)
        assert clients["S"].post(page, {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("letter", LETTERS)
def test_no_role_acts_on_staff_or_appoints_them(letter, clients):
    """S1: whoever edits groups or staff would have every permission."""
    other = UserFactory(is_staff=True, email="staff@example.com")
    for name in ("suspend", "erase", "set-password", "message"):
        clients[letter].post(
            url(User, "action", other.pk, name),
            {"reason": "x", "password1": "kraukskiT-88", "password2": "kraukskiT-88"},
        )
    data = {"is_superuser": "on", "reason": "x"}
    me = User.objects.filter(groups__name=LETTERS[letter]).get()
    assert clients[letter].post(url(User, "change", me.pk), data).status_code == 403
    group = Group.objects.get(name="Moderators")
    assert clients[letter].post(url(Group, "change", group.pk), {}).status_code == 403
    assert not AuditLogEntry.objects.exists()
