"""The column that holds a row's folded words, and the lookup that asks it."""

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Lookup

from search.words import Wanted, fold, stems


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
        folded = fold(" ".join(words))
        setattr(model_instance, self.attname, folded)
        return folded


@FoldedTextField.register_lookup
class Words(Lookup):
    """`search_text__words=[("snieg",), ("lapst", "lapt")]`: snieg…, and either of both.

    Each is the beginning of some word. PostgreSQL answers from its full-text index,
    SQLite by looking at each row. No words match nothing.
    """

    lookup_name = "words"
    prepare_rhs = False

    def get_prep_lookup(self) -> Wanted:
        """A string, which the admin gives, counts as the words that it holds."""
        return stems(self.rhs) if isinstance(self.rhs, str) else self.rhs

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return self._like(f"(' ' || {column})", params, "% {}%")

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        """The index answers; that the text has the letters too is for the planner.

        It thinks that to take a text to words costs nothing, and would rather do so
        with row after row in the order asked for, the whole table if need be, than
        read and sort the rows that match. With a second condition it expects fewer.
        """
        column, params = self.process_lhs(compiler, connection)
        letters, patterns = self._like(column, params, "%{}%")
        words = (" | ".join(f"{form}:*" for form in forms) for forms in self.rhs)
        query = " & ".join(f"({word})" for word in words)
        sql = f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)"
        return f"({sql} AND {letters})", [*params, query, *patterns]

    def _like(self, text: str, params: list, pattern: str) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        one = f"{text} LIKE %s"
        sql = " AND ".join(f"({' OR '.join([one] * len(forms))})" for forms in self.rhs)
        patterns = (pattern.format(form) for forms in self.rhs for form in forms)
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]
