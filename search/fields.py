"""The column that holds a row's folded words, and the lookup that asks it."""

from django.db import models

from search.text import normalize


class FoldedTextField(models.TextField):
    """Keeps the folded words of other fields of the row, written on every save."""

    def __init__(self, *, sources: tuple[str, ...] = (), **kwargs):
        self.sources = sources
        kwargs |= {"editable": False, "default": ""}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"sources": self.sources}

    def pre_save(self, model_instance, add) -> str:
        words = (getattr(model_instance, name) or "" for name in self.sources)
        folded = normalize(" ".join(words))
        setattr(model_instance, self.attname, folded)
        return folded
