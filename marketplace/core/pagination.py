"""Numbered pages, in an envelope or bare, always with paging headers."""

from django.utils.functional import cached_property
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

PAGE, PER_PAGE = "page", "per_page"
FAR_DIGITS = 18  # a number that is cut to them is still beyond any end


class Pages(BasePagination):
    """Reads `?page=` (from 1) and `?per_page=`; what is no number counts as not given.

    `envelope` is the key the rows stand under; without one the answer is a bare
    array. A page beyond the end is empty. `near` searches come through here too.
    """

    envelope: str | None = None
    default = 20
    maximum = 100

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        self.page = _positive(request.query_params.get(PAGE), 1)
        asked = _positive(request.query_params.get(PER_PAGE), self.default)
        self.per_page = min(asked, self.maximum)
        self.envelope = getattr(view, "envelope", None)
        self.total = queryset.count()
        start = (self.page - 1) * self.per_page
        if start >= self.total:
            return []
        return list(queryset[start : start + self.per_page])

    @cached_property
    def pages(self) -> int:
        return -(-self.total // self.per_page)

    def get_paginated_response(self, data) -> Response:
        headers = {
            "X-Total-Count": str(self.total),
            "X-Page": str(self.page),
            "X-Per-Page": str(self.per_page),
        }
        if links := self._links():
            headers["Link"] = links
        return Response(self._body(data), headers=headers)

    def _body(self, data):
        if self.envelope is None:
            return data
        return {
            self.envelope: data,
            "total": self.total,
            "page": self.page,
            "current_page": self.page,
            "per_page": self.per_page,
            "pages": self.pages,
            "has_more": self.page < self.pages,
        }

    def _links(self) -> str:
        """RFC 8288 links to the first, previous, next and last page."""
        wanted = {"first": 1, "last": self.pages} if self.pages else {}
        if 1 < self.page <= self.pages:
            wanted["prev"] = self.page - 1
        if self.page < self.pages:
            wanted["next"] = self.page + 1
        here = remove_query_param(self.request.build_absolute_uri(), PAGE)
        return ", ".join(
            f'<{replace_query_param(here, PAGE, number)}>; rel="{relation}"'
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
        ]

    def get_paginated_response_schema(self, schema: dict) -> dict:
        if self.envelope is None:
            return schema
        counts = ("total", "page", "current_page", "per_page", "pages")
        properties = {
            self.envelope: schema,
            **{name: {"type": "integer"} for name in counts},
            "has_more": {"type": "boolean"},
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


def _positive(text: str | None, default: int) -> int:
    """`text` as a number from 1, or `default`."""
    if text is None or not text.isascii() or not text.isdigit():
        return default
    return int(text.lstrip("0")[:FAR_DIGITS] or default)
