"""A factory for each model in the admin; each row has its own users and items."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from rest_framework_simplejwt.tokens import RefreshToken

from accounts import challenges, security_log
from accounts.models import (
    Block,
    Challenge,
    Passkey,
    Restriction,
    SecurityEvent,
    Session,
    SocialAccount,
    TermsAcceptance,
    TotpDevice,
    Trader,
    User,
)
from accounts.tests.factories import UserFactory
from alerts.models import SavedSearch
from alerts.tests.factories import SavedSearchFactory
from announcements.models import Announcement
from announcements.tests.factories import AnnouncementFactory
from audit import services as audit
from audit.models import AuditLogEntry, Decision
from audit.tests.factories import DecisionFactory
from categories.models import Category
from categories.tests.factories import CategoryFactory
from exchange.models import TableExport, TableImport
from favorites.models import Favorite
from figures.models import SearchWithoutResults
from figures.tests.factories import SearchWithoutResultsFactory
from jobs.models import Job, SuppressedAddress
from listings.models import Listing
from listings.tests.factories import ListingFactory
from market import services as market
from market.models import MarketSettings
from messaging.models import Conversation
from messaging.services import start
from moderation.models import Appeal, Case, ReasonTemplate, Report, Strike
from moderation.tests.factories import (
    AppealFactory,
    CaseFactory,
    ReasonTemplateFactory,
    ReportFactory,
    StrikeFactory,
)
from notifications.models import Notification, Preference
from notifications.tests.factories import NotificationFactory
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from payments.models import (
    Balance,
    Journal,
    Payment,
    PayoutAccount,
    ProviderCall,
    ProviderEvent,
    StaffRequest,
)
from payments.tests.factories import (
    PaymentFactory,
    make_call,
    make_journal,
    make_provider_event,
    make_staff_request,
    payable_account,
)
from privacy.models import Export
from reviews.models import Review
from reviews.tests.factories import ReviewFactory
from rules.models import PriceLevel, RuleHit, RuleSetting
from rules.tests.factories import (
    PriceLevelFactory,
    RuleHitFactory,
    RuleSettingFactory,
)
from sms.models import SmsMessage, SmsPrefixBlock
from sms.tests.factories import SmsMessageFactory, SmsPrefixBlockFactory
from tasks.models import Dispute, TaskApplication, TaskEvent, TaskRequest
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory
from uploads.models import Upload


def make_upload():
    key = f"{Upload.objects.count():032x}.jpg"
    data = {"content_type": "image/jpeg", "size": 1, "width": 1, "height": 1}
    return Upload.objects.create(owner=UserFactory(), key=key, digest="0", **data)


def make_restriction():
    person = UserFactory()
    decision = DecisionFactory(person=person, outcome="restrict")
    return Restriction.objects.create(person=person, scope="posting", decision=decision)


def make_event():
    data = {"name": "start", "old": "assigned", "new": "in_progress"}
    return TaskEvent.objects.create(task=TaskFactory(), actor=UserFactory(), **data)


def make_audit_log_entry():
    return audit.record(ListingFactory(), actor=UserFactory(), action="hide")


def make_log_entry():
    listing = ListingFactory()
    kind = ContentType.objects.get_for_model(listing)
    data = {"object_id": listing.pk, "object_repr": "x", "action_flag": CHANGE}
    return LogEntry.objects.create(user=UserFactory(), content_type=kind, **data)


def make_token():
    token = RefreshToken.for_user(UserFactory())
    return OutstandingToken.objects.get(jti=token["jti"])


def make_message():
    conversation, _is_new = start(
        sender=UserFactory(), user_id=UserFactory().pk, content="Hello!"
    )
    return conversation.last_message or conversation.messages.get()


ROWS = {
    Conversation: lambda: make_message().conversation,
    Block: lambda: Block.objects.create(blocker=UserFactory(), blocked=UserFactory()),
    User: UserFactory,
    Group: lambda: Group.objects.create(name=f"Group {Group.objects.count()}"),
    Session: lambda: Session.objects.create(user=UserFactory()),
    Challenge: lambda: challenges.create(
        "phone_verify", user=UserFactory(), secret=challenges.new_code()
    ),
    TotpDevice: lambda: TotpDevice.objects.create(user=UserFactory(), seed="x"),
    Passkey: lambda: Passkey.objects.create(
        user=UserFactory(), credential_id=str(Passkey.objects.count()), public_key="x"
    ),
    SecurityEvent: lambda: security_log.record(UserFactory(), "signed_in"),
    SocialAccount: lambda: SocialAccount.objects.create(
        user=UserFactory(), provider="google", subject=SocialAccount.objects.count()
    ),
    TermsAcceptance: lambda: TermsAcceptance.objects.create(
        user=UserFactory(), version="1"
    ),
    Trader: lambda: Trader.objects.create(
        user=UserFactory(),
        name="Business",
        address="A street 1",
        registration_number="4",
        email="office@example.com",
        phone="+37120000000",
        certified_at=timezone.now(),
    ),
    OutstandingToken: make_token,
    BlacklistedToken: lambda: BlacklistedToken.objects.create(token=make_token()),
    Upload: make_upload,
    Category: CategoryFactory,
    RuleSetting: RuleSettingFactory,
    MarketSettings: market.the_row,
    Announcement: AnnouncementFactory,
    RuleHit: RuleHitFactory,
    PriceLevel: PriceLevelFactory,
    SearchWithoutResults: SearchWithoutResultsFactory,
    Listing: ListingFactory,
    TaskRequest: lambda: TaskFactory(assigned=True),
    TaskApplication: ApplicationFactory,
    TaskEvent: make_event,
    Dispute: lambda: DisputeFactory(heard=True),
    Offering: OfferingFactory,
    Review: ReviewFactory,
    Favorite: lambda: Favorite.objects.create(
        user=UserFactory(), listing=ListingFactory()
    ),
    SavedSearch: SavedSearchFactory,
    Job: lambda: Job.objects.create(name="jobs.maintain"),
    SuppressedAddress: lambda: SuppressedAddress.objects.create(
        address=f"gone{SuppressedAddress.objects.count()}@example.com",
        reason="bounce",
        last_at=timezone.now(),
    ),
    SmsMessage: SmsMessageFactory,
    SmsPrefixBlock: SmsPrefixBlockFactory,
    Notification: NotificationFactory,
    Preference: lambda: Preference.objects.create(
        user=UserFactory(), group="tasks", in_app=True, email=False
    ),
    Payment: PaymentFactory,
    PayoutAccount: lambda: payable_account(UserFactory()),
    ProviderCall: make_call,
    ProviderEvent: make_provider_event,
    StaffRequest: make_staff_request,
    Journal: make_journal,
    Balance: lambda: Balance.objects.get(
        account="held", payment=make_journal().payment
    ),
    AuditLogEntry: make_audit_log_entry,
    Decision: lambda: DecisionFactory(person=UserFactory()),
    Case: CaseFactory,
    Report: ReportFactory,
    Appeal: AppealFactory,
    Strike: StrikeFactory,
    ReasonTemplate: ReasonTemplateFactory,
    Restriction: make_restriction,
    LogEntry: make_log_entry,
    TableExport: lambda: TableExport.objects.create(
        owner=UserFactory(), model="listings.listing"
    ),
    TableImport: lambda: TableImport.objects.create(
        owner=UserFactory(), kind="listings", name="items.csv"
    ),
    Export: lambda: Export.objects.create(user=UserFactory()),
}
