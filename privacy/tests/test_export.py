"""The archive of a person's data."""

import io
import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core import mail
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from accounts.models import SecurityEvent, Session, User
from accounts.tests.factories import UserFactory
from core.privacy import TABLES
from jobs.maintenance import REGISTRY
from jobs.models import Job
from listings.tests.factories import ListingFactory
from messaging.models import Message
from messaging.services import send, start
from privacy import archive
from privacy.models import Export
from privacy.tests.world import NEEDLE, person_with_everything
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
EXPORT = "/api/auth/export"
SECRETS = ("md5$", "secret_hash", "code_hash", "seed", "refreshed_jti", "session_data")


def export_of(person) -> ZipFile:
    target = io.BytesIO()
    archive.write(person, target)
    return ZipFile(target)


def fails(*args, **kwargs):
    raise OSError


def rows(zipped, kind) -> list:
    return json.loads(zipped.read(f"{kind}.json"))


@pytest.fixture
def ready(api, alice, run_jobs) -> dict:
    """Alice's export, ready, as the API shows it."""
    ListingFactory(seller=alice, title="Sleigh")
    export = api.as_(alice).post(EXPORT).json()["export"]
    run_jobs()
    return api.as_(alice).get(f"/api/auth/exports/{export['id']}").json()


def test_a_ready_export_is_shown_after_a_confirmation(api, alice, ready):
    """A14: its address is all that a thief of a token needs."""
    client = api.as_(alice)
    Session.objects.update(confirmed_at=None)
    answer = client.get(f"/api/auth/exports/{ready['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")


def test_an_export_is_queued_and_delivered(api, ready):
    """A16: 202 first; then a signed address that needs no token."""
    assert ready["status"] == "ready"
    answer = api.get(ready["download_url"])
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    zipped = ZipFile(io.BytesIO(b"".join(answer)))
    assert zipped.testzip() is None
    [listing] = rows(zipped, "listings.listing")
    assert listing["title"] == "Sleigh"
    assert ready["size"] > 0
    assert SecurityEvent.objects.filter(type="export_downloaded").count() == 1


def test_downloads_are_in_the_security_log(api, ready, alice):
    """A16: each one; a HEAD takes nothing."""
    downloads = alice.security_events.filter(type="export_downloaded")
    assert api.head(ready["download_url"]).status_code == 200
    assert downloads.count() == 0
    api.get(ready["download_url"])
    assert downloads.count() == 1


def test_the_first_answer_is_202(api, alice):
    """A16: with the export that waits."""
    answer = api.as_(alice).post(EXPORT)
    assert answer.status_code == 202
    assert answer.json()["export"]["status"] == "waiting"
    assert answer.json()["export"]["download_url"] is None


def test_one_export_a_day(api, alice):
    """A16: 429 says how long to wait."""
    client = api.as_(alice)
    client.post(EXPORT)
    answer = client.post(EXPORT)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 80_000
    Export.objects.update(created_at=timezone.now() - timedelta(days=1, hours=1))
    assert client.post(EXPORT).status_code == 202


def test_a_stolen_token_exports_nothing(api, alice):
    """A16: the identity is confirmed first."""
    client = api.as_(alice)
    alice.sessions.update(confirmed_at=timezone.now() - timedelta(hours=1))
    answer = client.post(EXPORT)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_required")


def test_the_person_is_notified(ready, alice):
    """A16: by an e-mail without a link to the data; and in the security log."""
    [email] = mail.outbox
    assert email.to == [alice.email]
    assert "signature" not in email.body
    types = SecurityEvent.objects.filter(user=alice).values_list("type", flat=True)
    assert "export_requested" in types


def test_other_peoples_exports_are_missing(api, ready, mallory):
    """A16: 404, with any signature."""
    own = api.as_(mallory)
    path = f"/api/auth/exports/{ready['id']}"
    assert own.get(path).status_code == 404
    for signature in ("", "x", "Wzhd:1x:y"):
        assert own.get(f"{path}/file", {"signature": signature}).status_code == 404


def test_a_signature_opens_one_export_for_a_day(api, ready, monkeypatch):
    """A16: 404 afterwards."""
    monkeypatch.setattr("privacy.services.LINK_LIFETIME", timedelta(seconds=-1))
    assert api.get(ready["download_url"]).status_code == 404


def test_an_export_is_deleted_with_its_file(ready, api):
    """A16: after EXPORT_DAYS."""
    export = Export.objects.get()
    later = timezone.now() + timedelta(days=8)
    run = REGISTRY["delete expired exports"].run
    assert run(timezone.now(), dry_run=False) == 0
    assert run(later, dry_run=True) == run(later, dry_run=False) == 1
    assert not default_storage.exists(export.file)
    assert api.get(ready["download_url"]).status_code == 404


def test_everything_of_the_person_is_in_it(bob):
    """A16: each table has a row of the person."""
    zipped = export_of(person_with_everything(bob))
    empty = [
        archive.kind_of(table)
        for table in archive.exported_tables()
        if not rows(zipped, archive.kind_of(table))
    ]
    assert empty == []
    files = [name for name in zipped.namelist() if name.startswith("files/")]
    assert len(files) == 5
    assert NEEDLE.encode() in zipped.read(files[0])


def test_messages_sent_and_received_are_in_it(alice, bob):
    """A16: as a party; but for those that the other has deleted."""
    talk, _new = start(sender=alice, user_id=bob.pk, content="From me")
    send(talk, sender=bob, content="To me")
    taken_back, _new = send(talk, sender=bob, content="Taken back")
    Message.objects.filter(pk=taken_back.pk).update(deleted_at=timezone.now())
    found = rows(export_of(alice), "messaging.message")
    assert {row["content"] for row in found} == {"From me", "To me"}
    assert {row["sender"]["name"] for row in found} == {"you", "bob"}


def test_nothing_private_of_others_is_in_it(alice):
    """A16, G5: no address, phone, exact place or e-mail of another person."""
    other = UserFactory(
        email="hidden@example.com", phone="+37126666666", bio="hidden bio"
    )
    TaskFactory(
        creator=other, assigned_to=alice, completed=True, address="Hidden street 7"
    )
    start(sender=other, user_id=alice.pk, content="Hello")
    zipped = export_of(alice)
    text = b"".join(zipped.read(name) for name in zipped.namelist()).decode()
    for secret in ("hidden@", "6666666", "Hidden street", "hidden bio", "56.9496"):
        assert secret not in text
    assert rows(zipped, "tasks.taskrequest")[0]["creator"]["name"] == other.username


def test_secrets_are_not_in_it(bob):
    """A16, A15: no hash, seed or key."""
    person = person_with_everything(bob)
    zipped = export_of(person)
    text = b"".join(
        zipped.read(name) for name in zipped.namelist() if "files/" not in name
    ).decode()
    assert [secret for secret in SECRETS if secret in text] == []
    assert person.password not in text


def test_the_page_is_escaped_and_in_the_language(alice, run_jobs, api):
    """A16, M11: and loads nothing from elsewhere."""
    User.objects.filter(pk=alice.pk).update(
        bio="<script>alert(1)</script>", language="lv"
    )
    api.as_(alice).post(EXPORT)
    run_jobs()
    with default_storage.open(Export.objects.get().file) as file:
        page = ZipFile(file).read("index.html").decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'lang="lv"' in page
    assert "src=" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_export_that_is_killed_is_written_again(alice, api, monkeypatch, run_jobs):
    """A16: once, under the same name, and with one e-mail."""
    api.as_(alice).post(EXPORT)
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "save", fails)
        run_jobs(may_fail=True)
    name = Export.objects.get().file
    Job.objects.filter(status="waiting").update(
        due_at=timezone.now() - timedelta(seconds=1)
    )
    run_jobs()
    assert Export.objects.get().file == name
    assert len(mail.outbox) == 1


def test_a_row_is_in_it_once(alice):
    """A16: also one that two paths lead to."""
    task = TaskFactory(creator=alice, assigned_to=UserFactory(), completed=True)
    task.events.create(actor=alice, name="a", old="b", new="c")
    assert len(list(archive.rows_of(TABLES[task.events.model], alice))) == 1
