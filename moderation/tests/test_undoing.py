"""What is undone falls back to what stands; snapshots, retention, texts of reasons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import moderation as accounts
from accounts.models import User
from audit.tests.factories import DecisionFactory
from jobs import maintenance
from listings.models import Listing
from listings.tests.factories import ListingFactory
from listings.workflow import MODERATION
from messaging.tests.factories import ConversationFactory
from moderation import appeals, cases, reasons, undoing
from moderation.models import Appeal, Case, CaseSnapshot, ReasonTemplate, Report
from moderation.tests.factories import CaseFactory, ReportFactory
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    body,
    case,
    decide,
    listing,
    other_staff,
)
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES
from tests.admin_rows import make_upload

pytestmark = pytest.mark.django_db


def run(name, listing, staff):  # noqa: F811
    return MODERATION.run(name, listing, actor=staff, reason=f"To {name}.")


def test_a_removal_that_is_overturned_leaves_it_hidden(listing, staff, other_staff):  # noqa: F811
    hidden = run("hide", listing, staff).decision
    removed = run("remove", listing, staff).decision
    undoing.undo(removed, actor=other_staff, reason="A mistake.")
    listing.refresh_from_db()
    assert (listing.moderation, listing.decision) == ("hidden", hidden)
    assert listing.moderation_reason == "To hide."
    assert removed.undone_by.outcome == "restore"
    undoing.undo(hidden, actor=other_staff, reason="A mistake too.")
    listing.refresh_from_db()
    assert (listing.moderation, listing.decision) == ("visible", None)


def test_what_was_restored_in_between_is_visible_again(listing, staff):  # noqa: F811
    run("hide", listing, staff)
    run("restore", listing, staff)
    undoing.undo(run("remove", listing, staff).decision, actor=staff, reason="No.")
    listing.refresh_from_db()
    assert listing.moderation == "visible"


def test_what_hid_it_and_is_undone_since_does_not_stand(listing, staff):  # noqa: F811
    hidden = run("hide", listing, staff).decision
    removed = run("remove", listing, staff).decision
    undoing.undo(hidden, actor=staff, reason="A mistake.")
    listing.refresh_from_db()
    assert listing.moderation == "removed"
    undoing.undo(removed, actor=staff, reason="A mistake too.")
    listing.refresh_from_db()
    assert listing.moderation == "visible"


def suspended_case(alice, staff, days):
    until = timezone.now() + timedelta(days=days)
    accounts.suspend(alice, actor=staff, reason="Spam.", until=until)
    return CaseFactory(target_type="user", target_id=alice.pk, person=alice)


def test_a_suspension_becomes_a_ban(alice, staff, other_staff):  # noqa: F811
    found = suspended_case(alice, staff, 7)
    first = User.objects.get(pk=alice.pk).suspension
    ban = decide(found, staff, "ban")
    alice.refresh_from_db()
    assert (alice.suspension, alice.is_active) == (ban, False)
    undoing.undo(ban, actor=other_staff, reason="Too hard.")
    alice.refresh_from_db()
    assert (alice.suspension, alice.is_active) == (first, False)


def test_a_ban_does_not_become_a_suspension(alice, staff):
    accounts.suspend(alice, actor=staff, reason="Spam.")
    found = CaseFactory(target_type="user", target_id=alice.pk, person=alice)
    with pytest.raises(cases.WrongStatus):
        decide(found, staff, "suspend", until=timezone.now() + timedelta(days=7))


def test_a_suspension_that_has_ended_does_not_stand_again(alice, staff):
    first = DecisionFactory(
        person=alice,
        target_type="accounts.user",
        target_id=alice.pk,
        outcome="suspend",
        until=timezone.now() - timedelta(days=1),
    )
    User.objects.filter(pk=alice.pk).update(is_active=False, suspension=first)
    found = CaseFactory(target_type="user", target_id=alice.pk, person=alice)
    undoing.undo(decide(found, staff, "ban"), actor=staff, reason="Too hard.")
    alice.refresh_from_db()
    assert alice.is_active


def test_an_appeal_of_who_is_erased_is_decided(alice, staff, other_staff):  # noqa: F811
    accounts.suspend(alice, actor=staff, reason="Spam.")
    alice.refresh_from_db()
    appeal = appeals.appeal(alice.suspension, text=WHY)
    now = timezone.now()
    User.objects.filter(pk=alice.pk).update(
        erasure_due_at=now, erased_at=now, email=None
    )
    appeal = appeals.resolve(
        appeal, actor=other_staff, is_overturned=True, reason="Right."
    )
    assert (appeal.status, appeal.resolution.outcome) == ("upheld", "restore")


def test_an_appeal_about_what_is_gone_names_it_still(listing, staff, other_staff):  # noqa: F811
    appeal = appeals.appeal(run("remove", listing, staff).decision, text=WHY)
    Listing.objects.all().delete()
    appeal = appeals.resolve(
        appeal, actor=other_staff, is_overturned=True, reason="Right."
    )
    found = appeal.resolution
    assert (found.target_type, found.target_label) == (
        "listings.listing",
        "A stolen bicycle",
    )


# --- What was reported ----------------------------------------------------------------


def test_what_was_reported_is_kept_as_it_was(api, case, body, listing, mallory):  # noqa: F811
    Listing.objects.update(title="A bicycle", description="Mine.")
    api.as_(mallory).post("/api/reports", body)
    texts = list(case.snapshots.values_list("text", flat=True))
    assert len(texts) == 2
    assert "A stolen bicycle" in texts[1]
    assert "Mine." in texts[0]


def test_the_same_text_is_kept_once(api, case, body, mallory):  # noqa: F811
    api.as_(mallory).post("/api/reports", body)
    assert case.snapshots.count() == 1


def old_case(**fields):
    return CaseFactory(
        status="closed", decided_at=timezone.now() - timedelta(days=600), **fields
    )


def test_outsiders_are_forgotten_a_year_after_the_case():
    who = {"reporter": None, "name": "Anna", "email": "anna@example.com"}
    old, new = (
        ReportFactory(case=CaseFactory(), **who),
        ReportFactory(case=CaseFactory(), **who),
    )
    Case.objects.filter(pk=old.case_id).update(
        status="closed", decided_at=timezone.now() - timedelta(days=600)
    )
    kept = ReportFactory(case=old_case())
    CaseSnapshot.objects.create(case=old.case, digest="0", text="Text")
    dict(maintenance.run_all(at=timezone.now(), dry_run=False))
    for row in (old, new, kept):
        row.refresh_from_db()
    assert (old.name, old.email) == ("", "")
    assert (new.name, new.email) == ("Anna", "anna@example.com")
    assert kept.reporter is not None
    assert not CaseSnapshot.objects.exists()


# --- Texts ----------------------------------------------------------------------------


def test_no_text_of_a_decision_says_who_has_decided():
    """It may have been nobody."""
    rows = [row for row in NOTIFICATION_TYPES.values() if row.group == "moderation"]
    assert len(rows) > 10
    assert not [row for row in rows if "staff" in str(row.text)]


@pytest.mark.parametrize(
    "kind",
    ["content_hidden", "content_removed", "picture_removed", "warned", "restricted"],
)
def test_a_restriction_names_the_redress(kind):
    assert "appeal within six months" in str(NOTIFICATION_TYPES[kind].text)


def test_the_gravest_report_names_the_category(api, body, case, mallory):  # noqa: F811
    assert cases.eu_category_of(case) == "SCAMS_AND_FRAUD"
    api.as_(mallory).post("/api/reports", body | {"category": "violence"})
    assert cases.eu_category_of(case) == "VIOLENCE"


def test_a_template_is_read_in_the_language_of_the_person():
    template = ReasonTemplate.objects.filter(category="scam").first()
    for written in ("", template.text_en, f" {template.text_ru}\r\n"):
        assert reasons.facts_for("lv", template, written) == template.text_lv
    assert reasons.facts_for("lv", template, "Other words.") == "Other words."
    assert reasons.facts_for("lv", None, "Other words.") == "Other words."


def test_each_category_that_is_common_has_a_text_in_three_languages():
    rows = ReasonTemplate.objects.all()
    assert {"scam", "spam", "harassment"} <= {row.category for row in rows}
    for row in rows:
        assert len({row.text_en, row.text_lv, row.text_ru, ""}) == 4


# --- Pictures of appeals --------------------------------------------------------------


def private_picture(owner):
    picture = make_upload()
    type(picture).objects.filter(pk=picture.pk).update(owner=owner, is_private=True)
    return picture


def test_who_appeals_shows_own_pictures(api, case, staff, alice, administrator):  # noqa: F811
    decision = decide(case, staff)
    path = f"/api/decisions/{decision.number}/appeal"
    picture = private_picture(alice)
    body = {"text": WHY, "upload_ids": [picture.pk]}  # noqa: F811
    assert api.as_(alice).post(path, body).status_code == 201
    appeal = Appeal.objects.get()
    assert appeal.pictures.get().upload == picture
    page = administrator.get(f"/admin/moderation/appeal/{appeal.pk}/change/")
    assert f"/api/messages/attachments/{picture.pk}?signature=" in page.content.decode()


def test_pictures_of_others_are_not_found(api, case, staff, alice, bob):  # noqa: F811
    from moderation import links

    decision = decide(case, staff)
    body = {"text": WHY, "upload_ids": [private_picture(bob).pk]}  # noqa: F811
    path = f"/api/decisions/{decision.number}/appeal"
    assert api.as_(alice).post(path, body).status_code == 404
    link = f"{path}?token={links.token_of(decision.number)}"
    assert api.post(link, body).status_code == 404
    report = f"/api/reports/{case.reports.get().number}/appeal"
    body = {"text": WHY, "upload_ids": [private_picture(alice).pk]}
    assert api.as_(bob).post(report, body).status_code == 404
    assert not Appeal.objects.exists()


def test_a_reporter_shows_pictures_too(api, case, staff, bob):  # noqa: F811
    decide(case, staff, "no_action")
    body = {"text": WHY, "upload_ids": [private_picture(bob).pk]}  # noqa: F811
    report = f"/api/reports/{case.reports.get().number}/appeal"
    assert api.as_(bob).post(report, body).status_code == 201
    assert Appeal.objects.get().pictures.count() == 1


def test_a_restriction_that_is_undone_is_told(alice, staff):
    from accounts import restrictions

    restrictions.restrict(alice, actor=staff, reason="Spam.", restricts=["messages"])
    restrictions.lift(alice, actor=staff, reason="A mistake.")
    kinds = Notification.objects.filter(recipient=alice).values_list("kind", flat=True)
    assert set(kinds) == {"restricted", "restriction_lifted"}


def test_a_case_of_a_rule_keeps_the_text(alice):
    from moderation.tests.test_rule_hits import hit

    hit(ListingFactory(seller=alice, title="Cheap"), "flag")
    assert "Cheap" in CaseSnapshot.objects.get().text


def test_messages_and_reviews_are_locked_after_people(alice, staff):
    from messaging.tests.factories import write

    talk = ConversationFactory(participant_1=alice)
    [message] = write(talk, alice, "Pay first")
    found = cases.open_case("message", message, alice)
    assert decide(found, staff, "ban").outcome == "ban"
    assert Report.objects.count() == 0
