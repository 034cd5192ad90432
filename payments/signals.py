"""Signals of this app. They are sent in the transaction of the change."""

from django.dispatch import Signal

payment_changed = Signal()  # with `payment`, `name` of the transition, and `actor`
