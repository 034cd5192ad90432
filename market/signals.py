"""Signals of the market settings."""

from django.dispatch import Signal

# Sent in the transaction of a change, with `subject` (the row of all settings),
# `actor`, `reason`, `before` and `after`. `audit` records it.
settings_changed = Signal()
