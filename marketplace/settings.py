"""All settings, read from the environment once.

The table of variables is in the README; `.env.example` lists them all. With
`DEBUG=true`, or as `marketplace.development`, none has to be set.
"""

from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from botocore.config import Config
from corsheaders.defaults import default_headers
from django.templatetags.static import static
from django.utils.translation import gettext_lazy
from environs import validate
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from core.api.spectacular import DOCUMENT
from core.env import Environment
from core.production import (
    DEFAULT_STRIPE_API_BASE,
    LAPTOP_KEY,
    is_live_key,
    problems,
)
from core.web.limits import FORM_OVERHEAD_BYTES
from core.web.log_config import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"  # what the embedded defaults write
MAX_PORT = 65_535
MAX_DAYS = 36_500  # a century: the calendar of `datetime` ends
MAX_HOURS, MAX_MINUTES = 24 * MAX_DAYS, 24 * 60 * MAX_DAYS

env = Environment(BASE_DIR / ".env")

# --- What kind of place this is -------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
PRODUCTION = not DEBUG
# In production these four are required: `core.production` says what they must be.
SECRET_KEY = env.str("SECRET_KEY", "") or (LAPTOP_KEY if DEBUG else "")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY", f"{SECRET_KEY}:tokens" if DEBUG else "")
# Of second factors and queued text messages; without them SECRET_KEY encrypts.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", [])  # the first encrypts, all decrypt
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
PORT = env.int("PORT", 8000, at_most=MAX_PORT)
SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}" if DEBUG else "").rstrip("/")
SITE_NAME = env.str("SITE_NAME", "Marketplace")
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # hops in front that add X-Forwarded-*
DEMO = env.bool("DEMO", False)  # the welcome page then names the demo accounts

# --- The parts ------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "marketplace",
    "seed",
    "privacy",
    "exchange",
    "saved_filters",
    "alerts",
    "moderation",
    "rules",
    "announcements",
    "figures",
    "realtime",
    "reviews",
    "favorites",
    "catalog",
    "listings",
    "tasks",
    "offerings",
    "items",
    "messaging",
    "payments",
    "notifications",
    "categories",
    "accounts",
    "audit",
    "search",
    "uploads",
    "geo",
    "idempotency",
    "sms",
    "roles",
    "market",
    "jobs",
    "core",
]

MIDDLEWARE = [
    "core.web.middleware.RequestIdMiddleware",
    "core.web.metrics.MetricsMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "core.web.middleware.JsonErrorsMiddleware",
    "core.web.health.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.web.page_policy.PagePolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.web.middleware.LanguageMiddleware",
    "core.web.middleware.RequestLimitsMiddleware",
    "market.maintenance.MaintenanceMiddleware",
    "core.web.read_limit.AnonymousReadLimitMiddleware",
    "core.web.middleware.NonApiSessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.web.middleware.NonApiAuthenticationMiddleware",
    "accounts.staff_sessions.StaffSessionMiddleware",
    "core.web.middleware.NonApiMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
HOST = env.str("HOST", "127.0.0.1")
WEB_CONCURRENCY = env.positive("WEB_CONCURRENCY", 1)
WEB_THREADS = env.positive("WEB_THREADS", 8)
# In which the head of a request must arrive.
HEADER_TIMEOUT_SECONDS = env.float("HEADER_TIMEOUT_SECONDS", 10.0, at_least=0.1)
# Balancers reuse connections that are silent for up to a minute: ours must last longer.
KEEP_ALIVE_SECONDS = env.int("KEEP_ALIVE_SECONDS", 75 if TRUSTED_PROXIES else 5)
# Requests that compute for long, of the threads of a process.
PASSWORDS_AT_ONCE = env.positive("PASSWORDS_AT_ONCE", 2)
PICTURES_AT_ONCE = env.positive("PICTURES_AT_ONCE", 2)
APPEND_SLASH = False  # a redirect to …/ would lose the body of a POST

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "marketplace" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------
DATABASES = {
    "default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'market.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(exist_ok=True)
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a write waits its turn instead of failing
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _database["ENGINE"] = "core.db.postgresql"  # Django's, with a watched pool
    _database["OPTIONS"] = {
        "connect_timeout": 2,  # seconds; the next five are for a network that is cut
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 10_000,  # milliseconds
        "prepare_threshold": env.int("DB_PREPARE_AFTER", 5) or None,  # runs of a text
        "pool": {
            "min_size": env.int("DB_POOL_MIN", 1),
            "max_size": env.positive("DB_POOL_MAX", 8),
            "timeout": 10,
        },
        "options": (
            f"-c lock_timeout={env.int('DB_LOCK_TIMEOUT_MS', 5000)}"
            f" -c statement_timeout={env.int('DB_STATEMENT_TIMEOUT_MS', 0)}"
            # Compiling takes longer than what it saves where the planner expects too
            # many rows, as it does of rare texts in an index.
            " -c jit=off"
        ),
    }
    if _database["OPTIONS"]["pool"]["max_size"] < env.int("DB_POOL_MIN", 1):
        env.refuse("DB_POOL_MAX", "Must not be less than DB_POOL_MIN.")
DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")  # core.db.replica says how
REPLICA_MAX_LAG_SECONDS = env.float("REPLICA_MAX_LAG_SECONDS", 5.0)
if DATABASE_REPLICA_URL:
    DATABASES["replica"] = {
        **env.database("DATABASE_REPLICA_URL", "sqlite://"),
        "ENGINE": _database["ENGINE"],
        "OPTIONS": _database["OPTIONS"],
        "TEST": {"MIRROR": "default"},
    }
    if not _database["ENGINE"].endswith("postgresql"):
        env.refuse("DATABASE_REPLICA_URL", "It needs a DATABASE_URL of PostgreSQL.")
    DATABASE_ROUTERS = ["core.db.replica.ReplicaRouter"]
PREPARED_QUERIES = env.bool("PREPARED_QUERIES", True)  # core.db.prepared says how
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # SQLite: indexes cover less there
    "security.W005",  # HSTS of subdomains and its preload list: the operator's choice
    "security.W021",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", "redis", "rediss", "unix")
CACHES = {
    "default": {
        "BACKEND": "core.web.caches.FallbackRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "marketplace",
        "OPTIONS": {
            "socket_connect_timeout": 0.3,  # seconds
            "socket_timeout": 0.5,
            # A connection that Redis has closed; one that hangs is waited for once.
            "retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Sockets --------------------------------------------------------------------------
SOCKETS_PER_PERSON = env.positive("SOCKETS_PER_PERSON", 10)  # in one process
SOCKETS_PER_ADDRESS = env.positive("SOCKETS_PER_ADDRESS", 100)
SOCKET_THREADS = env.positive("SOCKET_THREADS", 4)  # that ask the database for sockets
# Redis publishes across its numbered databases: the prefix separates marketplaces.
_market = f"{SECRET_KEY} {urlsplit(REDIS_URL).path.strip('/') or '0'}".encode()
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": f"marketplace.{sha256(_market).hexdigest()[:16]}",
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 0.5}],
        },
    }
    if REDIS_URL
    else {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": 10_000, "group_expiry": 10**9},
    }
}

# --- Files ----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG  # set, or each client of a test would list all files
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", "http", "https")
S3_REGION = env.str("S3_REGION", "eu-north-1")
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", "")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", "")


def s3_options(bucket: str) -> dict:
    """Return the options of the storage in a bucket of S3."""
    return {
        "bucket_name": bucket,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": S3_REGION,
        "access_key": S3_ACCESS_KEY or None,
        "secret_key": S3_SECRET_KEY or None,
        "file_overwrite": False,
        "querystring_auth": True,
        "client_config": Config(
            connect_timeout=3,  # seconds: an outage is noticed soon
            read_timeout=15,
            retries={"total_max_attempts": 2, "mode": "standard"},
            signature_version="s3v4",
        ),
    }


STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": s3_options(S3_BUCKET),
    }
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.path("UPLOADS_DIR", VAR_DIR / "uploads")},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
UPLOAD_MAX_BYTES = env.positive("UPLOAD_MAX_BYTES", 5 * 1024 * 1024)
# A picture is received in memory, where it is decoded anyway: a full disk of temporary
# files cannot fail it.
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES
UPLOAD_MAX_PIXELS = env.positive("UPLOAD_MAX_PIXELS", 25_000_000)
UPLOAD_THUMBNAIL_PX = 400  # longest side of the thumbnail
# Of anything but an upload.
BODY_MAX_BYTES = env.positive("BODY_MAX_BYTES", 1024 * 1024)
# Between two pieces.
BODY_TIMEOUT_SECONDS = env.float("BODY_TIMEOUT_SECONDS", 15.0, at_least=0.1)
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_MAX_BYTES

# --- People and their tokens ----------------------------------------------------------
# Of clients under development; a page on the visitor's own machine may read nothing.
DEVELOPMENT_ORIGINS = [
    f"http://{host}:{port}"
    for host in ("localhost", "127.0.0.1")
    for port in (3000, 5173)
]
CORS_ALLOWED_ORIGINS = env.list(
    "CORS_ALLOWED_ORIGINS", DEVELOPMENT_ORIGINS if DEBUG else []
)
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["accounts.hashers.GatedHasher", "accounts.hashers.FormerHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "accounts.passwords.LengthValidator",
        "accounts.passwords.CommonValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "accounts.passwords.NotTheAccountValidator",
    )
]
ACCESS_TOKEN_MINUTES = env.positive(
    "ACCESS_TOKEN_MINUTES", 24 * 60, at_most=MAX_MINUTES
)
REFRESH_TOKEN_DAYS = env.positive("REFRESH_TOKEN_DAYS", 30, at_most=MAX_DAYS)
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SIGNING_KEY or f"{SECRET_KEY}:tokens",
    "ALGORITHM": "HS256",
    "ISSUER": "marketplace",
    "AUDIENCE": "marketplace-api",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_TOKEN_DAYS),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "LEEWAY": 10,  # seconds by which the clocks of two servers may differ
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends every token
    "UPDATE_LAST_LOGIN": False,
}
AVATAR_SERVICES = [
    "api.dicebear.com",
    "gravatar.com",
    "i.pravatar.cc",
    "robohash.org",
    "secure.gravatar.com",
    "ui-avatars.com",
    "www.gravatar.com",
]
AVATAR_HOSTS = env.list("AVATAR_HOSTS", AVATAR_SERVICES)  # besides our uploads
# Failures per account and address …
SIGN_IN_ATTEMPTS = env.positive("SIGN_IN_ATTEMPTS", 10)
SIGN_IN_ATTEMPTS_PER_ADDRESS = env.positive("SIGN_IN_ATTEMPTS_PER_ADDRESS", 30)
SIGN_IN_ATTEMPTS_PER_ACCOUNT = env.positive("SIGN_IN_ATTEMPTS_PER_ACCOUNT", 100)
# … in this time.
SIGN_IN_WINDOW_MINUTES = env.positive("SIGN_IN_WINDOW_MINUTES", 15, at_most=MAX_MINUTES)

# Of our clients at the providers; without them nobody signs in with that service.
GOOGLE_CLIENT_IDS = env.list("GOOGLE_CLIENT_IDS", [])
APPLE_CLIENT_IDS = env.list("APPLE_CLIENT_IDS", [])
GOOGLE_KEYS_URL = "https://www.googleapis.com/oauth2/v3/certs"
APPLE_KEYS_URL = "https://appleid.apple.com/auth/keys"
TERMS_VERSION = env.str("TERMS_VERSION", "1")  # that people accept
TERMS_URL = env.url("TERMS_URL", "http", "https")
# Without these SITE_URL says both. The id is a host; keys that were made for another id
# are useless.
PASSKEY_RP_ID = env.str("PASSKEY_RP_ID", "") or urlsplit(SITE_URL).hostname or ""
PASSKEY_ORIGINS = env.list("PASSKEY_ORIGINS", []) or [
    "{0.scheme}://{0.netloc}".format(urlsplit(SITE_URL)),  # without a path
    *CORS_ALLOWED_ORIGINS,
]
# Whether the admin asks for a code besides the password.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", PRODUCTION)

EMAIL_CONFIRMATION = env.str(
    "EMAIL_CONFIRMATION",
    "none",
    validate=validate.OneOf(("none", "before_contact", "before_posting")),
)

# --- Privacy --------------------------------------------------------------------------
# A deleted account can be kept so long; then it is erased.
ERASURE_GRACE_DAYS = env.int("ERASURE_GRACE_DAYS", 14, at_most=MAX_DAYS)
# Messages and reviews of an erased account stay, without its name; or their texts go.
ERASURE_BLANKS_MESSAGES = env.bool("ERASURE_BLANKS_MESSAGES", False)
EXPORT_DAYS = env.positive("EXPORT_DAYS", 7, at_most=MAX_DAYS)
# How long records are kept, enforced by maintenance.
AUDIT_LOG_DAYS = env.positive("AUDIT_LOG_DAYS", 1095, at_most=MAX_DAYS)
SECURITY_EVENT_DAYS = env.positive("SECURITY_EVENT_DAYS", 365, at_most=MAX_DAYS)
FINISHED_JOB_DAYS = env.positive("FINISHED_JOB_DAYS", 30, at_most=MAX_DAYS)
DEAD_JOB_DAYS = env.positive("DEAD_JOB_DAYS", 90, at_most=MAX_DAYS)
SUPPRESSION_DAYS = env.positive("SUPPRESSION_DAYS", 365, at_most=MAX_DAYS)
SAVED_SEARCH_OFF_DAYS = env.positive("SAVED_SEARCH_OFF_DAYS", 730, at_most=MAX_DAYS)

# --- The market's own rules -----------------------------------------------------------
# The places that may stand in the public location of an item.
GAZETTEER_FILE = env.path(
    "GAZETTEER_FILE", BASE_DIR / "geo" / "gazetteers" / "latvia.tsv"
)
PUBLIC_POINT_GRID_M = env.float("PUBLIC_POINT_GRID_M", 250.0)  # 0: exact points
REVIEWS_REQUIRE_DEAL = env.bool("REVIEWS_REQUIRE_DEAL", False)
# Reviews without a deal by younger accounts are shown once the account is as old.
REVIEW_MIN_ACCOUNT_DAYS = env.int("REVIEW_MIN_ACCOUNT_DAYS", 0, at_most=MAX_DAYS)
# An untouched listing is archived.
LISTING_DAYS = env.positive("LISTING_DAYS", 60, at_most=MAX_DAYS)
# An open task that nobody took is cancelled.
TASK_DAYS = env.positive("TASK_DAYS", 30, at_most=MAX_DAYS)
AUTO_CONFIRM_DAYS = env.positive("AUTO_CONFIRM_DAYS", 14, at_most=MAX_DAYS)
# For the other side of a dispute, before staff may decide without an answer.
DISPUTE_RESPONSE_DAYS = env.int("DISPUTE_RESPONSE_DAYS", 5, at_most=MAX_DAYS)
# After an application was withdrawn.
REAPPLY_HOURS = env.int("REAPPLY_HOURS", 24, at_most=MAX_HOURS)
COUNTER_FLUSH_SECONDS = env.float(
    "COUNTER_FLUSH_SECONDS", 5.0
)  # how often counted views are written
# Younger accounts begin …
NEW_ACCOUNT_DAYS = env.int("NEW_ACCOUNT_DAYS", 7, at_most=MAX_DAYS)
NEW_ACCOUNT_CONVERSATIONS = env.int("NEW_ACCOUNT_CONVERSATIONS", 20)  # … a day
CONVERSATIONS_PER_DAY = env.positive("CONVERSATIONS_PER_DAY", 200)  # of older accounts
# Quotas of a person, far above what an active one needs; they apply with THROTTLE.
POSTS_PER_DAY = env.positive("POSTS_PER_DAY", 200)  # of one type
IDENTICAL_POSTS_PER_DAY = env.positive("IDENTICAL_POSTS_PER_DAY", 100)
UNATTACHED_PICTURES = env.positive("UNATTACHED_PICTURES", 200)
UNATTACHED_MB = env.positive("UNATTACHED_MB", 500)
# Reports and decisions. Of people with standing, together; 0 hides nothing by itself.
REPORTS_TO_HIDE = env.float("REPORTS_TO_HIDE", 3.0)
STANDING_DAYS = env.int("STANDING_DAYS", 30, at_most=MAX_DAYS)  # of the account
APPEAL_DAYS = env.positive("APPEAL_DAYS", 183, at_most=MAX_DAYS)
REPORTER_DAYS = env.positive("REPORTER_DAYS", 365, at_most=MAX_DAYS)
STRIKE_DAYS = env.positive("STRIKE_DAYS", 365, at_most=MAX_DAYS)
ONE_MODERATOR = env.bool("ONE_MODERATOR", False)  # who may decide appeals too
# Uploaded ones in 24 hours: as many as the posts of all three types may show.
PICTURES_PER_DAY = env.positive("PICTURES_PER_DAY", 12_000)
VIEWS_PER_READER = env.int("VIEWS_PER_READER", 10)  # counted per item and hour
# Before an item ends its owner is notified.
NOTICE_DAYS = env.int("NOTICE_DAYS", 3, at_most=MAX_DAYS)
# Then settled ones are deleted.
NOTIFICATION_DAYS = env.positive("NOTIFICATION_DAYS", 90, at_most=MAX_DAYS)
ORPHAN_UPLOAD_HOURS = env.positive("ORPHAN_UPLOAD_HOURS", 24, at_most=MAX_HOURS)

# --- Rules against spam, and trust (docs/rules.md) ------------------------------------
RULES_ON_FAILURE = env.str(
    "RULES_ON_FAILURE", "pass", validate=validate.OneOf(("pass", "hold"))
)
RULES_BUDGET_MS = env.int("RULES_BUDGET_MS", 200)  # then the others run in a job
FINGERPRINT_DAYS = env.positive("FINGERPRINT_DAYS", 90, at_most=MAX_DAYS)
RULE_HIT_DAYS = env.positive("RULE_HIT_DAYS", 180, at_most=MAX_DAYS)
SEARCH_DAYS = env.positive("SEARCH_DAYS", 90, at_most=MAX_DAYS)  # those without results
# Limits a day at the levels of trust 0 to 3: the quotas above times these.
TRUST_POSTS = env.factors("TRUST_POSTS", (1, 1, 2, 4))
TRUST_PICTURES = env.factors("TRUST_PICTURES", (1, 1, 2, 4))
TRUST_CONVERSATIONS = env.factors("TRUST_CONVERSATIONS", (1, 1, 2, 4))
TRUST_DAYS = env.int("TRUST_DAYS", 30, at_most=MAX_DAYS)  # of level 2; 3 times: level 3
TRUST_DEALS = env.positive("TRUST_DEALS", 3)  # of level 2; three times as many: level 3

# --- The API --------------------------------------------------------------------------
PUBLIC_MAX_AGE = env.int("PUBLIC_MAX_AGE", 0)  # s that a cache need not ask again
THROTTLE = env.bool("THROTTLE", True)
# A minute, per address and process. A page asks for up to 40 things at once, and many
# people may share an address.
THROTTLE_ANONYMOUS_READ = env.int("THROTTLE_ANONYMOUS_READ", 3000)
THROTTLE_RATES = {  # scope: (requests, seconds) per person, or per address
    "register": (env.positive("THROTTLE_REGISTER", 30), 3600),
    "recovery": (env.positive("THROTTLE_RECOVERY", 30), 3600),
    "usernames": (60, 60),
    "write": (env.positive("THROTTLE_WRITE", 300), 60),
    "upload": (env.positive("THROTTLE_UPLOAD", 120), 3600),
    "report": (env.positive("THROTTLE_REPORT", 30), 3600),
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.renderers.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.renderers.AlwaysJson",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is for CORS; the schema describes the API
    "EXCEPTION_HANDLER": "core.api.exception_handler.render",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.MultiPartRenderer",
    ],
    "URL_FORMAT_OVERRIDE": None,
}
IDEMPOTENCY_HANDLER = "idempotency.services.answer_once"  # core imports no app
SPECTACULAR_SETTINGS = DOCUMENT | {
    "ENUM_NAME_OVERRIDES": {
        "ItemType": "favorites.models.ITEM_TYPES",
        "TaskStatus": "tasks.models.TaskRequest.Status",
        "TaskAction": "tasks.serializers.ACTIONS",
        "ListingStatus": "listings.serializers.STATUSES",
        "ListingAction": "listings.serializers.ACTIONS",
        "OfferingStatus": "offerings.serializers.STATUSES",
        "OfferingAction": "offerings.serializers.ACTIONS",
        "CategoryFieldType": "catalog.serializers.TYPES",
        "ApplicationStatus": "tasks.models.TaskApplication.Status",
        "ItemLabel": "audit.models.Decision.Label",
        "RestrictionScope": "audit.models.Decision.Scope",
        "ReportCategory": "moderation.categories.CHOICES",
        "ReportTarget": "moderation.serializers.TYPES",
        "ReportStatus": "moderation.models.Report.Status",
        "DecisionOutcome": "audit.models.Decision.Outcome",
        "DecisionGround": "audit.models.Decision.Ground",
        "DecisionSource": "audit.models.Decision.Source",
        "ReasonEnum": "accounts.onboarding.serializers.USERNAME_REASONS",
        "DisputeReason": "tasks.models.Dispute.Reason",
        "DisputeStatus": "tasks.models.Dispute.Status",
        "DisputeResolution": "tasks.models.Dispute.Resolution",
        "DisputeAction": "tasks.disputes.serializers.ACTIONS",
        "DisputeOfferStatus": "tasks.disputes.serializers.OFFER_STATUSES",
        "DisputeEventName": "tasks.disputes.serializers.EVENTS",
        "PaymentStatus": "payments.models.Payment.Status",
        "PayoutAccountStatus": "payments.serializers.ACCOUNT_STATUSES",
        "NotificationKind": "notifications.serializers.KINDS",
        "NotificationGroup": "notifications.types.Group",
        "SavedSearchKind": "alerts.serializers.KINDS",
        "Moderation": "items.models.Moderated.Moderation",
        "Condition": "listings.models.Listing.Condition",
        "PriceType": "offerings.models.Offering.PriceType",
        "Priority": "tasks.serializers.PRIORITIES",
        "ReviewType": "reviews.models.Review.Type",
        "UserType": "accounts.models.User.Type",
        "SellerType": "accounts.models.User.SellerType",
        "SecurityEventType": "accounts.models.SecurityEvent.Type",
        "AnnouncementKind": "announcements.models.Announcement.Kind",
        "Frequency": "alerts.models.SavedSearch.Frequency",
    },
}

CORS_URLS_REGEX = r"^/(api/|health$)"
CORS_ALLOW_CREDENTIALS = False  # the API reads no cookies
CORS_PREFLIGHT_MAX_AGE = 7200
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-none-match"]
CORS_EXPOSE_HEADERS = [
    "X-Total-Count",
    "X-Page",
    "X-Per-Page",
    "X-Total-Is-Capped",
    "X-Next-Cursor",
    "ETag",
    "Link",
    "X-Request-ID",
    "Retry-After",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
]

# --- Words and times ------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("lv", "Latviešu"), ("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "marketplace" / "locale"]
FORMAT_MODULE_PATH = ["marketplace.locale"]  # dates, by language
TIME_ZONE = env.zone("SITE_TIME_ZONE", "Europe/Riga")  # of deadlines, a wall clock
USE_TZ = True
USE_I18N = True

# --- Safety ---------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 365 * 24 * 3600)
    # Off: other hosts of the domain may have no certificate, and it cannot be undone.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
    SESSION_COOKIE_SECURE = env.bool("COOKIES_SECURE", True)
    CSRF_COOKIE_SECURE = env.bool("COOKIES_SECURE", True)
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Mail and logs --------------------------------------------------------------------
DEMO_MAIL_DIR = VAR_DIR / "mail"  # of e-mails that the demo shows instead of sending
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    "marketplace.demo_mail.EmailBackend"
    if DEMO and DEBUG
    else f"django.core.mail.backends.{'console' if DEBUG else 'smtp'}.EmailBackend",
)
if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "jobs.smtp.EmailBackend"  # the same, with a timeout for each step
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.positive("EMAIL_PORT", 25, at_most=MAX_PORT)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
ANYMAIL = env.json("ANYMAIL", {})  # of the provider, for anymail.backends.…
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")  # "user:password"
ANYMAIL["WEBHOOK_SECRET"] = MAIL_WEBHOOK_SECRET
EMAIL_TIMEOUT = 10  # seconds to connect: a server that is away must not hold a worker
EMAIL_COMMAND_TIMEOUT = 30  # s: the greeting, and each command before the e-mail itself
EMAIL_DATA_TIMEOUT = 600  # s: the answer to the e-mail, as RFC 5321 4.5.3.2.6 asks
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "market@localhost")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", "")  # empty: that of DEFAULT_FROM_EMAIL
EMAILS_PER_HOUR = env.int("EMAILS_PER_HOUR", 20)  # of notifications, to one person …
EMAILS_PER_DAY = env.int("EMAILS_PER_DAY", 100)  # … more are in a digest; 0: no limit
# Notified of alerts, such as of text messages that cost too much.
ALERT_EMAILS = env.list("ALERT_EMAILS", [])
CLIENT_PATHS = {  # the client's page of each kind of subject, below SITE_URL
    "task": "/tasks/{id}",
    "listing": "/listings/{id}",
    "offering": "/offerings/{id}",
    "conversation": "/messages/{id}",
    "payment": "/payments/{id}",
    "review": "/profile",
    "report": "/reports/{id}",
    "decision": "/decisions/{id}",
    "saved_search": "/saved-searches/{id}",
    "preferences": "/profile",
    "security": "/profile",  # of e-mails about changes of credentials
}

# --- Text messages --------------------------------------------------------------------
SMS_PROVIDER = env.str(
    "SMS_PROVIDER", "console", validate=validate.OneOf(("console", "twilio", "bird"))
)
DEMO_SMS_DIR = VAR_DIR / "sms"  # of messages that are shown with DEBUG, and not sent
TWILIO_BASE_URL = (
    env.url("TWILIO_BASE_URL", "http", "https") or "https://api.twilio.com"
).rstrip("/")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env.str("TWILIO_FROM", "")  # a number or a name …
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", "")  # … or this
BIRD_API_KEY = env.str("BIRD_API_KEY", "")  # bk_<region>_…
BIRD_BASE_URL = env.url("BIRD_BASE_URL", "http", "https").rstrip("/")  # of that region
BIRD_FROM = env.str("BIRD_FROM", "")
BIRD_WEBHOOK_SECRET = env.str("BIRD_WEBHOOK_SECRET", "")  # whsec_…
PHONE_REGION = env.str("PHONE_REGION", "LV")  # of numbers that name no country
SMS_COUNTRIES = env.list("SMS_COUNTRIES", ["LV", "LT", "EE"])
SMS_PER_DAY = env.int("SMS_PER_DAY", 1000)
# To numbers that differ in their last four digits.
SMS_PER_PREFIX_PER_DAY = env.int("SMS_PER_PREFIX_PER_DAY", 50)
# To whoever asks from one network, from one program there, or for one account.
SMS_PER_NETWORK_PER_DAY = env.int("SMS_PER_NETWORK_PER_DAY", 60)
SMS_PER_DEVICE_PER_DAY = env.int("SMS_PER_DEVICE_PER_DAY", 20)
SMS_PER_ACCOUNT_PER_DAY = env.int("SMS_PER_ACCOUNT_PER_DAY", 10)
# Of a prefix, before it can be blocked because its codes are not entered.
SMS_BLOCK_MIN_MESSAGES = env.positive("SMS_BLOCK_MIN_MESSAGES", 10)
SMS_DAYS = env.positive("SMS_DAYS", 90, at_most=MAX_DAYS)  # then messages are deleted

# --- Payments -------------------------------------------------------------------------
PAYMENT_PROVIDER = env.str(
    "PAYMENT_PROVIDER",
    "sandbox" if DEBUG else "off",
    validate=validate.OneOf(("off", "sandbox", "stripe")),
)
# The sandbox moves no money: in production it is refused, unless this says otherwise.
PAYMENT_SANDBOX_ALLOWED = env.bool("PAYMENT_SANDBOX_ALLOWED", False)
PAYMENT_CURRENCY = env.str("PAYMENT_CURRENCY", "EUR")
PAYMENT_FEE_PERCENT = Decimal(str(env.float("PAYMENT_FEE_PERCENT", 10.0)))  # commission
PAYMENT_MIN_CENTS = env.positive("PAYMENT_MIN_CENTS", 200)
PAYMENT_MAX_CENTS = env.positive("PAYMENT_MAX_CENTS", 500_000)
PAYMENT_EXPIRY_MINUTES = env.positive("PAYMENT_EXPIRY_MINUTES", 30)  # to pay in
PAYMENT_MAX_HOLD_DAYS = env.positive("PAYMENT_MAX_HOLD_DAYS", 80, at_most=90)
# Whether every task has to be paid before the work begins; else each task says so.
PAYMENT_REQUIRED = env.bool("PAYMENT_REQUIRED", False)
# Of an accepted task that has to be paid: unpaid for longer, it is open again.
PAYMENT_UNPAID_HOURS = env.positive("PAYMENT_UNPAID_HOURS", 24, at_most=MAX_HOURS)
PAYMENT_CALLS_PER_SECOND = env.positive("PAYMENT_CALLS_PER_SECOND", 20)
# What staff decide about more than this, a second member of staff approves; 0: never.
PAYMENT_SECOND_APPROVER_CENTS = env.int("PAYMENT_SECOND_APPROVER_CENTS", 50_000)
# Then processed events of the provider are deleted: they name people.
PAYMENT_EVENT_DAYS = env.positive("PAYMENT_EVENT_DAYS", 30, at_most=MAX_DAYS)
STRIPE_API_BASE = (
    env.url("STRIPE_API_BASE", "http", "https") or DEFAULT_STRIPE_API_BASE
).rstrip("/")
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")  # sk_… or, with fewer rights, rk_…
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", "")  # pk_…
# Of each endpoint: several while one is rotated.
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", [])
STRIPE_ACCOUNT_WEBHOOK_SECRETS = env.list("STRIPE_ACCOUNT_WEBHOOK_SECRETS", [])
STRIPE_CONNECT_WEBHOOK_SECRETS = env.list("STRIPE_CONNECT_WEBHOOK_SECRETS", [])
# For platforms that Stripe has approved for it: payees take no cards themselves.
STRIPE_TRANSFERS_ONLY = env.bool("STRIPE_TRANSFERS_ONLY", False)
if not PRODUCTION and is_live_key(STRIPE_SECRET_KEY):
    env.refuse(
        "STRIPE_SECRET_KEY",
        "It moves real money. Use a test key with DEBUG=true: sk_test_… or rk_test_….",
    )

LOG_JSON = env.bool("LOG_JSON", PRODUCTION)
LOG_LEVEL = env.log_level("LOG_LEVEL", "INFO")
LOGGING = configuration(as_json=LOG_JSON, level=LOG_LEVEL)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # /metrics answers to its bearer
# Of a worker, which serves no HTTP.
METRICS_PORT = env.int("METRICS_PORT", 0, at_most=MAX_PORT)
SENTRY_DSN = env.url("SENTRY_DSN", "http", "https")
OTEL_EXPORTER_OTLP_ENDPOINT = env.url("OTEL_EXPORTER_OTLP_ENDPOINT", "http", "https")

UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": gettext_lazy("Staff"),
    "SITE_SYMBOL": "storefront",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("marketplace/mark.svg"),
        }
    ],
    # The colour of the pages and e-mails: 600 is #0f766e, on which white is readable.
    "COLORS": {
        "primary": {
            "50": "oklch(98.4% .014 180.72)",
            "100": "oklch(95.3% .051 180.801)",
            "200": "oklch(91% .096 180.426)",
            "300": "oklch(85.5% .138 181.071)",
            "400": "oklch(77.7% .152 181.912)",
            "500": "oklch(60% .118 184.704)",
            "600": "oklch(51.1% .096 186.391)",
            "700": "oklch(43.7% .078 188.216)",
            "800": "oklch(38.6% .063 188.416)",
            "900": "oklch(33% .053 190)",
            "950": "oklch(27.7% .046 192.524)",
        }
    },
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "marketplace.staff.dashboard.add_dashboard",
    "SIDEBAR": {"navigation": "marketplace.staff.navigation.groups_for"},
    "LOGIN": {"form": "accounts.forms.StaffLoginForm"},
}

if PRODUCTION:
    for _name, _sentence in problems(globals()):
        env.refuse(_name, _sentence)
env.seal(
    ""
    if DEBUG
    else "README.md describes each variable, .env.example lists them. On your own"
    " machine: make demo, or DEBUG=true."
)
