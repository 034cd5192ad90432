"""Signals of decisions."""

from django.dispatch import Signal

# Sent in the transaction in which a decision is undone, with `decision` and `by`, the
# decision that undoes it. What it restricted is locked.
decision_undone = Signal()
