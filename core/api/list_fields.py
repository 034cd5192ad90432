"""Fields of lists and objects. Each looks at their length before their elements."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.fields import HasSchema
from core.text import ControlCharacters, one_line


class BoundedListField(serializers.ListField):
    """A list of at most `max_length` values; a longer one is refused unread."""

    default_error_messages = {"max_length": _("Give at most {max_length} entries.")}

    max_length: int  # required here

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        # Before the elements: each wrong one would add a problem to the answer.
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class BoundedDictField(serializers.DictField):
    """An object of at most `max_length` members; a larger one is refused unread."""

    default_error_messages = {"max_length": _("Give at most {max_length} entries.")}

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class _WordsField(HasSchema, serializers.Field):
    """Words as a list or as one comma-separated string."""

    default_error_messages = {
        "invalid": _("Give a list of words, or one string."),
        "max_length": _("Give at most {max_length} entries."),
        "too_long": _("Give at most {longest} characters in all."),
        "control": _("Control characters are not allowed."),
    }
    longest = 5000
    max_length = 500

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema: an array, a string with commas or null."""
        word = {"type": "string"}
        return {
            "anyOf": [
                {"type": "array", "items": word, "maxItems": self.max_length},
                word | {"maxLength": self.longest},
                {"type": "null"},
            ],
            "description": f"{self.longest} characters at most, with commas between.",
        }

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Validate the words; null is an empty list."""
        return super().run_validation([] if data is None else data)

    def clean(self, word: str) -> str:
        """Return one of the words, as it is stored. Raises `ControlCharacters`."""
        return one_line(word)

    def _words(self, data: object) -> list[str]:
        words = self._split(data)
        if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
            self.fail("invalid")
        try:
            words = [*filter(None, map(self.clean, words))]
        except ControlCharacters:
            self.fail("control")
        # Again, because the rule may lengthen a word: İ is two letters in lower case.
        if len(",".join(words)) > self.longest:
            self.fail("too_long", longest=self.longest)
        return words

    def _split(self, data: object) -> object:
        """Return the words as they were sent, after a look at their length."""
        if isinstance(data, str):
            if len(data) > self.longest:
                self.fail("too_long", longest=self.longest)
            return data.split(",")
        if isinstance(data, list) and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return data


class WordListField(_WordsField):
    """Words as a list or as one comma-separated string; the value is a list."""

    def to_internal_value(self, data: object) -> list[str]:
        return self._words(data)


class CommaSeparatedField(_WordsField):
    """Words as `WordListField` takes them; the value is one string with commas."""

    longest = 1000

    def to_internal_value(self, data: object) -> str:
        return ",".join(self._words(data))
