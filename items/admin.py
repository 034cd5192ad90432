"""The fieldset that the admin pages of all moderated models share."""

from django.utils.translation import gettext_lazy as _

from core.admin.base import fieldset

MODERATION_FIELDSET = fieldset(
    _("Moderation"), "moderation moderation_reason moderated_at moderated_by"
)
