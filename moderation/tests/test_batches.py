"""Waves of spam: many cases are decided at once, and that is undone as one."""

import json
import re

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from audit.models import Decision
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus
from listings.models import Listing
from listings.tests.factories import ListingFactory
from moderation import batches, cases
from moderation.models import Case, Strike
from moderation.strikes import count_of
from moderation.tests.factories import ReasonTemplateFactory, ReportFactory
from notifications.models import Notification

pytestmark = pytest.mark.django_db
LIST = "admin:moderation_case_changelist"


def spam(*owners):
    """A case for a listing of each owner."""
    found = []
    for owner in owners:
        item = ListingFactory(seller=owner, title="Earn money at home")
        case = cases.open_case("listing", item, owner)
        ReportFactory(case=case, category="spam")
        cases.keep_text(case, item)
        found.append(case)
    return found


def decide(found, staff, outcome="remove", **more):
    fields = {"basis": "Terms, 4.1", "versions": {row.pk: row.version for row in found}}
    return batches.decide(
        found,
        actor=staff,
        outcome=outcome,
        **{"facts": lambda language: "Spam."} | fields | more,
    )


def moderations():
    return set(Listing.objects.values_list("moderation", flat=True))


def test_a_wave_is_decided_at_once_and_undone_as_one(staff, alice, bob):
    batch = decide(spam(alice, alice, bob), staff)
    made = Decision.objects.filter(batch=batch)
    assert (made.count(), moderations()) == (3, {"removed"})
    assert set(made.values_list("category", "basis")) == {
        ("SCAMS_AND_FRAUD", "Terms, 4.1")
    }
    assert Case.objects.filter(status="decided").count() == 3
    assert batches.undo(batch, actor=staff, reason="They were real.") == 3
    assert moderations() == {"visible"}
    assert [count_of(person) for person in (alice, bob)] == [0, 0]
    assert Decision.objects.filter(undoes__batch=batch).count() == 3
    with pytest.raises(WrongStatus):
        batches.undo(batch, actor=staff, reason="Again.")


def test_one_that_has_changed_leaves_all_of_them(staff, alice, bob):
    found = spam(alice, bob)
    cases.move(found[1], "open", name="rule x", actor=None)
    versions = {found[0].pk: found[0].version, found[1].pk: found[1].version - 1}
    with pytest.raises(batches.BatchRefused, match="Earn money"):
        decide(found, staff, versions=versions)
    assert moderations() == {"visible"}
    assert not Decision.objects.exists()
    assert not Strike.objects.exists()


def test_one_s_own_is_not_among_them(staff, alice):
    with pytest.raises(batches.BatchRefused):
        decide(spam(alice, staff), staff)
    assert moderations() == {"visible"}


def test_who_is_concerned_undoes_nothing(staff, alice):
    batch = decide(spam(alice, alice), staff)
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    with pytest.raises(NotAllowed):
        batches.undo(batch, actor=User.objects.get(pk=alice.pk), reason="Mine.")
    with pytest.raises(NotAllowed):
        batches.undo(batch, actor=UserFactory(is_staff=True), reason="No right.")
    assert moderations() == {"removed"}


def test_a_person_is_banned_once_for_many_cases(staff, alice, bob):
    batch = decide(spam(alice, alice, bob), staff, "ban")
    assert Decision.objects.filter(batch=batch).count() == 2
    assert Case.objects.filter(status="decided").count() == 3
    assert Strike.objects.filter(person=alice).count() == 1
    assert batches.undo(batch, actor=staff, reason="They were real.") == 2
    alice.refresh_from_db()
    assert alice.is_active


def test_a_wave_is_restricted_and_that_is_undone(staff, alice, bob):
    batch = decide(spam(alice, bob), staff, "restrict", restricts=["posting"])
    assert User.objects.filter(is_restricted=True).count() == 2
    batches.undo(batch, actor=staff, reason="They were real.")
    assert not User.objects.filter(is_restricted=True).exists()


def test_what_was_undone_alone_is_left_out(staff, alice, bob):
    from moderation import undoing

    batch = decide(spam(alice, bob), staff)
    first = Decision.objects.filter(batch=batch).first()
    undoing.undo(first, actor=staff, reason="This one is real.")
    assert batches.undo(batch, actor=staff, reason="All are real.") == 1


@pytest.mark.parametrize("text", ["[" * 3_000, "[" * 5_000, "[" * 100_000, "[1]", "{"])
def test_versions_that_are_none_are_refused_with_a_sentence(administrator, alice, text):
    [case] = spam(alice)
    data = {
        "action": "decide-many",
        "_selected_action": [case.pk],
        "outcome": "no_action",
        "reason": "Spam.",
        "versions": text,
    }
    answer = administrator.post(reverse(LIST), data)
    assert answer.context["form"].errors["versions"] == ["Select the cases again."]
    case.refresh_from_db()
    assert case.is_open


def test_labels_are_not_for_many(staff, alice):
    with pytest.raises(ValidationFailed):
        decide(spam(alice), staff, "label")


def test_each_person_reads_the_template_in_their_language(
    administrator, staff, alice, bob
):
    User.objects.filter(pk=alice.pk).update(language="lv")
    User.objects.filter(pk=bob.pk).update(language="ru")
    found = spam(*User.objects.filter(pk__in=(alice.pk, bob.pk)).order_by("pk"))
    template = ReasonTemplateFactory()
    post_form(administrator, found, template=template.pk, reason=template.text_en)
    facts = {row.person_id: row.facts for row in Decision.objects.all()}
    assert facts == {alice.pk: template.text_lv, bob.pk: template.text_ru}


# --- In the admin ---------------------------------------------------------------------


def post_form(client, found, **more):
    """Select the cases, read the form, and send it."""
    data = {"action": "decide-many", "_selected_action": [row.pk for row in found]}
    page = client.post(reverse(LIST), data).content.decode()
    versions = re.search(r'name="versions" value="([^"]*)"', page)[1]
    fields = {
        "reason": "Spam.",
        "outcome": "remove",
        "ground": "terms",
        "basis": "Terms, 4.1",
        "versions": versions.replace("&quot;", '"'),
    }
    return client.post(reverse(LIST), data | fields | more, follow=True)


def test_staff_decide_on_selected_cases_and_undo_it_on_a_decision(
    administrator, alice, bob
):
    found = spam(alice, bob)
    page = post_form(administrator, found).content.decode()
    assert "Decide on all alike: 2 done." in page
    decision = Decision.objects.first()
    url = reverse("admin:audit_decision_action", args=[decision.pk, "undo-batch"])
    administrator.post(url, {"reason": "They were real."})
    assert moderations() == {"visible"}
    assert administrator.get(url).status_code == 200  # the form, once more
    shown = reverse("admin:audit_decision_change", args=[decision.pk])
    assert "Undo the whole batch" not in administrator.get(shown).content.decode()


def test_moderators_do_so_too(moderator, alice, bob):
    post_form(moderator, spam(alice, bob))
    assert moderations() == {"removed"}
    pk = Decision.objects.first().pk
    url = reverse("admin:audit_decision_action", args=[pk, "undo-batch"])
    moderator.post(url, {"reason": "They were real."})
    assert moderations() == {"visible"}


def test_a_report_in_between_stops_the_whole_batch(administrator, alice, bob):
    found = spam(alice, bob)
    stale = {str(row.pk): row.version - 1 for row in found}
    page = post_form(administrator, found, versions=json.dumps(stale))
    assert "Nothing is done." in page.content.decode()
    assert moderations() == {"visible"}


@pytest.mark.parametrize("versions", ["", "[]", "{}", '{"x": 1}', "1"])
def test_a_forged_form_decides_nothing(administrator, alice, versions):
    found = spam(alice)
    answer = post_form(administrator, found, versions=versions)
    assert answer.status_code == 200
    assert not Decision.objects.exists()


def test_a_moderator_without_the_right_to_suspend_suspends_nobody(moderator, alice):
    from django.contrib.auth.models import Group, Permission

    group = Group.objects.get(name="Moderators")
    group.permissions.remove(*Permission.objects.filter(codename="change_user"))
    page = post_form(moderator, spam(alice), outcome="ban")
    assert "Nothing is done." in page.content.decode()
    alice.refresh_from_db()
    assert alice.is_active


def test_everybody_of_a_wave_is_told(staff, alice, bob):
    decide(spam(alice, bob), staff)
    told = Notification.objects.filter(kind="content_removed")
    assert {row.recipient for row in told} == {alice, bob}
