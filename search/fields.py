"""The model field that holds the normalized text of a row, for search."""

from typing import Any

from django.db import models

from search.text import normalize


class NormalizedTextField(models.TextField):
    """The normalized text of the `sources`, other fields of the row.

    Every `save()` writes it; `QuerySet.update` does not.
    """

    def __init__(self, *, sources: tuple[str, ...] = (), **kwargs: Any):
        self.sources = sources
        kwargs |= {"editable": False, "default": ""}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"sources": self.sources}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        words = (getattr(model_instance, name) or "" for name in self.sources)
        normalized = normalize(" ".join(words))
        setattr(model_instance, self.attname, normalized)
        return normalized
