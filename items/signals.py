"""Signals of items, sent in the transaction that writes one. The apps above connect.

Both have `row` (the item), `is_new` and `changed` (the fields that differ),
and `notes`, a dict in which a receiver of the first leaves what it needs later.
"""

from django.dispatch import Signal

# Before the item is saved: a receiver may change its texts or raise a `DomainError`.
item_checked = Signal()
item_saved = Signal()

# Sent with `item_type` and `query` (the words) for a list by words that is empty.
search_found_nothing = Signal()
