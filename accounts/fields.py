"""An e-mail address that has one spelling."""

import unicodedata

from django.db import models


def canonical_email(text: str) -> str:
    """Unicode-normalised, lower case, trimmed: how addresses are kept and found."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


class CanonicalEmailField(models.EmailField):
    """Stored and looked up in canonical form, so that `unique` means unique."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return canonical_email(value) if value else None

    def to_python(self, value):
        value = super().to_python(value)
        return canonical_email(value) if value else None
