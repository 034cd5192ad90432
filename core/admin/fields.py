"""Form fields of the admin that follow the rules of the API for text."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from rest_framework import serializers


class InputField(forms.CharField):
    """A form field for what `rule`, a field of an input serializer, takes."""

    def __init__(self, *, rule: serializers.Field, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule = rule

    def to_python(self, value: Any) -> str:
        """Return the text as the API would store it. Raises `ValidationError`."""
        try:
            return self.rule.run_validation(value or "")
        except serializers.ValidationError as error:
            raise ValidationError([str(detail) for detail in error.detail]) from error
