"""The settings of drf-spectacular: the document's head, tags and pages."""

TAGS = {
    "auth": "Register, sign in and out, and edit one's own account.",
    "terms": "The terms of the site, by version.",
    "users": "Public profiles, the reviews of a person, and blocking.",
    "helpers": "People who offer help, by place and rating.",
    "listings": "Classifieds: things for sale.",
    "tasks": "Requests for help, their applications and their life cycle.",
    "offerings": "Services that people offer.",
    "reviews": "Reviews of people, with or without a completed task.",
    "disputes": "Disputes about tasks, and offers to settle them.",
    "payments": "Held payments, the payout account, and what a price means.",
    "favorites": "Items that the caller has marked.",
    "messages": "Conversations, messages, attachments and read positions.",
    "notifications": "The caller's notifications and how they are delivered.",
    "announcements": "What staff say to many people.",
    "saved-searches": "Searches that notify the caller of new results.",
    "reports": "Reports of what is illegal or against the terms.",
    "decisions": "Decisions of staff about the caller, and appeals against them.",
    "transparency": "The yearly figures of moderation.",
    "uploads": "Public pictures of items and profiles.",
    "map": "Items as GeoJSON.",
    "categories": "The known categories, their typed fields and the counts of values.",
}
DOCUMENT = {
    "TITLE": "Marketplace API",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Classifieds, quick help and services of one local market. Sign in with "
        "`POST /api/auth/login` and send the token as `Authorization: Bearer …`. "
        "Errors and messages are in the language of `Accept-Language` (`lv`, `ru` or "
        "`en`). The guide, `docs/api.md` in the source, says what holds for every "
        "operation."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/", "description": "The server of this document."}],
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "CONTACT": {"name": "The maintainers"},  # of each installation others
    "TAGS": [{"name": name, "description": text} for name, text in TAGS.items()],
    "SERVE_INCLUDE_SCHEMA": False,
    "GET_LIB_DOC_EXCLUDES": "core.api.schema.undocumented_classes",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "filter": True,
        "validatorUrl": None,  # it would send the schema's address to another host
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema_responses.describe_duplicates",
        "core.api.schema_responses.describe_security",
        "core.api.schema_responses.describe_errors",
        "core.api.schema_responses.describe_headers",
        "core.api.schema_examples.add_examples",
    ],
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it would repeat each value
}
