"""Pictures that staff end: with their item, alone, or with their owner."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.tests.factories import suspend
from audit.models import AuditLogEntry
from core.exceptions import NotFound
from listings.tests.factories import ListingFactory
from listings.workflow import MODERATION
from notifications.models import Notification
from uploads import services
from uploads.models import Upload
from uploads.tests.test_uploads import mine  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


def statuses(api, uploaded: dict) -> list[int]:
    return [api.get(uploaded[name]).status_code for name in ("url", "thumbnail_url")]


def decide(staff_client, upload: Upload, action: str) -> None:
    url = reverse("admin:uploads_upload_action", args=[upload.pk, action])
    staff_client.post(url, {"reason": "Not theirs."})


def test_staff_remove_and_restore_a_picture(api, mine, moderator):  # noqa: F811
    """R5: with a reason, in the audit log; the thumbnail ends too."""
    upload = Upload.objects.get()
    for action, status in (("remove", 404), ("restore", 200)):
        decide(moderator, upload, action)
        assert statuses(api, mine) == [status, status]
    log = AuditLogEntry.objects.order_by("id").values_list(
        "actor__username", "action", "reason", "before", "after"
    )
    assert list(log) == [
        ("moderator", "remove", "Not theirs.", "visible", "removed"),
        ("moderator", "restore", "Not theirs.", "removed", "visible"),
    ]


def test_the_owner_hears_of_both_decisions(mine, alice, administrator, run_jobs):  # noqa: F811
    """R5: in the list and by e-mail, with the reason of a removal."""
    alice.language = "lv"
    alice.save()
    for action in ("remove", "restore"):
        decide(administrator, Upload.objects.get(), action)
    run_jobs()
    rows = Notification.objects.filter(recipient=alice).order_by("id")
    assert [(row.kind, row.params) for row in rows] == [
        ("picture_removed", {"reason": "Not theirs."}),
        ("picture_restored", {}),
    ]
    removed, restored = mail.outbox
    assert (removed.subject, removed.to) == ("Attēls noņemts", [alice.email])
    assert "Not theirs." in removed.body
    assert "Not theirs." not in restored.body


def test_owners_hear_of_a_hidden_item_and_not_of_its_pictures(api, alice, mine, staff):  # noqa: F811
    """R5: one decision is one notification."""
    listing = ListingFactory(seller=alice, images=mine["url"])
    MODERATION.run("hide", listing, actor=staff, reason="Spam.")
    assert statuses(api, mine) == [404, 404]
    assert [row.kind for row in Notification.objects.all()] == ["content_hidden"]


def test_a_removed_picture_cannot_be_attached_again(api, alice, mine, administrator):  # noqa: F811
    """R5: nor does restoring an item bring it back."""
    decide(administrator, Upload.objects.get(), "remove")
    with pytest.raises(NotFound):
        services.replace_images(owner=alice, before=[], after=[mine["url"]])
    services.unhide(mine["url"])
    assert statuses(api, mine) == [404, 404]


def test_the_pictures_of_a_suspended_person_end(api, alice, mine):  # noqa: F811
    """R5: as everything else that they posted."""
    suspend(type(alice).objects.filter(pk=alice.pk))
    assert statuses(api, mine) == [404, 404]


def test_a_copy_is_asked_about_again_and_revoked(api, mine, administrator):  # noqa: F811
    """R5: 304 while the picture is served, 404 afterwards."""
    etag = api.get(mine["url"])["ETag"]
    known = api.get(mine["url"], headers={"If-None-Match": etag})
    assert (known.status_code, known.content) == (304, b"")
    assert known["Cache-Control"] == "public, max-age=60, must-revalidate"
    decide(administrator, Upload.objects.get(), "remove")
    gone = api.get(mine["url"], headers={"If-None-Match": etag})
    assert gone.status_code == 404
    assert "max-age" not in gone.get("Cache-Control", "")
