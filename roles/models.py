"""What a role was given by a release."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GrantedPermission(models.Model):
    """A permission that a release gave to a group: it is not given a second time."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="granted")
    name = models.CharField(max_length=200, help_text=_("Such as accounts.view_user."))
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("granted permission")
        verbose_name_plural = _("granted permissions")
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="granted_once")
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.name}"
