"""One person with a row of every kind, and a needle in every text of theirs."""

from itertools import count

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)

from accounts import security_log, tokens
from accounts.models import (
    Block,
    Challenge,
    Passkey,
    PendingRegistration,
    RecoveryCode,
    Restriction,
    Session,
    SocialAccount,
    TermsAcceptance,
    TotpDevice,
    Trader,
    User,
)
from accounts.tests.factories import UserFactory
from alerts.models import Alerted, Candidate
from alerts.tests.factories import SavedSearchFactory
from announcements.tests.factories import AnnouncementFactory
from audit import services as audit
from audit import triggers
from audit.tests.factories import DecisionFactory
from core.privacy import TABLES
from exchange.models import TableExport, TableImport
from favorites.models import Favorite
from idempotency.models import StoredAnswer
from jobs.models import Job, SuppressedAddress
from jobs.services import enqueue, enqueue_mail
from listings.tests.factories import ListingFactory
from messaging.models import Attachment, DigestCursor, Message, MessageVersion
from messaging.services import send, start
from moderation.models import CaseEvent, CaseSnapshot
from moderation.tests.factories import (
    AppealFactory,
    CaseFactory,
    ReportFactory,
    StrikeFactory,
)
from notifications.models import EmailRecord, Notification, Preference
from notifications.services import notify
from offerings.tests.factories import OfferingFactory
from payments import ledger, outbox
from payments.ledger import Line
from payments.models import (
    Entry,
    Payment,
    PaymentEvent,
    ProviderEvent,
    SandboxObject,
    StaffRequest,
)
from payments.models.ledger import Account
from payments.tests.factories import PaymentFactory, make_journal, payable_account
from privacy.models import Export
from realtime.models import Ticket
from reviews.tests.factories import ReviewFactory
from rules.tests.factories import FingerprintFactory, RuleHitFactory
from saved_filters.models import SavedFilter
from sms.models import SmsCounter, SmsMessage
from tasks.models import TaskEvent
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory
from uploads.models import Upload

NEEDLE = "qzneedleqz"
EMAIL = f"{NEEDLE}@example.com"
PHONE = "+37120777444"
NEEDLES = (NEEDLE, PHONE)
# Columns without words of a person: keys, codes, names of kinds, hashes.
NO_WORDS = {
    *("accounts.User.email", "accounts.User.password", "accounts.User.phone"),
    *("accounts.Session.device", "accounts.Session.refreshed_jti"),
    *("accounts.Challenge.key", "accounts.Challenge.secret_hash"),
    *("accounts.RecoveryCode.code_hash", "alerts.SavedSearch.digest"),
    *("audit.AuditLogEntry.subject_type", "audit.AuditLogEntry.action"),
    *("audit.Decision.number", "audit.Decision.target_type"),
    *("moderation.Case.number", "moderation.Case.target_type"),
    *("moderation.CaseEvent.name", "moderation.CaseEvent.old"),
    *("moderation.CaseEvent.new", "moderation.Report.number"),
    *("audit.Decision.basis", "audit.Decision.category"),
    *("audit.Decision.restricts", "audit.Decision.batch"),
    "moderation.CaseSnapshot.digest",
    *("admin.LogEntry.object_id", "messaging.Message.client_msg_id"),
    *("idempotency.StoredAnswer.key_digest", "idempotency.StoredAnswer.request_digest"),
    *("jobs.Job.name", "jobs.Job.kwargs", "jobs.Job.key", "jobs.Job.worker"),
    *("jobs.SuppressedAddress.address", "privacy.Export.file"),
    *("exchange.TableExport.model", "exchange.TableExport.file"),
    *("exchange.TableImport.file", "saved_filters.SavedFilter.model"),
    *("sms.SmsMessage.to", "sms.SmsMessage.prefix", "sms.SmsCounter.key"),
    *("notifications.Notification.kind", "notifications.Notification.subject_type"),
    *("notifications.Notification.dedup_key", "realtime.Ticket.digest"),
    *("sessions.Session.session_key", "sessions.Session.session_data"),
    *("tasks.TaskEvent.name", "tasks.TaskEvent.old", "tasks.TaskEvent.new"),
    *("tasks.TaskEvent.request_id", "token_blacklist.OutstandingToken.jti"),
    *("uploads.Upload.key", "uploads.Upload.digest", "uploads.Upload.content_type"),
    *("listings.Listing.currency", "listings.Listing.category"),
    *("listings.Listing.listing_type", "offerings.Offering.currency"),
    *("offerings.Offering.category", "tasks.TaskRequest.currency"),
    *("tasks.TaskRequest.category", "tasks.TaskRequest.priority"),
    *("payments.Payment.reference", "payments.Payment.subject_type"),
    *("payments.Payment.currency", "payments.Payment.provider"),
    *("payments.Payment.intent_id", "payments.Payment.charge_id"),
    *("payments.Payment.dispute_id", "payments.Payment.dispute_status"),
    *("payments.Payment.problem", "payments.PaymentEvent.name"),
    *("payments.PaymentEvent.old", "payments.PaymentEvent.new"),
    *("payments.PayoutAccount.provider", "payments.PayoutAccount.account_id"),
    *("payments.PayoutAccount.country", "payments.PayoutAccount.entity_type"),
    # The database keeps them from being changed.
    *("payments.ProviderCall.purpose", "payments.ProviderCall.idempotency_key"),
    *("payments.ProviderCall.params", "payments.Balance.currency"),
    *("payments.ProviderEvent.object_id", "payments.ProviderEvent.event_id"),
    *("payments.ProviderEvent.account", "payments.StaffRequest.action"),
    *("payments.StaffRequest.params", "payments.SandboxObject.kind"),
    *("payments.SandboxObject.object_id", "payments.SandboxObject.reference"),
    *("payments.SandboxObject.idempotency_key", "payments.SandboxObject.data"),
}
WORDS = (models.CharField, models.TextField, models.JSONField)
numbers = count(1)


def upload_of(person: User, *, is_private: bool = False) -> Upload:
    key = f"{next(numbers):032x}.jpg"
    upload = Upload.objects.create(
        owner=person,
        key=key,
        is_private=is_private,
        content_type="image/jpeg",
        size=9,
        width=1,
        height=1,
        uses=1,
    )
    for name in (upload.file, upload.thumbnail_file):
        default_storage.save(name, ContentFile(f"picture of {NEEDLE}".encode()))
    return upload


def sign_in_rows(person: User) -> None:
    person.groups.add(Group.objects.first() or Group.objects.create(name="Helpers"))
    person.user_permissions.add(Permission.objects.first())
    tokens.open_session(person)
    BlacklistedToken.objects.create(
        token=OutstandingToken.objects.filter(user=person).first()
    )
    now = timezone.now()
    Ticket.objects.create(
        digest=str(next(numbers)),
        session=Session.objects.filter(user=person).first(),
        expires_at=now,
        token_expires_at=now,
    )
    for owner in (person, None):
        Challenge.objects.create(
            purpose="password_reset",
            user=owner,
            address=EMAIL,
            attempts_left=5,
            expires_at=now,
        )
    TotpDevice.objects.create(user=person, seed="s")
    RecoveryCode.objects.create(user=person, code_hash=str(next(numbers)))
    Passkey.objects.create(
        user=person, credential_id=str(next(numbers)), public_key="k"
    )
    SocialAccount.objects.create(user=person, provider="google", subject="1")
    TermsAcceptance.objects.create(user=person, version="1")
    Trader.objects.create(user=person, certified_at=timezone.now())
    PendingRegistration.objects.create(
        challenge=Challenge.objects.create(
            purpose="registration",
            address=person.email,
            attempts_left=5,
            expires_at=timezone.now(),
        )
    )
    SmsMessage.objects.create(
        key=NEEDLE, to=person.phone, created_at=timezone.now(), status="sending"
    )
    SmsCounter.objects.create(key=f"by user {person.pk}", day=timezone.localdate())
    security_log.record(person, security_log.Type.SIGNED_IN)
    Client().force_login(person)
    StoredAnswer.objects.create(
        key_digest=str(next(numbers)),
        user=person,
        request_digest="",
        status=201,
        body=NEEDLE.encode(),
    )


def market_rows(person: User, other: User) -> None:
    picture = upload_of(person)
    place = {"location": f"Rīga, {NEEDLE}", "address": f"{NEEDLE} 12-34"}
    listing = ListingFactory(seller=person, images=picture.url, **place)
    OfferingFactory(creator=person, **place)
    TaskFactory(creator=person, **place)  # open
    done = TaskFactory(creator=person, assigned_to=other, completed=True, **place)
    theirs = TaskFactory(creator=other, assigned_to=person, completed=True)
    ApplicationFactory(task=theirs, applicant=person, status="accepted")
    counted = TaskFactory(creator=other, applications_count=1)
    ApplicationFactory(task=counted, applicant=person)
    for task in (done, theirs):
        TaskEvent.objects.create(
            task=task, actor=person, name="start", old="a", new="b"
        )
    for task in (done, theirs):
        dispute = DisputeFactory(task=task, status="resolved", resolution="refund")
        dispute.offers.create(made_by=person, worker_cents=1)
        picture = upload_of(person, is_private=True)
        dispute.evidence.create(upload=picture, is_response=task is theirs)
    ReviewFactory(reviewer=person, reviewed_user=other, task=done)
    ReviewFactory(reviewer=person, moderation="hidden", moderation_reason=NEEDLE)
    ReviewFactory(reviewer=other, reviewed_user=person)
    for owner in (person, other):
        Favorite.objects.create(user=owner, listing=listing)
        search = SavedSearchFactory(user=owner)
        Alerted.objects.create(search=search, item_id=listing.pk)
        Candidate.objects.create(
            search=search,
            digest="",
            item_ids=[listing.pk],
            compared_at=timezone.now(),
            due_at=timezone.now(),
        )
    notify(
        other,
        "saved_search",
        subject=search,
        name="Search",
        count="2",
        items=[
            {"title": NEEDLE, "path": f"/listings/{listing.pk}", "note": ""},
            {"title": "Skis", "path": "/listings/0", "note": ""},
        ],
    )
    record_rows(person, listing, done, other)
    AnnouncementFactory(sent=True).reads.create(user=person)
    RuleHitFactory(person=person)
    FingerprintFactory(person=person)


def record_rows(person, listing, task, other) -> None:
    staff = UserFactory()
    for subject in (person, listing, task):
        audit.record(subject, actor=staff, action="edit", reason=NEEDLE, before=NEEDLE)
        LogEntry.objects.create(
            user=staff,
            content_type=ContentType.objects.get_for_model(subject),
            object_id=str(subject.pk),
            object_repr=str(subject),
            action_flag=CHANGE,
        )
    notify(other, "task_done", subject=task, actor=person, name=NEEDLE, title=NEEDLE)
    notify(other, "task_auto_confirmed", subject=task, title=NEEDLE)


def message_rows(person: User, other: User) -> None:
    talk, _new = start(sender=person, user_id=other.pk, content="Hello")
    message, _new = send(talk, sender=person, content="More", client_msg_id=NEEDLE)
    deleted, _new = send(talk, sender=person, content="Less")
    Message.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    send(talk, sender=other, content="Hi")
    MessageVersion.objects.create(message=message, content=NEEDLE)
    upload = upload_of(person, is_private=True)
    Attachment.objects.create(message=message, upload=upload)
    DigestCursor.objects.create(conversation=talk, user=person)


def mail_rows(person: User, other: User) -> None:
    mine = notify(person, "welcome", subject=person, name=NEEDLE)
    EmailRecord.objects.create(notification=mine, recipient=person, is_held=False)
    Preference.objects.create(user=person, group="tasks", in_app=True, email=False)
    digest = Notification.objects.create(
        recipient=other, kind="digest", params={}, in_app=False
    )
    enqueue_mail("a", to=EMAIL, subject="s", text=NEEDLE)
    enqueue_mail(
        f"notification:{digest.pk}:x", to=other.email, subject="s", text=NEEDLE
    )
    enqueue_mail("b", to=other.email, subject="s", text=f"Call {PHONE}.")
    enqueue("notifications.send_digest", recipient_id=person.pk)
    Job.objects.update(status="dead", due_at=None)
    Job.objects.filter(kwargs__to=EMAIL).update(error=f"refused: {EMAIL}")
    SuppressedAddress.objects.create(
        address=EMAIL, reason="bounce", detail=EMAIL, last_at=timezone.now()
    )
    Block.objects.create(blocker=person, blocked=UserFactory())
    export = Export.objects.create(user=person, status="ready", file="exports/a.zip")
    default_storage.save(export.file, ContentFile(NEEDLE.encode()))
    table_rows(person)


def table_rows(person: User) -> None:
    """What the person exported and imported as a member of staff."""
    words = {"owner": person, "reason": NEEDLE}
    query = f"q={NEEDLE}"
    exported = TableExport.objects.create(
        model="listings.listing", query=query, file="exports/a.csv", **words
    )
    default_storage.save(exported.file, ContentFile(NEEDLE.encode()))
    TableImport.objects.create(kind="listings", name=NEEDLE, errors=[NEEDLE], **words)
    SavedFilter.objects.create(
        owner=person, model="listings.listing", name=NEEDLE, query=query
    )


def payment_rows(person: User, other: User) -> None:
    """A payment that is over, in the ledger and at the provider; nothing is owed."""
    payable_account(person)
    payment = make_journal(payer=person, payee=other, subject_title=NEEDLE).payment
    Payment.objects.filter(pk=payment.pk).update(status="refunded", intent_id="pi_1")
    PaymentFactory(payer=other, payee=person, status="released")
    PaymentEvent.objects.create(
        payment=payment, actor=person, name="hold", old="a", new="b"
    )
    call = outbox.enqueue(payment, "create_intent", title=NEEDLE)
    call.payment.calls.update(state="done", first_sent_at=timezone.now())
    ProviderEvent.objects.create(
        provider="sandbox",
        event_id="evt_1",
        object_id="pi_1",
        payload={},
        state="done",
    )
    SandboxObject.objects.create(
        kind="intent",
        object_id="pi_1",
        reference=payment.reference,
        data={"title": NEEDLE, "status": "succeeded", "amount": 1},
    )
    StaffRequest.objects.create(
        payment=payment,
        action="refund-by-staff",
        amount_cents=1,
        reason="",
        requested_by=other,
        status="rejected",
    )
    settle(person)


def settle(person: User) -> None:
    """What was owed to the person has been transferred."""
    for number, sign in enumerate((-1, 1)):
        ledger.post(
            "decision",
            key=f"test:{person.pk}:{number}",
            currency="EUR",
            lines=[
                Line(Account.PAYABLE, 100 * sign, person=person),
                Line(Account.SUSPENSE, -100 * sign),
            ],
        )
    assert Entry.objects.filter(person=person).count() == 2


def person_with_everything(other: User) -> User:
    person = UserFactory(
        username=f"{NEEDLE}1",
        email=EMAIL,
        phone=PHONE,
        phone_verified=True,
        first_name=NEEDLE,
        last_name=NEEDLE,
        is_helper=True,
        latitude=56.95,
        longitude=24.1,
    )
    sign_in_rows(person)
    market_rows(person, other)
    message_rows(person, other)
    mail_rows(person, other)
    payment_rows(person, other)
    moderation_rows(person, other)
    unlock_decisions()
    for table in TABLES.values():
        for rows in table.rows(person) if table.is_personal else ():
            write_needles(rows)
    person.refresh_from_db()
    return person


def moderation_rows(person: User, other: User) -> None:
    """What others have reported of them, and they of others; a decision about each."""
    for concerned, reporter in ((person, other), (other, person)):
        decision = DecisionFactory(person=concerned)
        case = CaseFactory(person=concerned, decision=decision, status="decided")
        CaseEvent.objects.create(
            case=case, actor=person, name="remove", old="open", new="decided"
        )
        CaseSnapshot.objects.create(case=case, digest="0", text="Text")
        report = ReportFactory(case=case, reporter=reporter)
        appeal = AppealFactory(decision=decision, case=case)
        if concerned is person:
            appeal.pictures.create(upload=upload_of(person, is_private=True))
        restriction = DecisionFactory(person=concerned, outcome="restrict")
        Restriction.objects.create(
            person=concerned, scope="posting", decision=restriction
        )
        AppealFactory(decision=decision, case=case, report=report)
        StrikeFactory(person=concerned)


def unlock_decisions() -> None:
    """Let needles be written to what never changes; the test's end undoes it."""
    with connection.cursor() as cursor:
        for name in triggers.TRIGGERS.sqlite if connection.vendor == "sqlite" else ():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER audit_keep_decision ON audit_decision")


def write_needles(rows) -> None:
    """Write a needle to each column of words, without choices."""
    for row in rows:
        texts = {
            column.name: needle_for(column, row)
            for column in row._meta.concrete_fields
            if f"{row._meta.label}.{column.name}" not in NO_WORDS
            and isinstance(
                column, models.CharField | models.TextField | models.JSONField
            )
            and not column.choices
        }
        rows.model._base_manager.filter(pk=row.pk).update(**texts)


def needle_for(column: models.Field, row: models.Model) -> object:
    if isinstance(column, models.JSONField):
        value = column.value_from_object(row) or {}
        if isinstance(value, list):
            return [*value, NEEDLE]
        return value | {"needle": NEEDLE}
    return f"{NEEDLE} {row.pk}"[: column.max_length]
