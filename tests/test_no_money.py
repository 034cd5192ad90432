"""Moderators and support see no money of a deal, anywhere; finance and others do."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit import services as audit
from conftest import signed_in
from core.admin.base import VIEW_MONEY
from payments.tests.factories import PaymentFactory
from tasks.models import Dispute, TaskRequest
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory

pytestmark = pytest.mark.django_db
# Four amounts that stand nowhere else.
PRICE, FEE, PART, OFFER = "7391.17", 8317, "6173.53", "5861.39"
AMOUNTS = ("7391", "7,391", "8317", "8,317", "6173", "6,173", "5861", "5,861")
BLIND = ("Moderators", "Support")


def member(role):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def dispute(alice, bob):
    """A dispute that is resolved, with an offer, an application and a payment."""
    task = TaskFactory(creator=alice, assigned_to=bob, status="completed", budget=10)
    TaskRequest.objects.filter(pk=task.pk).update(
        agreed_price=PRICE, agreed_fee_bps=FEE, agreed_fee_min_cents=FEE
    )
    task.refresh_from_db()
    dispute = DisputeFactory(task=task, status="resolved", resolution="partial")
    Dispute.objects.filter(pk=dispute.pk).update(worker_cents=617353)
    dispute.offers.create(made_by=alice, worker_cents=586139)
    ApplicationFactory(task=task, applicant=bob, price=Decimal(PRICE))
    payment = PaymentFactory(subject_id=task.pk, price_cents=739117)
    audit.record(payment, actor=UserFactory(is_staff=True), action="split", after=PART)
    return dispute


def pages(client):
    """The list of each model that the reader may see, and the page of each row."""
    for model in admin.site._registry:
        name = model._meta.label_lower.replace(".", "_")
        answer = client.get(reverse(f"admin:{name}_changelist"))
        if answer.status_code == 200:
            yield answer
            rows = answer.context["cl"].result_list if "cl" in answer.context else ()
            for row in rows:
                yield client.get(reverse(f"admin:{name}_change", args=[row.pk]))


def amounts_in(answer) -> set[str]:
    text = answer.content.decode().replace("\xa0", ",").replace("&nbsp;", ",")
    return {amount for amount in AMOUNTS if amount in text}


@pytest.mark.parametrize("role", BLIND)
def test_no_page_and_no_list_shows_who_sees_no_money_an_amount(dispute, role):
    """S1: prices, fees, parts and offers are for those who see payments."""
    found = list(pages(signed_in(member(role))))
    assert len(found) > 10
    for answer in found:
        assert amounts_in(answer) == set(), answer.request["PATH_INFO"]


def test_administrators_see_every_amount(dispute):
    seen = set()
    for answer in pages(signed_in(member("Administrators"))):
        seen |= amounts_in(answer)
    assert {amount[0] for amount in seen} == {"5", "6", "7", "8"}


@pytest.mark.parametrize(
    ("path", "lookup"),
    [
        ("tasks/taskrequest", "agreed_price__gte"),
        ("tasks/taskrequest", "agreed_fee_bps__gte"),
        ("tasks/taskrequest", "taskapplication__price__gte"),
        ("tasks/taskapplication", "price__gte"),
        ("tasks/taskapplication", "task__agreed_price__gte"),
        ("tasks/dispute", "worker_cents__gte"),
        ("tasks/dispute", "offers__worker_cents__gte"),
        ("tasks/dispute", "task__agreed_price__gte"),
    ],
)
def test_no_filter_tells_an_amount(moderator, dispute, path, lookup):
    """S1: a list that is empty or not would tell it digit by digit."""
    answer = moderator.get(f"/admin/{path}/", {lookup: "1"})
    assert answer.status_code in (302, 400)


@pytest.mark.parametrize("role", ["Moderators", "Support"])
def test_the_api_shows_them_none_either(api, dispute, role):
    shown = api.as_(member(role)).get(f"/api/disputes/{dispute.pk}").json()
    assert (shown["price_cents"], shown["worker_cents"]) == (None, None)
    assert shown["offers"] == []


def test_both_sides_and_administrators_see_them_in_the_api(api, dispute, alice):
    Dispute.objects.filter(pk=dispute.pk).update(filed_by=alice)
    for reader in (alice, member("Administrators")):
        shown = api.as_(reader).get(f"/api/disputes/{dispute.pk}").json()
        assert (shown["price_cents"], shown["worker_cents"]) == (739117, 617353)
        assert [offer["worker_cents"] for offer in shown["offers"]] == [586139]


@pytest.mark.parametrize("role", ["Moderators", "Support", "Finance", "Administrators"])
def test_who_sees_money_is_who_sees_payments(role):
    assert member(role).has_perm(VIEW_MONEY) == (role not in BLIND)
