"""The admin page of disputes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from tasks.models import Dispute
from tasks.tests.factories import DisputeFactory
from uploads.models import Upload

pytestmark = pytest.mark.django_db
LIST = "/admin/tasks/dispute/"


def member_of(group):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def judge(db):
    return member_of("Moderators")


@pytest.fixture
def admin(judge):
    return signed_in(judge)


def act_url(dispute, name):
    return reverse("admin:tasks_dispute_action", args=[dispute.pk, name])


def page_of(client, dispute) -> str:
    url = reverse("admin:tasks_dispute_change", args=[dispute.pk])
    return client.get(url).content.decode()


def test_the_oldest_dispute_comes_first(admin):
    rows = [DisputeFactory(heard=True), DisputeFactory()]
    shown = admin.get(LIST).context["cl"].result_list
    assert [row.pk for row in shown] == [row.pk for row in rows]
    found = admin.get(f"{LIST}?status__exact=under_review").context["cl"].result_list
    assert list(found) == rows[:1]


def test_a_long_list_costs_what_a_short_one_does(admin):
    costs = []
    for size in (1, 10):
        DisputeFactory.create_batch(size)
        admin.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            admin.get(LIST)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_page_shows_what_both_say_and_show(admin):
    """S5: escaped."""
    dispute = DisputeFactory(heard=True, description="<b>Nothing</b> was done.")
    data = {"content_type": "image/jpeg", "size": 1, "width": 1, "height": 1}
    picture = Upload.objects.create(
        owner=dispute.filed_by, key=f"{'e' * 32}.jpg", is_private=True, **data
    )
    dispute.evidence.create(upload=picture, is_response=False)
    page = page_of(admin, dispute)
    for words in (
        "&lt;b&gt;Nothing&lt;/b&gt; was done.",
        dispute.response_description,
        f"/api/messages/attachments/{picture.pk}?signature=",
        f"/admin/tasks/taskapplication/?task__id__exact={dispute.task_id}",
        f"/admin/tasks/taskrequest/{dispute.task_id}/change/",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("settle-for-worker", "completed"),
        ("settle-for-creator", "cancelled"),
        ("cancel-by-staff", "cancelled"),
    ],
)
def test_staff_decide_on_the_page(admin, judge, name, status):
    dispute = DisputeFactory(heard=True)
    assert act_url(dispute, name) in page_of(admin, dispute)
    admin.post(act_url(dispute, name), {"reason": "The pictures show it."})
    dispute.refresh_from_db()
    dispute.task.refresh_from_db()
    assert (dispute.resolved_by, dispute.task.status) == (judge, status)
    assert act_url(dispute, name) not in page_of(admin, dispute)


def test_nobody_decides_too_early_or_for_themselves(admin, judge):
    early = DisputeFactory()
    own = DisputeFactory(heard=True, task__creator=judge)
    for dispute in (early, own):
        url = act_url(dispute, "settle-for-worker")
        assert url not in page_of(admin, dispute)
        answer = admin.post(url, {"reason": "Seen."})
        assert list(get_messages(answer.wsgi_request))
    assert not Dispute.objects.filter(status="resolved").exists()


@pytest.mark.parametrize("group", ["Support"])
def test_others_read_and_do_not_decide(group):
    """S1."""
    client, dispute = signed_in(member_of(group)), DisputeFactory(heard=True)
    assert dispute.description in page_of(client, dispute)
    answer = client.post(act_url(dispute, "settle-for-worker"), {"reason": "Seen."})
    assert answer.status_code == 403


def test_an_unanswered_dispute_is_decided_after_its_time(admin):
    past = timezone.now() - timedelta(minutes=1)
    dispute = DisputeFactory(respond_by=past)
    admin.post(act_url(dispute, "settle-for-creator"), {"reason": "No answer."})
    dispute.refresh_from_db()
    assert dispute.resolution == "refund"
