"""Signals of reviews, sent in the transaction that writes one. The apps above connect.

Both have `row` (the review), `is_new` and `changed` (the fields that differ),
and `notes`, a dict in which a receiver of the first leaves what it needs later.
"""

from django.dispatch import Signal

# Before the review is saved: a receiver may change its text or raise a `DomainError`.
review_checked = Signal()
review_saved = Signal()
