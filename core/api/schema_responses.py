"""What every operation of the OpenAPI document shares: errors, headers, security."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

if TYPE_CHECKING:  # it imports REST framework's views, which import this module
    from drf_spectacular.generators import SchemaGenerator

CHANGES = {"PUT", "PATCH"}  # what is not given stays
WRITES = {"POST", "DELETE"} | CHANGES
ERROR = {
    "type": "object",
    "description": "Every error, whatever its status.",
    "properties": {
        "error": {"type": "string", "description": "A sentence for people."},
        "code": {"$ref": "#/components/schemas/ErrorCode"},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "description": "What is wrong, by the name of the field.",
        },
        "request_id": {"type": "string", "description": "With status 500 only."},
    },
    "required": ["error", "code", "fields"],
}
STATE_CODES = ["conflict", "invalid_transition", "idempotency_key_in_use"]
QUOTA_CODES = ["too_many_posts", "too_many_identical_posts"]
QUOTA_CODES += ["too_many_unattached_pictures", "too_many_pictures"]
SWITCH_CODES = ["registration_closed", "posting_closed"]  # of the market settings
SWITCH_CODES += ["messaging_closed", "payments_closed"]
TOKEN_CODES = ["not_authenticated", "authentication_failed", "token_not_valid"]
# status: (meaning, the codes that any operation may answer with it)
ERRORS = {
    "400": ("The input is wrong.", ["invalid", "invalid_idempotency_key"]),
    "401": ("No valid token.", TOKEN_CODES),
    "403": (
        "Signed in, but not allowed; or switched off for everybody.",
        ["not_allowed", "email_unconfirmed", "restricted", *SWITCH_CODES],
    ),
    "404": ("Does not exist, or is not visible to the caller.", ["not_found"]),
    "405": ("The path does not take this method.", ["method_not_allowed"]),
    "408": ("The body took too long to arrive.", ["request_timeout"]),
    "409": ("Not possible in the current state.", STATE_CODES),
    "411": ("The body has no Content-Length.", ["length_required"]),
    "413": ("The request is too large.", ["too_large"]),
    "415": ("The body is of a wrong type.", ["unsupported_media_type"]),
    "422": ("The key belongs to another request.", ["idempotency_key_reused"]),
    "429": ("Too many requests.", ["throttled", *QUOTA_CODES]),
    "500": ("An error of the server; quote `request_id`.", ["server_error"]),
    "503": (
        "Overloaded, the search is too slow, or the marketplace is being maintained.",
        ["unavailable", "too_slow", "maintenance"],
    ),
}
# Of a 400 to a request with a body.
BODY_CODES = ["unknown_field", "parse_error", "post_refused"]
OTHER_CODES = ["uri_too_long"]  # of answers that no operation describes
RETRIED = {"429", "503"}
PAGE_INFO: dict[str, Any] = {
    "type": "object",
    "description": "What every list in an envelope says of its page.",
    "properties": {
        "total": {"type": "integer", "description": "The number of all matches."},
        "total_is_capped": {
            "type": "boolean",
            "description": "Whether counting stopped at `total`.",
        },
        "page": {"type": "integer"},
        "current_page": {"type": "integer", "description": "The same as `page`."},
        "per_page": {"type": "integer"},
        "pages": {"type": "integer"},
        "has_more": {"type": "boolean"},
        "next_cursor": {"type": ["string", "null"]},
    },
}
PAGE_INFO["required"] = list(PAGE_INFO["properties"])
HEADERS = {
    "X-Request-ID": ("string", "The id of the request, as in the server's log."),
    "ETag": ("string", "Send it as `If-None-Match` to be answered 304 if unchanged."),
    "Retry-After": ("integer", "Seconds after which to try again."),
    "X-Total-Count": ("integer", "The number of all matches."),
    "X-Page": ("integer", "The number of this page, from 1; always 1 with `cursor`."),
    "X-Per-Page": ("integer", "The number of rows a page holds."),
    "X-Total-Is-Capped": ("boolean", "`true` if counting stopped at the total."),
    "X-Next-Cursor": ("string", "The `cursor` of the next page, if there is one."),
    "Link": (
        "string",
        "RFC 8288 links: first, prev, next and last page; with `cursor` next alone.",
    ),
}
OPEN = "No sign-in is needed, and no token is read."
OPTIONAL = "No sign-in is needed; a token adds what its holder may see."
PERSONAL = "The caller has to be signed in."
PAGING: tuple[str, ...] = ("X-Total-Count", "X-Page", "X-Per-Page")
PAGING += ("X-Total-Is-Capped", "X-Next-Cursor", "Link")


def operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield `(path, METHOD, operation)` of the document."""
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def describe_duplicates(
    result: dict[str, Any],
    generator: "SchemaGenerator",
    request: Request | None,
    public: bool,
) -> dict[str, Any]:
    """Mark aliases, and PUT beside PATCH, as deprecated; name what to use instead."""
    for path, method, operation in operations(result):
        canonical = operation.pop("x-canonical", "")
        if method == "PUT" and "patch" in result["paths"][path]:
            canonical = result["paths"][path]["patch"]["operationId"]
        if canonical:
            operation["deprecated"] = True
            _append(operation, f"Deprecated duplicate of `{canonical}`.")
    return result


def _append(operation: dict[str, Any], sentence: str) -> None:
    description = operation.get("description", "")
    operation["description"] = f"{description}\n\n{sentence}".strip()


def describe_security(
    result: dict[str, Any],
    generator: "SchemaGenerator",
    request: Request | None,
    public: bool,
) -> dict[str, Any]:
    """Set `security: []` where no token is read, and mark it optional elsewhere."""
    for _path, _method, operation in operations(result):
        schemes = operation.setdefault("security", [])
        if {} in schemes:  # first what Swagger shows as the default: no token
            operation["security"] = [{}, *(one for one in schemes if one)]
        is_optional = {} in schemes
        _append(operation, OPTIONAL if is_optional else PERSONAL if schemes else OPEN)
    return result


def describe_errors(
    result: dict[str, Any],
    generator: "SchemaGenerator",
    request: Request | None,
    public: bool,
) -> dict[str, Any]:
    """Give every operation the error answers it can give, in the one shape."""
    components = result.setdefault("components", {})
    shared = components["responses"] = {}
    codes = {code for _meaning, codes in ERRORS.values() for code in codes}
    codes |= {*BODY_CODES, *OTHER_CODES}
    for path, method, operation in operations(result):
        extra = operation.pop("x-error-codes", {})
        codes |= {code for more in extra.values() for code in more}
        for status in _errors_of(path, method, operation) | set(extra):
            name, known = _known_codes(status, operation)
            if status in extra:
                answer = _error(status, list(dict.fromkeys([*known, *extra[status]])))
            else:
                shared[name] = _error(status, known)
                answer = {"$ref": f"#/components/responses/{name}"}
            operation["responses"][status] = answer
        operation["responses"] = dict(sorted(operation["responses"].items()))
    schemas = components.setdefault("schemas", {})
    schemas["Error"] = ERROR
    schemas["ErrorCode"] = {
        "type": "string",
        "enum": sorted(codes),
        "description": "A word for programs.",
    }
    schemas["PageInfo"] = PAGE_INFO
    components["responses"] = dict(sorted(shared.items()))
    components["schemas"] = dict(sorted(schemas.items()))
    return result


def _known_codes(status: str, operation: dict[str, Any]) -> tuple[str, list[str]]:
    """The name of the shared answer, and the codes it may have."""
    _meaning, codes = ERRORS[status]
    if status == "400" and "requestBody" in operation:
        return "Error400Body", codes + BODY_CODES
    if status in {"401", "403"} and not operation["security"]:
        return f"Error{status}", []  # no token is read: only its own codes
    return f"Error{status}", codes


def _error(status: str, codes: list[str]) -> dict[str, Any]:
    code = {"type": "string", "enum": codes}
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Error"},
            {"type": "object", "properties": {"code": code}, "required": ["code"]},
        ]
    }
    headers = ["X-Request-ID", *(["Retry-After"] if status in RETRIED else [])]
    return {
        "description": ERRORS[status][0],
        "headers": _headers(headers),
        "content": {"application/json": {"schema": schema}},
    }


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    """Those it names itself, and those that its kind of operation can give."""
    takes_body = "requestBody" in operation
    has_query = any(p["in"] == "query" for p in operation.get("parameters", []))
    statuses = {status for status in operation["responses"] if status[0] == "4"}
    if takes_body or has_query:
        statuses.add("400")
    takes_key = any(
        p["name"] == "Idempotency-Key" for p in operation.get("parameters", [])
    )
    if takes_key:
        statuses |= {"400", "422"}
    if takes_body or "{" in path:
        statuses.add("404")
    if operation["security"] and {} not in operation["security"]:
        statuses |= {"401", "403"}
    if method in WRITES:
        statuses |= {"409", "411", "413", "429"}
    if takes_body:
        statuses |= {"408", "415"}
    return statuses | {"405", "500", "503"}


def describe_headers(
    result: dict[str, Any],
    generator: "SchemaGenerator",
    request: Request | None,
    public: bool,
) -> dict[str, Any]:
    """Name the headers of each answer, and 304 where an answer has an `ETag`."""
    result["components"]["headers"] = {
        name: {"description": text, "schema": {"type": type_}}
        for name, (type_, text) in HEADERS.items()
    }
    result["components"]["responses"]["NotModified"] = {
        "description": "Unchanged since the `ETag` that was sent.",
        "headers": _headers(["X-Request-ID", "ETag"]),
    }
    for _path, method, operation in operations(result):
        is_paged = any(p["name"] == "per_page" for p in operation.get("parameters", []))
        is_cached = method == "GET" and operation.pop("x-has-etag", False)
        names = ["X-Request-ID", *(["ETag"] if is_cached else [])]
        names += PAGING if is_paged else ()
        for status, answer in operation["responses"].items():
            if status[0] == "2":
                answer["headers"] = _headers(names)
        if is_cached:
            not_modified = {"$ref": "#/components/responses/NotModified"}
            operation["responses"]["304"] = not_modified
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _headers(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
