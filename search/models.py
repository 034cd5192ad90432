"""The words that the market uses, so that a mistyped one can be told."""

from django.db import models

LONGEST_WORD = 40


class Word(models.Model):
    """The stem of a word, and how many times public texts use it."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)
    uses = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.word
