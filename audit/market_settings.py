"""Record changes of the market settings, which stand below this app."""

from typing import TYPE_CHECKING, Any

from django.db.models import Model

from audit.services import record

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy


def record_change(
    sender: type[Model], *, subject: Model, actor: "User", **values: Any
) -> None:
    """Record a change with its reason, which `settings_changed` sends."""
    values.pop("signal", None)
    record(subject, actor=actor, action="change_settings", **values)
