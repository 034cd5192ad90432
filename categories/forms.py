"""The forms of a category's fields."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from categories.models import (
    LANGUAGES,
    MAX_FIELDS,
    MAX_OPTIONS,
    OPTION_VALUE,
    CategoryField,
)
from core.text import one_line

MAX_LABEL_CHARS = 100


class OptionsField(forms.CharField):
    """The options of a choice, one a line: `diesel = Diesel | Dīzelis | Дизель`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 3}))
        super().__init__(required=False, max_length=20_000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the lines of stored options; text that was typed stays as it is."""
        if not isinstance(value, list):
            return value
        return "\n".join(
            f"{option['value']} = "
            + " | ".join(option[language] for language in LANGUAGES)
            for option in value
        )

    def to_python(self, value: Any) -> Any:
        """Return the options as they are stored. Raises `ValidationError`."""
        lines = [line for line in (value or "").splitlines() if line.strip()]
        options = [_option(line) for line in lines]
        if len(options) > MAX_OPTIONS:
            raise ValidationError(
                _("Give at most %(most)s options."), params={"most": MAX_OPTIONS}
            )
        if len({option["value"] for option in options}) < len(options):
            raise ValidationError(_("Two options have the same value."))
        return options

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the options differ; blanks between their parts do not matter."""
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True

    def run_validators(self, value: Any) -> None:
        """Do nothing: those of text do not fit the options."""


def _option(line: str) -> dict[str, str]:
    value, _sign, rest = line.partition("=")
    value, labels = value.strip(), [one_line(part) for part in rest.split("|")]
    is_whole = len(labels) == len(LANGUAGES) and all(labels)
    too_long = any(len(label) > MAX_LABEL_CHARS for label in labels)
    if not is_whole or too_long or not re.match(OPTION_VALUE, value):
        raise ValidationError(
            _("Write each option as: value = English | Latvian | Russian (%(line)s)."),
            params={"line": line[:MAX_LABEL_CHARS]},
        )
    return {"value": value, **dict(zip(LANGUAGES, labels, strict=True))}


class CategoryFieldForm(forms.ModelForm):
    """A field of a category. Its name and type stay, and so do its options."""

    options = OptionsField(
        label=_("options"),
        help_text=_(
            "Of a choice, one a line: value = English | Latvian | Russian. "
            "Options may be added and renamed, and stay."
        ),
    )

    class Meta:
        model = CategoryField
        fields = (
            *("name", "type", "label_en", "label_lv", "label_ru"),
            *("unit", "minimum", "maximum", "options"),
            *("is_required", "position", "is_active"),
        )

    def clean(self) -> dict[str, Any]:
        """Return the data. Raises `ValidationError` for what items rely on."""
        data = super().clean() or {}
        stored = self.initial if self.instance.pk else {}
        for name in ("name", "type"):
            if stored and name in data and data[name] != stored[name]:
                self.add_error(name, _("It cannot be changed: items have values."))
        before = {option["value"] for option in stored.get("options", [])}
        after = {option["value"] for option in data.get("options") or []}
        if before - after and "options" not in self.errors:
            missing = ", ".join(sorted(before - after))
            sentence = _("Items may have these options: %(names)s.")
            self.add_error("options", sentence % {"names": missing})
        return data


class CategoryFieldFormSet(BaseInlineFormSet):
    """The fields of one category: their names differ from those it inherits."""

    def clean(self) -> None:
        """Raise `ValidationError` for names that occur twice on a way down."""
        super().clean()
        names = [
            form.cleaned_data["name"]
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("name")
        ]
        related = self.instance.related_ids()
        others = CategoryField.objects.filter(category__in=related)
        above = set(self.instance.ancestor_ids())
        used = {row.name for row in others}
        if twice := sorted(used.intersection(names)):
            sentence = _("A category above or below has these fields: %(names)s.")
            raise ValidationError(sentence % {"names": ", ".join(twice)})
        inherited = sum(row.category_id in above for row in others)
        if inherited + len(names) > MAX_FIELDS:
            sentence = _("A category has at most %(most)s fields.")
            raise ValidationError(sentence % {"most": MAX_FIELDS})
