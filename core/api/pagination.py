"""Numbered pages, in an envelope or bare, always with paging headers."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from core.api import cursors
from core.api.params import parse_int
from core.db.results import ResultList

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE, PER_PAGE, CURSOR = "page", "per_page", "cursor"
MAX_LINK_BYTES = 2_000  # of the header: proxies answer 502 to headers over a few KB
MAX_OFFSET_ROWS = 1_000_000  # page numbers reach no further; cursors do


class Pages(BasePagination):
    """Pages by `?page=` (from 1) and `?per_page=`, or by `?cursor=`.

    A page or size that is not a number counts as not given; a page beyond the end is
    empty. `list_key` is the key of the rows in the answer; without one the answer is a
    bare array. `total` is exact up to `max_count`, or the `max_total` of the list,
    where counting stops: the answer then says `total_is_capped`, and pages go on.
    `?cursor=`, empty or the `next_cursor` of the page before, costs the same at any
    depth.
    """

    list_key: str | None = None
    page_size = 20
    max_page_size = 100
    max_count = 1_000

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | ResultList,
        request: Request,
        view: "APIView | None" = None,
    ) -> list[Any]:
        """Return the rows of the page. Raises `ValidationFailed` (400) for a cursor."""
        self.read_params(request, view)
        results = queryset
        if not isinstance(results, ResultList):
            results = ResultList(results)
        rows = self._rows_with_count(results) if not self.is_by_cursor else None
        if rows is None:
            # One more than is shown tells apart a full list and one that goes on.
            most = min(self.max_count, results.max_total or self.max_count)
            self._set_total(results.count_up_to(most + 1), most)
            results = results if self.is_capped else results.known_small()
            rows = self._rows_and_next(results, request.query_params.get(CURSOR))
        page = rows[: self.per_page]
        self.has_more = len(rows) > self.per_page
        position = results.cursor_for(page[-1]) if self.has_more else None
        self.next_cursor = self._encode(position) if position else None
        return page

    def read_params(self, request: Request, view: "APIView | None") -> None:
        """Set `page`, `per_page` and `list_key` from the request."""
        self.request = request
        asked = None if self.is_by_cursor else request.query_params.get(PAGE)
        self.page = parse_int(asked) or 1
        size = parse_int(request.query_params.get(PER_PAGE)) or self.page_size
        self.per_page = min(size, self.max_page_size)
        self.list_key = getattr(view, "list_key", None)

    def _set_total(self, count: int, most: int) -> None:
        self.is_capped = count > most
        self.total = min(count, most)

    def _rows_with_count(self, results: ResultList) -> list[Any] | None:
        """The rows as `_rows_and_next`, and the total, if one query finds both."""
        start = (self.page - 1) * self.per_page
        if start >= MAX_OFFSET_ROWS:
            return None
        found = results.counted_page(slice(start, start + self.per_page + 1))
        if found is None:
            return None
        rows, count = found
        self._set_total(count, self.max_count)
        return rows

    def _rows_and_next(self, results: ResultList, cursor: str | None) -> list[Any]:
        """The rows of the page, and one more if there is a next page."""
        if cursor is not None:
            count = self.per_page + 1
            return cursors.after_cursor(results, cursor, count, path=self.request.path)
        start = (self.page - 1) * self.per_page
        end = MAX_OFFSET_ROWS if self.is_capped else self.total
        if start >= end:
            return []
        return results[start : start + self.per_page + 1]

    def _encode(self, position: list[Any]) -> str:
        return cursors.encode(position, path=self.request.path)

    @cached_property
    def pages(self) -> int:
        """The number of pages of `total` rows."""
        return -(-self.total // self.per_page)

    def get_paginated_response(self, data: list[Any]) -> Response:
        """Return the answer with the rows `data` and the paging headers."""
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

    def _body(self, data: list[Any]) -> list[Any] | dict[str, Any]:
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

    @property
    def is_by_cursor(self) -> bool:
        """Whether the request has `cursor`, even empty; `page` is then ignored."""
        return CURSOR in self.request.query_params

    def _links(self) -> str:
        """RFC 8288 links: by cursor to the next page, else also to the ones around.

        The first of them that fit into `MAX_LINK_BYTES`: a long search in Cyrillic
        makes long URLs.
        """
        if self.is_by_cursor:
            return self._link_to_next(CURSOR, self.next_cursor)
        pages = {"next": self.page + 1} if self.has_more else {}
        if self.page > 1 and (self.page <= self.pages or self.is_capped):
            pages["prev"] = self.page - 1
        if self.total:
            pages["first"] = 1
        if self.total and not self.is_capped:
            pages["last"] = self.pages
        url = self.request.build_absolute_uri()
        if PAGE in self.request.query_params:
            url = remove_query_param(url, PAGE)
        # Parsing the URL again for each link would cost more than the page's rows.
        url += "&" if "?" in url else "?"
        found = ""
        for relation, number in pages.items():
            link = f'<{url}{PAGE}={number}>; rel="{relation}"'
            longer = f"{found}, {link}" if found else link
            if len(longer) > MAX_LINK_BYTES:
                break
            found = longer
        return found

    def _link_to_next(self, param: str, value: str | int | None) -> str:
        """The link to the page at `value`; "" without one, or if it is too long."""
        if value is None:
            return ""
        url = remove_query_param(self.request.build_absolute_uri(), PAGE)
        link = f'<{replace_query_param(url, param, value)}>; rel="next"'
        return link if len(link) <= MAX_LINK_BYTES else ""

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """Return the OpenAPI parameters: page, page size and cursor."""
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
                "schema": number | {"default": self.page_size},
                "description": f"Rows a page, {self.max_page_size} at most.",
            },
            {
                "name": CURSOR,
                "in": "query",
                "schema": {"type": "string"},
                "description": "Empty, or the `next_cursor` of the page before.",
            },
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON schema of a page of `schema`, an array of rows."""
        if self.list_key is None:
            return schema
        rows = {
            "type": "object",
            "properties": {self.list_key: schema},
            "required": [self.list_key],
        }
        return {"allOf": [{"$ref": "#/components/schemas/PageInfo"}, rows]}


class PersonalPages(Pages):
    """Pages of a person's own rows: clients read them all at once."""

    page_size = 500
    max_page_size = 500
    max_count = 100_000
