"""The pictures of a dispute: private uploads, as those of messages."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.models import User
from core.api.fields import HasSchema, IdField
from core.api.list_fields import BoundedListField
from messaging.links import PREFIX
from tasks.models import Dispute, DisputeEvidence
from uploads import services as uploads

FIELD = "evidence_images"
MAX_PICTURES = 10
MAX_URL_CHARS = 500


class PictureField(HasSchema, serializers.Field):
    """A private upload: its id, or the URL or path at which it was shown."""

    schema = {
        "anyOf": [IdField.schema, {"type": "string", "maxLength": MAX_URL_CHARS}],
    }
    default_error_messages = {
        "invalid": _("Give the id of a picture that you have uploaded, or its URL.")
    }

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, str):
            data = self._id_in(data)
        try:
            return IdField().to_internal_value(data)
        except serializers.ValidationError:
            self.fail("invalid")

    def _id_in(self, text: str) -> str:
        """Return the id in a URL such as `/api/messages/attachments/7?signature=…`."""
        try:
            path = urlsplit(text[:MAX_URL_CHARS]).path
        except ValueError:  # not a URL
            return text
        return path.removeprefix(PREFIX)


class PicturesField(BoundedListField):
    """At most `MAX_PICTURES` private uploads; the value is a list of their ids."""

    def __init__(self) -> None:
        super().__init__(
            child=PictureField(),
            required=False,
            max_length=MAX_PICTURES,
            help_text="Private pictures, uploaded at `/api/messages/attachments`: "
            "their ids or URLs.",
        )


def attach(dispute: Dispute, ids: Iterable[int], *, owner: User) -> None:
    """Add private uploads of `owner`, one side of the dispute, to a locked dispute.

    Raises `NotFound` (404) for one that is missing, of another person, or in use.
    """
    unique = list(dict.fromkeys(ids))
    if unique:
        uploads.attach(unique, owner=owner, field=FIELD)
        is_response = owner.pk == dispute.filed_against_id
        DisputeEvidence.objects.bulk_create(
            DisputeEvidence(dispute=dispute, upload_id=pk, is_response=is_response)
            for pk in unique
        )
