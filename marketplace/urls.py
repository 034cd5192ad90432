"""The URLs of the project: one line for each viewset and page."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from drf_spectacular.views import (
    SpectacularRedocView,
    SpectacularSwaggerSplitView,
)
from rest_framework.routers import SimpleRouter

from accounts.admin_views import change_own_password, set_up_second_factor, sign_in
from accounts.emails.views import EmailViewSet
from accounts.identity_views import IdentityViewSet
from accounts.onboarding.views import OnboardingViewSet
from accounts.passkeys.views import PasskeySignInViewSet, PasskeyViewSet
from accounts.password_resets.views import PasswordResetViewSet
from accounts.phones.views import PhoneViewSet
from accounts.second_factor.views import SecondFactorViewSet
from accounts.sessions.views import SecurityLogViewSet, SessionViewSet
from accounts.social.views import SocialViewSet
from accounts.terms.views import TermsAcceptanceViewSet, TermsViewSet
from accounts.views import AuthViewSet, HelperViewSet, UserViewSet
from alerts.views import SavedSearchViewSet
from announcements.views import AnnouncementViewSet
from catalog.item_types import ITEM_TYPES
from catalog.map import MapViewSet
from catalog.views import CategoryViewSet
from core import exceptions
from favorites.views import FavoriteViewSet
from jobs import mail_events
from marketplace import account_pages, mail_page, pages, sms_page
from marketplace.staff.queues import next_in_queue
from messaging.attachment_views import AttachmentViewSet
from messaging.block_views import BlockingViewSet, BlockViewSet
from messaging.views import ConversationViewSet, MessageViewSet, UnreadViewSet
from moderation import pages as moderation_pages
from moderation.views import (
    DecisionViewSet,
    ReportViewSet,
    TransparencyViewSet,
)
from notifications.views import NotificationViewSet, unsubscribe_page
from payments import receipts, sandbox_pages, webhooks
from payments.views import PaymentViewSet
from privacy.views import ExportRequestViewSet, ExportViewSet
from realtime.views import TicketViewSet
from reviews.views import ReviewViewSet, UserReviewViewSet
from rules.views import TrustViewSet
from saved_filters.views import delete_filter, save_filter
from sms import callbacks
from tasks.disputes.views import DisputeViewSet
from uploads.views import UploadViewSet

# Django tries one route after the other: those that are asked most come first.
router = SimpleRouter(trailing_slash=False)
for item_type in ITEM_TYPES.values():
    router.register(item_type.plural, item_type.viewset, item_type.name)
router.register("messages/conversations", ConversationViewSet, "conversation")
router.register("messages/messages", MessageViewSet, "message")
router.register("messages/attachments", AttachmentViewSet, "attachment")
router.register("messages", UnreadViewSet, "unread")
router.register("notifications", NotificationViewSet, "notification")
router.register("favorites", FavoriteViewSet, "favorite")
router.register("reviews", ReviewViewSet, "review")
router.register("saved-searches", SavedSearchViewSet, "saved-search")
router.register("auth", AuthViewSet, "auth")
router.register("auth/users", UserViewSet, "user")
router.register(
    r"auth/users/(?P<user_id>[0-9]{1,18})/reviews", UserReviewViewSet, "user-review"
)
router.register("auth/users", BlockingViewSet, "blocking")
router.register("blocks", BlockViewSet, "block")
router.register("announcements", AnnouncementViewSet, "announcement")
router.register("reports", ReportViewSet, "report")
router.register("decisions", DecisionViewSet, "decision")
router.register("transparency", TransparencyViewSet, "transparency")
router.register("helpers", HelperViewSet, "helper")
router.register("uploads", UploadViewSet, "upload")
router.register("map", MapViewSet, "map")
router.register("categories", CategoryViewSet, "category")
router.register("payments", PaymentViewSet, "payment")
router.register("disputes", DisputeViewSet, "dispute")
router.register("auth", PhoneViewSet, "phone")
router.register("auth", PasswordResetViewSet, "password-reset")
router.register("auth", EmailViewSet, "email")
router.register("auth", SocialViewSet, "social")
router.register("auth", OnboardingViewSet, "onboarding")
router.register("auth", TermsAcceptanceViewSet, "terms-acceptance")
router.register("terms", TermsViewSet, "terms")
router.register("auth", TicketViewSet, "ws-ticket")
router.register("auth/sessions", SessionViewSet, "session")
router.register("auth/security-log", SecurityLogViewSet, "security-log")
router.register("auth", SecondFactorViewSet, "second-factor")
router.register("auth", IdentityViewSet, "identity")
router.register("auth", PasskeySignInViewSet, "passkey-sign-in")
router.register("auth/passkeys", PasskeyViewSet, "passkey")
router.register("auth", ExportRequestViewSet, "export-request")
router.register("auth/exports", ExportViewSet, "export")
router.register("auth", TrustViewSet, "trust")

urlpatterns = [
    path("api/", include(router.urls)),  # first, as most requests match it
    path("", pages.welcome),
    path("examples/chat", pages.chat),
    path("examples/account", pages.account),
    path("examples/mail", mail_page.mail_page),
    path("examples/mail/body", mail_page.mail_body),
    path("examples/sms", sms_page.sms_page),
    path("payments/sandbox/pay/<str:secret>", sandbox_pages.pay, name="sandbox-pay"),
    path(
        "payments/sandbox/account/<str:secret>",
        sandbox_pages.account,
        name="sandbox-account",
    ),
    *(
        path(page.lstrip("/").replace("{id}", "<int:id>"), pages.client_page)
        for page in set(settings.CLIENT_PATHS.values())
    ),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/login/", sign_in),
    path("admin/second-factor/", set_up_second_factor, name="staff-set-up"),
    path("admin/password_change/", admin.site.admin_view(change_own_password)),
    path(
        "admin/next/<slug:name>/",
        admin.site.admin_view(next_in_queue),
        name="staff-next",
    ),
    path(
        "admin/saved-filters/",
        admin.site.admin_view(save_filter),
        name="save-filter",
    ),
    path(
        "admin/saved-filters/<int:filter_id>/delete/",
        admin.site.admin_view(delete_filter),
        name="delete-filter",
    ),
    path("admin/", admin.site.urls),
    path("api/schema", pages.SchemaView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("api/redoc", SpectacularRedocView.as_view(), name="redoc"),
    path("api/unsubscribe/<str:token>", unsubscribe_page, name="unsubscribe"),
    path(
        "api/confirm-email/<str:token>",
        account_pages.confirm_email,
        name="confirm-email",
    ),
    path(
        "api/change-email/<str:token>", account_pages.confirm_email, name="change-email"
    ),
    path(
        "api/revert-email/<str:token>", account_pages.revert_email, name="revert-email"
    ),
    path(
        "api/reset-password/<str:token>",
        account_pages.reset_password,
        name="reset-password",
    ),
    path(
        "api/keep-account/<str:token>", account_pages.keep_account, name="keep-account"
    ),
    path(
        "api/moderation/<str:number>/<str:token>",
        moderation_pages.page,
        name="moderation-page",
    ),
    path("api/receipts/<str:token>", receipts.page, name="receipt"),
    path("api/mail/events", mail_events.webhook),
    path("api/sms/twilio/status", callbacks.twilio_status),
    path("api/sms/bird/status", callbacks.bird_status),
    path("api/payments/webhook", webhooks.platform),
    path("api/payments/webhook/accounts", webhooks.accounts),
    path("api/payments/webhook/connect", webhooks.connect),
    re_path(r"^api(/|$)", csrf_exempt(exceptions.not_found)),
]

handler400 = "core.exceptions.bad_request"
handler404 = "core.exceptions.not_found"
handler500 = "core.exceptions.server_error"
