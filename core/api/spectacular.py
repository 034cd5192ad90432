"""What the OpenAPI document says of itself, and how its pages show it."""

DOCUMENT = {
    "TITLE": "Marketplace API",
    "VERSION": "1.0.0",
    "DESCRIPTION": (
        "Classifieds, quick help and services of one local market. Sign in with "
        "`POST /api/auth/login` and send the token as `Authorization: Bearer …`."
    ),
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "GET_LIB_DOC_EXCLUDES": "core.api.schema.undocumented_classes",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "filter": True,
        "validatorUrl": None,  # it would tell another host where the schema lies
    },
    "REDOC_UI_SETTINGS": {
        "theme": {
            "typography": {
                "fontFamily": "system-ui, sans-serif",
                "headings": {"fontFamily": "system-ui, sans-serif"},
            },
        },
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.describe_errors",
    ],
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
}
