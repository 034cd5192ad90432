"""Pages of messages: ranges of their numbers."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import cursors
from core.api.pagination import CURSOR, Pages
from core.api.params import parse_int
from core.db import shared_queries
from core.exceptions import ValidationFailed
from messaging.models import Conversation, Message

AFTER = "after"


class MessagePages(Pages):
    """Page 1 holds the newest messages; within a page the oldest comes first.

    Messages are numbered without gaps, so a page is a range of numbers. The total is
    the last number, without a COUNT, and every page costs the same. `?cursor=` goes on
    with older messages, `?after=` with those after a number.
    """

    page_size = 50

    def paginate_queryset(  # type: ignore[override]  # a conversation, not a queryset
        self, conversation: Conversation, request: Request, view: APIView | None = None
    ) -> list[Message]:
        """Return the messages of the page. Takes the conversation, not a queryset."""
        self.read_params(request, view)
        self.total, self.is_capped = conversation.last_seq, False
        self.after = _parse_seq(request.query_params.get(AFTER))
        first, last = self._older() if self.after is None else self._newer(self.after)
        self.first, self.last = max(first, 1), min(last, self.total)
        self.has_more = self._has_more()
        self.next_cursor = self._next_cursor()
        return self._rows(conversation) if self.first <= self.last else []

    @property
    def is_catching_up(self) -> bool:
        """Whether the request has `after`."""
        return self.after is not None

    def _has_more(self) -> bool:
        """Return whether a next page exists: newer messages with `after`, or older."""
        if self.is_catching_up:
            return self.last < self.total
        return 1 < self.first <= self.last

    def _next_cursor(self) -> str | None:
        """Return the cursor of the next older page, or None."""
        if self.is_catching_up or not self.has_more:
            return None
        return self._encode([self.first - 1])

    def _newer(self, after: int) -> tuple[int, int]:
        return after + 1, after + self.per_page

    def _older(self) -> tuple[int, int]:
        cursor = self.request.query_params.get(CURSOR)
        if cursor:
            last = _seq_of_cursor(cursor, self.request.path)
        else:
            last = self.total - (self.page - 1) * self.per_page
        return last - self.per_page + 1, last

    def _rows(self, conversation: Conversation) -> list[Message]:
        rows = shared_queries.rows(
            "messages",
            _in_range,
            conversation=conversation.pk,
            first=self.first,
            last=self.last,
        )
        for row in rows:
            row.conversation = conversation
        return rows

    def _links(self) -> str:
        if not self.is_catching_up:
            return super()._links()
        return self._link_to_next(AFTER, self.last if self.has_more else None)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict]:
        """Return the OpenAPI description of the query parameters."""
        after = {
            "name": AFTER,
            "in": "query",
            "schema": {"type": "integer", "minimum": 0},
            "description": "The number of a message. Returns those after it, the "
            "oldest first; `has_more` then means newer ones. Nothing is marked as "
            "read.",
        }
        return [*super().get_schema_operation_parameters(view), after]


def _in_range(conversation: Any, first: Any, last: Any) -> QuerySet[Message]:
    """Return the messages of a conversation with numbers from `first` to `last`."""
    rows = Message.objects.for_display().order_by("seq")
    return rows.filter(conversation=conversation, seq__gte=first, seq__lte=last)


def _parse_seq(text: str | None) -> int | None:
    """Return `text` as a number from 0, or None. Raises `ValidationError`."""
    if text is None:
        return None
    seq = parse_int(text)
    if seq is None:
        sentence = _("Give the number of a message: a whole number from 0.")
        raise ValidationError({AFTER: [sentence]})
    return seq


def _seq_of_cursor(cursor: str, path: str) -> int:
    """Return the last number of the cursor's page. Raises `ValidationFailed`."""
    match cursors.decode(cursor, path=path):
        case [int(last)]:
            return last
    raise ValidationFailed(_("This cursor belongs to another list."))
