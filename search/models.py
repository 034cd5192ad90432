"""The vocabulary that mistyped words are corrected by."""

from django.db import models

MAX_WORD_CHARS = 40


class Word(models.Model):
    """The stem of a word, and how often public texts use it."""

    word = models.CharField(max_length=MAX_WORD_CHARS, primary_key=True)
    uses = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.word
