"""Numbered pages, in an envelope or bare, always with paging headers."""

from django.utils.functional import cached_property
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param

from core.api import cursors
from core.db.results import ResultList

PAGE, PER_PAGE, CURSOR = "page", "per_page", "cursor"
DEEPEST = 1_000_000  # rows that pages reach
FAR_DIGITS = 18  # a number that is cut to them is still beyond any end


class Pages(BasePagination):
    """Reads `?page=` (from 1) and `?per_page=`; what is no number counts as not given.

    `list_key` is the key the rows stand under; without one the answer is a bare
    array. A page beyond the end is empty. `total` is exact up to `most_counted`; there
    it stops counting, says so in `total_is_capped`, and pages go on. `?cursor=`, empty
    or the `next_cursor` of a page before, reads on at the same cost however deep.
    """

    list_key: str | None = None
    default = 20
    maximum = 100
    most_counted = 1_000

    def paginate_queryset(self, queryset, request, view=None):
        self.read(request, view)
        rows = queryset if isinstance(queryset, ResultList) else ResultList(queryset)
        counted = rows.count_up_to(self.most_counted + 1)
        self.is_capped = counted > self.most_counted
        self.total = min(counted, self.most_counted)
        rows = rows if self.is_capped else rows.known_small()
        found = self._found(rows, request.query_params.get(CURSOR))
        page = found[: self.per_page]
        self.has_more = len(found) > self.per_page
        place = rows.cursor_for(page[-1]) if self.has_more else None
        self.next_cursor = self._cursor(place) if place else None
        return page

    def read(self, request, view) -> None:
        """Which page is asked for, of how many rows."""
        self.request = request
        self.page = _positive(request.query_params.get(PAGE), 1)
        asked = _positive(request.query_params.get(PER_PAGE), self.default)
        self.per_page = min(asked, self.maximum)
        self.list_key = getattr(view, "list_key", None)

    def _found(self, rows: ResultList, cursor: str | None) -> list:
        """The page and one row more, which tells whether there is a next one."""
        if cursor is not None:
            count = self.per_page + 1
            return cursors.after_cursor(rows, cursor, count, path=self.request.path)
        start = (self.page - 1) * self.per_page
        reach = DEEPEST if self.is_capped else self.total
        if start >= reach:
            return []
        return rows[start : start + self.per_page + 1]

    def _cursor(self, place: list) -> str:
        return cursors.encode(place, path=self.request.path)

    @cached_property
    def pages(self) -> int:
        return -(-self.total // self.per_page)

    def get_paginated_response(self, data) -> Response:
        headers = {
            "X-Total-Count": str(self.total),
            "X-Page": str(self.page),
            "X-Per-Page": str(self.per_page),
        }
        if self.is_capped:
            headers["X-Total-Is-Capped"] = "true"
        if self.next_cursor:
            headers["X-Next-Cursor"] = self.next_cursor
        if links := self._links():
            headers["Link"] = links
        return Response(self._body(data), headers=headers)

    def _body(self, data):
        if self.list_key is None:
            return data
        return {
            self.list_key: data,
            "total": self.total,
            "total_is_capped": self.is_capped,
            "page": self.page,
            "current_page": self.page,
            "per_page": self.per_page,
            "pages": self.pages,
            "has_more": self.has_more,
            "next_cursor": self.next_cursor,
        }

    def _links(self) -> str:
        """RFC 8288 links to the first, previous, next and last page."""
        wanted = {"first": 1} if self.total else {}
        if self.total and not self.is_capped:
            wanted["last"] = self.pages
        if self.page > 1 and (self.page <= self.pages or self.is_capped):
            wanted["prev"] = self.page - 1
        if self.has_more:
            wanted["next"] = self.page + 1
        here = self.request.build_absolute_uri()
        if PAGE in self.request.query_params:
            here = remove_query_param(here, PAGE)
        here += "&" if "?" in here else "?"
        return ", ".join(
            f'<{here}{PAGE}={number}>; rel="{relation}"'
            for relation, number in wanted.items()
        )

    def get_schema_operation_parameters(self, view) -> list[dict]:
        number = {"type": ["integer", "string"]}
        return [
            {
                "name": PAGE,
                "in": "query",
                "schema": number | {"default": 1},
                "description": "Counts from 1. Anything but a number is the default.",
            },
            {
                "name": PER_PAGE,
                "in": "query",
                "schema": number | {"default": self.default},
                "description": f"Rows a page, {self.maximum} at most.",
            },
            {
                "name": CURSOR,
                "in": "query",
                "schema": {"type": "string"},
                "description": "Empty, or the `next_cursor` of the page before.",
            },
        ]

    def get_paginated_response_schema(self, schema: dict) -> dict:
        if self.list_key is None:
            return schema
        counts = ("total", "page", "current_page", "per_page", "pages")
        properties = {
            self.list_key: schema,
            **{name: {"type": "integer"} for name in counts},
            "total_is_capped": {"type": "boolean"},
            "has_more": {"type": "boolean"},
            "next_cursor": {"type": ["string", "null"]},
        }
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
        }


class PersonalPages(Pages):
    """For a person's own things: clients read them all at once, so pages are large."""

    default = 500
    maximum = 500
    most_counted = 100_000


def _positive(text: str | None, default: int) -> int:
    """`text` as a number from 1, or `default`."""
    if text is None or not text.isascii() or not text.isdigit():
        return default
    return int(text.lstrip("0")[:FAR_DIGITS] or default)
