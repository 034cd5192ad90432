"""Signals of messages, sent in the transaction that writes one. The apps above connect.

Both have `row` (the message), `is_new` and `changed` (the fields that differ),
and `notes`, a dict in which a receiver of the first leaves what it needs later.
"""

from django.dispatch import Signal

# Before the message is saved: a receiver may change its text or raise a `DomainError`.
message_checked = Signal()
message_saved = Signal()
