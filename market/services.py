"""Change the market settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.db.locks import locked
from core.exceptions import DomainError, ValidationFailed
from market import stored
from market.models import MarketSettings, StoredSetting
from market.registry import SETTINGS
from market.rules import problems
from market.signals import settings_changed

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy


class ChangedMeanwhile(DomainError):
    """Somebody else has changed the settings since they were read (409)."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else has changed the settings meanwhile. Look at them again.")
        )


def the_row() -> MarketSettings:
    """Return the row of all settings, and make it if there is none."""
    return MarketSettings.objects.get_or_create(pk=MarketSettings.ONLY_ID)[0]


@transaction.atomic
def change(
    values: Mapping[str, Any], *, version: int, actor: "User", reason: str
) -> MarketSettings:
    """Set all settings: those in `values`, and the others as default.

    `version` is that of the settings which the actor has seen. Raises
    `ChangedMeanwhile` (409) if it is no longer the last one, and `ValidationFailed`
    (400) for values that their types or the rules refuse. Nothing is written if nothing
    differs.
    """
    the_row()
    # Locked: of two changes at once the second finds the version of the first. Without
    # the lock both would write, and the first would be lost without a word.
    row = locked(MarketSettings.objects).get(pk=MarketSettings.ONLY_ID)
    if row.version != version:
        raise ChangedMeanwhile
    _check(values)
    before = {n: v for n, v in stored.read().items() if n in SETTINGS}
    names = [n for n in SETTINGS if before.get(n) != values.get(n)]
    if not names:
        return row
    _store(names, values)
    row.version, row.changed_at = version + 1, timezone.now()
    row.save(update_fields=["version", "changed_at"])
    settings_changed.send(
        sender=MarketSettings,
        subject=row,
        actor=actor,
        reason=reason,
        before=_format(names, before),
        after=_format(names, values),
    )
    # This process uses it at once, the others within `stored.MAX_AGE_S`.
    transaction.on_commit(stored.forget)
    return row


def _check(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        try:
            SETTINGS[name].clean(value)
        except ValidationError as error:
            raise ValidationFailed(error.messages[0], field=name) from error
    for name, sentence in problems(values).items():
        raise ValidationFailed(str(sentence), field=name)


def _store(names: list[str], values: Mapping[str, Any]) -> None:
    StoredSetting.objects.filter(name__in=set(names) - set(values)).delete()
    for name in names:
        if name in values:
            StoredSetting.objects.update_or_create(
                name=name, defaults={"value": values[name]}
            )


def _format(names: list[str], values: Mapping[str, Any]) -> str:
    """Return a line for each setting, in English: the audit log has one language."""
    with translation.override("en"):
        return "\n".join(
            f"{name}: {_text(name, values[name])}"
            if name in values
            else f"{name}: as default ({_default(name)})"
            for name in names
        )


def _text(name: str, value: Any) -> str:
    try:
        return SETTINGS[name].display(SETTINGS[name].clean(value))
    except ValidationError:  # written by another version of this code
        return str(value)


def _default(name: str) -> str:
    return SETTINGS[name].display(SETTINGS[name].default())
